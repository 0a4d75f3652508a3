"""What is said of the choices of a run: the number of segments made, the reduction, and the feature set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.reduction import label_of
from marketfold.report.sentences.clustering import k_decision
from marketfold.report.sentences.phrases import say
from marketfold.selection import WORSE_BY, worth

if TYPE_CHECKING:
    from marketfold.selection import Choice, FeatureSetSearch, ReducerComparison, ReducerScore

REDUCTION_RULE = (
    "The simplest reduction that is not worse is taken: none before PCA before the autoencoder. One is worse when "
    f"another explains over {words.decimal(WORSE_BY)} more of the differences in later (log) revenue, or, where there "
    f"is no later period, when the mean of its silhouette and of its lowest Jaccard is over {words.decimal(WORSE_BY)} "
    "lower."
)


def number_decision(choice: Choice) -> str:
    """Why so many segments were made, and what the curve says of itself."""
    return f"{choice.recipe.n_segments} segments were made. {number_reason(choice)}{k_decision(choice.k_choice)}"


def number_reason(choice: Choice) -> str:
    """Who decided the number, with a space after it; empty where the curve did."""
    if choice.number_from == "curve":
        return ""
    if choice.number_from == "clusterer":
        return f"Your {type(choice.recipe.clusterer).__name__} decides itself how many. "
    if choice.number_from == "groups":
        return f"{say('earned', 'number')} "
    asked = "That many were asked for. " if choice.number_from == "asked" else ""
    return asked + (f"{search_decision(choice.search)} " if choice.search else "")


def search_decision(search: FeatureSetSearch) -> str:
    """Which features were taken, and why, where no number of groups stands out."""
    chosen = search.chosen
    nothing = search.reason == "foretells" and (chosen.explained or 0.0) <= 0
    code = "foretells.nothing" if nothing else search.reason
    return say("search", code, chosen=chosen, tried=len(search.candidates))


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
