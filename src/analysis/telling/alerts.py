"""Alerts in words: the number that chance alone brings comes first."""

from analysis.chain.alerts import Alerts
from analysis.telling.text import Words


def told(words: Words, found: Alerts) -> list[str]:
    """How many months were watched, stood out, and do so by chance; then each that stood out."""
    if not found.watched:
        return [words("alerts.nothing_watched")]
    first = words(
        "alerts.watched",
        n=words.number(found.watched),
        k=words.number(len(found.found)),
        chance=words.number(found.by_chance, 1),
    )
    return [
        first,
        *([words("alerts.so_far")] if found.so_far else []),
        *(
            words(
                "alerts.one",
                area=words.name(e.area),
                what=words.inside(e.definition),
                month=words.period(e.period),
                count=words.number(e.value),
                expected=words.significant(e.n, 2),
                limit=words.number(float(e.series.removeprefix("limit "))),
            )
            for e in found.found
        ),
    ]
