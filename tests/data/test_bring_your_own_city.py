"""What the guide to one's own city shows is what works."""

import json
import re
from datetime import date

import pytest

from analysis.data import scaffold, tables
from analysis.data.record import renew
from analysis.data.workspace import Workspace
from tests.conftest import ROOT

GUIDE = (ROOT / "docs/bring_your_own_city.md").read_text("utf-8")
EXPORT = """Stadsdel;År;Brottstyp;Antal
Hageby;2024;Misshandel;1 234
Klockaretorpet;2024;Rån;..
Hageby;2024;Snatteri;7
Vilbergen;2024;Rån;3
"""


@pytest.fixture
def city(tmp_path):
    """A new city with two districts, and an export as the guide records it."""
    (tmp_path / "data/raw").mkdir(parents=True)
    folder = scaffold.new(tmp_path, "norrkoping", "0581", date(2026, 2, 1))
    areas = folder / "areas.csv"
    rows = "".join(
        f"stadsdel:{n};{name};stadsdel;kommun:0581;;;;;no;\n"
        for n, name in ((1, "Hageby"), (2, "Klockaretorpet"))
    )
    areas.write_text(areas.read_text("utf-8-sig") + rows, "utf-8")
    items = folder / "crime_items.csv"
    more = "assault;Misshandel;Assault;total;victims;yes;yes\nrobbery;Rån;Robbery;total;victims;yes;yes\n"
    items.write_text(items.read_text("utf-8-sig") + more, "utf-8")
    (folder / "anmalda_brott_2025.csv").write_bytes(EXPORT.encode("cp1252"))
    (example,) = re.findall(r"```json\n(.*?)```", GUIDE, re.S)
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    package["resources"].append(json.loads(example))
    (folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
    for file in ("areas.csv", "crime_items.csv", "anmalda_brott_2025.csv"):
        renew(Workspace(tmp_path, "norrkoping"), file, date(2026, 2, 2))
    return Workspace(tmp_path, "norrkoping")


def test_the_export_of_the_guide_is_read_as_it_says(city):
    assert city.problems() == []
    read = tables.build(city)
    rows = read["crime_counts"].set_index(["area_id", "item"])["count"]
    assert rows["stadsdel:1", "assault"] == 1234
    assert rows.isna()["stadsdel:2", "robbery"]
    told = read.rejected[read.rejected.resource == "polisen-2025"].reason.tolist()
    assert told == [
        "item 'Snatteri' has no code in the record", "area_id 'Vilbergen' has no code in the record",
    ]  # fmt: skip


def test_every_part_of_a_reading_is_in_the_guide():
    from analysis.data.formats.mapping import PARTS

    assert {part for part in PARTS if f"| `{part}` |" not in GUIDE} == set()
