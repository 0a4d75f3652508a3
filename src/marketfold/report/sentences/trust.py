"""What is said of trust: of each segment, of all of them, and how it was found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.report.sentences.phrases import say
from marketfold.report.sentences.selection import features_of
from marketfold.thresholds import SIGNIFICANCE

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.segments import SegmentProfile
    from marketfold.selection import GroupTest


def drawn_word(test: GroupTest | None) -> str:
    """What was drawn without groups, to be held against the customers."""
    return "made-up tables" if test is not None and test.null == "cloud" else "made-up shops"


def trust_text(profile: SegmentProfile, test: GroupTest | None) -> str:
    """What the label of a segment means, with the numbers behind it."""
    if profile.trust is None:
        return ""
    number = f" (Jaccard {words.decimal(profile.jaccard)})" if profile.jaccard is not None else ""
    if test is None and profile.p is not None and profile.trust in {"group", "slice"}:  # as the model was made
        return say("trust", f"{profile.trust}.before", number=number)
    if profile.trust == "slice" and profile.p is None:
        return say("trust", "slice.untested" if test is None else "slice.unmatched", number=number)
    highest, p = test.highest if test else (), 1.0 if profile.p is None else profile.p
    beaten = sum(one >= (profile.separation or 0.0) for one in highest)
    held_back = profile.trust == "slice" and p <= SIGNIFICANCE
    facts = {"beaten": beaten, "beyond": len(highest) - beaten, "all_drawn": len(highest), "drawn": drawn_word(test)}
    return say("trust", "slice.not in the half" if held_back else profile.trust, number=number, **facts)


def trust_summary(analysis: Analysis) -> str:
    """Of all segments together: groups, useful cuts, or nothing to rely on."""
    trust = [profile.trust for profile in analysis.segments.profiles]
    n, groups, weak = len(trust), trust.count("group"), trust.count("weak")
    units = words.units_word(analysis.segmentation.unit)
    if groups == n:
        return say("earned", "groups.all")
    if weak == n:
        return say("earned", "none", units=units)
    if groups:
        verb = "is a group" if groups == 1 else "are groups"
        found = words.sentence(say("earned", "groups", groups=groups, k=n, verb=verb))
    else:
        found = say("earned", _no_group(analysis), units=units, cuts=say("earned", "cuts.some" if weak else "cuts"))
    if not weak:
        return found
    which = words.number_word(weak).capitalize()
    return f"{found} {say('earned', 'weak' if weak == 1 else 'weak.many', weak=which)}"


def _no_group(analysis: Analysis) -> str:
    """What the units are where none of the segments is a group."""
    choice = analysis.choice.evidence
    if choice.finding == "groups":
        return "others"
    return "structure.untested" if choice.finding == "structure" and choice.groups is None else choice.finding


def labels_are_unseen(analysis: Analysis) -> bool:
    """Whether labels were earned on customers that no choice has seen."""
    tests = analysis.segmentation.tests
    return bool(tests) and all(one.unseen for one in tests)


def trust_evidence(analysis: Analysis) -> tuple[str, ...]:
    """How it was found out, each a sentence."""
    test = analysis.choice.evidence.groups
    again = say("earned", "aside" if labels_are_unseen(analysis) else "resampled")
    if analysis.segmentation.unit != "customer":
        return ()
    if test is None:
        return (say("earned", "untested"), again)
    furthest = max(test.separations)
    how = say(
        "earned",
        test.null,
        k=test.k,
        feature_set=features_of(test.found.feature_set),
        draws=len(test.highest),
        n_units=test.n_units,
        beaten=sum(one >= furthest for one in test.highest),
        p=words.decimal(test.p, 3),
    )
    n = analysis.segmentation.n_units
    sampled = (say("earned", "sampled", n_units=test.n_units, n=n),) if test.n_units < n else ()
    below = any(profile.separation == furthest for profile in analysis.segments.profiles)
    elsewhere = () if below else (say("earned", "elsewhere"),)
    return (how, *sampled, *elsewhere, again)
