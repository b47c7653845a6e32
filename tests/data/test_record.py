"""A register that was changed on purpose is entered in one step, and only when it can be read."""

from datetime import date

import pytest

from analysis.data import tables
from analysis.data.record import renew
from analysis.data.workspace import Workspace
from analysis.words.questions import WrongQuestion

DAY = date(2017, 10, 1)


@pytest.fixture
def mine(workspace):
    return Workspace(workspace, "exempelstad")


def edit(city, name, change):
    file = city.raw / name
    file.write_text(change(file.read_text("utf-8")), "utf-8")


def test_a_changed_register_is_refused_with_the_way_out_and_then_entered(mine, workspace):
    edit(mine, "duties.csv", lambda text: text + "follow_up,Uppföljning,Follow-up,2017-09-01,\n")
    (problem,) = mine.problems()
    assert problem.endswith("lagesbild record exempelstad duties.csv")
    assert renew(mine, "duties.csv", DAY) == 7
    again = Workspace(workspace, "exempelstad")
    assert again.problems() == []
    (resource,) = again.resources_of("duties")
    assert resource.retrieved == "2017-10-01"
    assert len(tables.build(again)["duties"]) == 7


def test_what_cannot_be_read_is_not_entered(mine):
    before = (mine.raw / "datapackage.json").read_bytes()
    edit(mine, "duties.csv", lambda text: text.replace("duty,", "dutty,"))
    with pytest.raises(WrongQuestion, match="not recorded dutty; missing duty"):
        renew(mine, "duties.csv", DAY)
    with pytest.raises(WrongQuestion, match=r"did you mean 'duties\.csv'"):
        renew(mine, "dutys.csv", DAY)
    assert (mine.raw / "datapackage.json").read_bytes() == before


@pytest.mark.parametrize("missing", ["madeUp", "settings"])
def test_a_record_without_what_every_run_needs_is_named(mine, missing):
    del mine.package[missing]
    assert mine.problems() == [f"datapackage.json lacks {missing!r}."]


def test_a_setting_that_is_missing_is_named(mine):
    del mine.package["settings"]["period"]
    assert "datapackage.json: settings lack 'period'." in mine.problems()
