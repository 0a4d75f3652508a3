"""Short honest names from what stands out, in plain marketing English; and numbers that a group keeps."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from marketfold.clustering import jaccards
from marketfold.segments.distinguishing_features import ORDERS
from marketfold.segments.matching import FEWEST_SHARED, match_segments, shared_units
from marketfold.segments.name_words import MOST_WORDS, Members, NamePart, alike, compose, graded, meaning, other_than
from marketfold.segments.phrases import phrase_of
from marketfold.segments.profiles import find_traits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from marketfold.segments.distinguishing_features import DistinguishingFeature
    from marketfold.segments.matching import SegmentMatch
    from marketfold.segments.phrases import Phrase
    from marketfold.segments.profiles import SegmentTraits
    from marketfold.selection import Segmentation
    from marketfold.snapshot import Snapshot

PARTS = 2
"""Things that a name says of its segment; a third only where two segments would share a name."""

SMALL_EFFECT = 0.147
"""|Cliff's delta| of a small effect (Romano et al. 2006): enough only where a name needs telling apart."""

FEW = 3
"""Orders up to which "regular" would be too much; where the others bought once, these are "repeat" buyers."""

ALONE = 2
"""Units that are no group; their medians say nothing."""

EQUAL_EFFECTS = 0.1
"""Effects within such a step are equal; then the table of phrases says which is the more telling."""

EXPLAINS = 0.5
"""What stands out less than half as much as another thing does not say the same more precisely: who orders most often
spends most, whatever is in a basket."""

DOMINANT_SHARE = 0.5
DOMINANT_LIFT = 2.0
GAP = "gap_mean_days"
SLOW_DAYS = 120
"""Days between orders from which "regular" would be too much."""

SEASON, VALUE, RECENCY = "season", "value", "recency"
PRESENT = frozenset({"frequency", "inter-purchase time", "trend", "tenure", VALUE})
"""What is said of how somebody buys now: of those who have stopped it is said with that."""
STOPPED_DAYS = 180
OVERDUE_GAPS = 2.0
SEASON_AGAIN_DAYS = 370
"""Silence since the last season is no sign of leaving; a year and a few days after it, it is."""

LONGEST_OWN = 26
MOST_OWN_WORDS = 3


def _own_word(text: str) -> str:
    """A word of the user's file as it may stand in a name; "" where it is too long for one."""
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_OWN and len(plain.split(" ")) <= MOST_OWN_WORDS else ""


def _words(phrase: Phrase, feature: DistinguishingFeature, traits: SegmentTraits, members: Members) -> tuple[str, str]:
    orders, everyone = traits.medians.get(ORDERS, FEW + 1), traits.everyone.get(ORDERS, FEW)
    high = feature.effect > 0
    if phrase.one and not high and feature.median <= 1:
        return (phrase.company_one if members.companies else phrase.one), ""
    if phrase.few and high == bool(phrase.one) and orders <= FEW and everyone <= 1:
        return phrase.few, ""
    words, tail = phrase.words(
        high=high, this=feature.median, others=feature.others, orders=orders, companies=members.companies
    )
    slow = phrase.high_slow and words == phrase.high and traits.medians.get(GAP, 0.0) > SLOW_DAYS
    return (phrase.high_slow if slow else words), tail


def _part(feature: DistinguishingFeature, traits: SegmentTraits, members: Members) -> NamePart | None:
    phrase = phrase_of(feature.name, members.unit, feature.label)
    if phrase.aspect == "taste":
        own = _own_word(phrase.high_tail)
        mostly = feature.effect > 0 and feature.median >= DOMINANT_SHARE
        return NamePart(phrase.aspect, phrase.order, own, own=True) if own and mostly else None
    if phrase.aspect == VALUE and feature.effect > 0 and traits.revenue_share < traits.unit_share:
        return None  # a few who bring far more stand elsewhere
    words, tail = _words(phrase, feature, traits, members)
    tail = "" if words else tail
    if tail and feature.measure == "flag":
        tail = f", {feature.label}: {'yes' if feature.effect > 0 else 'no'}"
    return NamePart(phrase.aspect, phrase.order, words, tail, own=bool(tail)) if words or tail else None


