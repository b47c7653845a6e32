"""What was planted, in one place: the answers that the methods must give back.

Only the generator and tests read it. A report that quoted it would be marking its own paper.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

import pandas as pd

from analysis.example.places import CITY, ID, MOVED, MOVED_TO


@dataclass(frozen=True)
class Effect:
    """The rate of ``item`` in an area is ``ratio`` times as high from the month ``start`` on."""

    name: str
    measure_id: str
    area_id: str
    item: str
    start: str
    ratio: float

    def factor(self, months: pd.PeriodIndex) -> pd.Series:
        """Its ratio in each month, 1 before it starts.

        Examples
        --------
        >>> months = pd.period_range("2012-12", "2013-01", freq="M")
        >>> BREAK.factor(months).tolist()
        [1.0, 1.35]
        """
        begun = months >= pd.Period(self.start, "M")
        return pd.Series(begun, index=months).map({True: self.ratio, False: 1.0})


ALONE, TOGETHER = 0.90, 0.62
EFFECTS = (
    Effect("lighting", "M03", ID["Björkåsen"], "k12", "2016-03", 0.70),
    Effect("lighting", "M03", ID["Björkåsen"], "robbery", "2016-03", 0.70),
    Effect("field workers", "M02", ID["Ängsvik"], "assault", "2016-01", 0.80),
    Effect("arrests of key offenders", "M01", CITY, "shootings", "2016-12", 0.50),
    Effect("does nothing", "M05", ID["Klövervallen"], "k12", "2016-04", 1.0),
    Effect("displaces", "M04", ID["Dalhöjd"], "drugs", "2016-09", 0.60),
    Effect("displaces", "M04", ID["Dalhöjd"], "robbery", "2016-09", 0.60),
    Effect("displaced here", "M04", ID["Hamnholmen"], "drugs", "2016-09", 1.25),
    Effect("displaced here", "M04", ID["Hamnholmen"], "robbery", "2016-09", 1.25),
    Effect("coordinated pair, first", "M06", ID["Innerstaden"], "assault", "2014-09", ALONE),
    Effect("coordinated pair, second", "M07", ID["Innerstaden"], "assault", "2016-01", ALONE),
    Effect(
        "coordinated pair, more than the product", "M06 M07", ID["Innerstaden"], "assault",
        "2016-01", TOGETHER / ALONE**2,
    ),
)  # fmt: skip
BREAK = Effect("recorded in another way", "", CITY, "k4", "2013-01", 1.35)

SILENT, SILENT_YEAR = "Fågelkulla", 2017
DISAGREEING, DISPUTED = "Granängen", ("violence", "drug_dealing")
SMALL_SAMPLE, SMALL_WAVE, SMALL_SAMPLED = "Östanå", "2017", 15
REPORTING_ROSE, ROSE_FROM = "Ekmarken", 2016
LATE_DISTRICT, LATE_MONTH, LATE_SHARE = "Dalhöjd", "2017-08", 0.30
UNDER_DELIVERED = "M09"
KEY_ARRESTS = {"area_id": ID["Ängsvik"], "month": "2016-11", "arrest": 12, "detention": 9}
NEAR_REPEAT = {"probability": 0.15, "metres": 300, "days": 14}
SHOOTINGS_A_YEAR, KILLED_OF_SHOOTINGS = 46, 0.125
AS_OF = date(2017, 9, 30)
ORPHANS = {
    "problem_without_cause": "P13",
    "cause_without_evidence": "C24",
    "measure_without_cause": "M13",
    "measure_without_indicator": "M12",
    "indicator_without_baseline": "I07",
    "measure_due_for_follow_up": "M14",
    "result_without_process": "M11",
}


def effects_on(area_id: str, item: str) -> Iterator[Effect]:
    """The effects that were planted on one item of one area."""
    return (one for one in EFFECTS if (one.area_id, one.item) == (area_id, item))


def told(made: dict) -> dict:
    """Everything planted, with what only the making of the city knows (``made``), for JSON."""
    return {
        "effects": [asdict(effect) for effect in EFFECTS],
        "coordinated_pair": {"alone": ALONE, "together": TOGETHER},
        "break": asdict(BREAK),
        "orphans": ORPHANS,
        "orphans_as_of": AS_OF.isoformat(),
        "silent_district": {"area_id": ID[SILENT], "year": SILENT_YEAR},
        "disagreeing_district": {"area_id": ID[DISAGREEING], "themes": list(DISPUTED)},
        "small_sample": {"area_id": ID[SMALL_SAMPLE], "wave": SMALL_WAVE},
        "moved_block": {"block": MOVED, "from": "Ekmarken", "to": MOVED_TO, "on": "2015-01-01"},
        "reporting_rose": {"area_id": ID[REPORTING_ROSE], "year": ROSE_FROM},
        "late_registration": {
            "area_id": ID[LATE_DISTRICT], "month": LATE_MONTH, "share_missing": LATE_SHARE,
        },
        "under_delivered": UNDER_DELIVERED,
        "key_arrests": KEY_ARRESTS,
        "near_repeat": NEAR_REPEAT,
        "killed_of_shootings": KILLED_OF_SHOOTINGS,
        **made,
    }  # fmt: skip
