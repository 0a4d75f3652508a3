"""From the evidence at each k to one answer.

The question is always the same: do the data fall into groups further than data without groups would? Three kinds of
data without groups are asked (see `null_references`); groups are only what none of them shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from marketfold.thresholds import FEWEST_MEMBERS, STABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.clustering.null_references import Gap, NullReference
    from marketfold.clustering.validity import ValidityIndex
    from marketfold.schema import Float64

Answer = Literal["groups", "weak", "no_structure", "too_few"]
Strength = Literal["strong", "moderate", "none"]

GROUPS_GAP = 0.12
"""Groups must lower the natural logarithm of the WCSS by this much below every reference (11 %). Noise reached 0.11,
never surely; groups four standard deviations apart gave 0.17 and more, always surely."""
WEAK_GAP = 0.05
SURE = 4.0
"""How many errors a gap must measure. The best of a dozen k is looked at, so the usual 2 or 3 would find groups in
noise. Single clouds reached 0.9 of all three references, groups four standard deviations apart 14 and more."""
RISE = 0.05
"""A larger gap than this at a k that was not usable says that the groups are not counted yet."""
SAME = 0.04
"""Gaps that differ by no more are the same; of such k the smallest is advised. With 0.03, and null draws fitted as
closely as the data, one of 25 planted sets of eight groups was called weak: that set alone speaks for 0.04; in 50
others it makes no odds."""
ABOUT = 0.05
"""Adjusted Rand indices of a handful of resamples differ by this much by chance."""
DETECTABLE = 0.5
"""Where the references vary so much that a smaller gap than this is lost among them, there are too few units to tell.
Groups six standard deviations apart gave 0.46 and more."""
UNITS_PER_FEATURE = 70
"""Dolnicar, Grün, Leisch and Schmidt (2014)."""
FEWEST_PER_FEATURE = 5
FEWEST_WITNESSES = 4
"""Indices that must name one k together before they overrule the gap."""


@dataclass(frozen=True)
class Evidence:
    """What the rule decides from.

    `smallest` counts the units of the smallest segment at each k. Gaps tell how far the WCSS, as a share of that at
    k = 1, lies below that of each kind of data without groups: `shuffled`, `cloud`, `box`. `rows` and `n_features` are
    the shape that the indices saw.
    """

    k: tuple[int, ...]
    smallest: tuple[int, ...]
    shuffled: NullReference
    gaps: dict[str, Gap]
    indices: dict[str, ValidityIndex]
    rows: int
    n_features: int


def _usable(evidence: Evidence) -> NDArray[np.bool_]:
    """Whether every segment at each k is large enough to be one, shape (n_k,)."""
    return np.array([smallest >= FEWEST_MEMBERS for smallest in evidence.smallest])


def _dip_after(gap: Float64, place: int) -> float:
    """How far a gap falls after a place before it is higher again."""
    later = gap[place + 1 :]
    higher = np.flatnonzero(later > gap[place])
    until = later[: higher[0]] if len(higher) else later
    return float(gap[place] - until.min()) if len(until) else 0.0


def _local_peak(evidence: Evidence, grouped: NDArray[np.bool_]) -> int | None:
    """The k after which the gap over one cloud dips most, and surely; ties and outliers may raise it again later."""
    gap = evidence.gaps["cloud"]
    dips = [_dip_after(gap.values, place) if grouped[place] else 0.0 for place in range(len(gap.values))]
    deepest = int(np.argmax(dips))
    return evidence.k[deepest] if dips[deepest] > max(RISE, 2 * gap.errors[deepest]) else None


def _grouped_at(evidence: Evidence) -> int | None:
    """The k at which the data fall into groups furthest beyond all data without groups; None where none stands out.

    A gap that still rises at the last two k singles out no number of groups: ties and outliers do that. Then an
    earlier k may stand out by the dip that follows it.
    """
    gaps = evidence.gaps.values()
    least = np.min([gap.values for gap in gaps], axis=0)
    z_scores = np.min([gap.z_scores for gap in gaps], axis=0)
    grouped = (least >= GROUPS_GAP) & (z_scores >= SURE) & _usable(evidence)
    if not grouped.any():
        return None
    far = evidence.gaps["cloud"].values + evidence.gaps["box"].values
    furthest = int(np.flatnonzero(grouped & (far >= far[grouped].max() - SAME))[0])
    still_rising = furthest >= len(far) - 2 or far[furthest:].max() > far[furthest] + RISE
    return _local_peak(evidence, grouped) if still_rising else evidence.k[furthest]


def _agreed(evidence: Evidence, grouped: int) -> int:
    """The k that all other indices name alike, where the gap counts others beyond it; otherwise that of the gap.

    The gap creeps on as K-means cuts groups up that it has all found: seven clear groups were called eleven.
    """
    others = [index.prefers for name, index in evidence.indices.items() if name != "gap"]
    agreed = others[0] if others else None
    if len(others) < FEWEST_WITNESSES or others.count(agreed) < len(others) or agreed is None or agreed > grouped:
        return grouped  # they are asked of no fewer segments than are made, the gap of any number
    if agreed not in evidence.k or not _usable(evidence)[place := evidence.k.index(agreed)]:
        return grouped
    is_grouped = all(gap.values[place] >= GROUPS_GAP and gap.z_scores[place] >= SURE for gap in evidence.gaps.values())
    return agreed if is_grouped else grouped


def _beyond_cloud(evidence: Evidence) -> int | None:
    """The k at which the data lie furthest below one cloud, and surely; None where they do so nowhere."""
    gap = evidence.gaps["cloud"]
    sure = np.where(gap.z_scores >= SURE, gap.values, -np.inf)
    return gap.k[int(np.argmax(sure))] if sure.max() >= WEAK_GAP else None


def _most_reproducible(evidence: Evidence, k_min: int) -> int:
    """The smallest k that is about as stable as the most stable, among those without tiny segments."""
    index = evidence.indices["stability"]
    usable = dict(zip(evidence.k, _usable(evidence), strict=True))
    allowed = [(k, value) for k, value in zip(index.k, index.values, strict=True) if k >= k_min and usable[k]]
    best = max((value for _, value in allowed), default=0.0)
    return next((k for k, value in allowed if value >= best - ABOUT), k_min)


def _strength(evidence: Evidence, answer: Answer, k: int, n_units: int) -> Strength:
    index = evidence.indices["stability"]
    steady = k in index.k and index.at(k) >= STABLE
    if answer != "groups":
        return "moderate" if steady and answer == "weak" else "none"
    enough = n_units >= UNITS_PER_FEATURE * evidence.n_features
    agree = sum(index.prefers == k for index in evidence.indices.values())
    return "strong" if steady and enough and 2 * agree >= len(evidence.indices) else "moderate"


def decide(evidence: Evidence, *, n_units: int, k_min: int) -> tuple[int, Answer, Strength, int]:
    """`k`, `answer`, `strength` and `shows_at` of a `KChoice`.

    Groups are there where at some k the WCSS lies clearly and surely below that of all three kinds of data without
    groups; then k is where it lies furthest below. Otherwise the most reproducible k is advised.
    """
    grouped, beyond = _grouped_at(evidence), _beyond_cloud(evidence)
    grouped = None if grouped is None else _agreed(evidence, grouped)
    k = _most_reproducible(evidence, k_min) if grouped is None else max(grouped, k_min)
    # data without groups may vary so much that even clear groups would be lost among them
    blurred = SURE * float(np.median(evidence.gaps["cloud"].errors)) > DETECTABLE
    answer: Answer = "too_few" if blurred else "no_structure"
    if grouped is not None:
        answer = "groups"
    elif n_units < FEWEST_PER_FEATURE * evidence.n_features:
        answer = "too_few"
    elif beyond is not None:
        answer = "weak"
    shows_at = grouped or (answer == "weak" and beyond) or k
    return k, answer, _strength(evidence, answer, k, n_units), shows_at
