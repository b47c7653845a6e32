"""Linear panels, staggered starts and small areas, as published or by reference software."""

import numpy as np
import pandas as pd

from analysis.methods import staggered
from analysis.methods.linear import Slope, segmented, slopes, two_way
from analysis.methods.smallarea import fay_herriot
from tests.replication.registry import replicates, table

CASTLE_CONTROLS = (
    "l_police", "unemployrt", "poverty", "l_income", "l_prisoner", "l_lagprisoner", "blackm_15_24",
    "whitem_15_24", "blackm_25_44", "whitem_25_44", "l_exp_subsidy", "l_exp_pubwelfare",
)  # fmt: skip
COUNTY_CONTROLS = (
    "ldensity", "lpctymle", "lwcon", "lwtuc", "lwtrd", "lwfir", "lwser", "lwmfg", "lwfed", "lwsta",
    "lwloc",
)  # fmt: skip
GUNS_CONTROLS = ("prisoners", "density", "income", "population", "afam", "cauc", "male")
MONTHS = ("feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def grid(rows: pd.DataFrame, area: str, period: str, *columns: str) -> dict[str, np.ndarray]:
    """Columns of a long table, each of shape (areas, periods)."""
    wide = {one: rows.pivot(index=area, columns=period, values=one) for one in columns}
    return {one: values.to_numpy(dtype=float) for one, values in wide.items()}


def first_treated(treated: np.ndarray) -> np.ndarray:
    """Index of each area's first treated period; the number of periods for never."""
    ever = treated.any(axis=1)
    return np.where(ever, (treated > 0).argmax(axis=1), treated.shape[1])


def castle(data, *columns):
    return grid(table(data, "castle_bacon.csv"), "sid", "year", *columns)


@replicates("did-01-castle-homicide")
def castle_homicide(data):
    """Castle doctrine laws and log homicide rates: two-way, by region, with controls; clustered."""
    read = castle(
        data, "l_homicide", "cdl", "popwt", "midwest", "south", "west", *CASTLE_CONTROLS
    )  # fmt: skip
    regions = (read["midwest"] + 2 * read["south"] + 3 * read["west"])[:, 0]
    controls = {name: read[name] for name in CASTLE_CONTROLS}
    outcome, law, people = read["l_homicide"], read["cdl"], read["popwt"]
    found = (
        two_way(outcome, law, weights=people),
        two_way(outcome, law, weights=people, regions=regions),
        two_way(outcome, law, controls, regions, people),
    )
    numbers = {f"b{i}": one.value for i, one in enumerate(found, start=1)}
    return numbers | {f"se{i}": one.error for i, one in enumerate(found, start=1)}


@replicates("did-05-castle-bacon")
def castle_decomposed(data):
    """The two-way estimate of castle doctrine laws taken apart into its comparisons."""
    read = castle(data, "l_homicide", "post")
    found = staggered.comparisons(read["l_homicide"], first_treated(read["post"]))
    kinds = staggered.by_kind(found)
    numbers = {"twfe": two_way(read["l_homicide"], read["post"]).value}
    for kind, short in (("treated later", "evl"), ("treated earlier", "lve")):
        numbers |= {f"w_{short}": kinds[kind][0], f"e_{short}": kinds[kind][1]}
    weight, value = kinds["never treated"]
    return numbers | {"w_tvu": weight, "e_tvu": value}


@replicates("did-06-cs-mpdta")
def county_employment(data):
    """Minimum wages and youth employment by county: group-time effects, comparison never treated."""
    rows = table(data, "mpdta.csv")
    outcome = grid(rows, "countyreal", "year", "lemp")["lemp"]
    first = rows.groupby("countyreal")["first.treat"].first().to_numpy()
    starts = np.where(first == 0, outcome.shape[1], first - rows.year.min())
    found = staggered.group_times(outcome, starts)
    by_start = {start + rows.year.min(): mean for start, mean in found.of_start().items()}
    return {
        "gt2004_2006": found.at(1, 3),
        "gt2006_2007": found.at(3, 4),
        **{f"g{year}": by_start[year] for year in (2004, 2006, 2007)},
    }


@replicates("did-09-twfe-vs-imputation")
def two_way_beside_imputation(data):
    """Simulated staggered starts (truth -1): the two-way estimate beside imputation."""
    rows = table(data, "base_stagg.csv")
    read = grid(rows, "id", "year", "y", "x1")
    starts = rows.groupby("id").year_treated.first().to_numpy() - 1
    treated = np.arange(read["y"].shape[1]) >= starts[:, None]
    controls = {"x1": read["x1"]}
    return {
        "twfe": two_way(read["y"], treated, controls).value,
        "bjs": staggered.imputed(read["y"], starts, controls).average,
    }


@replicates("did-10-guns-shall")
def shall_issue_laws(data):
    """Gun laws and log violent crime: pooled, with controls, with state and with year effects."""
    rows = table(data, "guns.csv")
    rows = rows.assign(crime=np.log(rows.violent), law=(rows.law == "yes").astype(float))
    read = grid(rows, "state", "year", "crime", "law", *GUNS_CONTROLS)
    states, years = np.indices(read["crime"].shape)
    law = {"law": read["law"]}
    full = law | {name: read[name] for name in GUNS_CONTROLS}
    found = [
        slopes(read["crime"], causes, effects, clusters=states)["law"]
        for causes, effects in ((law, []), (full, []), (full, [states]), (full, [states, years]))
    ]
    numbers = {f"b{i}": one.value for i, one in enumerate(found, start=1)}
    return numbers | {"se3": found[2].error, "se4": found[3].error}


@replicates("did-11-cornwell-trumbull")
def arrests_and_police(data):
    """Counties of North Carolina 1981-87: crime on arrests, sentences and police, two-way."""
    causes = {
        "PA": "lprbarr",
        "PC": "lprbconv",
        "PP": "lprbpris",
        "S": "lavgsen",
        "police": "lpolpc",
    }
    names = ("lcrmrte", *causes.values(), *COUNTY_CONTROLS)
    read = grid(table(data, "crime_cornwell_trumbull.csv"), "county", "year", *names)
    counties, years = np.indices(read["lcrmrte"].shape)
    found = slopes(
        read["lcrmrte"],
        {short: read[name] for short, name in causes.items()}
        | {name: read[name] for name in COUNTY_CONTROLS},
        [counties, years],
    )
    numbers = {short: found[short].value for short in causes}
    return numbers | {"sePA": found["PA"].error, "sepolice": found["police"].error}


def organ_donors(data) -> Slope:
    """Organ donors in California after a new question: one treated state of 27."""
    rows = table(data, "organ_donations.csv")
    quarters = rows.Quarter.unique()  # as the file has them, which is in time
    rows = rows.assign(quarter=rows.Quarter.map({name: i for i, name in enumerate(quarters)}))
    read = grid(rows, "State", "quarter", "Rate")["Rate"]
    asked = np.array(sorted(rows.State.unique())) == "California"
    return two_way(read, asked[:, None] & (np.arange(len(quarters)) >= 3))


@replicates("did-13-organ-donations")
def organ_donations(data):
    """The published estimate and its clustered error, a contrast."""
    found = organ_donors(data)
    return {"b": found.value, "se": found.error}


@replicates("did-14-injury")
def injury_spells(data):
    """Log weeks of sick leave in Kentucky after a higher cap: difference in differences."""
    rows = table(data, "injury.csv").query("ky == 1")
    both = rows.afchnge * rows.highearn
    causes = {"after": rows.afchnge, "high": rows.highearn, "both": both}
    found = slopes(rows.ldurat, {name: one.to_numpy() for name, one in causes.items()})["both"]
    return {"b": found.value, "se": found.error}


@replicates("its-01-linden-prop99")
def cigarettes_in_california(data):
    """Cigarette sales in California 1970-2000: a line that jumps and turns in 1989, Newey-West(1)."""
    rows = table(data, "smoking_prop99.csv").query("state == 'California'").sort_values("year")
    found = segmented(rows.cigsale.to_numpy(), start=1989 - int(rows.year.min()), lags=1)
    named = {"t": found["trend"], "x": found["jump"], "xt": found["turn"]}
    return {name: one.value for name, one in named.items()} | {
        f"se_{name}": one.error for name, one in named.items()
    }


@replicates("its-02-wooldridge-traffic2")
def speed_limit_and_belts(data):
    """Fatal accidents in California by month, with speed limit and belt law: least squares."""
    rows = table(data, "traffic2.csv")
    names = ("t", *MONTHS, "wkends", "unem", "spdlaw", "beltlaw")
    found = slopes(rows.prcfat.to_numpy(), {name: rows[name].to_numpy() for name in names})
    return {
        "spdlaw": found["spdlaw"].value, "se_spd": found["spdlaw"].error,
        "beltlaw": found["beltlaw"].value, "se_belt": found["beltlaw"].error,
    }  # fmt: skip


@replicates("misc-01-guerry")
def royal_lottery(data):
    """Lottery bets in 86 departments of France on literacy and population: least squares."""
    rows = table(data, "guerry.csv")
    causes = {"Literacy": rows.Literacy, "np.log(Pop1831)": np.log(rows.Pop1831)}
    found = slopes(rows.Lottery, {name: one.to_numpy() for name, one in causes.items()})
    return {"Intercept": found["intercept"].value} | {name: found[name].value for name in causes}


@replicates("sae-01-fay-herriot-milk")
def spending_on_milk(data):
    """Spending on milk in 43 small areas: Fay-Herriot by restricted likelihood."""
    rows = table(data, "milk.csv")
    traits = np.column_stack([rows.MajorArea == area for area in (2, 3, 4)])
    found = fay_herriot(rows.yi.to_numpy(), rows.SD.to_numpy(), traits)
    return {"A": found.between} | {f"b{i}": float(b) for i, b in enumerate(found.coefficients)}
