"""How long the preview of other matching rules takes, and how wide its margin is.

Run by hand: `OMP_NUM_THREADS=1 python -m tests.benchmarks.bench_ruleset [count …]`. It looks at as
many profiles as the page does. The yardstick counts the bands of the same profiles by both
rulesets, one search after another: what the preview does at least.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxc_portal.settings.test")

import sys
import time
from dataclasses import replace

import django

django.setup()

import numpy as np  # noqa: E402

from matching.queries.rulesets import sample_size  # noqa: E402
from matching.scoring.columns import FactColumns  # noqa: E402
from matching.scoring.criteria import Criterion  # noqa: E402
from matching.scoring.effect import effect_of, sample_rows  # noqa: E402
from matching.scoring.ruleset import PUBLISHED_RULESET  # noqa: E402
from matching.scoring.search import count_bands  # noqa: E402
from tests.benchmarks.records import VOCABULARY, random_records  # noqa: E402

SIZES = (200, 2_000, 20_000, 100_000, 1_000_000)
PARTNERSHIPS = 13
WEIGHTS = PUBLISHED_RULESET.weights
DRAFT = replace(
    PUBLISHED_RULESET,
    weights={**WEIGHTS, Criterion.SECTOR: 300, Criterion.PURPOSE: 150},
    green_from=750,
)


def main() -> None:
    random = np.random.default_rng(20)
    for size in [int(argument) for argument in sys.argv[1:]] or SIZES:
        measure(random, size)


def measure(random: np.random.Generator, size: int) -> None:
    records = random_records(random, size)
    records["partnership"] = random.integers(0, PARTNERSHIPS, size)
    columns = FactColumns.from_records([records.tobytes()], VOCABULARY)
    rows = sample_rows(columns, sample_size(size))
    started = time.perf_counter()
    effect = effect_of(columns, PUBLISHED_RULESET, DRAFT, rows)
    taken = time.perf_counter() - started
    started = time.perf_counter()
    for row in rows.tolist():
        for ruleset in (PUBLISHED_RULESET, DRAFT):
            count_bands(columns, columns.facts(row), ruleset)
    yardstick = time.perf_counter() - started
    changed = [count for (was, then), count in effect.moves.items() if was != then]
    value = sum(count.value for count in changed)
    # The margins of three moves that do not happen together: their squares add up.
    margin = sum(count.margin**2 for count in changed) ** 0.5
    sys.stdout.write(f"{size:,} profiles, {effect.looked_at:,} looked at\n")
    sys.stdout.write(f"  preview     {taken:>8.2f} s\n")
    sys.stdout.write(f"  yardstick   {yardstick:>8.2f} s\n")
    sys.stdout.write(f"  ratio       {taken / yardstick:>8.2f}\n")
    sys.stdout.write(f"  pairs that change {value:,.0f} ± {100 * margin / value:.0f} %\n")


if __name__ == "__main__":
    main()
