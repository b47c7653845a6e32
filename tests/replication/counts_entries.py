"""Published comparisons of counts, many p values and small areas, by our public functions."""

from pathlib import Path

from analysis.methods import ranking, screening
from analysis.methods.two_counts import compare
from tests.conftest import count
from tests.replication.registry import replicates, table

# Benjamini & Hochberg (1995), section 3.2: fifteen p values of one trial
TRIAL = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0000,
)  # fmt: skip


@replicates("cnt-01-etest-kt2004-ex2")
def e_test_of_six_against_two(data: Path) -> dict[str, float]:
    found = compare(before=2, exposure_before=1, after=6, exposure_after=1)
    return {"etest_p": found.e_test_p, "ctest_p": found.exact.p}


@replicates("cnt-03-rpoissontest-doc")
def unequal_exposures(data: Path) -> dict[str, float]:
    found = compare(before=21, exposure_before=3011, after=11, exposure_after=800).exact
    return {"p": found.p, "ratio": found.ratio, "lo": found.low, "hi": found.high}


@replicates("cnt-06-seed-15-vs-40")
def fifteen_against_forty(data: Path) -> dict[str, float]:
    found = compare(before=40, exposure_before=12, after=15, exposure_after=12)
    return {
        "p_exact": found.exact.p,
        "ratio": found.exact.ratio,
        "lo": found.exact.low,
        "hi": found.exact.high,
        "p_etest": found.e_test_p,
    }


@replicates("cnt-19-bh1995")
def fifteen_p_values_together(data: Path) -> dict[str, float]:
    screened = screening.screen([count(1.0, p=p) for p in TRIAL])
    return {
        "bh": len(screening.survivors(screened)),
        "bonf": sum(one.p <= screening.FALSE_DISCOVERY / len(screened) for one in screened),
    }


@replicates("cnt-20-eb-marshall")
def infant_mortality_in_auckland(data: Path) -> dict[str, float]:
    areas = table(data, "auckland.csv")
    deaths = areas["M77_85"].to_numpy(dtype=float)
    child_years = 9 * areas["Und5_81"].to_numpy(dtype=float)
    common = ranking.prior(deaths, child_years)
    rates = ranking.shrunk(deaths, child_years)
    return {
        "b": common.mean,
        "a_e7": 1e7 * common.variance,
        "eb1": rates[0],
        "eb2": rates[1],
    }
