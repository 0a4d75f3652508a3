"""The segments: a card for each, and their profiles feature by feature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold import words
from marketfold.features import EXPECTED, Outlook, outlook_of
from marketfold.figures import feature_by_segment_figure, profile_heatmap_figure
from marketfold.page import (
    Column,
    Fact,
    FigureGrid,
    Fold,
    Notice,
    Section,
    SegmentCard,
    SegmentCards,
    TablePart,
    figure_part,
    numbers,
)
from marketfold.report import teaching
from marketfold.report.returning import returning_part
from marketfold.report.sentences.phrases import say
from marketfold.report.sentences.segments import rule_sentence
from marketfold.report.sentences.selection import drawn_note
from marketfold.report.sentences.trust import trust_text
from marketfold.segments import difference_text, most_telling
from marketfold.selection import EXPECTED_COLUMN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketfold.analysis import Analysis
    from marketfold.campaigns import Campaign
    from marketfold.page import Part
    from marketfold.segments import SegmentProfile
    from marketfold.selection import Segmentation
    from marketfold.units import Feature, FeatureTable

CARD_FEATURES = ("recency_days", "order_count", "revenue_total", "basket_mean")
"""Shown on every card, so that cards can be compared line by line."""

LISTED_OF_ONE = 3
MOST_ROWS = 14
SHOWN_VALUES = 4
SPREADS = 4
"""Features whose distributions are shown: those that part the segments best."""


def campaign_key(number: int) -> str:
    """Anchor of a segment's brief."""
    return f"campaign-{number}"


def _card_facts(profile: SegmentProfile, table: FeatureTable, currency: str | None) -> tuple[Fact, ...]:
    features = {feature.name: feature for feature in table.features}
    known = [features[name] for name in CARD_FEATURES if name in features and name in profile.medians]
    return tuple(
        Fact(
            f"{feature.label[:1].upper()}{feature.label[1:]}",
            *(
                words.measured(of[feature.name], feature.measure, currency)
                for of in (profile.medians, profile.everyone)
            ),
        )
        for feature in known[:LISTED_OF_ONE]
    )


def _outlook_fact(own: float, everyone: float, currency: str | None) -> Fact:
    """What the middle customer of a segment is expected to bring, beside everybody's."""
    feature = EXPECTED[EXPECTED_COLUMN]
    told = (words.measured(of, feature.measure, currency) for of in (own, everyone))
    return Fact(words.sentence(feature.label).rstrip("."), *told)


def _with_outlook(analysis: Analysis, cards: tuple[SegmentCard, ...]) -> tuple[SegmentCard, ...]:
    """The cards with what is expected of their customers, where anything is."""
    made, currency = analysis.segmentation, analysis.data.currency
    if not isinstance(outlook_of(made.table), Outlook):
        return cards
    own, everyone = made.middle_expected
    return tuple(
        replace(card, facts=(*card.facts, _outlook_fact(of, everyone, currency)))
        for card, of in zip(cards, own, strict=True)
    )


def _card(profile: SegmentProfile, analysis: Analysis) -> SegmentCard:
    table, currency = analysis.segmentation.table, analysis.data.currency
    dated = any(trap.code == "joining_date" and profile.number in trap.segments for trap in analysis.segments.traps)
    told = trust_text(profile, analysis.choice.groups)
    return SegmentCard(
        number=profile.number,
        name=profile.name,
        units=words.count(profile.units),
        unit_share=profile.unit_share,
        revenue=words.money(profile.revenue_total, currency, short=True) if analysis.segmentation.has_money else "",
        revenue_share=profile.revenue_share if analysis.segmentation.has_money else None,
        distinguishing=tuple(
            words.sentence(difference_text(feature, table.unit, currency))
            for feature in most_telling(profile.distinguishing, LISTED_OF_ONE)
        ),
        facts=_card_facts(profile, table, currency),
        rule=rule_sentence(profile.rule, table, currency) if profile.rule else "",
        trust=profile.trust,
        trust_text=f"{told} {say('trust', 'calendar')}".strip() if dated else told,
    )


def with_aims(cards: SegmentCards, campaigns: Iterable[Campaign]) -> SegmentCards:
    """The cards with what to do, by the campaigns that there are."""
    planned = {campaign.number: campaign for campaign in campaigns}
    return replace(cards, cards=tuple(_with_aim(card, planned.get(card.number)) for card in cards.cards))


def _with_aim(card: SegmentCard, campaign: Campaign | None) -> SegmentCard:
    if campaign is None:
        return card
    return replace(card, aim=campaign.aim_title, todo=campaign.goal, todo_link=campaign_key(card.number))


def _how_numbered(made: Segmentation) -> str:
    in_order = list(made.numbers) == sorted(made.numbers)
    code = "numbered" if in_order else "merged" if made.unmerged is not None else "carried on"
    return say("segment_order", code, size="revenue" if made.has_money else "size")


def segments_chapter(analysis: Analysis) -> Section:
    """A card for each segment."""
    cards = tuple(_card(profile, analysis) for profile in analysis.segments.profiles)
    cards = _with_outlook(analysis, cards)
    return Section(
        key="segments",
        title="The segments",
        lead=_how_numbered(analysis.segmentation),
        parts=(with_aims(SegmentCards(cards, words.units_word(analysis.segmentation.unit)), analysis.plan.campaigns),),
    )


