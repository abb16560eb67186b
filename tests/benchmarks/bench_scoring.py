"""How long the best 50 of many profiles take.

Run by hand: `make bench`, or `OMP_NUM_THREADS=1 python -m tests.benchmarks.bench_scoring [count …]`
after `bin/setup bench`. The yardstick is FAISS: `IndexFlatIP` over as many vectors of 64 numbers,
one thread, the best 50 of one vector. Both are asked in turn, a few times each, so that what else
the machine does falls on both. An inner product by NumPy stands beside it.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import faiss
import numpy as np
from numpy.typing import NDArray

from matching.scoring.columns import FactColumns
from matching.scoring.facts import ProfileFacts
from matching.scoring.filters import Filters, mask_of
from matching.scoring.ruleset import PUBLISHED_RULESET
from matching.scoring.search import best, count_bands
from tests.benchmarks.records import VOCABULARY, random_records

TOP = 50
DIMENSION = 64
SIZES = (100_000, 1_000_000)
ASKERS = 20
RUNS = 9


def main() -> None:
    faiss.omp_set_num_threads(1)
    random = np.random.default_rng(20)
    for size in [int(argument) for argument in sys.argv[1:]] or SIZES:
        measure(random, size)


def measure(random: np.random.Generator, size: int) -> None:
    records = random_records(random, size).tobytes()
    started = time.perf_counter()
    columns = FactColumns.from_records([records], VOCABULARY)
    loading = time.perf_counter() - started
    vectors = random.random((size, DIMENSION), dtype=np.float32)
    index = faiss.IndexFlatIP(DIMENSION)
    index.add(vectors)
    askers = [columns.facts(int(row)) for row in random.integers(0, size, ASKERS)]
    yardstick, search = in_turn(index, vectors, columns, askers)
    plain = median_time(partial(nearest, vectors, vectors[size // 2]), 25)
    counting = [median_time(partial(count_for, columns, asker), 3) for asker in askers]
    filtering = median_time(partial(mask_of, columns, Filters(sectors={"30"}, mode="virtual")), 5)
    line = "  {:<28}{:>10.2f} {}\n".format
    sys.stdout.write(f"{size:,} profiles\n")
    for text in (
        line("index", columns.nbytes / size, "bytes a profile"),
        line("load from records", loading * 1000, "ms"),
        line("FAISS IndexFlatIP", yardstick * 1000, "ms"),
        line("inner product by NumPy", plain * 1000, "ms"),
        line(f"best {TOP}, median", np.median(search) * 1000, "ms"),
        line(f"best {TOP}, slowest asker", max(search) * 1000, "ms"),
        line("ratio to FAISS, median", np.median(search) / yardstick, ""),
        line("ratio to FAISS, slowest asker", max(search) / yardstick, ""),
        line("count the bands, median", np.median(counting) * 1000, "ms"),
        line("filter", filtering * 1000, "ms"),
        line("replace a profile", slowest(columns.put, askers) * 1000, "ms"),
        line("remove and add one", slowest(partial(out_and_in, columns), askers) * 1000, "ms"),
    ):
        sys.stdout.write(text)


def in_turn(
    index: "faiss.IndexFlatIP",
    vectors: NDArray[np.float32],
    columns: FactColumns,
    askers: list[ProfileFacts],
) -> tuple[float, list[float]]:
    """The median time of the yardstick, and that of each asker's search."""
    yardstick, search = [], []
    for number, asker in enumerate(askers):
        yardstick.append(median_time(partial(index.search, vectors[[number]], TOP), RUNS))
        search.append(median_time(partial(search_for, columns, asker), RUNS))
    return statistics.median(yardstick), search


def search_for(columns: FactColumns, asker: ProfileFacts) -> None:
    best(columns, asker, PUBLISHED_RULESET, top=TOP)


def count_for(columns: FactColumns, asker: ProfileFacts) -> None:
    count_bands(columns, asker, PUBLISHED_RULESET)


def out_and_in(columns: FactColumns, facts: ProfileFacts) -> None:
    columns.remove(facts.ref)
    columns.put(facts)


def nearest(vectors: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.intp]:
    similarity = vectors @ vector
    found = np.argpartition(similarity, -TOP)[-TOP:]
    return found[np.argsort(-similarity[found])]


def seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def median_time(action: Callable[[], object], runs: int) -> float:
    action()
    return statistics.median(seconds(action) for _ in range(runs))


def slowest(action: Callable[[ProfileFacts], object], profiles: list[ProfileFacts]) -> float:
    return max(seconds(partial(action, facts)) for facts in profiles)


if __name__ == "__main__":
    main()
