"""What the shipped figures satisfy among themselves, reached with the csv module alone."""

import csv
from collections import defaultdict

import pandas as pd
import pytest

from analysis.data import identities
from analysis.words.estimates import CheckResult


@pytest.fixture(scope="module")
def by_hand(root):
    """{(area, year): {item: count}} with blanks left out."""
    found = defaultdict(dict)
    file = root / "data/raw/goteborg/crime_counts_districts_2011_2020.csv"
    with open(file, encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["count"]:
                found[row["area_id"], row["year"]][row["item"]] = int(row["count"])
    return found


def test_the_chapters_add_up_in_all_hundred_area_years(by_hand, read):
    groups = {
        "k3_7": ["k3", "k4", "k5", "k6", "k7"],
        "k8_12": ["k8", "k9", "k10", "k11", "k12"],
        "k13_15": ["k13", "k14", "k15"],
        "brb": ["k3_7", "k8_12", "k13_15", "k16_22"],
    }
    assert len(by_hand) == 100
    for counts in by_hand.values():
        for parent, parts in groups.items():
            assert counts[parent] == sum(counts.get(part, 0) for part in parts)
    crime = read["crime_counts"]
    inside = crime[crime.area_id.str.startswith("stadsdel:")]
    checks = identities.chapter_sums(inside, read["crime_items"])
    assert {c.found["item"]: (c.outcome, c.looked_at) for c in checks} == dict.fromkeys(
        groups, ("passed", 100)
    )


def test_a_sum_that_does_not_hold_is_seen(read):
    crime = read["crime_counts"]
    broken = crime[crime.area_id.str.startswith("stadsdel:")].copy()
    broken.loc[broken.query("item == 'k3'").index[0], "count"] += 1
    checks = identities.chapter_sums(broken, read["crime_items"])
    assert [c.found for c in checks if c.outcome == "failed"] == [{"item": "k3_7", "off": 1}]


def counts(*rows):
    columns = ["area_id", "year", "item", "count"]
    return pd.DataFrame(rows, columns=columns).astype({"count": "Int64"})


GROUP = pd.DataFrame(
    {
        "item": ["total", "k8", "robbery", "theft"],
        "parent": ["", "total", "k8", "k8"],
        "adds_to_total": ["no", "no", "yes", "yes"],
    }
)


@pytest.mark.parametrize(("theft", "outcome"), [(47, "passed"), (51, "failed")])
def test_beside_what_is_not_published_a_group_may_be_larger_and_never_smaller(theft, outcome):
    rows = counts(("a:1", 2024, "k8", 50), ("a:1", 2024, "robbery", None),
                  ("a:1", 2024, "theft", theft), ("a:1", 2023, "k8", 9),
                  ("a:1", 2023, "robbery", 4), ("a:1", 2023, "theft", 5))  # fmt: skip
    (check,) = identities.chapter_sums(rows, GROUP)
    assert (check.outcome, check.looked_at) == (outcome, 2)


def test_a_year_in_which_a_district_is_blank_covers_no_known_share_of_the_city():
    areas = pd.DataFrame(
        {
            "area_id": ["c:1", "d:1", "d:2"],
            "scheme": ["c", "d", "d"],
            "parent_id": ["", "c:1", "c:1"],
        }
    )
    rows = counts(("c:1", 2023, "total", 100), ("d:1", 2023, "total", 48),
                  ("d:2", 2023, "total", 47), ("c:1", 2024, "total", 100),
                  ("d:1", 2024, "total", 48), ("d:2", 2024, "total", None))  # fmt: skip
    shares = identities.coverage({"crime_counts": rows, "areas": areas}, "d", "c:1")
    assert shares[["year", "share"]].to_dict("records") == [{"year": 2023, "share": 0.95}]


def test_the_total_exceeds_its_parts_by_nought_to_eight(by_hand, read):
    gaps = [c["total"] - c["brb"] - c["special"] for c in by_hand.values()]
    assert (min(gaps), max(gaps)) == (0, 8)
    crime = read["crime_counts"]
    (found,) = identities.unexplained_total(crime[crime.area_id.str.startswith("stadsdel:")])
    assert found.outcome == "for information"
    assert found.found == {"low": 0, "high": 8, "off": sum(gap > 0 for gap in gaps)}


def test_the_districts_cover_89_to_94_per_cent_of_the_city(by_hand, read):
    shares = identities.coverage(read, "stadsdel_2011_2020", "kommun:1480")
    assert list(shares.year) == list(range(2013, 2021))
    for row in shares.itertuples():
        whole = sum(c["total"] for (_, year), c in by_hand.items() if int(year) == row.year)
        assert row.districts == whole
        assert 0.89 <= row.share < 0.945
    told = identities.coverage_check(shares).found
    assert (told["low"], told["high"]) == (shares.share.min(), shares.share.max())


def test_march_below_february_is_impossible_and_both_rows_are_set_aside(read):
    reasons = read.rejected
    assert list(reasons.resource) == ["shootings", "shootings"]
    assert reasons.reason.str.startswith("impossible").all()
    assert isinstance(identities.impossible_totals(reasons), CheckResult)
    assert identities.impossible_totals(reasons).found == {"off": 2}
    kept = read["shootings"].query("series == 'ytd'")
    assert not (kept.period_start.dt.year == 2017).any()
    assert len(kept) == 10


def test_2014_has_rival_series_and_no_average(read):
    found = identities.rivals(read["shootings"]).set_index(["measure", "period"]).found
    assert sorted(set(found["confirmed shootings", "2014"].values())) == [50, 52, 61]


def test_series_that_agree_are_no_rivals(read):
    same = read["shootings"].query("period_start == '2014-01-01' and value == 52")
    assert identities.rivals(same).empty
    assert isinstance(identities.rivals(same), pd.DataFrame)