def _plain_parts(traits: SegmentTraits, members: Members) -> tuple[list[NamePart], list[NamePart]]:
    """Parts from the stand-outs, each aspect once: strongest first, and the more telling first among equals.

    The second list holds those that give way to a more precise aspect.
    """
    phrases = {feature.name: phrase_of(feature.name, members.unit) for feature in traits.distinguishing}
    strongest: dict[str, float] = {}
    for one in traits.distinguishing:
        aspect = phrases[one.name].aspect
        strongest[aspect] = max(strongest.get(aspect, 0.0), abs(one.effect))
    parts: dict[str, NamePart] = {}
    yielding: dict[str, NamePart] = {}
    for feature in sorted(
        traits.distinguishing, key=lambda one: (-round(abs(one.effect) / EQUAL_EFFECTS), phrases[one.name].rank)
    ):
        if part := _part(feature, traits, members):
            others = (strongest.get(aspect, 0.0) for aspect in phrases[feature.name].yields_to)
            yields = any(other > EXPLAINS * abs(feature.effect) for other in others)
            (yielding if yields else parts).setdefault(part.aspect, part)
    if SEASON in parts and traits.medians.get("recency_days", 0.0) <= SEASON_AGAIN_DAYS:
        parts.pop(RECENCY, None)
    elif _stopped(traits) and RECENCY not in parts and PRESENT.intersection(parts):
        parts = {RECENCY: NamePart(RECENCY, 10, phrase_of("recency_days", members.unit).high)} | parts
    return list(parts.values()), [part for aspect, part in yielding.items() if aspect not in parts]


def _stopped(traits: SegmentTraits) -> bool:
    """Whether most have been away for half a year, and for twice their time between orders."""
    away = traits.medians.get("recency_days", 0.0)
    return away >= STOPPED_DAYS and not away <= OVERDUE_GAPS * traits.medians.get(GAP, 0.0)


def _described_parts(traits: SegmentTraits) -> list[NamePart]:
    """Values of describing columns that most of the segment shares and few others do."""
    return [
        NamePart(column, 99, tail=f"in {own}", own=True) if column == "country" else NamePart(column, 60, own, own=True)
        for column, cells in traits.described.items()
        for cell in cells[:1]
        if cell.notable
        and cell.share >= DOMINANT_SHARE
        and cell.lift >= DOMINANT_LIFT
        and (own := _own_word(cell.value))
    ]


def _small_parts(traits: SegmentTraits, taken: set[str], members: Members) -> list[NamePart]:
    """Small effects, for telling apart what has no larger ones."""
    parts: dict[str, NamePart] = {}
    for feature, effect in sorted(traits.effects.items(), key=lambda item: -abs(round(item[1], 6))):
        phrase = phrase_of(feature, members.unit, traits.labels.get(feature, ""))
        if abs(effect) < SMALL_EFFECT or phrase.aspect in taken | {SEASON, "taste"} | set(parts):
            continue
        this, everyone = (of.get(feature, math.nan) for of in (traits.medians, traits.everyone))
        orders = traits.medians.get(ORDERS, math.inf)
        words, tail = phrase.words(
            high=effect > 0, this=this, others=everyone, orders=orders, companies=members.companies
        )
        if words in {phrase.high, phrase.low, phrase.company_high, phrase.company_low} and words:
            parts[phrase.aspect] = NamePart(phrase.aspect, phrase.order, words)
        elif tail.startswith(", "):
            parts[phrase.aspect] = NamePart(phrase.aspect, phrase.order, tail=tail, own=True)
    return list(parts.values())


@dataclass
class _Naming:
    """A name in the making: what it says, and what it could say besides."""

    traits: SegmentTraits
    chosen: list[NamePart]
    spare: list[NamePart]

    def options(self, members: Members) -> Iterator[list[NamePart]]:
        """What the name could say: the two strongest, then the first beside another, then three."""
        pairs = [[*self.chosen[:1], part] for part in self.spare]
        thirds = [[*self.chosen, part] for part in self.spare]
        for parts in ([self.chosen] if self.chosen else [[]]) + pairs + thirds:
            own = any(part.own for part in parts)
            if own or len(compose(parts, members).split(" ")) <= MOST_WORDS:
                yield parts


def _begin(traits: SegmentTraits, members: Members) -> _Naming:
    if traits.units <= ALONE:
        return _Naming(traits, [NamePart("alone", 0, "exceptional")], [])
    plain, yielding = _plain_parts(traits, members)
    described = _described_parts(traits)
    small = _small_parts(traits, {part.aspect for part in (*plain, *yielding)}, members)
    first = plain[:PARTS] or described[:1]
    return _Naming(traits, first, [part for part in (*plain, *yielding, *described, *small) if part not in first])


def _more_so(namings: Sequence[_Naming], members: Members) -> None:
    """Where two would say the same and have nothing else to say, say of the one that it is more so."""
    names = [compose(naming.chosen, members) for naming in namings]
    for name in [name for name, count in Counter(names).items() if count > 1]:
        same = [naming for naming, its in zip(namings, names, strict=True) if its == name]
        for part in same[0].chosen:
            word = graded(part.words)
            if any(naming.spare for naming in same) or not word:
                continue
            strength = [_strength(naming, part.aspect, members) for naming in same]
            if sorted(strength)[-1] > sorted(strength)[-2]:
                most = same[strength.index(max(strength))]
                most.chosen = [replace(one, words=word) if one.aspect == part.aspect else one for one in most.chosen]
                break


def _strength(naming: _Naming, aspect: str, members: Members) -> float:
    effects = naming.traits.effects.items()
    return max((round(abs(e), 6) for name, e in effects if phrase_of(name, members.unit).aspect == aspect), default=0.0)


