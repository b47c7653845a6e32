"""An alert never comes without the number that chance alone brings."""

from dataclasses import replace

import pytest

from analysis.chain.alerts import Alerts
from analysis.telling import alerts
from analysis.telling.text import words
from tests.conftest import count

NONE = Alerts(found=(), watched=0, by_chance=0.0)
ONE = count(
    14.0, "2017-08", statistic="alert", n=6.24, series="limit 11", area="stadsdel:139",
    definition="robbery",
)  # fmt: skip


@pytest.fixture(scope="module", params=["sv", "en"])
def say(request, read):
    return words(request.param, read)


def test_the_number_by_chance_comes_before_any_alert(say):
    first, *rest = alerts.told(say, Alerts(found=(ONE, ONE), watched=330, by_chance=8.9))
    assert first == say("alerts.watched", n="330", k="2", chance=say.number(8.9, 1))
    assert {"sv": "inget bevis", "en": "no evidence"}[say.language] in first
    assert len(rest) == 2


def test_each_alert_says_where_what_when_and_against_which_limit(read):
    found = Alerts(found=(ONE,), watched=10, by_chance=0.25)
    assert alerts.told(words("sv", read), found)[1] == (
        "Lundby, rån inkl. grovt i augusti 2017: 14. Väntat var 6,2, gränsen 11."
    )
    assert alerts.told(words("en", read), found)[1] == (
        "Lundby, robbery incl. aggravated in August 2017: 14. Expected were 6.2, the limit 11."
    )


def test_months_that_were_watched_without_an_alert_are_told_too(say):
    (told,) = alerts.told(say, Alerts(found=(), watched=40, by_chance=1.0))
    assert told == say("alerts.watched", n="40", k="0", chance=say.number(1.0, 1))


def test_nothing_to_watch_is_not_told_as_a_calm_quarter(say):
    assert alerts.told(say, NONE) == [say("alerts.nothing_watched")]


def test_a_month_still_being_registered_may_yet_stand_out(say):
    late = Alerts(found=(ONE,), watched=10, by_chance=0.25, so_far=True)
    first, waiting, one = alerts.told(say, late)
    assert waiting == say("alerts.so_far")
    assert [first, one] == alerts.told(say, replace(late, so_far=False))
