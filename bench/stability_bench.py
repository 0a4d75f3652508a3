"""A hundred bootstrap resamples against plain KMeans(n_init=10) fits, in one run, on the same matrix.

`python -m bench.stability_bench [--rows N]`
"""

from __future__ import annotations

import argparse
import time

from sklearn.cluster import KMeans

from bench.matrices import KINDS
from marketfold.clustering import KMeansSegmenter, assess_stability

FITS = 5
"""A hundred resamples may take as long as this many plain fits."""


def _clock() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(begun: tuple[float, float]) -> tuple[float, float]:
    """Seconds and processor seconds; the second tells more on a machine that others use too."""
    return time.perf_counter() - begun[0], time.process_time() - begun[1]


def compare(rows: int, columns: int, n_segments: int, kind: str) -> None:
    X = KINDS[kind](rows, columns, 0)
    segmenter = KMeansSegmenter(n_segments, random_state=0).fit(X)
    begun = _clock()
    for seed in range(FITS):
        KMeans(n_segments, n_init=10, random_state=seed).fit(X)
    plain, work = _since(begun)
    print(f"{kind}: {rows:,} x {columns} float32, k = {n_segments}")
    print(f"  {FITS} KMeans(n_init=10) fits: {plain:.1f} s, {work:.1f} processor seconds", flush=True)
    for n_pairs, words in ((50, "100 resamples (50 pairs)"), (100, "200 resamples (100 pairs, the default)")):
        begun = _clock()
        found = assess_stability(X, segmenter, segmenter.labels_, n_pairs=n_pairs)
        seconds, mine = _since(begun)
        jaccards = ", ".join(f"{segment.jaccard:.2f}" for segment in found.segments)
        print(f"  {words}: {seconds:.1f} s, {mine:.1f} processor seconds")
        print(f"    {seconds / plain:.2f} of the plain fits (target for 100: at most 1), {mine / work:.2f} of the work")
        print(f"    adjusted Rand {found.ari:.3f}; Jaccard {jaccards}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=20)
    parser.add_argument("--segments", type=int, default=5)
    parser.add_argument("--kind", choices=list(KINDS), default="overlapping")
    given = parser.parse_args()
    compare(given.rows, given.columns, given.segments, given.kind)


if __name__ == "__main__":
    main()
