"""What is installed: one list of dependencies, one lock with hashes, and conda's file agrees."""

import asyncio
import json
import re
import tomllib

import pytest
import rattler
import yaml
from packaging.requirements import Requirement

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
LOCKED = dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK, re.M))


def named(requirements):
    return {r.name: str(r.specifier) for r in map(Requirement, requirements)}


def conda_lines():
    return [line for line in CONDA["dependencies"] if isinstance(line, str)]


def test_the_fixed_packages_are_dependencies():
    fixed = {"jupyterlab", "pandas", "seaborn", "statsmodels", "papermill", "nbconvert"}
    assert fixed <= set(named(PROJECT["dependencies"]))


@pytest.mark.parametrize("package", ["pandas", "seaborn", "statsmodels", "papermill", "nbconvert"])
def test_a_fixed_package_is_really_used(package):
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    assert re.search(rf"^\s*(import|from) {package}\b", source, re.M)


def test_the_lock_has_hashes_for_everything_and_no_address():
    starts = re.findall(r"^[a-z0-9._-]+==", LOCK, re.M)
    assert len(starts) == len(re.findall(r"==[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", LOCK))
    assert "://" not in LOCK
    assert "--index-url" not in LOCK


def test_the_lock_meets_every_bound_of_the_project():
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *(one for extra in extras.values() for one in extra)]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(LOCKED[requirement.name.lower().replace("_", "-")]), (
            requirement
        )


def test_conda_asks_for_what_the_project_asks_for():
    project = named(PROJECT["dependencies"])
    conda = dict(line.split(" ", 1) for line in conda_lines() if " " in line)
    assert conda.pop("python") == PROJECT["requires-python"]
    assert conda == project
    assert CONDA["dependencies"][-1] == {"pip": ["-e ."]}
    assert CONDA["name"] == PROJECT["name"]


def test_conda_can_solve_its_file_with_the_locked_versions(tmp_path):
    """Every line in conda's own grammar, solved against a channel that holds the lock alone."""
    packages = {
        f"{name}-{number}-0.tar.bz2": {
            "name": name, "version": number, "build": "0", "build_number": 0, "depends": [],
            "subdir": "noarch", "noarch": "python", "md5": "0" * 32, "sha256": "0" * 64, "size": 1,
        }
        for name, number in (LOCKED | {"python": "3.11.9", "pip": "25.0"}).items()
    }  # fmt: skip
    (tmp_path / "noarch").mkdir()
    repodata = {"info": {"subdir": "noarch"}, "packages": packages, "packages.conda": {}}
    (tmp_path / "noarch" / "repodata.json").write_text(json.dumps(repodata))
    solved = asyncio.run(
        rattler.solve(
            sources=[rattler.Channel(tmp_path.as_uri())],
            specs=[rattler.MatchSpec(line) for line in conda_lines()],
            platforms=["noarch"],
        )
    )
    found = {record.name.normalized: str(record.version) for record in solved}
    assert set(found) == {line.split(" ")[0] for line in conda_lines()}
    assert all(LOCKED.get(name, found[name]) == number for name, number in found.items())