def _medians_table(analysis: Analysis, key: str, title: str, features: list[Feature], marked: int) -> TablePart:
    """Medians of features in the user's units, beside everybody's."""
    currency = analysis.data.currency
    first = analysis.segments.profiles[0]
    rows = [
        (
            words.sentence(feature.label).rstrip("."),
            *(words.measured(p.medians[feature.name], feature.measure, currency) for p in analysis.segments.profiles),
            words.measured(first.everyone[feature.name], feature.measure, currency),
        )
        for feature in features
    ]
    return TablePart(
        key=key,
        title=title,
        caption="Half of the segment lies below each number, half above." + _of_whom(analysis, features),
        columns=(
            Column("Feature"),
            *numbers(*(f"{one.number}. {one.name}" for one in analysis.segments.profiles), "Everyone"),
        ),
        rows=tuple(rows),
        marked=tuple(range(marked)),
        note="The coloured rows shaped the segments; the others only describe them." if 0 < marked < len(rows) else "",
    )


def _of_whom(analysis: Analysis, features: list[Feature]) -> str:
    """That some of these features are not measured of everybody, where it is so."""
    whole, measured = analysis.segmentation.n_units, analysis.segmentation.measured_counts
    counts = {feature.label: measured[feature.name] for feature in features}
    fewer = [f"{label.partition(':')[0]} ({words.count(n)})" for label, n in counts.items() if n < whole]
    return say("medians", "of fewer", whole=whole, fewer=fewer) if fewer else ""


def _medians(analysis: Analysis) -> tuple[Part, ...]:
    """The features that shaped the segments and those of the cards; all others behind one line."""
    shaping = set(analysis.segmentation.matrix.names)
    medians = analysis.segments.profiles[0].medians
    known = [feature for feature in analysis.segmentation.table.features if feature.name in medians]
    used = [feature for feature in known if feature.name in shaping]
    others = [feature for feature in known if feature.name not in shaping]
    also = [feature for feature in others if feature.name in CARD_FEATURES]
    rest = [feature for feature in others if feature.name not in CARD_FEATURES]
    if len(used) > MOST_ROWS:
        rest, used = used[MOST_ROWS:] + rest, used[:MOST_ROWS]
    of_customers = analysis.segmentation.unit == "customer"
    title = "The middle customer of each segment" if of_customers else "The middle of each segment"
    table = _medians_table(analysis, "medians", title, [*used, *also], len(used) if also else 0)
    if not rest:
        return (table,)
    more = _medians_table(analysis, "more-medians", "The other features", rest, 0)
    return (table, Fold(f"{words.number_word(len(rest)).capitalize()} more features", (more,)))


def _described_table(analysis: Analysis, column: str) -> TablePart | None:
    """Values of a describing column that matter to each segment."""

    def cells(profile: SegmentProfile) -> str:
        return ", ".join(
            f"{cell.value}: {words.share(cell.share)} (all: {words.share(cell.everyone_share)})"
            for cell in profile.described[column][:SHOWN_VALUES]
        )

    described = [profile for profile in analysis.segments.profiles if profile.described.get(column)]
    if not described:
        return None
    word = column.replace("_", " ")
    return TablePart(
        key=f"described-{column.replace('_', '-')}",
        title=f"Where they stand by {word}",
        caption=f"{word.capitalize()} did not shape the segments; it only describes them.",
        columns=(Column("Segment"), Column("Most frequent, and how frequent among all")),
        rows=tuple((profile.name, cells(profile)) for profile in described),
        segments=tuple(profile.number for profile in described),
    )


def _telling_features(analysis: Analysis) -> list[str]:
    """Features by their strongest effect in any segment, strongest first."""
    profiles = analysis.segments.profiles
    known = [f.name for f in analysis.segmentation.table.features if any(f.name in one.effects for one in profiles)]
    return sorted(known, key=lambda name: -max(abs(profile.effects.get(name, 0.0)) for profile in profiles))


def _profile_figures(analysis: Analysis) -> tuple[Part, ...]:
    """The heat map of differences, and the distributions of the features that part the segments best."""
    profiles, table = analysis.segments.profiles, analysis.segmentation.table
    heatmap = profile_heatmap_figure(profiles, table, currency=analysis.data.currency)
    heat = figure_part("heatmap", heatmap, teaching=teaching.about_heatmap(profiles))
    spreads = tuple(
        figure_part(
            f"spread-{place}",
            feature_by_segment_figure(table, analysis.labels, name, profiles),
            teaching=teaching.about_spread(profiles) if place == 1 else (),
        )
        for place, name in enumerate(_telling_features(analysis)[:SPREADS], start=1)
    )
    return (heat, FigureGrid(spreads)) if spreads else (heat,)


def profiles_chapter(analysis: Analysis) -> Section:
    """Feature by feature: what each segment is like, beside everybody."""
    columns = dict.fromkeys(column for profile in analysis.segments.profiles for column in profile.described)
    described = [_described_table(analysis, column) for column in columns]
    others = (*described, returning_part(analysis))
    note = drawn_note(analysis)
    of_whom = (Notice((note,), title="Of a sample"),) if note else ()
    return Section(
        key="profiles",
        title="Profiles",
        lead="What each segment is like, beside everybody.",
        parts=(*of_whom, *_profile_figures(analysis), *_medians(analysis), *(part for part in others if part)),
    )
