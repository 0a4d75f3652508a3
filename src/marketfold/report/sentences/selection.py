"""What is said of the choices of a run: the number of segments made, the reduction, and the feature set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold import words
from marketfold.reduction import label_of
from marketfold.report.sentences.clustering import k_decision
from marketfold.report.sentences.phrases import say
from marketfold.selection import ERRORS_APART, WORSE_BY
from marketfold.version import INSTALL_NETWORK

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.schema import Unit
    from marketfold.selection import Choice, Explained, FeatureSetSearch, FutureScore, ReducerComparison, Segmentation

REDUCTION_RULE = (
    "The simplest reduction that is not clearly worse is taken: none before PCA before the autoencoder. One is clearly "
    f"worse when the best foretells over {words.decimal(WORSE_BY)} more of the differences in later (log) revenue, and "
    f"over {words.number_word(ERRORS_APART)} standard errors of that lead, customer by customer, among those by whose "
    "later revenue a choice may go. Where there is no later period the lead is of the mean of silhouette and weakest "
    "Jaccard, resample by resample."
)
NEARLY_NONE = 0.0005
"""Below it a share is told as "<0.1 %"."""


def features_of(feature_set: str) -> str:
    """A feature set as a sentence names it.

    >>> features_of("taste_basket")
    'taste and basket'
    """
    return feature_set.replace("_", " and ")


def number_decision(choice: Choice, unit: Unit) -> str:
    """Why so many segments were made, and what the curve says of itself."""
    curve = k_decision(choice.k_choice, unit, groups=choice.finding == "groups", made=choice.recipe.n_segments)
    return f"{words.plural(choice.recipe.n_segments, 'segment')} were made. {number_reason(choice)}{curve}"


def merge_sentence(made: Segmentation) -> str:
    """Which segments are one because somebody asked, and of which ones the evidence speaks; empty where none are."""
    if made.unmerged is None:
        return ""
    names = dict(zip(made.found.numbers, made.found.names, strict=True))
    merged = [
        say("merged", "one", parts=words.listed([f"{part} ({names[part]})" for part in parts]), number=number)
        for number, parts in zip(made.numbers, made.made_of, strict=True)
        if len(parts) > 1
    ]
    return say("merged", "all", merged="; ".join(merged), found=made.found.n_segments)


def sample_note(analysis: Analysis) -> str:
    """That the segments were chosen and tested by a sample; empty where that was by all units."""
    few = analysis.sampled_units
    if few is None:
        return ""
    return say("sampled", "all", few=few, n=analysis.segmentation.n_units, unit=analysis.segmentation.unit)


def drawn_note(analysis: Analysis) -> str:
    """What is of all units and what of a sample, where not all are at hand; empty where they are."""
    made = analysis.segmentation
    if made.population is None:
        return ""
    return say("sampled", "drawn", few=len(made), n=made.n_units, unit=made.unit)


def taken_as(choice: Choice) -> str:
    """Why so many segments were made, as the end of a half-sentence."""
    code: str = choice.number_from
    if code == "curve":
        code = "curve.groups" if choice.k_choice.answer == "groups" else "curve.no groups"
    if code == "search" and choice.search:
        code = f"search.{choice.search.reason}"
    return say("taken_as", code)


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


def feature_set_reason(choice: Choice) -> str:
    """Why these features shape the segments, where no cut was searched for."""
    name = features_of(choice.recipe.feature_set)
    return say("search", "groups" if choice.number_from == "groups" else "no search", feature_set=name)


def search_decision(search: FeatureSetSearch) -> str:
    """Which features were taken, and why, where no number of groups stands out."""
    chosen = search.chosen
    nothing = search.reason == "foretells" and (chosen.explained or 0.0) <= 0
    code = "foretells.nothing" if nothing else search.reason
    name = features_of(chosen.feature_set)
    fewest = min(candidate.k for candidate in search.candidates) == chosen.k
    fewer = say("search", "foretells.fewest" if fewest else "foretells.fewer")
    return say("search", code, chosen=chosen, feature_set=name, tried=len(search.candidates), fewer=fewer)


def reduction_decision(comparison: ReducerComparison) -> str:
    """Which reduction the rule takes and why, and that another was asked for where it was."""
    by_rule = _by_rule(comparison)
    if comparison.asked is not None:
        return say("taken", "asked", label=label_of(comparison.asked), by_rule=by_rule)
    return by_rule if comparison.of_own_features else say("taken", "narrow", by_rule=by_rule)


def _by_rule(comparison: ReducerComparison) -> str:
    label, tried = label_of(comparison.chosen), comparison.tried
    if len(tried) == 1:
        return say("taken", "only", label=label)
    label, kind = label[:1].upper() + label[1:], "by future" if comparison.by_future else "by score"
    if comparison.chosen == comparison.best:
        return say("taken", f"best.{kind}" if comparison.chosen == tried[0].method else "best.least", label=label)
    lead = comparison.leads[comparison.chosen]
    facts = {"lead": lead.value, "margin": ERRORS_APART * lead.error, "best": label_of(comparison.best)}
    return say("taken", f"simpler.{kind}", label=label, **facts)


def skip_reason(comparison: ReducerComparison, method: str) -> str:
    """Why a reduction was not tried, and what to do; empty where it was."""
    why = next(score.skipped for score in comparison.scores if score.method == method)
    return (
        say("taken", f"skipped.{why.code.replace('_', ' ')}", method=method, why=why, install=INSTALL_NETWORK)
        if why
        else ""
    )


def near_share(value: float) -> str:
    """A share, with more decimals where it is next to none, so that the ends of a range differ."""
    return words.share(value) if abs(value) >= NEARLY_NONE else f"{words.decimal(100 * value, 2)} %"


def share_range(found: Explained) -> str:
    """The middle 95 % of a share."""
    return f"{near_share(found.low)} to {near_share(found.high)}"


def points_range(found: Explained) -> str:
    """The middle 95 % of what lies between two shares."""
    low, high = (words.decimal(100 * value, 1) for value in (found.low, found.high))
    return f"{low} to {high} percentage points"


def future_summary(future: FutureScore) -> str:
    """What the segments foretell of later revenue, and whether chance and the usual cells do as well."""
    facts = {"future": future, "apart": points_range(future.over_rfm), "range": share_range(future.segments)}
    if not future.better_than_chance:
        return say("future", "chance", **facts)
    unsure = f" {say('future', 'unsure', **facts)}" if future.segments.low <= 0 else ""
    told = f"{say('future', 'better', **facts)}{unsure}"
    code = "rfm.more" if future.over_rfm.low > 0 else "rfm.less" if future.over_rfm.high < 0 else "rfm.alike"
    return f"{told} {say('future', code, **facts)}"


def future_warning(future: FutureScore) -> str:
    """In the first lines, that the segments foretell no better than chance; empty where they do better."""
    return "" if future.better_than_chance else say("future", "opening", future=future)
