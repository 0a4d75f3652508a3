"""What is said of the choices of a run: the number of segments made, the reduction, and the feature set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.reduction import label_of
from marketfold.report.sentences.clustering import k_decision, k_summary
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
    fresh = f"on fresh resamples its weakest segment keeps a Jaccard of {words.decimal(min(search.adjusted_jaccards))}"
    tried = len(search.candidates)
    if not chosen.holds:
        return f"None of {tried} recipes gives segments that all hold, so all features are kept; {fresh}."
    if chosen.feature_set == ALL:
        held = f"All features at once give {chosen.k} segments that hold ({fresh})"
        if chosen == wide:
            return f"{held}, so no narrower feature set was sought."
        return f"{held}. {_rather(chosen, wide)}, and no narrower feature set was sought."
    outcome = "each segment is stable" if search.holds else "not every segment is stable"
    return (
        f"All features at once do not hold (weakest Jaccard {words.decimal(wide.jaccard)} at {wide.k} segments). "
        f"Of {tried} that were tried, the feature set '{chosen.feature_set}' with {chosen.k} segments is best; "
        f"{fresh}: {outcome}."
    )


def _rather(chosen: Candidate, wide: Candidate) -> str:
    if not wide.holds:
        return f"The {wide.k} that the curve advises do not (weakest Jaccard {words.decimal(wide.jaccard)})"
    if chosen.explained is None or wide.explained is None:
        return f"They come out again more surely than the {wide.k} that the curve advises"
    return (
        f"They explain {words.share(chosen.explained)} of the differences in later revenue, the {wide.k} that the "
        f"curve advises {words.share(wide.explained)}"
    )


def reduction_decision(comparison: ReducerComparison) -> str:
    """Which reduction the rule takes and why, and that another was asked for where it was."""
    by_rule = _by_rule(comparison)
    if comparison.asked is None:
        return by_rule
    return f"The segments were made with {label_of(comparison.asked)}, as asked. Left to the rule: {by_rule}"


def _worth_text(score: ReducerScore) -> str:
    if score.explained is None:
        return f"scores {words.decimal(worth(score))}"
    return f"explains {words.share(score.explained)} of the differences in later revenue"


def _by_rule(comparison: ReducerComparison) -> str:
    chosen, tried = comparison.chosen, comparison.tried
    name = label_of(chosen)[:1].upper() + label_of(chosen)[1:]
    if len(tried) == 1:
        return f"Only {label_of(chosen)} was tried."
    best = max(tried, key=worth)
    taken = next(score for score in tried if score.method == chosen)
    if best.method == chosen:
        why = "no other is clearly better" if chosen == tried[0].method else "nothing simpler is as good"
        return f"{name} is taken: {why}, and it {_worth_text(taken)}."
    return (
        f"{name} is taken: it {_worth_text(taken)}, and {label_of(best.method)}, the best, "
        f"{_worth_text(best)}: not enough more to justify it."
    )


def skip_reason(comparison: ReducerComparison, method: str) -> str:
    """Why a reduction was not tried, and what to do; empty where it was."""
    why = next(score.skipped for score in comparison.scores if score.method == method)
    if why is None:
        return ""
    if why.code == "missing_library":
        return f"a library that it needs cannot be imported here; ask for it with --reduction {method} to see which."
    return (
        f"{words.count(why.n_units)} units are too few to teach a network unasked (from "
        f"{words.count(why.fewest_units)}); ask for it with --reduction {method}."
    )
