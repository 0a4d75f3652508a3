"""What is said of the choices of a run: the number of segments made, the reduction, and the feature set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.reduction import label_of
from marketfold.report.sentences.clustering import k_decision, k_summary
from marketfold.report.sentences.phrases import say
from marketfold.selection import ALL, WORSE_BY, worth

if TYPE_CHECKING:
    from marketfold.selection import Candidate, Choice, FeatureSetSearch, ReducerComparison, ReducerScore

REDUCTION_RULE = (
    "The simplest reduction that is not worse is taken: none before PCA before the autoencoder. One is worse when "
    f"another explains over {words.decimal(WORSE_BY)} more of the differences in later (log) revenue, or, where there "
    f"is no later period, when the mean of its silhouette and of its lowest Jaccard is over {words.decimal(WORSE_BY)} "
    "lower."
)


def number_decision(choice: Choice) -> str:
    """What is said of the number of segments, and why another was made than the curve advises."""
    return _and_why(choice, k_decision(choice.k_choice))


def number_summary(choice: Choice) -> str:
    """The same without the numbers."""
    return _and_why(choice, k_summary(choice.k_choice))


def _and_why(choice: Choice, text: str) -> str:
    made = choice.recipe.n_segments
    if made == choice.k_choice.k:
        return text
    return f"{made} segments were made. {_number_reason(choice)} Of itself the curve says this: {text}"


def _number_reason(choice: Choice) -> str:
    if choice.number_from == "clusterer":
        return f"Your {type(choice.recipe.clusterer).__name__} decides itself how many."
    if choice.search and choice.number_from == "search":
        return search_decision(choice.search)
    return "That many were asked for."


def search_decision(search: FeatureSetSearch) -> str:
    """Which features were taken, and whether their segments hold on resamples that the choice did not see."""
    chosen, wide = search.chosen, search.wide
    if not chosen.holds:
        code = "none holds"
    elif chosen.feature_set != ALL:
        code = "narrow"
    else:
        code = "all" if chosen == wide else "all.other number"
    return say(
        "search",
        code,
        chosen=chosen,
        wide=wide,
        tried=len(search.candidates),
        fresh=say("search", "fresh", jaccard=min(search.adjusted_jaccards)),
        rather=_rather(chosen, wide),
        outcome="each segment is stable" if search.holds else "not every segment is stable",
    )


def _rather(chosen: Candidate, wide: Candidate) -> str:
    unknown = chosen.explained is None or wide.explained is None
    code = "rather.unlike wide" if not wide.holds else "rather.surer" if unknown else "rather"
    return say("search", code, chosen=chosen, wide=wide)


def reduction_decision(comparison: ReducerComparison) -> str:
    """Which reduction the rule takes and why, and that another was asked for where it was."""
    by_rule = _by_rule(comparison)
    if comparison.asked is None:
        return by_rule
    return say("taken", "asked", label=label_of(comparison.asked), by_rule=by_rule)


def _worth_text(score: ReducerScore) -> str:
    code = "worth.score" if score.explained is None else "worth.explained"
    return say("taken", code, worth=worth(score), explained=score.explained)


def _by_rule(comparison: ReducerComparison) -> str:
    label, tried = label_of(comparison.chosen), comparison.tried
    if len(tried) == 1:
        return say("taken", "only", label=label)
    best = max(tried, key=worth)
    taken = next(score for score in tried if score.method == comparison.chosen)
    code = "simpler" if best is not taken else "best" if taken is tried[0] else "best.least"
    worths = {"worth": _worth_text(taken), "best_worth": _worth_text(best)}
    return say("taken", code, label=label[:1].upper() + label[1:], best=label_of(best.method), **worths)


def skip_reason(comparison: ReducerComparison, method: str) -> str:
    """Why a reduction was not tried, and what to do; empty where it was."""
    why = next(score.skipped for score in comparison.scores if score.method == method)
    if why is None:
        return ""
    return say("taken", "skipped.library" if why.code == "missing_library" else "skipped.few", method=method, why=why)
