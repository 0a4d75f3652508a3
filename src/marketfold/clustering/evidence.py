"""All that bears on the number of segments, gathered once: null references, gaps below them, validity indices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketfold.clustering.fitting import Fit, quiet_fits, take_sample
from marketfold.clustering.null_references import (
    Gap,
    NullReference,
    box,
    cloud,
    draw_null_reference,
    gap_below,
    log_wcss,
    shuffled,
)
from marketfold.clustering.validity import (
    BAND_ROWS,
    ValidityIndex,
    band,
    band_of,
    calinski_harabasz,
    davies_bouldin,
    gap_rule,
    resample_agreement,
    silhouettes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Float32, Float64, Progress

JUDGED_ROWS = 2_000
"""Units that the indices see at most; the gaps that they judge are far larger than what such a sample blurs."""
STABILITY_ROWS = 1_000
NULL_REFERENCES = {
    "shuffled": (shuffled, "column-shuffled data", 4),
    "cloud": (cloud, "one cloud with the same columns and correlations", 6),
    "box": (box, "a uniform box", 4),
}
RESAMPLES = 7


@dataclass(frozen=True)
class Evidence:
    """What the rule decides from.

    `smallest` counts the units of the smallest segment at each k. Gaps tell how far the WCSS lies below that of each
    kind of data without groups: `shuffled`, `cloud`, `box`. `rows` and `n_features` are the shape that the indices saw.
    """

    k: tuple[int, ...]
    smallest: tuple[int, ...]
    shuffled: NullReference
    gaps: dict[str, Gap]
    indices: dict[str, ValidityIndex]
    rows: int
    n_features: int


def _silhouette_band(X: Float32, fits: dict[int, Fit]) -> Float64:
    return silhouettes(X, fits, BAND_ROWS)[0]


def _best(values: Float64, k: Sequence[int], k_min: int, *, highest: bool = True) -> int | None:
    """The allowed k with the best value; the smallest of equals."""
    allowed = [(place, one) for place, one in enumerate(k) if one >= k_min]
    if not allowed:
        return None
    signed = values if highest else -values
    return max(allowed, key=lambda pair: (signed[pair[0]], -pair[1]))[1]


def _floats(values: Float64) -> tuple[float, ...]:
    return tuple(values.tolist())


def _geometry(
    X: Float32, fits: dict[int, Fit], references: dict[str, NullReference], k: Sequence[int], k_min: int
) -> list[ValidityIndex]:
    """Silhouette, Calinski-Harabasz and Davies-Bouldin with their bands."""
    geometry = (
        ("silhouette", "Silhouette", silhouettes(X, fits), _silhouette_band, True),
        ("calinski_harabasz", "Calinski-Harabasz", (calinski_harabasz(X, fits), None), calinski_harabasz, True),
        ("davies_bouldin", "Davies-Bouldin", (davies_bouldin(X, fits), None), davies_bouldin, False),
    )
    found = []
    for name, label, (values, error), index, highest in geometry:
        bands = *band_of(index, references["shuffled"], k), *band_of(index, references["cloud"], k)
        prefers = _best(values, k, k_min, highest=highest)
        error_at_k = () if error is None else _floats(error)
        found.append(ValidityIndex(name, label, tuple(k), _floats(values), *bands, error_at_k, prefers, highest))
    return found


def _gap(gaps: dict[str, Gap], references: dict[str, NullReference], k: Sequence[int]) -> ValidityIndex:
    """The gap statistic (Tibshirani, Walther and Hastie 2001, uniform box) beside that of shuffled tables."""
    gap = gaps["box"]
    expected = references["box"].log_wcss.mean(axis=0)
    shuffled_band, cloud_band = (band(expected - references[name].log_wcss) for name in ("shuffled", "cloud"))
    prefers = gap_rule(gap.values, gap.errors, k)
    at_k = _floats(gap.values), *shuffled_band, *cloud_band, _floats(gap.errors)
    return ValidityIndex("gap", "Gap statistic", tuple(k), *at_k, prefers)


def _stability(
    X: Float32, references: dict[str, NullReference], k: Sequence[int], k_min: int, seed: int
) -> ValidityIndex:
    """Agreement of solutions from fresh resamples (Dolnicar and Leisch 2010); the band from the shuffled tables."""
    # drawn, not the first: a table may come sorted
    values = resample_agreement(take_sample(X, STABILITY_ROWS, seed), k, resamples=RESAMPLES, seed=seed)
    samples = [take_sample(table, STABILITY_ROWS, seed) for table in references["shuffled"].tables[:2]]
    low, high = band([resample_agreement(sample, k, resamples=3, seed=seed) for sample in samples])
    label, prefers = "Bootstrap stability (adjusted Rand)", _best(values, k, k_min)
    return ValidityIndex("stability", label, tuple(k), _floats(values), low, high, prefers=prefers)


def gather(X: Float32, fits: dict[int, Fit], *, k_min: int, seed: int, progress: Progress | None = None) -> Evidence:
    """Hold fits at each k (from 1) against data without groups, and ask every index."""
    k = tuple(fits)
    grown = {one: fit for one, fit in fits.items() if 1 < one < len(X)}
    steps = (*(label for _, label, _ in NULL_REFERENCES.values()), "indices", "resamples", "resamples")

    def report_done(done: int) -> None:
        if progress is not None:
            progress(f"evidence: {steps[done]}", done, len(steps) - 1)

    with quiet_fits(threads=1):
        references: dict[str, NullReference] = {}
        for done, (name, (make, label, draws)) in enumerate(NULL_REFERENCES.items()):
            report_done(done)
            references[name] = draw_null_reference(X, make, label, k, draws=draws, seed=seed)
        mine = log_wcss(X, fits)
        gaps = {name: gap_below(reference, mine, k) for name, reference in references.items()}
        report_done(3)
        found = [*_geometry(X, grown, references, tuple(grown), k_min), _gap(gaps, references, k)]
        report_done(4)
        found.append(_stability(X, references, tuple(grown), k_min, seed))
        report_done(5)
    indices = {index.name: index for index in found}
    smallest = tuple(int(np.bincount(fits[one].labels, minlength=one).min()) for one in k)
    return Evidence(k, smallest, references["shuffled"], gaps, indices, len(X), X.shape[1])
