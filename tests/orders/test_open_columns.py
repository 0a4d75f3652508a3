"""Columns without a role that may be looked at."""

from __future__ import annotations

import pytest

from marketfold.orders.open_columns import holds_no_person, is_contact, open_columns


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("a@x.org", True),
        ("+49 30 123456", True),
        ("123456789", True),
        ("12345678", False),
        ("12/34/5678", True),
        ("K123456789", False),
        ("web", False),
    ],
)
def test_nine_figures_reach_somebody(text: str, *, contact: bool):
    assert is_contact(text) is contact


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["web", "shop", None, ""], True),
        ([None, ""], False),
        (["web", "a@x.org"], False),
        ([f"shelf {n}" for n in range(200)], True),
        ([f"shelf {n}" for n in range(201)], False),
        ([str(n) for n in range(500)], True),
        (["123456789", "1"], False),
        (["1.5"] * 19 + ["?"], True),
        ([f"{n}.5" for n in range(500)] + ["a@x.org"] * 20, True),  # nearly all are numbers
        ([f"{n}.5" for n in range(300)] + ["?"] * 20, False),
    ],
)
def test_classes_and_numbers_are_looked_at(cells: list[object], *, shown: bool):
    assert holds_no_person(cells) is shown


def test_the_first_two_dozen_are_looked_at_and_none_that_sounds_personal():
    extra = [f"measure {n}" for n in range(30)]
    sample = {name: ["1", "2"] for name in [*extra, "Street", "Age"]}
    assert open_columns(["Street", "Age", *extra], sample) == tuple(extra[:24])
    assert open_columns(["measure 0", "unknown"], sample) == ("measure 0",)
