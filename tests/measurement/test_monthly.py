"""Months of areas: counted by hand, missing where not final, cut at a break."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.data.tables import Tables
from analysis.measurement.monthly import monthly, neighbours
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion

Q3 = Period.parse("2017Q3")


def test_a_month_is_what_a_plain_count_of_the_rows_gives(made_up_tables, made_up):
    found = monthly(made_up_tables, made_up, "assault", Q3)
    events = made_up_tables["incidents"]
    links = made_up_tables["area_links"]
    inside = links.from_id[links.to_id == "stadsdel:1502"]
    mine = events[(events["item"] == "assault") & events.area_id.isin(inside)]
    by_hand = mine[mine.occurred.astype(str).str.startswith("2016-05")]
    assert found.counts.loc["stadsdel:1502", "2016-05"] == len(by_hand)
    assert found.counts.iloc[1:].sum().sum() == found.counts.iloc[0].sum()
    assert (found.first, str(found.months[-1]), found.since) == ("2011-01", "2017-09", None)


def test_months_still_being_registered_are_missing_and_not_low(made_up_tables, made_up):
    found = monthly(made_up_tables, made_up, "assault", Period.parse("2018Q2"))
    assert np.isnan(found.counts.loc[:, "2018-01":]).all().all()
    assert not np.isnan(found.counts.loc[:, :"2017-12"]).any().any()


@pytest.mark.parametrize("item", ["k4", "total"])
def test_a_series_begins_where_its_present_way_of_counting_does(made_up_tables, made_up, item):
    found = monthly(made_up_tables, made_up, item, Q3)
    assert (found.first, str(found.since)) == ("2013-01", "2013-01")


def test_yearly_figures_have_no_months(read, city):
    with pytest.raises(WrongQuestion, match="yearly figures have no months"):
        monthly(read, city, "assault", Period.parse("2017"))


def test_neighbours_share_a_side_of_their_tiles(made_up_tables):
    names = {made_up_tables.areas[a].name for a in neighbours(made_up_tables, "stadsdel:1504")}
    assert names == {"Ängsvik", "Ekmarken", "Hamnholmen"}
    assert neighbours(made_up_tables, "kommun:9999") == []


def test_real_borders_tell_who_is_beside_whom_and_a_corner_is_no_border(made_up_tables):
    areas = made_up_tables["areas"]
    ids = list(areas.area_id[areas.scheme == "stadsdel_2015"])[:4]
    squares = {ids[0]: (0, 0), ids[1]: (1, 0), ids[2]: (1, 1), ids[3]: (5, 5)}
    rows = [
        {"area_id": one, "x": column + right, "y": row + up}
        for one, (column, row) in squares.items()
        for right, up in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    ]
    tables = Tables(
        {**made_up_tables.by_name, "outlines": pd.DataFrame(rows)}, made_up_tables.ledger,
        made_up_tables.rejected,
    )  # fmt: skip
    assert neighbours(tables, ids[0]) == [ids[1]]
    assert neighbours(tables, ids[1]) == sorted([ids[0], ids[2]])
    assert neighbours(tables, ids[3]) == []


def changed(tables, **by_name):
    return replace(tables, by_name=tables.by_name | by_name)


@pytest.mark.parametrize("item", ["shootings", "weapons", "killed"])
def test_a_month_without_a_preliminary_event_of_a_kind_is_no_final_nought(
    made_up_tables, made_up, item
):
    found = monthly(made_up_tables, made_up, item, Period.parse("2018Q4"))
    assert np.isnan(found.counts.loc[:, "2018-01":]).all().all()


def test_a_view_of_an_earlier_day_ends_where_its_counts_were_final(made_up_tables, made_up):
    then = replace(made_up, name="exempelstad@2017-10-15")
    events = made_up_tables["incidents"]
    tables = changed(made_up_tables, incidents=events[events.registered <= "2017-10-15"])
    found = monthly(tables, then, "total", Q3)
    assert np.isnan(found.counts.loc[:, "2017-07":]).all().all()
    assert not np.isnan(found.counts.loc[:, :"2017-06"]).any().any()


def with_break(tables, **about):
    row = tables["breaks"].iloc[0].to_dict() | about
    row["from_date"] = pd.Timestamp(row["from_date"])
    return changed(tables, breaks=pd.DataFrame([row]))


@pytest.mark.parametrize(
    ("about", "item", "first"),
    [
        ({"item": "robbery", "from_date": "2015-06-20"}, "robbery", "2015-07"),
        ({"item": "robbery", "from_date": "2015-06-01"}, "robbery", "2015-06"),
        ({"item": "robbery", "from_date": "2015-06-01"}, "total", "2015-06"),
        ({"item": "total", "from_date": "2015-06-01"}, "total", "2015-06"),
        ({"item": "total", "from_date": "2015-06-01"}, "robbery", "2011-01"),
        ({"item": "robbery", "from_date": "2018-06-01"}, "robbery", "2011-01"),
    ],
)
def test_a_series_begins_with_the_first_whole_month_of_its_way_of_counting(
    made_up_tables, made_up, about, item, first
):
    assert monthly(with_break(made_up_tables, **about), made_up, item, Q3).first == first
