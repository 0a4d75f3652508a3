"""Currencies that stand in the cells of a money column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl
import pytest

from marketfold.config import ReadingOptions
from marketfold.orders import read_orders
from marketfold.orders.steps.currency_signs import tell_currency_signs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.orders.steps import LinesRead


@pytest.fixture
def seen(lines_of: Callable[..., LinesRead]) -> Callable[..., LinesRead]:
    """What is said of the texts of a money column; `shown` of them are its first cells."""

    def told(
        texts: Sequence[str | None], *, role: str = "amount", shown: int = 3, cells: dict[str, Any] | None = None,
        **rest: Any,
    ) -> LinesRead:  # fmt: skip
        frame = nw.from_native(pl.DataFrame({f"{role} left": texts}, schema={f"{role} left": pl.String}).lazy())
        lines = lines_of({role: [1.0] * len(texts)} | (cells or {}), names={role: "Betrag"}, texts=frame, **rest)
        sample = {**lines.sample, "Betrag": [*texts[:shown]]}
        return tell_currency_signs(replace(lines, sample=sample))

    return told


def said(read: LinesRead) -> list[tuple[Any, ...]]:
    return [(one.code, one.columns, one.lines, one.money, one.numbers["signs"]) for one in read.decisions]


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["€1.00", "$2.50", "€3.00"], (1, 2.5, "€ on 2, $ on 1")),
        (["€1.00", "$2.50", "$-3.25"], (1, 1.0, "$ on 2, € on 1")),
        (["$1.00", "£2.50"], (1, 2.5, "$ on 1, £ on 1")),  # of as many lines, always in one order
        (["£2.50", "$1.00"], (1, 2.5, "$ on 1, £ on 1")),
        (["¥9", "€1", "€2", "$4", "£3", "£3", "£3"], (4, 16.0, "£ on 3, € on 2, $ on 1, ¥ on 1")),
        (["US$1.00", "$2.00", "USD 4.00", "€8.00"], (1, 8.0, "$ on 3, € on 1")),
        (["Rs.1.00", "Rs. 2.00", "INR 4", "1 kr"], (1, 1.0, "₹ on 3, kr on 1")),
        ([None, "€1.00", None, "$2.50", "€2.00"], (1, 2.5, "€ on 2, $ on 1")),
        (["5", "€1.00", "$2.50", "€2.00", "kg 7"], (1, 2.5, "€ on 2, $ on 1")),
    ],
)
@pytest.mark.parametrize("role", ["amount", "unit_price"])
def test_several_currencies_are_told_with_the_money_of_all_but_the_most_frequent(
    seen: Callable[..., LinesRead], texts: list[str | None], told: tuple[int, float, str], role: str
):
    read = seen(texts, role=role)
    assert said(read) == [("currency_signs", ("Betrag",), *told)]
    assert read.currency is None
    assert said(seen(texts, role=role, shown=0)) == said(read)


def test_currencies_are_found_among_sixty_other_texts(seen: Callable[..., LinesRead]):
    odd = ["x" * (1 + place) for place in range(60)]
    texts = [*odd, "€1.00", "€1.00", "$2.00", "$2.00", "$3.00"]
    assert said(seen(texts)) == [("currency_signs", ("Betrag",), 2, 2.0, "$ on 3, € on 2")]


@pytest.mark.parametrize(
    ("texts", "currency"),
    [
        (["€1.00", "2,50 €", "(€3.00)", "-€3"], "EUR"),
        (["Rs.1", "Rs. 2"], "INR"),
        (["1 zł", "2 zł"], "PLN"),
        (["1 kr", "2 kr"], None),  # of three countries
        (["5", "6"], None),
        ([], None),
        ([None, None], None),
        (["5", "6", "7", "€1"], "EUR"),
        (["$5", "5"], "USD"),
        (["US$5", "$5"], "USD"),
    ],
)
def test_one_currency_is_that_of_the_shop_unless_it_is_known(
    seen: Callable[..., LinesRead], texts: list[str | None], currency: str | None
):
    read = seen(texts)
    assert (read.currency, read.decisions) == (currency, ())
    assert seen(texts, currency="CHF").currency == "CHF"
    assert seen(texts, cells={"currency": ["chf"] * len(texts)}).currency is None


def test_a_comma_may_stand_before_cents(seen: Callable[..., LinesRead]):
    assert said(seen(["€1.234,50", "€2,00", "$1.234,50"]))[0][3] == 1234.5
    assert said(seen(["€1.234,50", "€2,00", "$1.234"]))[0][3] == 1234.0
    assert said(seen(["€1", "€2", "$1.234"]))[0][3] == 1.234


def test_where_no_text_of_money_is_left_nothing_is_said(lines_of: Callable[..., LinesRead]):
    frame = nw.from_native(pl.DataFrame({"quantity left": ["€1", "$1"]}).lazy())
    for lines in (
        lines_of({"amount": [1.0]}),
        lines_of({"amount": [1.0]}, texts=frame),
        lines_of({"quantity": [1.0]}, texts=frame),
    ):
        assert tell_currency_signs(lines) is lines


def test_a_sign_that_stands_for_a_missing_cell_is_no_currency():
    table = pl.DataFrame(
        {"customer_id": ["a", "b", "c"], "date": ["2024-01-01", "2024-01-02", "2024-02-03"], "total": ["EUR", "2", "3"]}
    )
    assert read_orders(table, ReadingOptions(null_values=("EUR",))).facts.currency is None
    assert read_orders(table).facts.currency == "EUR"
