"""K-means in scikit-learn: its attributes, starts and defaults, and what is lost without scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from marketfold.clustering import quiet_fits
from marketfold.learn.lesson import Lesson, Worked
from marketfold.learn.lesson_data import AMOUNTS
from marketfold.learn.lessons.kmeans import MOST_K, n_near_best

if TYPE_CHECKING:
    from marketfold.learn.lesson_data import LessonData
    from marketfold.schema import Float64

N_INIT = 10
DRAWS = 3
"""So often other starts can be asked for."""
STARTS = 40
SLIDERS = 4
MOST_BARS = 8
SAMPLE = 2_000
"""Silhouettes compare every unit with every other; so many tell enough."""
REPEATS = 0.6
"""Below this agreement two halves do not find the same groups in any useful sense."""
APART = 0.25
"""Kaufman and Rousseeuw (1990) find no substantial structure below this silhouette."""


def _fit(X: Float64, k: int, seed: int) -> KMeans:
    return KMeans(k, init="k-means++", n_init=N_INIT, random_state=seed).fit(X)


def _ends(X: Float64, k: int, seed: int, init: Literal["k-means++", "random"]) -> Float64:
    """WCSS where single starts come to rest, shape (DRAWS, STARTS)."""
    starts = range(seed, seed + DRAWS * STARTS)
    ends = [KMeans(k, init=init, n_init=1, random_state=start).fit(X).inertia_ for start in starts]
    return np.array(ends).reshape(DRAWS, STARTS)


def _dragged(data: LessonData, centres: Float64) -> list[int]:
    """Features whose values somebody new is given: the two of the plane, then those in which the centres lie apart."""
    order = sorted(
        range(len(data.features)),
        key=lambda j: (data.lumped[j], data.features[j].measure not in AMOUNTS, -centres[:, j].std()),
    )
    return [*data.pair, *(place for place in order if place not in data.pair)][:SLIDERS]


def _bars(data: LessonData) -> list[tuple[str, float, float]]:
    """Share of each feature in WCSS at K = 1, unscaled and scaled, the largest first; the rest as one."""
    variance = data.values.var(axis=0)
    raw = variance / variance.sum()
    order, even = np.argsort(-raw, kind="stable").tolist(), 1 / len(raw)
    bars = [(data.labels[place], float(raw[place]), even) for place in order[:MOST_BARS]]
    if rest := order[MOST_BARS:]:
        bars.append((f"the other {len(rest)}", float(raw[rest].sum()), even * len(rest)))
    return bars


def _measures(data: LessonData, k: int, seed: int) -> dict[str, Any]:
    """What scikit-learn finds on all features, and how far it can be relied on."""
    X, raw = data.taught, data.values[:: data.step]
    with quiet_fits():
        model, unscaled = _fit(X, k, seed), _fit(raw, k, seed)
        first, second = (_fit(X[start::2], k, seed).predict(X) for start in (0, 1))
    with quiet_fits(threads=1):
        plus, lot = _ends(X, k, seed, "k-means++"), _ends(X, k, seed, "random")
    middle = np.median(data.scaled, axis=0).astype(np.float64)
    return {
        "model": model, "sizes": tuple(map(str, np.bincount(model.labels_, minlength=k).tolist())),
        "wcss": float(model.inertia_),
        "raw_largest": float(np.bincount(unscaled.labels_).max() / len(X)), "rounds": int(model.n_iter_),
        "agree": float(adjusted_rand_score(model.labels_, unscaled.labels_)),
        "repeat": float(adjusted_rand_score(first, second)),
        "silhouette": float(silhouette_score(X, model.labels_, sample_size=SAMPLE, random_state=seed)),
        "middle_group": int(model.predict(middle[None])[0]), "good": n_near_best(plus[0]),
        "ends": {"plus": plus.round(1).tolist(), "lot": lot.round(1).tolist()},
    }  # fmt: skip


def _work(data: LessonData) -> Worked:
    k, seed = min(data.run.n_segments, MOST_K), data.run.seed
    found = _measures(data, k, seed)
    centres = np.asarray(found["model"].cluster_centers_)
    bars, columns = _bars(data), _dragged(data, centres)
    failure = "none"
    if found["repeat"] < REPEATS:
        failure = "repeat"
    elif found["silhouette"] < APART:
        failure = "flat"
    elif found["good"] < STARTS:
        failure = "starts"
    return Worked(
        facts={
            **{name: value for name, value in found.items() if name not in {"model", "ends"}}, "k": k,
            "n_features": len(data.features), "n_init": N_INIT,
            "n_starts": STARTS, "n_others": STARTS - found["good"], "top": bars[0][0],
            "top_share": bars[0][1], "columns": columns, "seed": seed, "repeats": REPEATS, "apart": APART,
        },
        failure=failure,
        settings={"K": k, "SEED": seed, **data.program_settings},
        results={
            "sizes": found["sizes"], "wcss": found["wcss"], "agree": found["agree"],
            "silhouette": found["silhouette"], "repeat": found["repeat"], "middle_group": found["middle_group"],
        },
        script={"centres": centres.round(4).tolist(), "columns": columns, "bars": bars, "k": k, "ends": found["ends"]},
    )  # fmt: skip


SCIKIT = Lesson("scikit", _work)
