"""Areas know their division, and a sum over a new one hides nothing."""

import pandas as pd
import pytest

from analysis.words.periods import Period
from analysis.words.places import crosswalk, slug
from analysis.words.questions import WrongQuestion


def test_ten_districts_until_2020_and_four_areas_after(read):
    areas = read.areas
    assert len(areas.of_scheme("stadsdel_2011_2020", Period.parse("2017"))) == 10
    assert areas.of_scheme("stadsdel_2011_2020", Period.parse("2021")) == []
    assert len(areas.of_scheme("stadsomrade_2021", Period.parse("2023"))) == 4
    assert areas.of_scheme("stadsomrade_2021", Period.parse("2020")) == []


def test_a_mistyped_area_is_answered_with_the_nearest(read):
    with pytest.raises(WrongQuestion, match="did you mean 'orgryte-harlanda'"):
        read.areas.named("orgryte-harlnda", "stadsdel_2011_2020")


def test_a_slug_is_plain_ascii():
    assert slug("Västra Göteborg") == "vastra-goteborg"


def test_the_crosswalk_carries_its_one_exception_instead_of_adding_up(read):
    districts = [area.id for area in read.areas.of_scheme("stadsdel_2011_2020")]
    values = pd.DataFrame({"area_id": districts, "value": [10.0] * 10})
    new = crosswalk(values, read["area_links"]).set_index("area_id")
    assert new.value["stadsomrade:03"] == 20
    assert new.value["stadsomrade:04"] == 30
    # Örgryte-Härlanda was split between Centrum and Nordost: neither has a sum
    assert new.value[["stadsomrade:01", "stadsomrade:02"]].isna().all()
    assert new.at_least["stadsomrade:02"] == 20
    assert new.at_most["stadsomrade:02"] == 30
    assert "industrial strip" in new.exceptions["stadsomrade:02"]


def test_a_missing_piece_makes_the_whole_missing():
    links = pd.DataFrame(
        {"from_id": ["a", "b"], "to_id": ["x", "x"], "weight": [1.0, 1.0], "note": ["", ""]}
    )
    new = crosswalk(pd.DataFrame({"area_id": ["a"], "value": [3.0]}), links)
    assert new.value.isna().all()
    assert new.exceptions[0] == "b has no value"
