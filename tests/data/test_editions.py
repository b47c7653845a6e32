"""What was told on a day can be told again: editions are kept, and a day chooses among them."""

import json
from datetime import date

import pytest

from analysis.data import tables
from analysis.data.record import renew
from analysis.data.workspace import Workspace, sha256
from analysis.measurement import crime
from analysis.words.periods import Period
from analysis.words.questions import WrongQuestion


def duties(root, name="exempelstad"):
    return tables.build(Workspace(root, name))["duties"]


@pytest.fixture
def twice(workspace):
    """A register that was entered on two days, with a row more each time."""
    city = Workspace(workspace, "exempelstad")
    file = city.raw / "duties.csv"
    for day, more in ((date(2027, 10, 1), "2027-09-01"), (date(2027, 11, 1), "2027-10-20")):
        file.write_text(file.read_text("utf-8") + f"follow_up,U,F,{more},\n", "utf-8")
        renew(Workspace(workspace, "exempelstad"), "duties.csv", day)
    return workspace


def test_a_day_between_two_editions_shows_the_first(twice):
    assert len(duties(twice)) == 8
    assert len(duties(twice, "exempelstad@2027-10-15")) == 7
    assert len(duties(twice, "exempelstad@2027-11-01")) == 8
    assert Workspace(twice, "exempelstad@2027-10-15").problems() == []


def test_an_earlier_edition_that_was_edited_is_named(twice):
    kept = twice / "data/raw/exempelstad/editions/duties/2027-10-01.csv"
    kept.write_text(kept.read_text("utf-8") + "x", "utf-8")
    (problem,) = Workspace(twice, "exempelstad").problems()
    assert problem == "duties.csv: the edition 2027-10-01.csv is not the one recorded: restore it."


def test_two_versions_of_one_day_are_one_edition(workspace):
    city = Workspace(workspace, "exempelstad")
    file = city.raw / "duties.csv"
    for more in ("2027-09-01", "2027-09-02"):
        file.write_text(file.read_text("utf-8") + f"follow_up,U,F,{more},\n", "utf-8")
        renew(Workspace(workspace, "exempelstad"), "duties.csv", date(2027, 10, 1))
    (resource,) = Workspace(workspace, "exempelstad").resources_of("duties")
    assert resource.files == (file,)
    assert resource.unchanged


def test_each_view_has_tables_and_reports_of_its_own(root):
    then, now = (Workspace(root, name) for name in ("exempelstad@2017-10-15", "exempelstad"))
    assert then.raw == now.raw
    assert (then.processed, then.reports) != (now.processed, now.reports)


def test_a_file_that_was_not_known_yet_is_absent_and_named(workspace):
    file = workspace / "data/raw/goteborg/datapackage.json"
    package = json.loads(file.read_text("utf-8"))
    package["resources"][-1]["retrieved"] = "2027-01-01"
    file.write_text(json.dumps(package), "utf-8")
    then = Workspace(workspace, "goteborg@2026-12-01")
    assert [record["retrieved"] for record in then.not_yet] == ["2027-01-01"]
    assert tables.build(then)["evidence"].empty


def test_what_is_no_day_is_refused_with_an_example(root):
    with pytest.raises(WrongQuestion, match="not '17-10': exempelstad@2026-11-24"):
        Workspace.find("exempelstad@17-10")


def test_before_anything_was_known_there_is_nothing_to_ask(root):
    from analysis.data.parameters import Data

    with pytest.raises(WrongQuestion, match="nothing of goteborg@2018-01-01 was known then"):
        Data(workspace="goteborg@2018-01-01", period="2017", language="sv")


def test_events_entered_later_are_left_out_and_counted(made_up, made_up_tables):
    then = Workspace(made_up.root, "exempelstad@2017-10-15")
    read = tables.build(then)
    account = read.ledger.set_index("resource").loc["incidents"]
    everything = made_up_tables["incidents"]
    later = everything.registered > "2017-10-15"
    assert account.rows_not_chosen == later.sum() > 0
    assert account.rows_in == account.rows_used + account.rows_rejected + account.rows_not_chosen
    assert read["incidents"].registered.max().date() <= date(2017, 10, 15)


def undated(root, retrieved):
    """The register with no day of registration on its first event, as it came in on a day."""
    city = Workspace(root, "exempelstad")
    lines = (city.raw / "incidents.csv").read_text("utf-8").splitlines()
    at = lines[0].split(",").index("registered")
    first = lines[1].split(",")
    first[at] = ""
    (city.raw / "incidents.csv").write_text("\n".join([lines[0], ",".join(first)]), "utf-8")
    record = json.loads((city.raw / "datapackage.json").read_text("utf-8"))
    (events,) = [one for one in record["resources"] if one["table"] == "incidents"]
    events |= {"retrieved": retrieved, "hash": f"sha256:{sha256(city.raw / 'incidents.csv')}",
               "bytes": (city.raw / "incidents.csv").stat().st_size}  # fmt: skip
    (city.raw / "datapackage.json").write_text(json.dumps(record), "utf-8")
    account = tables.build(Workspace(root, "exempelstad@2017-10-15")).ledger
    return account.set_index("resource").loc["incidents"]


def test_an_event_that_does_not_say_when_it_was_known_is_not_in_an_earlier_view(workspace):
    account = undated(workspace, "2018-01-01")
    assert (account.rows_used, account.rows_not_chosen) == (0, 1)


def test_every_row_of_an_edition_at_hand_was_known(workspace):
    account = undated(workspace, "2017-10-10")
    assert (account.rows_used, account.rows_not_chosen) == (1, 0)


@pytest.mark.parametrize("month", ["2017-03", "2017-09", "2018-06"])
def test_a_view_gives_the_figures_that_were_first_told(made_up, made_up_tables, month):
    first = made_up_tables["first_counts"].query("month == @month")
    day = first.known_on.iloc[0].date()
    then = Workspace(made_up.root, f"exempelstad@{day}")
    read, span = tables.build(then), Period.parse(month)
    for area in ("stadsdel:1502", "stadsdel:1507"):
        told = first[first.area_id == area].set_index("item")["count"]
        counted = crime.reported(read, then, area, list(told.index), span)
        assert {item: one.at(span).value for item, one in counted.items()} == told.to_dict()


def test_a_view_ends_on_its_day(root):
    assert str(Workspace(root, "exempelstad@2017-10-15").observed) == "2011-01-01..2017-10-15"