def _distinct(namings: Sequence[_Naming], members: Members) -> list[str]:
    """A name for each, none of which says the same as another; those with least to say choose first."""
    options = [list(dict.fromkeys(compose(parts, members) for parts in one.options(members))) for one in namings]
    names: dict[int, str] = {}
    left_over: set[int] = set()
    for place in sorted(range(len(namings)), key=lambda place: (len(options[place]), place)):
        taken = list(names.values())
        free = [name for name in options[place] if not any(alike(name, one) for one in taken)]
        others = [name for name in options[place] if all(meaning(name) != meaning(one) for one in taken)]
        alone = [compose([part], members) for part in namings[place].chosen[1:]]
        alone = [name for name in alone if not any(alike(name, one) for one in taken)]
        names[place] = (free or others or alone or [other_than(options[place][0], taken)])[0]
        if not (free or others or alone):
            left_over.add(place)
    for place in sorted(set(names) - left_over):
        taken = [name for other, name in names.items() if other not in {place, *left_over}]
        if any(meaning(names[place]) < meaning(name) for name in taken):
            taken = [name for other, name in names.items() if other != place]
            free = [name for name in options[place] if not any(alike(name, one) for one in taken)]
            left = [names[other] for other in sorted(left_over)]
            names[place] = free[0] if free else other_than(names[place], [*taken, *left])
    return [names[place] for place in range(len(namings))]


def name_segments(traits: Sequence[SegmentTraits], members: Members | None = None) -> tuple[str, ...]:
    """Name every segment after what stands out in it, as a colleague would; no two read alike.

    A name says at most two things, the strongest, and a third only where two segments would otherwise share it. Where
    nothing stands out it says so ("Typical customers"). The same traits always get the same names.

    Examples
    --------
    >>> from marketfold.segments import DistinguishingFeature, SegmentTraits
    >>> often = DistinguishingFeature("order_count", "orders", "count", 12, 4, 0.8, 0.001)
    >>> same = {"units": 50, "unit_share": 0.5, "revenue_total": 0, "revenue_share": 0.5, "medians": {}, "everyone": {}}
    >>> traits = [SegmentTraits(distinguishing=(often,), **same), SegmentTraits(**same)]
    >>> name_segments(traits), name_segments(traits, Members(companies=True))
    (('Regulars', 'Typical customers'), ('Regular accounts', 'Typical accounts'))
    """
    members = members or Members()
    if len(traits) == 1:
        return (f"All {members.noun}",)
    namings = [_begin(one, members) for one in traits]
    _more_so(namings, members)
    return tuple(_distinct(namings, members))


def number_and_name(
    segmentation: Segmentation,
    traits: Sequence[SegmentTraits] | None = None,
    earlier: Snapshot | None = None,
    *,
    companies: bool = False,
    given: Collection[int] = (),
) -> tuple[Segmentation, tuple[SegmentMatch, ...]]:
    """Give segments the numbers and names that they keep from here on.

    Those of an earlier run are kept where a segment is the same group; what became of its segments is given beside,
    empty without one. A segment that several of that run were merged to has the lowest of their numbers and is named
    anew, unless somebody named the one that it is most alike: `given` are the numbers of those. `traits` are as
    `find_traits` gives them, where they are known already. Where customers are `companies` they are called accounts.
    """
    names = name_segments(traits or find_traits(segmentation), Members(segmentation.unit, companies))
    named = replace(segmentation, names=names)
    if earlier is None:
        return named, ()
    later = named.snapshot()
    merged = _newly_merged(named, earlier, later)
    own_names = {number for number, (_, nearest) in merged.items() if nearest not in given}
    matches = tuple(
        replace(one, number=merged[one.segment][0]) if one.segment in merged else one
        for one in match_segments(earlier, later, own_names)
    )
    kept = {match.segment: match for match in matches}
    numbers, names = zip(*((kept[number].number, kept[number].name) for number in named.numbers), strict=True)
    return replace(named, numbers=numbers, names=names), matches


def _newly_merged(made: Segmentation, earlier: Snapshot, later: Snapshot) -> dict[int, tuple[int, int]]:
    """Of merged segments that hold most of two or more of an earlier run, its lowest number and that of the most alike.

    None of these is the same group as another segment: most of it is here.
    """
    shared = shared_units(earlier, later)
    if shared.sum() < FEWEST_SHARED:
        return {}
    within, nearest = 2 * shared > shared.sum(axis=1, keepdims=True), jaccards(shared).argmax(axis=0)
    found = {}
    for number, parts in zip(made.numbers, made.made_of, strict=True):
        place = later.segment_numbers.index(number)
        if len(parts) > 1 and within[:, place].sum() > 1:
            found[number] = tuple(earlier.segment_numbers[at] for at in (within[:, place].argmax(), nearest[place]))
    return found
