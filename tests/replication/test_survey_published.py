"""R's survey package on its own example data, to every digit that validation.json holds.

The data are R's and stay outside the repository; without them these tests are skipped.
"""

import pandas as pd
import pytest

from analysis.measurement import survey
from tests.conftest import SHARED


def example(name) -> pd.DataFrame:
    file = SHARED / "validation" / "data" / f"{name}.csv"
    if not file.exists():
        pytest.skip(f"{file.name}, the example data of R's survey package, is not here")
    return pd.read_csv(file)


@pytest.fixture
def clustered():
    """One-stage cluster sample of Californian school districts (apiclus1)."""
    rows = example("apiclus1")
    return rows, survey.Design(rows.pw, clusters=rows.dnum, fpc=rows.fpc)


@pytest.fixture
def stratified():
    """Sample of schools stratified by type (apistrat)."""
    rows = example("apistrat")
    return rows, survey.Design(rows.pw, strata=rows.stype, fpc=rows.fpc)


def digits(ours: float, printed: str) -> bool:
    """Whether our number rounds to the printed one."""
    decimals = len(printed.partition(".")[2])
    return f"{ours:.{decimals}f}" == printed


def test_the_mean_of_a_cluster_sample(clustered):
    # svy-01: svymean(~api00, dclus1, deff=TRUE) and its t interval on 14 degrees of freedom
    rows, design = clustered
    found = survey.mean(design, rows.api00)
    assert found.df == 14
    assert digits(found.value, "644.1693989")
    assert digits(found.error, "23.5422407")
    assert digits(found.design_effect, "9.3458695")
    assert digits(found.low, "593.6763145")
    assert digits(found.high, "694.6624834")


def test_the_mean_and_ratio_of_a_stratified_sample(stratified):
    # svy-02: svymean(~api00, dstrat), svyratio(~api.stu, ~enroll, dstrat)
    rows, design = stratified
    mean = survey.mean(design, rows.api00)
    assert digits(mean.value, "662.2873632")
    assert digits(mean.error, "9.4089408")
    ratio = survey.ratio(design, rows["api.stu"], rows.enroll)
    assert digits(ratio.value, "0.8369569")
    assert digits(ratio.error, "0.007757103")


def test_the_logit_interval_of_a_share(clustered):
    # svy-03: svyciprop(~I(sch.wide == "Yes"), dclus1, method="logit"), without our floor
    rows, design = clustered
    found = survey.share(design, rows["sch.wide"] == "Yes", floor=False)
    assert digits(found.value, "0.8743169")
    assert digits(found.error, "0.0203595")
    assert digits(found.low, "0.8237989")
    assert digits(found.high, "0.9119001")


def test_a_total_of_a_cluster_sample(clustered):
    # svy-05: svytotal(~enroll, dclus1)
    rows, design = clustered
    found = survey.total(design, rows.enroll)
    assert digits(found.value, "3404940.1345291")
    assert digits(found.error, "932235.0270412")
