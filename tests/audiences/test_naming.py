"""A file is named by a segment's name only where that says nothing but when people buy."""

from __future__ import annotations

import re

import pytest
from tests.segments.test_name_words import every_name

from marketfold.audiences.naming import NEUTRAL, NOUNS, neutral_part
from marketfold.segments.name_words import Members

TELLING = re.compile(r"laps|quiet|spend|top|core|premium|budget|discount|price|basket|order|deal|item|return|\btea\b")


@pytest.mark.parametrize("members", [Members(), Members(companies=True)], ids=["people", "companies"])
def test_of_all_names_only_neutral_ones_stand_in_a_file_name(members: Members):
    parts = {name: neutral_part(name) for name in every_name(members)}
    assert parts[f"New {members.noun}"] == f"new_{members.noun}"
    assert parts["Regular accounts" if members.companies else "Regulars"]
    assert not [name for name, part in parts.items() if part and TELLING.search(name.casefold())]


def test_every_neutral_word_is_one_that_names_say():
    names = every_name(Members()) | every_name(Members(companies=True))
    said = {word for name in names for word in re.findall(r"\w+", name.casefold())}
    assert NEUTRAL - said <= {"frequent", "very", "newest"}  # of two segments that are alike, the one that is more so
    assert said >= NOUNS
