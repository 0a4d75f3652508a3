"""How often `choose_k` gives the number of groups that made-up data have, and finds none where there is none.

    python -m bench.how_many [--case NAME ...] [--sets N] [--first N]

With the defaults of `choose_k`, seeded; one line for each kind of data, with the Clopper-Pearson interval of 95 %.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from sklearn.datasets import make_blobs
from tests.clustering.tables import blobs, ellipse, noise

from bench.trust import Counted
from marketfold.clustering import choose_k

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.schema import Float32

    Made = tuple[Float32, int]

SIZES = ((92, 10), (300, 4), (500, 8), (700, 6), (300, 12))
TRUE_K = (3, 4, 5, 6, 8)


def _shape(seed: int) -> tuple[int, int]:
    """Units and features: every fifth set is of 3,000."""
    rng = np.random.default_rng([seed, 1])
    return 3_000 if seed % 5 == 4 else int(rng.choice([300, 500, 800])), int(rng.choice([4, 6, 8, 12]))


def _true_k(seed: int) -> int:
    return TRUE_K[seed // 5 % 5]


def apart(seed: int) -> Made:
    """Groups whose nearest centres are 7 standard deviations apart, of log-normal sizes."""
    return blobs(_true_k(seed), *_shape(seed), seed)[0], _true_k(seed)


def random_centers(seed: int, n_features: int | None = None) -> Made:
    """Groups of scikit-learn's `make_blobs`, with centres wherever they fall."""
    n_units, several = _shape(seed)
    made = make_blobs(n_units, n_features or several, centers=_true_k(seed), random_state=seed)[0]
    return made.astype(np.float32), _true_k(seed)


def cube(seed: int, *, turned: bool = False) -> Made:
    """Uniform values, as they are or rotated and stretched."""
    n_units, n_features = SIZES[seed % 5]
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (n_units, n_features))
    mixing = rng.standard_normal((n_features, n_features)) if turned else np.eye(n_features)
    return (values @ mixing).astype(np.float32), 1


def heavy(seed: int) -> Made:
    """Values of a t distribution with three degrees of freedom."""
    return np.random.default_rng(seed).standard_t(3, SIZES[seed % 5]).astype(np.float32), 1


def skewed(seed: int) -> Made:
    """One correlated cloud of log-normal values."""
    values = ellipse(*SIZES[seed % 5], seed)
    return np.exp(0.5 * values / values.std(axis=0)), 1


CASES: dict[str, Callable[[int], Made]] = {
    "cloud": lambda seed: (noise(*SIZES[seed % 5], seed), 1),
    "ellipse": lambda seed: (ellipse(*SIZES[seed % 5], seed), 1),
    "cube": cube,
    "turned": lambda seed: cube(seed, turned=True),
    "heavy": heavy,
    "skewed": skewed,
    "apart": apart,
    "random": random_centers,
    "random2": lambda seed: random_centers(seed, 2),
}


def main() -> None:
    """Run the cases that are asked for, all where none is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--sets", type=int, default=25)
    parser.add_argument("--first", type=int, default=0, help="Seed of the first set.")
    asked = parser.parse_args()
    for case in asked.case:
        started = time.process_time()
        made = [CASES[case](seed) for seed in range(asked.first, asked.first + asked.sets)]
        found = [(choose_k(X), true) for X, true in made]
        right = sum(
            (one.answer == "groups" and one.k == true) if true > 1 else one.answer != "groups" for one, true in found
        )
        answers = ", ".join(f"{word} {count}" for word, count in Counter(one.answer for one, _ in found).most_common())
        seconds = (time.process_time() - started) / asked.sets
        print(f"{case:8} right {Counted(right, len(found))}; answers: {answers}; {seconds:.1f} s each", flush=True)


if __name__ == "__main__":
    main()
