"""How words become a name, by `names.toml`: in which order, with which noun, and which go unsaid."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain, count
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.schema import Unit

MOST_WORDS = 4
"""Of a name, its noun included; what a file's own words add is not counted."""


@dataclass(frozen=True)
class NamePart:
    """One thing that a name can say: `words` before the noun, or a `tail` behind it, small `order` first.

    `own` where the words are those of the user's file.
    """

    aspect: str
    order: int
    words: str = ""
    tail: str = ""
    own: bool = False

    @property
    def text(self) -> str:
        """What tells it from other parts."""
        return self.words or self.tail


@dataclass(frozen=True)
class Members:
    """What the members of the segments are, and so what they are called."""

    unit: Unit = "customer"
    companies: bool = False

    @property
    def noun(self) -> str:
        """Of members of whom nothing is said."""
        company = self.unit == "customer" and self.companies
        return str(_table()["nouns"]["company" if company else self.unit])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("marketfold.segments").joinpath("names.toml").read_text(encoding="utf-8"))


def graded(word: str) -> str:
    """What is said of a segment of which the word holds more than of another one; "" where there is no such word."""
    return str(_table()["graded"].get(word, ""))


def said_together(words: Sequence[str]) -> list[str]:
    """Words of a name in their order, without those that the others leave unsaid.

    >>> said_together(["active", "one-time"]), said_together(["lapsed", "steady", "big-basket"])
    (['recent', 'one-time'], ['lapsed', 'big-basket'])
    """
    left, table = list(words), _table()
    for pair, instead in table["together"].items():
        one, other = pair.split(" ")
        if one in left and other in left:
            place = left.index(one)
            left[place : place + 1] = instead.split(" ")
            left.remove(other)
    unsaid = {word for said in left for word in table["unsaid"].get(said, ())}
    kept = [word for word in left if word not in unsaid]
    return list(dict.fromkeys(kept))


def _noun(words: list[str], members: Members) -> str:
    """The noun after these words; the last of them may be one itself, and is then taken away."""
    table = _table()
    if members.unit != "customer" or members.companies:
        return members.noun
    if words and words[-1] in table["heads"]:
        return str(table["heads"][words.pop()])
    people = not words or words[-1] in table["about"]["people"]
    return str(table["nouns"]["customer" if people else "buyer"])


def _in_order(words: list[str], members: Members) -> list[str]:
    """The words with that last which can be the noun."""
    heads = _table()["heads"] if members.unit == "customer" and not members.companies else {}
    return sorted(words, key=lambda word: word in heads)


def compose(parts: Sequence[NamePart], members: Members) -> str:
    """The name that these parts make; "typical" where there is none.

    >>> compose([NamePart("frequency", 20, "regular"), NamePart("basket", 40, "big-basket")], Members())
    'Big-basket regulars'
    >>> compose([NamePart("recency", 10, "lapsed")], Members(companies=True))
    'Lapsed accounts'
    """
    ordered = sorted(parts, key=lambda part: part.order)
    words = said_together([part.words for part in ordered if part.words])
    tails = [part.tail for part in ordered if part.tail]
    if not parts:
        words = ["typical"]
    if not words and tails[0].startswith(", "):
        text = tails[0][2:] + "".join(tails[1:])
    else:
        words = _in_order(words, members)
        noun = _noun(words, members)
        text = " ".join([*words, noun]) + "".join(tail if tail.startswith(",") else f" {tail}" for tail in tails)
    return text[0].upper() + text[1:]


@cache
def meaning(name: str) -> frozenset[str]:
    """The words of a name that say something: those that only say who the members are do not count.

    >>> sorted(meaning("Lapsed big-basket regulars"))
    ['big-basket', 'lapsed', 'regular']
    """
    table = _table()
    heads = {noun: word for word, noun in table["heads"].items()}
    words = re.findall(r"[^\s,]+", name.casefold())
    nouns = {word for noun in table["nouns"].values() for word in noun.split(" ")}
    return frozenset(heads.get(word, word) for word in words if word not in nouns)


def alike(one: str, other: str) -> bool:
    """Whether one of two names says nothing that the other does not say.

    >>> alike("Lapsed customers", "Lapsed big-basket buyers"), alike("Lapsed customers", "Regulars")
    (True, False)
    """
    here, there = meaning(one), meaning(other)
    return here <= there or there <= here


def other_than(name: str, taken: Sequence[str]) -> str:
    """The name as that of what is left: "Other ..." beside one that says it and more, then by letters, then by numbers.

    >>> other_than("Lapsed customers", ["Lapsed big-basket buyers"])
    'Other lapsed customers'
    """
    said = {meaning(one) for one in taken}
    ends = chain(ascii_uppercase, map(str, count(len(ascii_uppercase) + 1)))
    tried = chain([f"Other {name[0].lower()}{name[1:]}"], (f"{name} {end}" for end in ends))
    return next(text for text in tried if meaning(text) not in said)
