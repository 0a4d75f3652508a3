"""Short honest names from what stands out, in plain marketing English; and numbers that a group keeps."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from marketfold.segments.distinguishing_features import ORDERS
from marketfold.segments.matching import match_segments
from marketfold.segments.phrases import phrase_of
from marketfold.segments.profiles import find_traits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Unit
    from marketfold.segments.distinguishing_features import DistinguishingFeature
    from marketfold.segments.matching import SegmentMatch
    from marketfold.segments.phrases import Phrase
    from marketfold.segments.profiles import SegmentTraits
    from marketfold.selection import Segmentation
    from marketfold.snapshot import Snapshot

PARTS = 2
"""Things that a name says of its segment; more only where two segments would share a name."""

SMALL_EFFECT = 0.147
"""|Cliff's delta| of a small effect (Romano et al. 2006): enough for "rather", where a name needs telling apart."""

FEW = 3
"""Orders up to which "frequent" would be too much; where the others bought once, these are "repeat" buyers."""

QUIET = "quiet"
ALONE = 2
"""Units that are no group; their medians say nothing."""

EQUAL_EFFECTS = 0.1
"""Effects within such a step are equal; then the table of phrases says which is the more telling."""

DOMINANT_SHARE = 0.5
DOMINANT_LIFT = 2.0

NOUNS: dict[Unit, str] = {"customer": "buyers", "order": "orders", "order_line": "order lines"}


@dataclass(frozen=True)
class _Part:
    """One thing that a name can say."""

    aspect: str
    order: int
    adjective: str = ""
    tail: str = ""
    beside_quiet: str = ""

    @property
    def text(self) -> str:
        return self.adjective or self.tail


def _words(phrase: Phrase, feature: DistinguishingFeature, traits: SegmentTraits) -> tuple[str, str]:
    orders, everyone = traits.medians.get(ORDERS, FEW + 1), traits.everyone.get(ORDERS, FEW)
    high = feature.effect > 0
    if phrase.one and not high and feature.median <= 1:
        return phrase.one, ""
    if phrase.few and high == bool(phrase.one) and orders <= FEW and everyone <= 1:
        return phrase.few, ""
    return phrase.words(high=high, this=feature.median, others=feature.others, orders=orders)


def _part(feature: DistinguishingFeature, traits: SegmentTraits, unit: Unit) -> _Part | None:
    phrase = phrase_of(feature.name, unit)
    high = feature.effect > 0
    adjective, tail = _words(phrase, feature, traits)
    tail = "" if adjective else tail
    if tail and feature.measure == "flag":
        tail = f", {feature.label}: {'yes' if high else 'no'}"
    if tail and phrase.aspect == "taste":
        tail = f", mostly {tail}" if feature.median >= DOMINANT_SHARE else f"leaning to {tail}"
    once = phrase.quiet_else if adjective in {phrase.low_else, phrase.high_else} else _once(phrase, high=high)
    return _Part(phrase.aspect, phrase.order, adjective, tail, once) if adjective or tail else None


def _once(phrase: Phrase, *, high: bool) -> str:
    return phrase.high_quiet if high else phrase.low_quiet


def _plain_parts(traits: SegmentTraits, unit: Unit) -> tuple[list[_Part], list[_Part]]:
    """Parts from the stand-outs, each aspect once: strongest first, and the more telling first among equals.

    The second list holds those that give way to a more precise aspect.
    """
    phrases = {feature.name: phrase_of(feature.name, unit) for feature in traits.distinguishing}
    aspects = {phrase.aspect for phrase in phrases.values()}
    parts: dict[str, _Part] = {}
    yielding: dict[str, _Part] = {}
    for feature in sorted(
        traits.distinguishing, key=lambda one: (-round(abs(one.effect) / EQUAL_EFFECTS), phrases[one.name].rank)
    ):
        if part := _part(feature, traits, unit):
            yields = aspects.intersection(phrases[feature.name].yields_to)
            (yielding if yields else parts).setdefault(part.aspect, part)
    return list(parts.values()), [part for aspect, part in yielding.items() if aspect not in parts]


def _described_parts(traits: SegmentTraits) -> list[_Part]:
    """Values of describing columns that most of the segment shares and few others do."""
    return [
        _Part(column, 99, tail=f", mostly from {cell.value}" if column == "country" else f", mostly {cell.value}")
        for column, cells in traits.described.items()
        for cell in cells[:1]
        if cell.notable and cell.share >= DOMINANT_SHARE and cell.lift >= DOMINANT_LIFT
    ]


def _rather_parts(traits: SegmentTraits, taken: set[str], unit: Unit) -> list[_Part]:
    """Small effects, for telling apart what has no larger ones."""
    parts: dict[str, _Part] = {}
    for feature, effect in sorted(traits.effects.items(), key=lambda item: -abs(round(item[1], 6))):
        phrase, high = phrase_of(feature, unit), effect > 0
        this, everyone = (of.get(feature, math.nan) for of in (traits.medians, traits.everyone))
        orders = traits.medians.get(ORDERS, math.inf)
        adjective, tail = phrase.words(high=high, this=this, others=everyone, orders=orders)
        adjective = "" if adjective in {phrase.low_else, phrase.high_else} else adjective
        if abs(effect) < SMALL_EFFECT or phrase.aspect in taken | set(parts):
            continue
        if adjective:
            parts[phrase.aspect] = _Part(phrase.aspect, phrase.order, f"rather {adjective}")
        elif tail.startswith(", "):
            parts[phrase.aspect] = _Part(phrase.aspect, phrase.order, tail=f", rather {tail[2:]}")
    return list(parts.values())


