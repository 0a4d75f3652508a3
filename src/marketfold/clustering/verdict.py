"""From the evidence at each k to one answer, and to the sentences that say so.

The question is always the same: do the data fall into groups further than data without groups would? Three kinds of
data without groups are asked (see `references`); groups are only what none of them shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from marketfold.clustering.elbow import find_knee

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.clustering.elbow import Knee
    from marketfold.clustering.evidence import Evidence
    from marketfold.clustering.gains import Gain
    from marketfold.clustering.witnesses import Witness
    from marketfold.schema import Float64

Answer = Literal["groups", "weak", "no_structure", "too_few"]
Strength = Literal["strong", "moderate", "none"]

GROUPS_GAIN = 0.12
"""Groups must lower the natural logarithm of the WCSS by this much below every reference (11 %). Noise reached 0.11,
never surely; groups four standard deviations apart gave 0.17 and more, always surely."""
WEAK_GAIN = 0.05
SURE = 4.0
"""How many errors a gain must measure. The best of a dozen k is looked at, so the usual 2 or 3 would find groups in
noise. Single clouds reached 0.9 of all three references, groups four standard deviations apart 14 and more."""
RISE = 0.05
"""A larger gain than this at a k that was not usable says that the groups are not counted yet."""
SAME = 0.03
"""Gains that differ by no more are the same; of such k the smallest is advised."""
FEWEST_MEMBERS = 5
ABOUT = 0.05
"""Adjusted Rand indices of a handful of resamples differ by this much by chance."""
DETECTABLE = 0.5
"""Where the references vary so much that a smaller gain than this is lost among them, there are too few units to tell.
Groups six standard deviations apart gave 0.46 and more."""
REPRODUCIBLE = 0.75
UNITS_PER_FEATURE = 70
FEWEST_PER_FEATURE = 5

SOURCES = {
    "cloud": "One cloud with the same columns and rank correlations: Iman and Conover (1982); testing clusters against "
    "one cloud: Liu, Hayes, Nobel and Marron (2008), SigClust.",
    "gap": "Gap statistic: Tibshirani, Walther and Hastie (2001); uniform box along the principal axes.",
    "units": f"At least {UNITS_PER_FEATURE} units for each feature: Dolnicar, Grün, Leisch and Schmidt (2014), "
    "Required sample sizes for data-driven market segmentation analyses in tourism.",
    "reproducible": "Without natural groups the most reproducible segments are advised: Dolnicar and Leisch (2010), "
    "Evaluation of structure and reproducibility of cluster solutions using the bootstrap.",
}


@dataclass(frozen=True)
class Ruling:
    """The answer, and the sentences that say so; see `KChoice`."""

    k: int
    answer: Answer
    strength: Strength
    gist: str
    sentences: tuple[str, ...]
    dissenters: tuple[str, ...]
    sources: tuple[str, ...]
    enough_units: bool


def _usable(evidence: Evidence) -> NDArray[np.bool_]:
    """Whether every segment at each k is large enough to be one, shape (n_k,)."""
    return np.array([smallest >= FEWEST_MEMBERS for smallest in evidence.smallest])


def _dip_after(gain: Float64, place: int) -> float:
    """How far a gain falls after a place before it is higher again."""
    later = gain[place + 1 :]
    higher = np.flatnonzero(later > gain[place])
    until = later[: higher[0]] if len(higher) else later
    return float(gain[place] - until.min()) if len(until) else 0.0


def _local_peak(evidence: Evidence, grouped: NDArray[np.bool_]) -> int | None:
    """The k after which the gain over one cloud dips most, and surely; ties and outliers may raise it again later."""
    gain = evidence.gains["cloud"]
    dips = [_dip_after(gain.values, place) if grouped[place] else 0.0 for place in range(len(gain.values))]
    deepest = int(np.argmax(dips))
    return evidence.k[deepest] if dips[deepest] > max(RISE, 2 * gain.errors[deepest]) else None


def _grouped_at(evidence: Evidence) -> int | None:
    """The k at which the data fall into groups furthest beyond all data without groups; None where none stands out.

    A gain that still rises at the last two k singles out no number of groups: ties and outliers do that. Then an
    earlier k may stand out by the dip that follows it.
    """
    gains = evidence.gains.values()
    least = np.min([gain.values for gain in gains], axis=0)
    sureness = np.min([gain.sureness for gain in gains], axis=0)
    grouped = (least >= GROUPS_GAIN) & (sureness >= SURE) & _usable(evidence)
    if not grouped.any():
        return None
    far = evidence.gains["cloud"].values + evidence.gains["box"].values
    furthest = int(np.flatnonzero(grouped & (far >= far[grouped].max() - SAME))[0])
    still_rising = furthest >= len(far) - 2 or far[furthest:].max() > far[furthest] + RISE
    return _local_peak(evidence, grouped) if still_rising else evidence.k[furthest]


def _beyond_cloud(evidence: Evidence) -> bool:
    gain = evidence.gains["cloud"]
    return bool(np.any((gain.values >= WEAK_GAIN) & (gain.sureness >= SURE)))


def _clearest(evidence: Evidence) -> int:
    """The k at which the data lie furthest below one cloud, and surely."""
    gain = evidence.gains["cloud"]
    return gain.k[int(np.argmax(np.where(gain.sureness >= SURE, gain.values, -np.inf)))]


def _blurred(evidence: Evidence) -> bool:
    """Whether data without groups vary so much that even clear groups would be lost among them."""
    return SURE * float(np.median(evidence.gains["cloud"].errors)) > DETECTABLE


def _most_reproducible(evidence: Evidence, k_min: int) -> int:
    """The smallest k that is about as stable as the most stable, among those without tiny segments."""
    witness = evidence.witnesses.get("stability")
    usable = dict(zip(evidence.k, _usable(evidence), strict=True))
    pairs = [] if witness is None else list(zip(witness.k, witness.values, strict=True))
    allowed = [(k, value) for k, value in pairs if k >= k_min and usable[k]]
    best = max((value for _, value in allowed), default=0.0)
    return next((k for k, value in allowed if value >= best - ABOUT), k_min)


def _answer(evidence: Evidence, n_units: int, k_min: int) -> tuple[Answer, int, int | None]:
    """The answer, the k advised, and the k of the groups where there are any."""
    grouped = _grouped_at(evidence)
    if grouped is not None:
        return "groups", max(grouped, k_min), grouped
    k = _most_reproducible(evidence, k_min)
    if n_units < FEWEST_PER_FEATURE * evidence.n_features:
        return "too_few", k, None
    if _beyond_cloud(evidence):
        return "weak", k, None
    return ("too_few" if _blurred(evidence) else "no_structure"), k, None


def _lower(gain: Gain, k: int) -> str:
    """How much lower the WCSS is, in words, and how much of that chance can do."""
    place = gain.k.index(k)
    share, chance = (1 - np.exp(-value) for value in (gain.values[place], SURE * gain.errors[place]))
    below = f"{_percent(share)} below" if share >= 0.005 else "not below"
    doubt = f" (chance alone can do {_percent(chance)})" if 0.005 <= share < chance else ""
    return f"{below} that of {gain.label}{doubt}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _stability_at(evidence: Evidence, k: int) -> float:
    witness = evidence.witnesses.get("stability")
    return witness.at(k) if witness is not None and k in witness.k else float("nan")


OPENINGS = {
    "groups": "There are groups, {at} of them.",
    "weak": "There is structure beyond one cloud, but no number of groups stands out; {k} segments are a choice.",
    "no_structure": "No group structure here: segments, however many, are slices of one cloud.",
    "too_few": "Too few customers for this many features: groups, if there are any, could not be told from chance.",
}


def _sentences(
    evidence: Evidence, answer: Answer, k: int, grouped: int | None, *, enough: bool, n_units: int
) -> list[str]:
    at = grouped or (_clearest(evidence) if answer == "weak" else k)
    cloud, uniform = (_lower(evidence.gains[name], at) for name in ("cloud", "box"))
    sentences = [
        OPENINGS[answer].format(at=at, k=k),
        f"At k = {at}{', where it shows most,' if at != (grouped or k) else ''} the WCSS is {cloud}, and {uniform}.",
        f"Resamples agree on {k} segments with an adjusted Rand index of {_stability_at(evidence, k):.2f}.",
    ]
    if grouped is not None and grouped < k:
        sentences.append(f"{k} is the least that was asked for, and more than the groups found.")
    if not enough:
        needed = UNITS_PER_FEATURE * evidence.n_features
        sentences.append(
            f"{n_units:,} units are few for {evidence.n_features} features, at least {needed:,} are advised: "
            "only clear groups can be seen."
        )
    return sentences


def _elbow_dissent(evidence: Evidence, knee: Knee, k: int) -> str | None:
    shuffled = evidence.shuffled.log_wcss
    same = sum(find_knee(evidence.k, np.exp(curve).tolist()).k == knee.k for curve in shuffled)
    copies = f"{same} of {len(shuffled)} column-shuffled copies bend there too"
    if knee.k is None:
        return "The elbow curve has no knee."
    if knee.k != k:
        return f"The elbow is at k = {knee.k}; {copies}."
    return f"The elbow agrees, but {copies}: it is no evidence." if 2 * same >= len(shuffled) else None


def _dissent(witness: Witness, k: int) -> str | None:
    if witness.prefers == k or k not in witness.k:
        return None
    if witness.prefers is None:
        return f"{witness.label} prefers no k."
    if witness.prefers < 2:
        return f"{witness.label} sees one group only."
    there, here = witness.at(witness.prefers), witness.at(k)
    return f"{witness.label} prefers k = {witness.prefers} ({there:.3g} against {here:.3g} at k = {k})."


def _below_the_least(evidence: Evidence, k_min: int) -> str | None:
    """Which indices are best at fewer segments than were allowed: no witness can prefer those."""
    told = []
    for witness in evidence.witnesses.values():
        signed = np.array(witness.values) if witness.higher_is_better else -np.array(witness.values)
        best = witness.k[int(np.nanargmax(signed))]
        if 2 <= best < k_min and witness.name != "gap":
            told.append(f"{witness.label} at k = {best} ({witness.at(best):.3g})")
    if not told:
        return None
    return f"At least {k_min} segments were asked for; with fewer some would be better still: {', '.join(told)}."


def _strength(evidence: Evidence, answer: Answer, k: int, *, enough: bool) -> Strength:
    steady = _stability_at(evidence, k) >= REPRODUCIBLE
    if answer != "groups":
        return "moderate" if steady and answer == "weak" else "none"
    agree = sum(witness.prefers == k for witness in evidence.witnesses.values())
    return "strong" if steady and enough and 2 * agree >= len(evidence.witnesses) else "moderate"


def rule(evidence: Evidence, knee: Knee, *, n_units: int, k_min: int) -> Ruling:
    """Decide from the evidence.

    Groups are there where at some k the WCSS lies clearly and surely below that of all three kinds of data without
    groups; then k is where it lies furthest below. Otherwise the most reproducible k is advised.
    """
    answer, k, grouped = _answer(evidence, n_units, k_min)
    enough = n_units >= UNITS_PER_FEATURE * evidence.n_features
    sentences = _sentences(evidence, answer, k, grouped, enough=enough, n_units=n_units)
    dissents = [_elbow_dissent(evidence, knee, k), *(_dissent(one, k) for one in evidence.witnesses.values())]
    dissents.append(_below_the_least(evidence, k_min))
    sources = [SOURCES["cloud"], SOURCES["gap"], SOURCES["units"]]
    if answer != "groups":
        sources.append(SOURCES["reproducible"])
    return Ruling(
        k=k,
        answer=answer,
        strength=_strength(evidence, answer, k, enough=enough),
        gist=" ".join(dict.fromkeys([sentences[0]] + ([] if enough else [sentences[-1]]))),
        sentences=tuple(sentences),
        dissenters=tuple(text for text in dissents if text is not None),
        sources=tuple(sources),
        enough_units=enough,
    )
