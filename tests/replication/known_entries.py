"""Surveys, agreement and near repeats, by the functions that the reports use."""

from scipy import stats

from analysis.measurement import survey
from analysis.methods.agreement import kendall
from analysis.methods.nearrepeat import expected_pairs
from analysis.words.periods import Period
from tests.replication.registry import replicates, table

PLACE = {"area": "stadsdel:1", "scheme": "stadsdel", "period": Period.parse("2017")}


def clustered(data):
    rows = table(data, "apiclus1.csv")
    return rows, survey.Design(rows.pw, clusters=rows.dnum, fpc=rows.fpc)


@replicates("svy-01-clus1-mean")
def mean_of_clusters(data):
    """Mean of a one-stage cluster sample of schools, its design effect and t interval."""
    rows, design = clustered(data)
    found = survey.mean(design, rows.api00)
    return {
        "mean": found.value, "se": found.error, "deff": found.design_effect,
        "lo_t14": found.low, "hi_t14": found.high,
    }  # fmt: skip


@replicates("svy-02-strat-mean-ratio")
def mean_and_ratio_of_strata(data):
    """Mean and ratio of a stratified sample of schools."""
    rows = table(data, "apistrat.csv")
    design = survey.Design(rows.pw, strata=rows.stype, fpc=rows.fpc)
    mean = survey.mean(design, rows.api00)
    ratio = survey.ratio(design, rows["api.stu"], rows.enroll)
    return {
        "mean": mean.value, "se": mean.error, "ratio": ratio.value, "se_ratio": ratio.error,
    }  # fmt: skip


@replicates("svy-03-prop-logit")
def share_on_log_odds(data):
    """A share of a cluster sample with its interval on the log odds."""
    rows, design = clustered(data)
    found = survey.share(design, rows["sch.wide"] == "Yes", floor=False)
    return {"p": found.value, "se": found.error, "lo": found.low, "hi": found.high}


@replicates("svy-05-total")
def total_of_clusters(data):
    """Total of a cluster sample of schools."""
    rows, design = clustered(data)
    found = survey.total(design, rows.enroll)
    return {"total": found.value, "se": found.error}


@replicates("agr-01-kendall-w")
def three_raters_of_anxiety(data):
    """Kendall's W of three raters of twenty persons, corrected for ties."""
    ratings = table(data, "anxiety.csv")
    themes, raters = ratings.shape
    found = kendall(ratings, seed=1, **PLACE)
    chi2 = raters * (themes - 1) * found.value
    return {"W": found.value, "chi2": chi2, "p": float(stats.chi2.sf(chi2, themes - 1))}


@replicates("cnt-21-knox1964")
def leukaemia_in_northumberland(data):
    """Five pairs near in space and time, of 4560 pairs; the p is Poisson's, as printed."""
    expected = expected_pairs(4560, near_in_space=25, near_in_time=152)
    return {"exp": expected, "p": float(stats.poisson.sf(4, expected))}
