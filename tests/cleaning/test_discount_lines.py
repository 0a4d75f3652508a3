"""Discounts on lines of their own are taken off the goods of their order, and off nothing else."""

from __future__ import annotations

import narwhals as nw
import polars as pl
import pytest

from marketfold.cleaning.discount_lines import TakenOff, take_off_discounts
from marketfold.cleaning.rules import rules_for
from marketfold.polars_engine import PolarsEngine

COLUMNS = ("order_id", "product_id", "product_name", "amount")
MATCHED = {
    ("product_name", "discount"): ("Coupon", "Rebate"),
    ("product_name", "shipping"): ("Post",),
    ("product_id", "not_a_product"): ("FEE",),
}


def taken(*rows: tuple[str | None, str | None, float | None]) -> TakenOff:
    """Lines of an order, each with what it is called and what it brought; FEE is called so by its id."""
    order, name, amount = (list(column) for column in zip(*rows, strict=True))
    frame = pl.DataFrame(
        {
            "source_line": range(1, len(rows) + 1), "order_id": order,
            "product_id": ["FEE" if one == "FEE" else "X" for one in name], "product_name": name,
            "amount": pl.Series(amount, dtype=pl.Float64),
        }
    )  # fmt: skip
    return take_off_discounts(nw.from_native(frame.lazy()), rules_for(COLUMNS), MATCHED, PolarsEngine())


def amounts(found: TakenOff) -> list[float | None]:
    cells: list[float | None] = nw.to_native(found.frame.sort("source_line").collect())["amount"].to_list()
    return [None if one is None else round(one, 9) for one in cells]


@pytest.mark.parametrize(
    ("rows", "borne", "told"),
    [
        ([("1", "Cup", 30), ("1", "Mug", 10), ("1", "Coupon", -8)], [24, 8, 0], (1, -8, 0)),
        ([("1", "Coupon", -8), ("1", "Cup", 30), ("1", "Rebate", -2)], [0, 20, 0], (2, -10, 0)),
        ([("1", "Cup", 5), ("1", "Coupon", -8)], [0, -3], (1, -5, -3)),
        ([("1", "Cup", 8), ("1", "Coupon", -8)], [0, 0], (1, -8, 0)),
        ([("1", "Cup", 10), ("2", "Coupon", -4)], [10, -4], (0, 0, -4)),
        ([("1", "Cup", 10), ("1", "Coupon", 2)], [10, 2], (0, 0, 0)),  # above zero it takes nothing off
        ([("1", "Cup", 10), ("1", "Coupon", 0)], [10, 0], (0, 0, 0)),
        ([("1", None, 10), ("1", "Coupon", -1)], [9, 0], (1, -1, 0)),  # what has no name is goods
        ([("1", "Cup", -10), ("1", "Coupon", -1)], [-10, -1], (0, 0, -1)),
        ([("1", "Cup", 0), ("1", "Coupon", -1)], [0, -1], (0, 0, -1)),
        ([("1", "Cup", None), ("1", "Mug", 4), ("1", "Coupon", -1)], [None, 3, 0], (1, -1, 0)),
        ([(None, "Cup", 10), (None, "Coupon", -1)], [10, -1], (0, 0, -1)),
        ([("1", "Cup", 10), ("1", "Post", 5), ("1", "FEE", 5), ("1", "Coupon", -2)], [8, 5, 5, 0], (1, -2, 0)),
        ([("1", "Post", 5), ("1", "FEE", 5), ("1", "Coupon", -2)], [5, 5, -2], (0, 0, -2)),
        ([("1", "Cup", 1), ("1", "Mug", 1), ("1", "Jug", 1), ("1", "Coupon", -1)], [0.67, 0.66, 0.67, 0], (1, -1, 0)),
        ([("1", "Cup", 10), ("1", "Coupon", -2), ("2", "Cup", 10), ("2", "Coupon", -30), ("3", "Coupon", -1)],
         [8, 0, 0, -20, -1], (2, -12, -21)),
    ],
)  # fmt: skip
def test_goods_bear_the_discounts_of_their_order(
    rows: list[tuple[str | None, str | None, float | None]],
    borne: list[float | None],
    told: tuple[int, float, float],
):
    found = taken(*rows)
    assert amounts(found) == borne
    assert (found.lines, round(found.money, 9), round(found.left, 9)) == told
    assert found.frame.collect_schema().names() == ["source_line", *COLUMNS]


def test_without_a_discount_nothing_is_taken_off():
    frame = nw.from_native(pl.LazyFrame({"source_line": [1], "amount": [-1.0]}))
    found = take_off_discounts(frame, rules_for(COLUMNS), {("product_name", "shipping"): ("Post",)}, PolarsEngine())
    assert found == TakenOff(frame)
    assert (found.lines, found.money, found.left) == (0, 0, 0)
