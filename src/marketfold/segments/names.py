"""Short honest names from what stands out, in plain marketing English."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.segments.phrases import phrase_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Unit
    from marketfold.segments.profiles import SegmentProfile
    from marketfold.segments.stand_outs import StandOut

PARTS = 2
"""Things that a name says of its segment; more only where two segments would share a name."""

SMALL_EFFECT = 0.147
"""|Cliff's delta| of a small effect (Romano et al. 2006): enough for "rather", where a name needs telling apart."""

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


def _part(stand_out: StandOut, unit: Unit) -> _Part | None:
    phrase = phrase_of(stand_out.feature, unit)
    high = stand_out.effect > 0
    adjective = phrase.high if high else phrase.low
    if phrase.one and not high and stand_out.median <= 1:
        adjective = phrase.one
    tail = "" if adjective else (phrase.high_tail if high else phrase.low_tail)
    if tail and phrase.aspect == "taste":
        tail = f", mostly {tail}" if stand_out.median >= DOMINANT_SHARE else f"leaning to {tail}"
    return _Part(phrase.aspect, phrase.order, adjective, tail) if adjective or tail else None


def _plain_parts(profile: SegmentProfile, unit: Unit) -> list[_Part]:
    """Parts from the stand-outs, strongest first and the more telling first among equals, each aspect once."""
    phrases = {stand_out.feature: phrase_of(stand_out.feature, unit) for stand_out in profile.stand_outs}
    aspects = {phrase.aspect for phrase in phrases.values()}
    parts: dict[str, _Part] = {}
    for stand_out in sorted(
        profile.stand_outs, key=lambda so: (-round(abs(so.effect) / EQUAL_EFFECTS), phrases[so.feature].rank)
    ):
        part = _part(stand_out, unit)
        if part and part.aspect not in parts and not aspects.intersection(phrases[stand_out.feature].yields_to):
            parts[part.aspect] = part
    return list(parts.values())


def _described_parts(profile: SegmentProfile) -> list[_Part]:
    """Values of describing columns that most of the segment shares and few others do."""
    return [
        _Part(column, 99, tail=f", mostly from {cell.value}" if column == "country" else f", mostly {cell.value}")
        for column, cells in profile.described.items()
        for cell in cells[:1]
        if cell.notable and cell.share >= DOMINANT_SHARE and cell.lift >= DOMINANT_LIFT
    ]


def _rather_parts(profile: SegmentProfile, taken: set[str], unit: Unit) -> list[_Part]:
    """Small effects, for telling apart what has no larger ones."""
    parts: dict[str, _Part] = {}
    for feature, effect in sorted(profile.effects.items(), key=lambda item: -abs(round(item[1], 6))):
        phrase = phrase_of(feature, unit)
        adjective = phrase.high if effect > 0 else phrase.low
        if adjective and abs(effect) >= SMALL_EFFECT and phrase.aspect not in taken | set(parts):
            parts[phrase.aspect] = _Part(phrase.aspect, phrase.order, f"rather {adjective}")
    return list(parts.values())


def _compose(parts: Sequence[_Part], noun: str) -> str:
    ordered = sorted(parts, key=lambda part: part.order)
    adjectives = [part.adjective for part in ordered if part.adjective]
    tails = [part.tail for part in ordered if part.tail]
    if not parts:
        adjectives = ["average"]
    if not adjectives and tails[0].startswith(", "):
        text = tails[0][2:] + "".join(f" {tail}" for tail in tails[1:])
    else:
        text = " ".join([*adjectives, noun])
        for tail in tails:
            text += tail if tail.startswith(",") else f" {tail}"
    return text[0].upper() + text[1:]


def name_segments(profiles: Sequence[SegmentProfile], unit: Unit = "customer") -> tuple[str, ...]:
    """Name every segment after what stands out in it; no two alike.

    A name says at most two things, the strongest, and a third or fourth only where two segments would otherwise share
    it. Where nothing stands out it says so ("Average buyers").

    Parameters
    ----------
    profiles
        Whose names are ignored.
    unit
        What is segmented.
    """
    noun = NOUNS[unit]
    if len(profiles) == 1:
        return (f"All {noun}",)
    candidates = []
    for profile in profiles:
        plain = _plain_parts(profile, unit)
        described = _described_parts(profile)
        rather = _rather_parts(profile, {part.aspect for part in plain}, unit)
        candidates.append((plain or described[:1], [*plain[PARTS:], *(described if plain else described[1:]), *rather]))
    return _told_apart(candidates, noun)


def _told_apart(candidates: Sequence[tuple[list[_Part], list[_Part]]], noun: str) -> tuple[str, ...]:
    """Lengthen names that are shared, one part at a time, and number what cannot be told apart."""
    chosen = [list(plain[:PARTS]) for plain, _ in candidates]
    spare = [list(more) for _, more in candidates]
    names = [_compose(parts, noun) for parts in chosen]
    while shared := {name for name, count in Counter(names).items() if count > 1}:
        longer = [i for i, name in enumerate(names) if name in shared and spare[i] and len(chosen[i]) < 2 * PARTS]
        if not longer:
            break
        for i in longer:
            chosen[i].append(spare[i].pop(0))
            names[i] = _compose(chosen[i], noun)
    seen: Counter[str] = Counter()
    for i, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[i] = f"{name} ({seen[name]})"
    return tuple(names)
