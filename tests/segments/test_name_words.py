"""Every name that the phrase file can make, put together and read by rule."""

from __future__ import annotations

import re
from itertools import combinations, product

import pytest

from marketfold.segments.name_words import MOST_WORDS, Members, NamePart, alike, compose, graded, meaning, other_than
from marketfold.segments.phrases import _table

COMPARED = re.compile(
    r"\b(rather|less|more|most|least|once|quite|fairly|smaller|larger|bigger|lower|higher|later|earlier)\b"
)
OF_CUSTOMERS = {
    "frequency", "basket", "recency", "value", "season", "discount", "tenure", "trend", "inter-purchase time", "items",
    "breadth", "deal size", "price", "returns",
}  # fmt: skip
KINDS = [Members(), Members(companies=True), Members("order"), Members("order_line")]
CONTRADICTIONS = [
    {"lapsed", "active"}, {"lapsed", "new"}, {"active", "slowing"}, {"regular", "on-and-off"}, {"one-time", "steady"},
    {"new", "long-standing"}, {"new", "quiet"}, {"steady", "slowing"}, {"steady", "on-and-off"}, {"active", "one-time"},
    {"long-standing", "occasional"}, {"big-basket", "small-order"}, {"premium", "budget"}, {"full-price", "premium"},
    {"large-order", "small-order"},
]  # fmt: skip


def parts_of(members: Members) -> list[NamePart]:
    """All words that the table has for these members, and one of a file's own."""
    parts = [NamePart("taste", 55, "Tea", own=True)]
    for phrase in _table():
        whole = any(":" not in pattern for pattern in phrase.match)
        fits = (
            (whole and phrase.aspect in OF_CUSTOMERS)
            if members.unit == "customer"
            else f"{members.unit}:" in str(phrase)
        )
        words = {phrase.low, phrase.high, phrase.high_else, phrase.few, phrase.high_slow, phrase.one}
        if members.companies:
            words |= {phrase.company_low, phrase.company_high, phrase.company_one}
        parts += [NamePart(phrase.aspect, phrase.order, word) for word in sorted(words - {""}) if fits]
    return parts


def every_name(members: Members, most: int = 3) -> set[str]:
    parts = parts_of(members)
    return {
        compose(chosen, members)
        for n in range(1, most + 1)
        for chosen in combinations(parts, n)
        if len({part.aspect for part in chosen}) == n
    }


@pytest.mark.parametrize("members", KINDS, ids=str)
def test_every_name_is_a_few_words_and_compares_nothing(members: Members):
    names = every_name(members)
    assert len(names) > 20
    for name in names:
        assert not COMPARED.search(name.casefold()), name
        assert len(name.split(" ")) <= MOST_WORDS + (members.unit == "order_line"), name
        assert name[0].isupper(), name
        words = name.split(" ")
        assert len(set(words)) == len(words), name
        assert name.casefold().endswith(("customers", "buyers", "regulars", "accounts", "orders", "order lines")), name


@pytest.mark.parametrize("members", KINDS[:2], ids=str)
def test_no_name_contradicts_itself(members: Members):
    for name in every_name(members):
        said = meaning(name)
        assert not any(pair <= said for pair in CONTRADICTIONS), name


@pytest.mark.parametrize("members", KINDS, ids=str)
def test_a_name_keeps_something_of_what_it_was_made_from(members: Members):
    for chosen in combinations(parts_of(members), 2):
        if chosen[0].aspect != chosen[1].aspect:
            assert meaning(compose(chosen, members)), chosen


def test_who_is_more_so_does_not_read_alike():
    words = [part.words for members in KINDS[:2] for part in parts_of(members)]
    stronger = {word: graded(word) for word in words if graded(word)}
    assert len(stronger) > 5
    for word, other in stronger.items():
        one, more = (compose([NamePart("x", 0, text)], Members()) for text in (word, other))
        assert not alike(one, more)


def test_the_word_order_alone_makes_no_other_name():
    for one, other in product(("Lapsed big-basket buyers", "Big-basket regulars"), repeat=2):
        assert alike(one, other) == (one == other)
    assert alike("Regular accounts", "Regulars")


def test_names_run_out_of_words_before_they_repeat():
    taken: list[str] = []
    for _ in range(12):
        taken.append(other_than("Typical customers", taken))
    assert len({meaning(name) for name in taken}) == 12
