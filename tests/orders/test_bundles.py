"""Which columns say that a line is a part of another."""

from __future__ import annotations

import pytest

from marketfold.orders.bundles import find_parents
from marketfold.orders.role_names import sureness

IDS = ["11", "12", "13", "14", "15", "16"]


@pytest.mark.parametrize(
    ("parents", "found"),
    [
        (["", "11", "11", None, "14", "14"], True),
        (["0", "11.0", 11, 0, "14", "14"], True),
        (["11", "12", "13", "14", "99", ""], True),  # four of five are there
        (["11", "12", "13", "98", "99", ""], False),
        (["", None, "0", 0, "", ""], False),
    ],
)
def test_a_parent_is_named_by_the_column_that_tells_lines_apart(parents: list[object], *, found: bool):
    sample: dict[str, list[object]] = {"item_id": [*IDS], "parent_item_id": parents, "colour": ["red", "blue"] * 3}
    assert find_parents(sample, (), None, sureness) == (
        {"parent_line": "parent_item_id", "line_id": "item_id"} if found else {}
    )
    assert find_parents(sample, ("parent_item_id",), None, sureness) == {}
    assert find_parents(sample | {"item_id": [*IDS[:5], "11"]}, (), None, sureness) == {}  # one id twice


def test_lines_may_be_numbered_within_their_order():
    sample = {
        "order": ["1", "1", "1", "2", "2", "2"],
        "line_number": ["1", "2", "3", "1", "2", "3"],
        "parent_item_id": ["", "1", "1", "", "1", "1"],
    }
    assert find_parents(sample, (), "order", sureness) == {
        "parent_line": "parent_item_id", "line_number": "line_number"
    }  # fmt: skip
    assert find_parents(sample, (), None, sureness) == {}


@pytest.mark.parametrize(
    ("kinds", "found"),
    [(["Configurable", "simple"], True), (["configurable", "bundle"], False), (["simple", None], False)],
)
def test_without_a_parent_the_kinds_of_products_tell(kinds: list[object], *, found: bool):
    assert find_parents({"kind": kinds}, (), None, sureness) == ({"product_kind": "kind"} if found else {})
    assert find_parents({"kind": kinds}, ("kind",), None, sureness) == {}