def _compose(parts: Sequence[_Part], noun: str) -> str:
    ordered = sorted(parts, key=lambda part: part.order)
    quiet = any(part.adjective == QUIET for part in ordered)
    adjectives = [(quiet and part.beside_quiet) or part.adjective for part in ordered if part.adjective]
    tails = [part.tail for part in ordered if part.tail]
    if not parts:
        adjectives = ["average"]
    if not adjectives and tails[0].startswith(", "):
        text = tails[0][2:] + "".join(tails[1:])
    else:
        text = " ".join([*adjectives, noun])
        text += "".join(tail if tail.startswith(",") else f" {tail}" for tail in tails)
    return text[0].upper() + text[1:]


@dataclass
class _Naming:
    """A name in the making: what it says, and what it could say besides."""

    traits: SegmentTraits
    chosen: list[_Part]
    spare: list[_Part]


def _begin(traits: SegmentTraits, unit: Unit) -> _Naming:
    if traits.units <= ALONE:
        return _Naming(traits, [_Part("alone", 0, "exceptional")], [])
    plain, yielding = _plain_parts(traits, unit)
    described = _described_parts(traits)
    rather = _rather_parts(traits, {part.aspect for part in (*plain, *yielding)}, unit)
    first = plain[:PARTS] or described[:1]
    spare = [part for part in (*plain, *yielding, *described, *rather) if part not in first]
    return _Naming(traits, first, spare)


def _tell_apart(same: Sequence[_Naming], unit: Unit) -> None:
    """Add to names that are alike what only one of them can say; else what one is less than the other."""
    sayable = Counter(text for one in same for text in {part.text for part in (*one.chosen, *one.spare)})
    unique = [[part for part in one.spare if sayable[part.text] == 1] for one in same]
    for one, parts in zip(same, unique, strict=True):
        one.chosen += parts[:1]
        one.spare = [part for part in one.spare if part not in parts[:1]]
    if not any(unique) and len(same) == 2:
        _compare(same[0], same[1], unit)


def _compare(one: _Naming, other: _Naming, unit: Unit) -> None:
    """Say of one of two "less frequent" (or less quiet, ...) by the feature in which they differ most."""
    effects, more = one.traits.effects, other.traits.effects
    said = [feature for feature in effects if phrase_of(feature, unit).high and feature in more]
    if not said:
        return
    feature = max(said, key=lambda name: round(abs(effects[name] - more[name]), 6))
    phrase = phrase_of(feature, unit)
    less = one if effects[feature] < more[feature] else other
    less.chosen = [part for part in less.chosen if part.aspect != phrase.aspect]
    less.chosen.append(_Part(phrase.aspect, phrase.order, f"less {phrase.high}"))


def name_segments(traits: Sequence[SegmentTraits], unit: Unit = "customer") -> tuple[str, ...]:
    """Name every segment after what stands out in it; no two alike, and the same traits always get the same names.

    A name says at most two things, the strongest, and a third only where two segments would otherwise share it. Where
    nothing stands out it says so ("Average buyers").

    Examples
    --------
    >>> from marketfold.segments import DistinguishingFeature, SegmentTraits
    >>> often = DistinguishingFeature("order_count", "orders", "count", 12, 4, 0.8, 0.001)
    >>> same = {"units": 50, "unit_share": 0.5, "revenue_total": 0, "revenue_share": 0.5, "medians": {}, "everyone": {}}
    >>> traits = [SegmentTraits(distinguishing=(often,), **same), SegmentTraits(**same)]
    >>> name_segments(traits)
    ('Frequent buyers', 'Average buyers')
    """
    noun = NOUNS[unit]
    if len(traits) == 1:
        return (f"All {noun}",)
    namings = [_begin(one, unit) for one in traits]
    names = [_compose(naming.chosen, noun) for naming in namings]
    for name in [name for name, count in Counter(names).items() if count > 1]:
        _tell_apart([naming for naming, its in zip(namings, names, strict=True) if its == name], unit)
    seen: Counter[str] = Counter()
    for i, name in enumerate(_compose(naming.chosen, noun) for naming in namings):
        seen[name] += 1
        names[i] = f"{name} ({seen[name]})" if seen[name] > 1 else name  # what could not be told apart
    return tuple(names)


def number_and_name(
    segmentation: Segmentation, traits: Sequence[SegmentTraits] | None = None, earlier: Snapshot | None = None
) -> tuple[Segmentation, tuple[SegmentMatch, ...]]:
    """Give segments the numbers and names that they keep from here on.

    Those of an earlier run are kept where a segment is the same group; what became of its segments is given beside,
    empty without one. `traits` are as `find_traits` gives them, where they are known already.
    """
    names = name_segments(traits or find_traits(segmentation), segmentation.unit)
    named = replace(segmentation, names=names)
    if earlier is None:
        return named, ()
    matches = match_segments(earlier, named.snapshot())
    numbers, names = zip(*((match.number, match.name) for match in matches), strict=True)
    return replace(named, numbers=numbers, names=names), matches
