"""The made-up city: repeatable, accepted by the border, and what was planted is in it."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.data import tables
from analysis.data.workspace import Workspace
from analysis.example import city

LEAVES = ["assault", "robbery", "k4", "k12", "burglary_flat", "theft_from_vehicle", "bicycle",
          "drugs", "weapons", "traffic", "k9"]  # fmt: skip
AS_OF = "2017-09-30"


def home(root: Path, folder: Path) -> Path:
    shutil.copytree(root / "data/raw/goteborg", folder / "data/raw/goteborg")
    return folder


@pytest.fixture(scope="module")
def base(root, tmp_path_factory) -> Path:
    return home(root, tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def raw(base) -> Path:
    return city.make(base)


@pytest.fixture(scope="module")
def read(raw):
    def one(table: str) -> pd.DataFrame:
        return pd.read_csv(raw / f"{table}.csv", keep_default_na=False, dtype=str)

    return one


@pytest.fixture(scope="module")
def truth(raw) -> dict:
    return json.loads((raw / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def monthly(read) -> pd.DataFrame:
    """Counts by 2015 district and item (rows) and month (columns), counted the plain way."""
    links = read("area_links")
    links = links[links.to_id.str.startswith("stadsdel:15")].set_index("from_id").to_id
    happened = read("incidents")
    district, month = happened.area_id.map(links), happened.occurred.str[:7]
    return happened.groupby([district, "item", month]).size().unstack(fill_value=0)


def hashes(folder: Path) -> dict[str, str]:
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_city(raw, root, tmp_path):
    first, again = hashes(raw), home(root, tmp_path)
    assert hashes(city.make(again)) == first
    other = hashes(city.make(again, seed=1))
    assert {name for name in first if first[name] == other[name]} == {
        "README.md", "acute_events.csv", "area_links.csv", "areas.csv", "breaks.csv", "causes.csv",
        "crime_items.csv", "duties.csv", "evidence.csv", "measures.csv", "population.csv",
        "population_groups.csv", "problems.csv", "survey_codes.csv", "survey_items.csv",
        "survey_waves.csv", "tasks.csv",
    }  # fmt: skip


def test_the_border_accepts_every_row(base, raw):
    workspace = Workspace(base, "exempelstad")
    assert workspace.problems() == []
    assert workspace.made_up
    made = tables.build(workspace)
    assert made.rejected.empty
    assert (made.ledger.rows_used == made.ledger.rows_in).all()
    assert (made.ledger.rows_in > 0).all()


def test_the_record_speaks_of_every_file_in_both_languages(raw):
    package = json.loads((raw / "datapackage.json").read_text(encoding="utf-8"))
    paths = {resource["path"] for resource in package["resources"]}
    assert paths == {f.name for f in raw.glob("*.csv")}
    assert "truth.json" not in paths
    for resource in package["resources"]:
        content = (raw / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert b"\r" not in content
        for field in ("absent", "cannotSay"):
            assert all(resource[field][language] for language in ("sv", "en"))


def test_real_evidence_is_copied_as_it_is_with_its_source(raw, base):
    assert (raw / "evidence.csv").read_bytes() == (
        base / "data/raw/goteborg/evidence.csv"
    ).read_bytes()
    names = {s["name"] for s in json.loads((raw / "datapackage.json").read_bytes())["sources"]}
    assert names == {"exempelstad", "lagesbild_register"}


def test_the_size_of_the_city(read):
    happened, people = read("incidents"), read("population")
    assert 55_000 < len(happened) < 70_000
    assert set(happened["item"]) == {*LEAVES, "shootings", "killed"}
    city_2014 = people[(people.area_id == "kommun:9999") & (people.year == "2014")]
    assert 93_000 < int(city_2014.population.item()) < 95_000
    assert happened.occurred.str.fullmatch(r"201[1-8]-\d\d-\d\d \d\d:\d\d").all()
    assert (happened.status[happened.occurred >= "2018"] == "preliminary").all()
    assert (happened.status[happened.occurred < "2018"] == "final").all()


def test_districts_of_each_year_add_up_to_the_city(read):
    people = read("population").astype({"population": int})
    whole = people.area_id == "kommun:9999"
    city_wide = people[whole].set_index("year").population
    added = people[~whole].groupby("year").population.sum()
    assert (city_wide == added).all()
    early = people.area_id.str.startswith("stadsdel:11")
    assert set(people.year[early]) == {"2011", "2012", "2013", "2014"}


def test_one_block_has_moved(read, truth):
    links, areas = read("area_links"), read("areas").set_index("area_id")
    links = links.assign(district=links.to_id.map(areas.area))
    homes = links.groupby("from_id").district.unique()
    moved = homes[homes.map(len) == 2]
    assert list(areas.area[moved.index]) == [truth["moved_block"]["block"]]
    assert list(moved.iloc[0]) == ["Ekmarken", "Granängen"]
    assert (links.weight == "1").all()
    assert len(homes) == 30


def test_district_rates_are_those_of_the_real_districts(read, base, monthly):
    real = pd.read_csv(base / "data/raw/goteborg/crime_counts_districts_2011_2020.csv")
    real = real[real.year.between(2011, 2018) & real["item"].isin(LEAVES)]
    living = pd.read_csv(base / "data/raw/goteborg/population.csv")
    living = living[living.year == 2017].set_index("area_id").population
    wanted = real.groupby("area_id")["count"].sum() / 8 / living * 1000
    people = read("population").astype({"population": int})
    people = people[people.area_id.str.startswith("stadsdel:15")]
    exposure = people.groupby("area_id").population.sum()
    late = monthly.loc[:, "2015-01":].query("item in @LEAVES").sum(axis=1)
    made = late.groupby(level=0).sum() / exposure * 1000
    twins = [134, 131, 132, 139, 136, 140, 133, 135, 138, 137]
    for number, twin in enumerate(twins, start=1):
        ratio = made[f"stadsdel:15{number:02d}"] / wanted[f"stadsdel:{twin}"]
        assert 0.75 < ratio < 1.25, (number, ratio)


def test_shootings_come_in_bursts_and_deaths_almost_one_by_one(read):
    happened = read("incidents")
    years = happened.groupby(["item", happened.occurred.str[:4]]).size().unstack(fill_value=0)
    shot, killed = years.loc["shootings"], years.loc["killed"]
    assert 30 < shot.mean() < 50
    assert 2.5 < shot.var() / shot.mean() < 6
    assert 3 < killed.mean() < 7
    assert 0.4 < killed.var() / killed.mean() < 2.2


def test_a_shooting_makes_another_one_nearby_likelier(read):
    shot = read("incidents").query("item == 'shootings'").astype({"easting": int, "northing": int})
    when = pd.to_datetime(shot.occurred).to_numpy()
    gap = (when[None, :] - when[:, None]) / np.timedelta64(1, "D")
    east, north = shot.easting.to_numpy(), shot.northing.to_numpy()
    near = np.hypot(east[None, :] - east[:, None], north[None, :] - north[:, None]) <= 300
    soon = (near & (gap > 0) & (gap <= 15)).any(axis=1).mean()
    later = (near & (gap > 30) & (gap <= 45)).any(axis=1).mean()
    assert soon - later > 0.07


def test_what_is_planted_is_what_was_asked_for(truth):
    planted = [(e["area_id"][-2:], e["item"], e["start"], e["ratio"]) for e in truth["effects"]]
    assert planted == [
        ("03", "k12", "2016-03", 0.7), ("03", "robbery", "2016-03", 0.7),
        ("02", "assault", "2016-01", 0.8), ("99", "shootings", "2016-12", 0.5),
        ("09", "k12", "2016-04", 1.0), ("04", "drugs", "2016-09", 0.6),
        ("04", "robbery", "2016-09", 0.6), ("08", "drugs", "2016-09", 1.25),
        ("08", "robbery", "2016-09", 1.25), ("01", "assault", "2014-09", 0.9),
        ("01", "assault", "2016-01", 0.9), ("01", "assault", "2016-01", 0.62 / 0.81),
    ]  # fmt: skip
    assert truth["break"]["ratio"] == 1.35


def test_planted_effects_are_in_the_means_and_the_counts(monthly, truth):
    for effect in truth["effects"]:
        if "pair" in effect["name"] or effect["item"] == "shootings":
            continue
        row = pd.Series(truth["expected_counts"][effect["area_id"]][effect["item"]])
        row.index = truth["months"]
        same = [m for m in truth["months"] if m[5:] == effect["start"][5:]]
        after = row[same][effect["start"] :].mean() / row[same][: effect["start"]][:-1].mean()
        assert abs(after / effect["ratio"] - 1) < 0.15, effect
        counted = monthly.loc[(effect["area_id"], effect["item"]), truth["months"]]
        parts = [counted[effect["start"] :], counted[: effect["start"]].iloc[:-1]]
        seen, wanted = (
            np.log(one[parts[0].index].mean() / one[parts[1].index].mean())
            for one in (counted, row)
        )
        # months remember half of the month before: three times the variance of independent ones
        error = np.sqrt(sum(3 * one.var() / len(one) / one.mean() ** 2 for one in parts))
        assert abs(seen - wanted) < 3 * error, effect


def test_the_pair_together_is_more_than_its_product(monthly, truth):
    area = next(e["area_id"] for e in truth["effects"] if "pair" in e["name"])
    product = np.prod([e["ratio"] for e in truth["effects"] if "pair" in e["name"]])
    assert product == pytest.approx(0.62)
    assert truth["coordinated_pair"]["together"] < truth["coordinated_pair"]["alone"] ** 2
    counted = monthly.loc[(area, "assault")]
    without, both = counted[:"2014-08"].mean(), counted["2016-01":].mean()
    assert 0.45 < both / without < 0.80


def test_shootings_halve_after_the_arrests(read, truth):
    happened = read("incidents").query("item == 'shootings'")
    before = (happened.occurred < "2016-12").sum() / 71
    after = (happened.occurred >= "2016-12").sum() / 25
    assert 0.35 < after / before < 0.70
    assert truth["expected_shootings"]["2017"] == pytest.approx(23)
    arrests = read("enforcement").query("kind == 'arrest'").astype({"persons": int})
    most = arrests.loc[arrests.persons.idxmax()]
    assert (most.area_id, most.month) == ("stadsdel:1502", "2016-11")


def test_the_recording_break_is_in_the_counts_and_said(monthly, read):
    k4 = monthly.xs("k4", level="item").sum()
    assert 1.2 < k4["2013-01":"2013-12"].mean() / k4["2012-01":"2012-12"].mean() < 1.5
    row = read("breaks").iloc[0]
    assert (row["item"], row.area_id, row.from_date) == ("k4", "", "2013-01-01")


def test_first_counts_are_a_little_low_and_in_one_place_very(read, monthly):
    first = read("first_counts").astype({"count": int})
    first = first.set_index(["area_id", "item", "month"])["count"]
    final = monthly.stack().reindex(first.index, fill_value=0)
    assert (first <= final).all()
    assert 0.02 < 1 - first.sum() / final.sum() < 0.08
    late = [key for key in first.index if key[0] == "stadsdel:1504" and key[2] == "2017-08"]
    assert 1 - first[late].sum() / final[late].sum() > 0.15


def test_the_survey_has_its_size_and_its_weights_stand_for_everybody(read, truth):
    asked = read("survey_respondents").astype({"weight": float})
    assert asked.groupby("wave").size().between(2_600, 3_300).all()
    groups = read("population_groups").astype({"population": int})
    everybody = groups.groupby(["year", "area_id"]).population.sum()
    stood_for = asked.groupby(["wave", "area_id"]).weight.sum()
    assert list(everybody.index) == list(stood_for.index)
    assert np.allclose(everybody.to_numpy(), stood_for.to_numpy(), rtol=0.001)
    small = truth["small_sample"]
    few = asked[(asked.wave == small["wave"]) & (asked.area_id == small["area_id"])]
    assert 4 <= len(few) <= 12
    young_men = (asked.sex == "men") & (asked.age_group == "16-29")
    old_women = (asked.sex == "women") & (asked.age_group == "65-84")
    assert asked.weight[young_men].mean() > 1.1 * asked.weight[old_women].mean()
    living = groups[(groups.sex == "men") & (groups.age_group == "16-29")].population.sum()
    assert young_men.mean() < 0.8 * living / groups.population.sum()


def test_answers_give_back_the_true_shares(read, truth):
    roles = read("survey_codes")
    said = read("survey_answers").merge(roles, on=["item", "code"])
    said = said[said.role.isin(("good", "bad"))].merge(read("survey_respondents"))
    said = said.assign(weight=said.weight.astype(float))
    said["hit"] = said.weight * (said.role == "good")
    sums = said.groupby(["area_id", "wave", "item"])[["hit", "weight"]].sum()
    n = said.groupby(["area_id", "wave", "item"]).size()
    shares = pd.DataFrame(truth["survey_shares_good"]).set_index(["area_id", "wave"])
    true = shares.stack().reindex(sums.index)
    error = np.sqrt(1.15 * true * (1 - true) / n)
    z = ((sums.hit / sums.weight - true) / error)[n > 50]
    assert 0.93 < (z.abs() < 1.96).mean() <= 0.99
    assert abs(z.mean()) < 0.3


def test_who_is_asked_why_has_said_that_a_place_is_safer(read):
    said = read("survey_answers")
    keys = ["wave", "respondent_id"]
    why = said[said["item"] == "why_safer"].merge(said[said["item"] == "safer_place"], on=keys)
    assert len(why) == (said["item"] == "why_safer").sum()
    assert set(why.code_y) == {"1", "2"}
    codes = said.groupby("item").code.unique()
    assert all({"8", "9"} <= set(found) for found in codes)


def test_nobody_speaks_from_the_silent_district(read, truth):
    silent = truth["silent_district"]["area_id"]
    assert silent not in set(read("observations").area_id)
    said = read("ratings").query("area_id == @silent")
    assert set(said.voice[said.period.str[:4] == "2017"]) == {"police"}
    assert set(said.voice[said.period.str[:4] == "2018"]) == {"residents", "police", "district"}
    assert not any(read("focus").query("area_id == @silent").period.str.startswith("2017"))
    assert len(read("observations")) == 1_500


def test_two_voices_disagree_in_one_place_on_two_themes_and_agree_elsewhere(read, truth):
    rated = read("ratings").astype({"rating": float})
    mean = rated.groupby(["area_id", "theme", "voice"]).rating.mean().unstack()
    apart = (mean.residents - mean.police).abs()
    named = truth["disagreeing_district"]
    assert set(apart[apart > 1].index) == {(named["area_id"], theme) for theme in named["themes"]}
    assert apart[apart <= 1].max() < 0.4
    assert rated.rating.between(1, 4).all()


def test_the_focus_is_what_at_least_two_voices_put_forward(read):
    focus, rated = read("focus"), read("ratings").astype({"rating": float})
    given = rated.set_index(["area_id", "period", "voice", "theme"]).rating.sort_index()
    assert focus.groupby(["area_id", "period"]).size().max() == 3
    assert (focus.agreed_by.str.split().map(len) >= 2).all()
    for row in focus.itertuples():
        for voice in row.agreed_by.split():
            mine = given[row.area_id, row.period, voice]
            assert mine[row.theme] >= 2.5
            assert (mine > mine[row.theme]).sum() < 3


def test_each_kind_of_orphan_is_there_once_and_no_other(read, truth):
    problems, causes, measures = read("problems"), read("causes"), read("measures")
    goals, doses, results = read("indicators"), read("doses"), read("follow_ups")
    is_open = (problems.closed == "") | (problems.closed > AS_OF)
    results = results[results.followed_up <= AS_OF]
    known = doses[(doses.delivered != "") & (doses.month <= AS_OF[:7])]
    answered = measures.merge(results, on="measure_id", suffixes=("", "_of_result"))
    answered = answered[answered.followed_up >= answered.follow_up].measure_id
    due = (measures.follow_up <= AS_OF) & ~measures.measure_id.isin(answered)
    found = {
        "problem_without_cause": problems.problem_id[
            is_open & ~problems.problem_id.isin(causes.problem_id)
        ],
        "cause_without_evidence": causes.cause_id[causes.basis == ""],
        "measure_without_cause": measures.measure_id[measures.cause_id == ""],
        "measure_without_indicator": measures.measure_id[measures.indicator_id == ""],
        "indicator_without_baseline": goals.indicator_id[goals.baseline == ""],
        "measure_due_for_follow_up": measures.measure_id[due],
        "result_without_process": results.measure_id[~results.measure_id.isin(known.measure_id)],
    }
    assert {kind: list(ids) for kind, ids in found.items()} == {
        kind: [one] for kind, one in truth["orphans"].items()
    }
    assert (~is_open & ~problems.problem_id.isin(causes.problem_id)).any()
    assert set(goals.indicator_id) == set(measures.indicator_id) - {""}
    assert set(causes.problem_id) <= set(problems.problem_id)
    assert set(measures.cause_id) - {""} <= set(causes.cause_id)


def test_baselines_and_results_are_counted_from_the_tables(read, monthly):
    goals = read("indicators").set_index("indicator_id").baseline
    k12 = monthly.loc[("stadsdel:1503", "k12"), "2015-01":"2015-12"].sum()
    shot = monthly.xs("shootings", level="item").sum()["2015-01":"2015-06"].sum()
    assert float(goals["I03"]) == k12
    assert float(goals["I01"]) == shot
    results = read("follow_ups").set_index(["measure_id", "period"]).value
    k12 = monthly.loc[("stadsdel:1503", "k12"), "2016-01":"2016-12"].sum()
    assert float(results["M03", "2016"]) == k12


def test_one_measure_is_clearly_under_delivered_and_some_months_are_unknown(read, truth):
    doses = read("doses")
    known = doses[doses.delivered != ""].astype({"planned": float, "delivered": float})
    done = known.groupby("measure_id")[["planned", "delivered"]].sum()
    share = done.delivered / done.planned
    assert list(share[share < 0.6].index) == [truth["under_delivered"]]
    assert share.drop(truth["under_delivered"]).min() > 0.75
    unknown = doses[doses.delivered == ""].measure_id
    assert unknown.nunique() > 3


def test_the_acute_event_is_among_the_incidents_and_has_an_end(read):
    event = read("acute_events").iloc[0]
    same = ["item", "occurred", "easting", "northing"]
    assert len(read("incidents").merge(event[same].to_frame().T, on=same)) == 1
    assert event.occurred.startswith("2017-09-02 ")
    assert (event.presence_from, event.presence_until) == ("2017-09-02", "2017-09-30")
    parties = {"police", "district", "association", "school", "housing"}
    assert set(read("tasks").party) == parties


def test_one_duty_is_old_and_one_is_missing(read):
    decided = read("duties").set_index("duty").decided
    asked_anew = decided.drop(["council", "coordinator"])
    assert list(asked_anew[asked_anew < "2015-09-30"].index) == ["action_plan"]
    assert "follow_up" not in decided
    assert (decided <= AS_OF).all()


def test_no_cell_looks_like_a_personal_number_a_telephone_or_an_address(raw):
    number = re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+ ]?\d{4}(?!\d)|\b0\d{1,3}[- ]\d{5,}|\w@\w")
    for file in sorted(raw.glob("*.csv")):
        rows = pd.read_csv(file, keep_default_na=False, dtype=str)
        for column in rows:
            assert not rows[column].str.contains(number).any(), (file.name, column)
