"""What a page is called, and what must stand at its top: known before anything is drawn."""

from analysis.data.parameters import Ask
from analysis.data.workspace import Workspace
from analysis.telling.text import Words, words


def title(ask: Ask) -> str:
    """The title of the report that answers ``ask``, in its language."""
    say_it = words(ask.language)
    kind, names = "", {"city": ask.city.settings["cityName"], "period": say_it.period(ask.span)}
    if hasattr(ask, "event"):
        names["day"] = say_it.day(ask.occurred)
    if hasattr(ask, "area_id"):
        names["area"] = ask.area_name
    if hasattr(ask, "measure"):
        names["measure"] = ask.title(ask.language)
    if hasattr(ask, "subject"):
        of_claim = ask.of_claim
        names["subject"] = say_it(f"claims.{ask.subject}") if of_claim else ask.title(ask.language)
    return say_it(f"titles.{ask.notebook}{kind}", **names)


def notices(say_it: Words, city: Workspace) -> list[str]:
    """What must stand at the top of every page of a city: made up, or as known on a day."""
    told = [say_it("page.made_up")] if city.made_up else []
    if city.known_on:
        told.append(say_it("page.known_on", day=say_it.day(city.known_on)))
    return told
