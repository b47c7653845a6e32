"""The empty folder of a new city: every table has its headings, nothing is filled in for her.

A table that stays empty is allowed; what it would have shown is then said to be missing.
"""

import json
import re
from pathlib import Path

from analysis.data.schemas import SCHEMAS
from analysis.data.workspace import sha256
from analysis.data.write import write_atomically
from analysis.words.questions import WrongQuestion

FILES = {
    "areas": "areas.csv", "area_links": "area_links.csv", "crime_items": "crime_items.csv",
    "crime_counts": "crime_counts.csv", "population": "population.csv",
    "shootings": "shootings.csv", "safety_surveys": "safety_surveys.csv",
}  # fmt: skip


def new(root: Path, name: str, kommun: str = "") -> Path:
    """Lay out ``data/raw/<name>`` with empty tables and a record to fill.

    Parameters
    ----------
    root
        The project's folder.
    name
        Of the workspace: lower-case letters, digits and hyphens.
    kommun
        Code of the municipality, four digits; may be filled in later.

    Raises
    ------
    WrongQuestion
        When the name or code is malformed, or the folder is already there.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", name):
        raise WrongQuestion(
            f"workspace {name!r} must be lower-case letters a-z, digits and hyphens: norrkoping."
        )
    if kommun and not re.fullmatch(r"\d{4}", kommun):
        raise WrongQuestion(f"kommun {kommun!r} must be four digits: 1480.")
    folder = root / "data" / "raw" / name
    if folder.exists():
        raise WrongQuestion(f"{folder} is already there; choose another name.")
    resources = []
    for table, file in FILES.items():
        columns = list(SCHEMAS[table].columns)
        write_atomically(folder / file, (",".join(columns) + "\n").encode())
        resources.append(_record(table, folder / file, columns))
    package = {
        "profile": "data-package", "name": name, "title": name, "version": "1", "madeUp": False,
        "settings": {
            "municipality": f"kommun:{kommun}", "districtScheme": "stadsdel", "cityName": name,
            "period": "2025", "shown": ["total"],
        },
        "licenses": [{"name": "own", "title": "Egna uppgifter", "titleEn": "Own data"}],
        "sources": [
            {
                "name": "own", "title": "Egna uppgifter", "publisher": name, "where": "fyll i",
                "published": "fyll i", "licence": "own", "note": "",
            }
        ],
        "resources": resources,
    }  # fmt: skip
    text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
    write_atomically(folder / "datapackage.json", text.encode())
    return folder


def _record(table: str, file: Path, columns: list[str]) -> dict:
    return {
        "name": file.stem.replace("_", "-"), "path": file.name, "table": table,
        "title": table.replace("_", " "), "kind": "own", "sources": ["own"],
        "retrieved": "", "period": "", "areaScheme": "", "status": "final",
        "absent": {"sv": "Saknad rad: okänt.", "en": "Absent row: unknown."},
        "cannotSay": {"sv": "", "en": ""},
        "bytes": file.stat().st_size, "hash": f"sha256:{sha256(file)}",
        "schema": {"fields": [{"name": name} for name in columns], "missingValues": [""]},
    }  # fmt: skip
