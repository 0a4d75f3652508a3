"""The WCSS sweep against scikit-learn's KMeans(n_init=10) at each k, in one run, on the same matrix.

`python -m bench.elbow_bench [--rows N] [--kind overlapping|cloud|apart|all]`
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import KMeans

from bench.matrices import KINDS
from marketfold.clustering.elbow import as_curve, sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.schema import Float32

FASTER, WORST, AVERAGE = 20.0, 0.003, 0.001
K = range(1, 16)


def plain(X: Float32) -> list[float]:
    """WCSS at each k the plain way."""
    return [float(KMeans(k, n_init=10, random_state=k).fit(X).inertia_) for k in K]


def ours(X: Float32) -> list[float]:
    """WCSS at each k by `sweep`."""
    return list(as_curve(sweep(X, K)).wcss)


def timed(sweep: Callable[[Float32], list[float]], X: Float32) -> tuple[list[float], float, float]:
    """What a sweep gives, its seconds, and its processor seconds, which tell more on a machine that others use too."""
    begun, worked = time.perf_counter(), time.process_time()
    wcss = sweep(X)
    return wcss, time.perf_counter() - begun, time.process_time() - worked


def compare(kind: str, rows: int, columns: int, seed: int) -> None:
    X = KINDS[kind](rows, columns, seed)
    print(f"\n{kind}: {rows:,} x {columns} float32, k = 1..15")
    mine, seconds, work = timed(ours, X)
    print(f"  ours: {seconds:.1f} s, {work:.1f} processor seconds", flush=True)
    theirs, plain_seconds, plain_work = timed(plain, X)
    print(f"  KMeans(n_init=10) at each k: {plain_seconds:.1f} s, {plain_work:.1f} processor seconds")
    excess = np.array(mine) / np.array(theirs) - 1
    for k, here, there, more in zip(K, mine, theirs, excess, strict=True):
        print(f"  k={k:2d}  wcss {here:16.1f}  KMeans(n_init=10) {there:16.1f}  excess {more:+.4%}")
    never_rises = bool(np.all(np.diff(mine) <= 0))
    print(
        f"  {plain_seconds / seconds:.1f} times faster (target {FASTER:.0f}); {plain_work / work:.1f} times less work"
    )
    print(f"  worst excess {excess.max():+.4%} (target at most {WORST:.1%})")
    print(f"  mean excess {excess.mean():+.4%} (target at most {AVERAGE:.1%}); never rises: {never_rises}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--kind", choices=[*KINDS, "all"], default="overlapping")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    for kind in KINDS if given.kind == "all" else [given.kind]:
        compare(kind, given.rows, given.columns, given.seed)


if __name__ == "__main__":
    main()
