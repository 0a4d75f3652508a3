"""What is said of trust: of each segment, of all of them, and how it was found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.segments import SegmentProfile
    from marketfold.selection import GroupTest


def drawn_word(test: GroupTest | None) -> str:
    """What was drawn without groups, to be held against the customers."""
    return "tables" if test is not None and test.null == "cloud" else "shops"


def trust_text(profile: SegmentProfile, test: GroupTest | None) -> str:
    """What the label of a segment means, with the numbers behind it."""
    if profile.trust is None:
        return ""
    number = f" (Jaccard {words.decimal(profile.jaccard)})" if profile.jaccard is not None else ""
    if profile.trust == "slice" and profile.p is None:
        return say("trust", "slice.untested" if test is None else "slice.unmatched", number=number)
    if profile.p is None:
        return say("trust", profile.trust, number=number, beyond="", beaten="", drawn="")
    beaten, beyond = words.share(profile.p), words.share(1 - profile.p)
    return say("trust", profile.trust, number=number, beyond=beyond, beaten=beaten, drawn=drawn_word(test))


def trust_summary(analysis: Analysis) -> str:
    """Of all segments together: groups, useful cuts, or nothing to rely on."""
    trust = [profile.trust for profile in analysis.segments.profiles]
    n, groups, weak = len(trust), trust.count("group"), trust.count("weak")
    if groups == n:
        return say("earned", "groups.all")
    finding = analysis.choice.evidence.finding
    if weak == n:
        return say("earned", "none", units=words.units_word(analysis.segmentation.unit))
    if groups:
        verb = "is a group" if groups == 1 else "are groups"
        found = say("earned", "groups", groups=groups, k=n, verb=verb)
        found = words.sentence(found)
    else:
        found = say("earned", "structure" if finding == "groups" else finding)
    if not weak:
        return found
    which = words.number_word(weak).capitalize()
    return f"{found} {say('earned', 'weak' if weak == 1 else 'weak.many', weak=which)}"


def trust_evidence(analysis: Analysis) -> tuple[str, ...]:
    """How it was found out, each a sentence."""
    tests, test = analysis.segmentation.tests, analysis.choice.evidence.groups
    unseen = bool(tests) and all(one.unseen for one in tests)
    again = say("earned", "aside" if unseen else "resampled")
    if analysis.segmentation.unit != "customer":
        return ()
    if test is None:
        return (say("earned", "untested"), again)
    furthest = max(test.separations)
    how = say(
        "earned",
        test.null,
        k=test.k,
        feature_set=test.found.feature_set.replace("_", " "),
        draws=len(test.highest),
        n_units=test.n_units,
        beaten=sum(one >= furthest for one in test.highest),
        p=words.decimal(test.p, 3),
    )
    n = len(analysis.segmentation)
    sampled = (say("earned", "sampled", n_units=test.n_units, n=n),) if test.n_units < n else ()
    below = any(profile.separation == furthest for profile in analysis.segments.profiles)
    elsewhere = () if below else (say("earned", "elsewhere"),)
    return (how, *sampled, *elsewhere, again)
