"""Speed as a ratio, both ways in one run: `make bench`.

Three methods batched against a loop of one fit at a time, which is timed on a few fits and
multiplied. A ratio holds on a busy machine; seconds do not.
"""

from tests.bench_early_warning import early_warning
from tests.bench_methods import panel
from tests.bench_synthetic import synthetic

if __name__ == "__main__":
    for what, fits, bench in (
        ("999 draws of a Poisson panel, 96 areas x 120 months", 999, panel),
        ("placebo synthetic comparison, 96 units", 96, synthetic),
        ("early warning, 3,363 areas x 120 months", 0, early_warning),
    ):
        taken, each, ratio = bench()
        loop = f"{fits} fits of" if fits else "a loop of fits of"
        print(f"{what}: {taken:.2f} s, {loop} {each:.4f} s; ratio {ratio:,.0f}")
