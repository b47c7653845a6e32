"""Near repeats: pairs by two plain loops, days that have not passed, and what cannot be told."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.methods.nearrepeat import bands, expected_pairs, followed, knox
from analysis.words.periods import Period

FACTS = {
    "definition": "burglary", "area": "stadsdel:1", "scheme": "stadsdel",
    "period": Period.parse("2017"),
}  # fmt: skip


def events(rows) -> pd.DataFrame:
    """Rows of (easting, northing, day of the year counted from nought)."""
    table = pd.DataFrame(rows, columns=["easting", "northing", "number"])
    days = pd.Timestamp("2017-01-01") + pd.to_timedelta(table.number, unit="D")
    return table.assign(day=days)


def scattered(seed=1, n=80, wide=2000):
    rng = np.random.default_rng(seed)
    return events(np.column_stack([rng.integers(0, wide, (n, 2)), rng.integers(0, 340, n)]))


def pairs_by_hand(table, metres, days):
    rows = list(table[["easting", "northing", "number"]].itertuples(index=False))
    near = soon = both = 0
    for i, a in enumerate(rows):
        for b in rows[:i]:
            in_space = ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 <= metres
            in_time = abs(a[2] - b[2]) <= days
            near, soon, both = near + in_space, soon + in_time, both + (in_space and in_time)
    return near, soon, both


def lonely(n, first=0, step=20):
    """Events far from one another, one every ``step`` days."""
    return [(10_000 * i, 0, first + step * i) for i in range(n)]


def test_the_ratio_by_two_loops():
    table = scattered()
    near, soon, both = pairs_by_hand(table, 300, 14)
    found = knox(table, 300, 14, seed=1, **FACTS)
    assert both > 0
    assert found.value == pytest.approx(both / (near * soon / (80 * 79 / 2)), rel=1e-12)
    assert (found.n, found.series) == (80, "0-300 m, 0-14 days")
    assert found.low < found.value < found.high


def test_the_mean_of_permutations_is_what_is_expected():
    table = scattered(n=60)
    near, soon, _ = pairs_by_hand(table, 400, 20)
    rng = np.random.default_rng(3)
    drawn = [
        pairs_by_hand(table.assign(number=rng.permutation(table.number)), 400, 20)[2]
        for _ in range(150)
    ]
    error = np.std(drawn) / np.sqrt(len(drawn))
    assert expected_pairs(60 * 59 // 2, near, soon) == pytest.approx(np.mean(drawn), abs=3 * error)


def test_the_p_value_is_that_of_every_permutation():
    table = events([(0, 0, 0), (100, 0, 3), (5000, 0, 40), (5100, 0, 80), (9000, 0, 81)])
    observed = pairs_by_hand(table, 300, 5)[2]
    every = [
        pairs_by_hand(table.assign(number=order), 300, 5)[2] for order in permutations(table.number)
    ]
    exact = np.mean([drawn >= observed for drawn in every])
    assert 0.2 < exact < 0.6, "some permutations tie with what was observed, some do not"
    found = knox(table, 300, 5, seed=1, runs=9999, **FACTS)
    assert found.p == pytest.approx(exact, abs=0.015)


def test_the_interval_leaves_out_one_chain_at_a_time():
    table = scattered(seed=5, n=60)
    near, soon, both = pairs_by_hand(table, 300, 14)
    place, day = table[["easting", "northing"]].to_numpy(float), table.number.to_numpy()
    chain = np.arange(60)
    for _ in range(60):
        for i in range(60):
            for j in range(60):
                close = np.hypot(*(place[i] - place[j])) <= 300 and abs(day[i] - day[j]) <= 14
                if close:
                    chain[i] = chain[j] = min(chain[i], chain[j])
        if all(
            chain[i] == chain[j]
            for i in range(60)
            for j in range(60)
            if np.hypot(*(place[i] - place[j])) <= 300 and abs(day[i] - day[j]) <= 14
        ):
            break
    ratios = []
    for one in np.unique(chain):
        left = table[chain != one]
        s, t, b = pairs_by_hand(left, 300, 14)
        ratios.append(b * len(left) * (len(left) - 1) / 2 / (s * t))
    expected = near * soon / (60 * 59 / 2)
    variance = (len(ratios) - 1) * np.var(ratios)
    phi = max(1, variance * expected**2 / both)
    found = knox(table, 300, 14, seed=1, **FACTS)
    assert found.dispersion == pytest.approx(phi, rel=1e-9)
    low = phi * stats.chi2.ppf(0.025, 2 * both / phi) / 2 / expected
    high = phi * stats.chi2.ppf(0.975, 2 * both / phi + 2) / 2 / expected
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_planted_repeats_are_found():
    first = scattered(n=60, wide=6000)
    again = first.iloc[:20].assign(
        easting=lambda t: t.easting + 50, day=lambda t: t.day + pd.Timedelta(days=5)
    )
    found = knox(pd.concat([first, again]), 300, 14, seed=1, **FACTS)
    assert found.p == pytest.approx(1 / 1000)
    assert found.beyond(1) and found.value > 2


def test_moving_the_city_or_the_calendar_changes_nothing():
    table = scattered()
    moved = table.assign(
        easting=table.northing + 6_400_000,
        northing=table.easting + 320_000,
        day=table.day + pd.Timedelta(days=700),
    )
    assert knox(moved, 300, 14, seed=1, **FACTS) == knox(table, 300, 14, seed=1, **FACTS)


def test_the_time_of_day_does_not_shorten_the_days_between():
    table = scattered()
    late = table.assign(day=table.day + pd.to_timedelta(np.arange(80) % 24, unit="h"))
    assert knox(late, 300, 14, seed=1, **FACTS) == knox(table, 300, 14, seed=1, **FACTS)


def test_the_bands_share_out_the_pairs():
    table = scattered(n=120)
    found = bands(table, [200, 500], [7, 21], seed=1, **FACTS)
    assert [one.series for one in found] == [
        "0-200 m, 0-7 days", "0-200 m, 7-21 days", "200-500 m, 0-7 days", "200-500 m, 7-21 days",
    ]  # fmt: skip
    corner = {key: pairs_by_hand(table, *key) for key in [(200, 7), (200, 21), (500, 7), (500, 21)]}
    outer = corner[500, 21][2] - corner[500, 7][2] - corner[200, 21][2] + corner[200, 7][2]
    near = corner[500, 21][0] - corner[200, 21][0]
    soon = corner[500, 21][1] - corner[500, 7][1]
    assert found[3].value == pytest.approx(outer / (near * soon / (120 * 119 / 2)), rel=1e-12)


def test_bands_are_tried_together():
    found = bands(scattered(n=120), [200, 500], [7, 21], seed=1, **FACTS)
    worst_first = sorted(found, key=lambda one: one.p)
    assert worst_first[0].q == pytest.approx(
        min(one.p * 4 / (i + 1) for i, one in enumerate(worst_first))
    )
    assert {one.note for one in found} == {"one of 4 tried together"}


@pytest.mark.parametrize("rows", [[], lonely(1), lonely(8), [(0, 0, 0), (0, 0, 90), (9, 0, 200)]])
def test_events_with_nothing_near_say_so(rows):
    found = knox(events(rows), 300, 14, seed=1, **FACTS)
    assert (found.known, found.note) == (False, "no close pairs")


def test_a_single_flare_gives_no_interval():
    flare = [(10 * i, 0, i) for i in range(12)]
    found = knox(events(flare + lonely(12, first=40)[1:]), 300, 14, seed=1, **FACTS)
    assert found.value > 1 and found.low is None and found.note == "few chains"


def test_an_event_without_a_place_is_not_dropped_quietly():
    table = scattered().assign(easting=lambda t: t.easting.astype("Int64"))
    table.loc[3, "easting"] = pd.NA
    for ask in (
        lambda: knox(table, 300, 14, seed=1, **FACTS),
        lambda: followed(table, 300, 14, **FACTS),
    ):
        with pytest.raises(ValueError, match="1 of 80 events have no place or no day"):
            ask()


def test_followed_by_hand_with_the_exact_interval():
    # 12 lonely events, two of which are followed; the two followers are followed by nothing
    rows = [*lonely(12), (10_000, 100, 25), (20_000, 0, 54)]
    found = followed(events(rows), 300, 14, **FACTS)
    exact = stats.binomtest(2, 14).proportion_ci(0.95, method="exact")
    assert (found.value, found.n, found.note) == (pytest.approx(100 * 2 / 14), 14, "")
    assert found.dispersion == 1
    assert (found.low, found.high) == pytest.approx((100 * exact.low, 100 * exact.high))


def test_events_whose_days_have_not_passed_are_left_out():
    rows = [*lonely(12), (0, 0, 350), (5, 5, 351)]
    found = followed(events(rows), 300, 14, **FACTS)
    assert (found.value, found.n, found.note) == (pytest.approx(100 / 13), 13, "1 too recent")
    every = followed(events([(0, 0, 360), (0, 0, 361)]), 300, 14, **FACTS)
    assert (every.known, every.note) == (False, "too recent")


def test_two_events_of_one_day_do_not_follow_each_other():
    rows = [*lonely(12), (0, 0, 0)]
    assert followed(events(rows), 300, 14, **FACTS).value == 0
    assert followed(events([*lonely(12), (0, 0, 14)]), 300, 14, **FACTS).value > 0
    assert followed(events([*lonely(12), (0, 0, 15)]), 300, 14, **FACTS).value == 0


def test_the_order_of_rows_leaves_followed():
    table = scattered(n=150)
    shuffled = table.sample(frac=1, random_state=2)
    one, other = followed(table, 300, 14, **FACTS), followed(shuffled, 300, 14, **FACTS)
    assert 0 < one.value < 100
    assert (other.value, other.low, other.n) == pytest.approx((one.value, one.low, one.n))


def test_events_that_share_a_follower_widen_the_interval():
    # twelve places with ten events of one day; in six of them one came a day later instead
    rows = [(10_000 * i, 0, int(i < 6 and j == 9)) for i in range(12) for j in range(10)]
    found = followed(events(rows), 300, 14, **FACTS)
    plain = stats.binomtest(54, 120).proportion_ci(0.95, method="exact")
    assert (found.value, found.n) == (pytest.approx(45), 120)
    assert found.dispersion == pytest.approx(12 / 11 * 12 * 4.5**2 / (120 * 0.45 * 0.55))
    assert found.low < 100 * plain.low and found.high > 100 * plain.high


def test_an_event_outside_the_span_watched_is_refused():
    with pytest.raises(ValueError, match="1 of 2 events lie outside 2017"):
        followed(events([(0, 0, 10), (0, 0, 400)]), 300, 14, **FACTS)
