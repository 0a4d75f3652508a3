from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from marketfold.config import ReadingOptions
from marketfold.customer_tables import read_source
from marketfold.errors import OrdersError
from marketfold.orders import Orders, open_source, read_orders
from marketfold.orders.day_parts import JoinedDays, find_day_parts, hold_days

if TYPE_CHECKING:
    from pathlib import Path

DAYS = [date(2023, 1, 31), date(2023, 12, 1), date(2024, 2, 29), date(2024, 3, 4)]
ENGLISH = ("Year", "Month", "Day")


def table(names: tuple[str, ...] = ENGLISH, months: str = "%m", **more: list[Any]) -> pa.Table:
    parts = {
        names[0]: [day.year for day in DAYS],
        names[1]: [int(day.strftime("%m")) if months == "%m" else day.strftime(months) for day in DAYS],
        **({names[2]: [day.day for day in DAYS]} if len(names) > 2 else {}),
    }
    return pa.table({"Order": ["B1", "B2", "B3", "B4"], "Customer": ["K1", "K2", "K1", "K3"], **parts, **more,
                     "Total": [5.0, 6.5, 7.25, 9.0]})  # fmt: skip


def days_of(orders: Orders) -> list[date]:
    rows = orders.engine.collect(orders.lines).sort_by("source_line")
    days: list[date] = rows["ordered_on"].to_pylist()
    return days


def codes(orders: Orders) -> set[str]:
    return {one.code for one in orders.facts.decisions}


@pytest.mark.parametrize(
    "names",
    [
        ENGLISH,
        ("order_year", "order_month", "order_day"),
        ("Jahr", "Monat", "Tag"),
        ("Bestelljahr", "Bestellmonat", "Bestelltag"),
        ("Année", "Mois", "Jour"),
        ("Año", "Mes", "Día"),
        ("Rok", "Miesiąc", "Dzień"),
        ("Y\u0131l", "Ay", "Gün"),
        ("年", "月", "日"),
        ("Год", "Месяц", "День"),
        ("Έτος", "Μήνας", "Ημέρα"),
    ],
)
def test_year_month_and_day_are_put_together(names: tuple[str, str, str]):
    orders = read_orders(table(names))
    assert days_of(orders) == DAYS
    assert orders.facts.mapping["ordered_on"] == " + ".join(names)
    assert "day_joined" in codes(orders)


@pytest.mark.parametrize("months", ["%m", "%b", "%B"])
def test_a_month_may_be_named(months: str):
    assert days_of(read_orders(table(months=months))) == DAYS


def test_a_year_and_a_month_are_a_month():
    orders = read_orders(table(("Year", "Month")))
    assert days_of(orders) == [day.replace(day=1) for day in DAYS]
    assert {"day_joined", "dates_are_periods"} <= codes(orders)


@pytest.mark.parametrize("kind", ["csv", "folder", "parquet", "polars", "relation", "floats"])
def test_every_kind_of_source(tmp_path: Path, kind: str):
    whole = table()
    source: Any
    if kind == "csv":
        source = tmp_path / "orders.csv"
        pl.DataFrame(whole).write_csv(source)
    elif kind == "folder":
        for place in (0, 2):
            pl.DataFrame(whole.slice(place, 2)).write_csv(tmp_path / f"{place}.csv")
        source = tmp_path
    elif kind == "parquet":
        source = tmp_path / "orders.parquet"
        pq.write_table(whole, source)
    elif kind == "polars":
        source = pl.DataFrame(whole)
    elif kind == "relation":
        source = duckdb.from_arrow(whole)
    else:
        source = pl.DataFrame(whole).to_pandas().astype({"Year": float, "Month": float, "Day": float})
    read = read_source(source, ReadingOptions())
    assert isinstance(read, Orders)
    assert sorted(days_of(read)) == DAYS


def test_a_blank_part_is_no_day():
    whole = table()
    blank = pa.array([31, None, 29, 4])
    orders = read_orders(whole.set_column(whole.column_names.index("Day"), "Day", blank))
    assert days_of(orders) == [DAYS[0], None, *DAYS[2:]]


def test_a_column_of_whole_days_comes_first():
    orders = read_orders(table().append_column("Order date", [["2024-05-01"] * 4]))
    assert orders.facts.mapping["ordered_on"] == "Order date"
    assert "day_joined" not in codes(orders)


def test_the_parts_of_another_day_are_left_alone():
    assert find_day_parts(["Birth year", "Birth month", "Birth day"]) is None
    assert find_day_parts(["Year", "Monthly fee", "Day"]) is None
    with pytest.raises(OrdersError, match="no column for ordered_on"):
        read_orders(table(("Birth year", "Birth month", "Birth day")))


def test_what_was_put_together_can_be_given_and_taken_away():
    orders = read_orders(table(), ReadingOptions(mapping={"ordered_on": "Year + Month + Day"}))
    assert days_of(orders) == DAYS
    other = table(Shipped=["2024-06-01", "2024-06-02", "2024-06-03", "2024-06-04"])
    orders = read_orders(other, ReadingOptions(mapping={"ordered_on": "Shipped"}))
    assert days_of(orders)[0] == date(2024, 6, 1)


