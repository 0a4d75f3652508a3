"""The kinds of decision about a source, and how each is said."""

from __future__ import annotations

import re
import string

import pytest
from pydantic import ValidationError

from marketfold.config import ReadingOptions
from marketfold.decisions import Decision, SourceFacts, in_currency, kinds, undoable


@pytest.mark.parametrize("code", kinds())
def test_every_kind_is_said_in_whole_sentences(code: str):
    kind = kinds()[code]
    assert kind.way in {"read", "warned", "set aside"}
    assert re.fullmatch(r"[a-z_]+", code)
    for sentence in filter(None, (kind.what, kind.why)):
        assert sentence.endswith(".")
        assert sentence[0] == "{" or sentence[0].isupper()
    fields = {
        name for text in (kind.what, kind.why, kind.undo) for _, name, _, _ in string.Formatter().parse(text) if name
    }
    numbers: dict[str, object] = dict.fromkeys(fields - {"columns", "lines", "money", "customers"}, 1)
    if "statuses" in numbers:
        numbers["statuses"] = (("On Hold", 3, 4.5), ("more", 2, None))
    said = Decision(code, ("A", "B"), 3, 4.5, 2, numbers).text
    assert "{" not in said


def test_money_is_said_in_the_currency_of_the_source():
    numbers = {"statuses": (("On Hold", 44, 178_979.19), ("more", 2, None))}
    (said,) = in_currency([Decision("statuses_open", ("STATUS",), 58, 251_192.05, numbers=numbers)], "CHF")
    assert said.what.endswith("count as bought: 'On Hold' (44 lines, CHF 178,979.19) and 2 more.")
    (repeats,) = in_currency([Decision("repeats_kept", lines=2, money=11.5)], "EUR")
    assert "with €11.50 of money" in repeats.what


def test_numbers_are_said_as_people_read_them():
    repeats = Decision("repeats_kept", lines=1_200, money=11_180.8)
    assert repeats.what.startswith("1,200 lines that repeat another exactly, with 11,180.80 of money, were kept")
    assert repeats.text.endswith("(--drop-duplicates decides otherwise.)")
    assert Decision("no_customer_as_usual", numbers={"line_share": 0.25}).what.startswith("25 % of the lines")
    assert Decision("customer_by_name", ("E-mail",)).to_dict() == {
        "code": "customer_by_name",
        "way": "read",
        "what": "There is no customer number: 'E-mail' says who bought.",
        "why": "",
        "columns": ["E-mail"],
        "lines": 0,
        "money": None,
        "customers": None,
        "undo": "--map customer_id=COLUMN",
    }


def test_what_may_be_wrong_stands_apart_from_what_is_only_listed():
    facts = SourceFacts("a.csv", 1, {}, decisions=(Decision("order_by_day"), Decision("credit_notes_ignored")))
    assert [len(facts.notes), len(facts.warnings)] == [1, 1]


def test_a_decision_that_cannot_be_undone_is_refused_with_those_that_can():
    with pytest.raises(ValidationError) as raised:
        ReadingOptions(undo=("nonsense",))
    assert all(code in str(raised.value) for code in undoable())