@pytest.mark.parametrize(
    ("years", "months", "days", "hold"),
    [
        (["1970", "2099"], ["1", "12"], ["1", "31"], True),
        (["1969"], ["1"], ["1"], False),
        (["2100"], ["1"], ["1"], False),
        (["2024"], ["0"], ["1"], False),
        (["2024"], ["13"], ["1"], False),
        (["2024"], ["1"], ["0"], False),
        (["2024"], ["1"], ["32"], False),
        ([2024.0, None], ["March", ""], [4, 5], True),
        (["March"], ["March"], ["4"], False),
        (["2024"] * 9 + ["soon"], ["1"], ["1"], True),
        (["2024"] * 8 + ["soon", "later"], ["1"], ["1"], False),
        (["2024"], [None], ["1"], False),
    ],
)
def test_parts_of_days_are_years_months_and_days(
    years: list[object], months: list[object], days: list[object], *, hold: bool
):
    parts = find_day_parts(ENGLISH)
    assert parts is not None
    assert hold_days(parts, dict(zip(ENGLISH, (years, months, days), strict=True))) is hold


@pytest.mark.parametrize(
    ("columns", "parts"),
    [
        (["Day", "Month", "Year"], ("Year", "Month", "Day")),
        (["Year", "Month"], ("Year", "Month")),
        (["Year", "Day"], None),
        (["Month", "Day"], None),
        (["Order Year", "Order Month", "Birth Day"], ("Order Year", "Order Month")),
        (["Order Year", "Month", "Day"], None),  # parts of two days
        (["Year", "Month", "Order Year", "Order Month", "Order Day"], ("Order Year", "Order Month", "Order Day")),
        (["Birth Year", "Birth Month", "Year", "Month"], ("Year", "Month")),
        (["Year ID", "Month ID"], ("Year ID", "Month ID")),
        (["Year", "Year", "Month"], ("Year", "Month")),
        (["Invoice year", "Invoice month"], ("Invoice year", "Invoice month")),
        (["Total"], None),
    ],
)
def test_which_columns_are_the_parts_of_one_day(columns: list[str], parts: tuple[str, ...] | None):
    found = find_day_parts(columns)
    assert (found.columns if found else None) == parts
    assert (found.label if found else None) == (" + ".join(parts) if parts else None)


@pytest.mark.parametrize(
    ("years", "months", "days", "hold"),
    [
        (["2024"], ["1"], ["31"], True),
        ([2024.0], ["Jan"], ["31.0"], True),
        (["1970", "2099"], ["12"], ["1"], True),
        (["1969"], ["1"], ["1"], False),
        (["2100"], ["1"], ["1"], False),
        (["2024"], ["13"], ["1"], False),
        (["2024"], ["0"], ["1"], False),
        (["2024"], ["1"], ["32"], False),
        (["2024"], ["1"], ["0"], False),
        (["2024"], ["1"], ["Jan"], False),
        (["2024"] * 9 + ["x"], ["1"], ["1"], True),  # nine of ten
        (["2024"] * 8 + ["x"] * 2, ["1"], ["1"], False),
        (["2024", None, " "], ["1"], ["1"], True),
        ([None], ["1"], ["1"], False),
    ],
)
def test_parts_of_a_day_lie_within_their_ranges(years: list[Any], months: list[Any], days: list[Any], *, hold: bool):
    parts = find_day_parts(["Year", "Month", "Day"])
    assert parts is not None
    assert hold_days(parts, {"Year": years, "Month": months, "Day": days}) is hold


def test_the_joined_day_is_shown_where_every_part_is_there():
    source = open_source(pa.table({"Year": [2024.0, 2024.0], "Month": ["1", " "], "Total": [1, 2]}), ReadingOptions())
    assert source.columns == ("Year", "Month", "Total", "Year + Month")
    assert source.sample()["Year + Month"] == ["2024-1", None]
    assert [one.code for one in source.decisions] == ["day_joined"]
    source.decisions = (*source.decisions, *source.decisions)
    assert [one.code for one in source.decisions] == ["day_joined"]  # said once
    loaded = source.engine.collect(source.load({"when": "Year + Month", "t": "Total"}, lambda raw: raw)).to_pylist()
    assert [(row["when"], row["t"]) for row in loaded] == [("2024-1", 1), (None, 2)]
    assert source.engine.collect(source.load({"t": "Total"}, lambda raw: raw)).column_names == ["source_line", "t"]
    assert source.count() == 2


@pytest.mark.parametrize(
    ("more", "mapping", "joined"),
    [
        ({}, {}, True),
        ({}, {"ordered_on": "Total"}, False),
        ({}, {"ordered_on": "Year + Month"}, True),
        ({"Date": ["2024-01-05", "2024-02-05"]}, {}, False),
        ({"Date": ["soon", "later"]}, {}, True),  # named as the day, and holds none
        ({"Seen": ["2024-01-05", "2024-02-05"]}, {}, False),  # whole days are more than a month
        ({"Seen": ["2024-01-05", "2024-02-05"], "Day": [5, 6]}, {}, True),
    ],
)
def test_when_parts_are_put_together(more: dict[str, list[Any]], mapping: dict[str, str], *, joined: bool):
    rows = pa.table({"Year": [2024, 2024], "Month": [1, 2], "Total": [1, 2]} | more)
    source = open_source(rows, ReadingOptions(mapping=mapping))
    assert isinstance(source, JoinedDays) is joined
