from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from marketfold.config import FeatureOptions, ReadingOptions
from marketfold.customer_tables import CustomerTable, measure_again, read_source, refuse_settings_of_orders
from marketfold.customer_tables.cells import Column, _number
from marketfold.customer_tables.columns import (
    ColumnUses,
    _could_be,
    _describes,
    _is_class,
    _is_personal,
    _measure,
    _no_use,
    _too_empty,
    judge_columns,
)
from marketfold.customer_tables.roles import Meanings, find_meanings
from marketfold.errors import OrdersError, ParameterError
from marketfold.units import Feature

N = 30


def columns(**more: Any) -> dict[str, Any]:
    """A table that is recognised, with what a test adds to it."""
    return {"CustomerID": [f"{1_000 - n}" for n in range(N)], "Age": [20 + n % 17 for n in range(N)]} | more


def read(source: Any, **options: Any) -> CustomerTable:
    found = read_source(source, ReadingOptions(**options))
    assert isinstance(found, CustomerTable)
    return found


def of(**more: Any) -> CustomerTable:
    return read(pa.table(columns(**more)))


def test_numbers_become_features_sorted_by_id() -> None:
    table = of(Income=[float(n * n) for n in range(N)]).features
    assert table.names == ("Age", "Income")
    assert table.ids.tolist() == sorted(f"{1_000 - n}" for n in range(N))
    assert dict(zip(table.ids, table.column("Income"), strict=True))["997"] == 9.0
    assert table.as_of is None
    assert not table.has_money


@pytest.mark.parametrize(
    ("yes", "no"), [("Yes", "No"), ("ja", "nein"), ("1", "0"), ("TRUE", "false"), ("S", "N"), (True, False)]
)
def test_yes_and_no_become_flags(yes: Any, no: Any) -> None:
    table = of(member=[yes if n % 3 == 0 else no for n in range(N)]).features
    (flag,) = (feature for feature in table.features if feature.name == "member")
    assert flag.measure == "flag"
    assert table.column("member").sum() == N / 3


def test_days_are_counted_back_from_the_latest() -> None:
    texts = [f"{1 + n % 28:02d}.03.2024" for n in range(N)]
    table = of(joined=texts).features
    assert table.as_of == date(2024, 3, 28)
    assert table.column("days since joined").min() == 0
    assert table.column("days since joined").max() == 27


def test_days_of_which_none_is_certain_are_asked_too() -> None:
    texts = [f"{1 + n % 12:02d}/{1 + (n + 3) % 12:02d}/2024" for n in range(N)]
    with pytest.raises(OrdersError, match="day-first or month-first"):
        of(joined=texts)


def test_days_that_can_be_read_in_two_ways_are_asked() -> None:
    texts = [f"{1 + n % 12:02d}/{1 + n % 11:02d}/2024" for n in range(N)]
    with pytest.raises(OrdersError, match="day-first or month-first"):
        of(joined=texts)
    table = read(pa.table(columns(joined=texts)), date_format="%d/%m/%Y").features
    assert table.as_of == max(date(2024, 1 + n % 11, 1 + n % 12) for n in range(N))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [(["1.234,50", "7,25"], 1234.5), (["1,234.50", "7.25"], 1234.5), (["€ 1 234,50", "7,25"], 1234.5)],
)
def test_money_is_read_as_in_orders(cells: list[str], expected: float) -> None:
    table = of(spent=[cells[n % 2] for n in range(N - 1)] + ["9"]).features
    assert expected in table.column("spent")


def test_classes_describe() -> None:
    read_ = of(
        Gender=["f" if n % 2 else "m" for n in range(N)],
        Region=[1 + n % 3 for n in range(N)],
        Channel=[1 + n % 2 for n in range(N)],
        children=[n % 3 for n in range(N)],
    )
    assert set(read_.features.described) == {"Gender", "territory", "Channel"}
    assert read_.features.names == ("Age", "children")
    assert set(read_.features.described["Gender"]) == {"f", "m"}


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("E-mail", [f"a{n}@example.org" for n in range(N)], "about a person"),
        ("Reach me at", [f"a{n}@example.org" for n in range(N)], "about a person"),
        ("Full name", [f"Person {n % 5}" for n in range(N)], "about a person"),
        ("Phone", [f"+44 20 7946 0{n:03d}" for n in range(N)], "about a person"),
        ("Date of birth", [f"1980-01-{1 + n % 28:02d}" for n in range(N)], "about a person"),
        ("zip", [10_000 + 7 * (n % 9) for n in range(N)], "about a person"),
        ("newsletter_consent", ["yes" if n % 2 else "no" for n in range(N)], "consent"),
        ("Z_Revenue", [11] * N, "the same for everybody"),
        ("nothing", [None] * N, "every cell is empty"),
        ("row", list(range(7, 7 + N)), "it numbers the rows"),
        ("loyalty_no", [f"L{7 * n}" for n in range(N)], "an id"),
        ("why they came", [f"because of {n}" for n in range(N)], "free text"),
        ("seldom known", [n if n < 4 else None for n in range(N)], "87 % of its cells are empty"),
    ],
)
def test_what_says_nothing_is_left_out_with_the_reason(name: str, cells: list[Any], reason: str) -> None:
    table = of(**{name: cells, "Income": [float(n * 3 % 29) for n in range(N)]}).features
    assert table.names == ("Age", "Income")
    assert reason in table.left_out[name]
    assert name not in table.described


def test_codes_are_no_numbers() -> None:
    table = of(grade=[f"K{n % 4}" for n in range(N)], spent=[f"{n * n % 41} EUR" for n in range(N)]).features
    assert "grade" in table.described
    assert table.names == ("Age", "spent")


@pytest.mark.parametrize("name", ["Emails opened", "capacity", "PhoneService", "contacts_last_year"])
def test_counts_that_only_sound_personal_are_features(name: str) -> None:
    assert name in of(**{name: [n % 7 for n in range(N)]}).features.names


def test_empty_numbers_are_filled_with_the_middle_and_counted() -> None:
    read_ = of(Income=[None if n < 5 else float(n * n) for n in range(N)])
    middle = float(np.median(np.arange(5, N) ** 2))
    assert (read_.features.column("Income") == middle).sum() >= 5
    (decision,) = (one for one in read_.facts.decisions if one.code == "missing_filled")
    assert (decision.lines, decision.columns) == (5, ("Income",))


def test_what_orders_would_tell_is_taken_as_such() -> None:
    read_ = of(
        last_order_date=[f"2024-04-{1 + n % 30:02d}" for n in range(N)],
        orders_online=[n % 4 for n in range(N)],
        orders_offline=[n % 5 for n in range(N)],
        **{"Total Spent": [float(n * n) for n in range(N)]},
    )
    table = read_.features
    assert table.names[:3] == ("recency_days", "order_count", "revenue_total")
    assert sorted(table.column("order_count")) == sorted(n % 4 + n % 5 for n in range(N))
    assert {feature.block for feature in table.features if "orders" in feature.name} == {"order_count"}
    assert table.revenue.sum() == sum(n * n for n in range(N))
    assert table.as_of == date(2024, 4, 30)


def test_roles_can_be_said() -> None:
    table = pa.table(columns(seen=[f"2024-04-{1 + n % 30:02d}" for n in range(N)], n=[n % 4 for n in range(N)]))
    read_ = read(table, mapping={"last_on": "seen", "order_count": "n"})
    assert read_.features.names[:2] == ("recency_days", "order_count")
    assert read_.facts.decisions[0].code == "customer_table_asked"
    with pytest.raises(OrdersError, match="there is no column 'sen'"):
        read(table, mapping={"last_on": "sen"})
    with pytest.raises(OrdersError, match="'ordered_on' is not a role of a table of customers: it is one of orders"):
        read(table, table=True, mapping={"ordered_on": "seen"})


def test_repeated_ids_are_set_aside_and_told() -> None:
    cells = columns()
    cells["CustomerID"][-1] = cells["CustomerID"][0]
    cells["CustomerID"][-2] = None
    read_ = read(pa.table(cells), table=True)
    assert read_.ledger.lines_read == N
    assert read_.ledger.lines_kept == N - 2
    assert read_.ledger.lines_set_aside == {"repeated_customer": 1, "no_customer": 1}
    assert read_.ledger.reconciles()
    assert read_.set_aside.to_pylist() == [
        {"source_line": N, "reason": "no_customer"},
        {"source_line": N + 1, "reason": "repeated_customer"},
    ]
    assert "customer_repeated" in {one.code for one in read_.facts.decisions}


def test_rows_number_the_customers_where_nothing_else_does() -> None:
    read_ = read(pa.table({"Milk": [n * 7 % 31 for n in range(N)], "Bread": [n * 5 % 23 for n in range(N)]}))
    assert set(read_.features.ids) == {str(line) for line in range(2, N + 2)}
    assert "customer_is_row" in {one.code for one in read_.facts.decisions}


def test_names_of_our_own_columns_are_not_taken() -> None:
    table = of(segment=[n % 7 for n in range(N)], confidence=[n * 0.5 for n in range(N)]).features
    assert set(table.names) | set(table.described) == {"Age", "segment (column)", "confidence (column)"}


def test_engines_agree() -> None:
    cells = columns(Income=[float(n) * 1.5 for n in range(N)], member=["yes" if n % 3 else "no" for n in range(N)])
    one, other = read(pa.table(cells)).features, read(pl.DataFrame(cells)).features
    assert one.names == other.names
    assert one.values.tolist() == other.values.tolist()
    assert one.ids.tolist() == other.ids.tolist()


def test_a_table_with_nothing_to_measure_is_refused() -> None:
    with pytest.raises(OrdersError, match="nothing tells customers apart"):
        read(pa.table({"CustomerID": ["a", "b"], "Name": ["x", "y"]}), table=True)


@pytest.mark.parametrize("options", [FeatureOptions(unit="order"), FeatureOptions(as_of=date(2024, 1, 1))])
def test_settings_of_orders_are_refused_in_words(options: FeatureOptions) -> None:
    with pytest.raises(ParameterError, match="is a table of customers, not of orders"):
        refuse_settings_of_orders(of(), options)


def test_another_table_is_measured_alike() -> None:
    first = of(Income=[float(n * n) for n in range(N)], joined=[f"2024-03-{1 + n % 28:02d}" for n in range(N)]).features
    few = pa.table({"CustomerID": ["new"], "Age": [33], "Income": [None], "joined": ["2024-03-20"]})
    again = measure_again(few, ReadingOptions(), first.settings)
    assert again.names == first.names
    assert again.column("Income").tolist() == [float(np.median(first.column("Income")))]
    assert again.column("days since joined").tolist() == [8.0]
    with pytest.raises(ParameterError, match="no column 'joined'"):
        measure_again(few.drop_columns(["joined"]), ReadingOptions(), first.settings)
    with pytest.raises(ParameterError, match="'Age' does not hold what it held"):
        measure_again(few.set_column(1, "Age", pa.array(["old"])), ReadingOptions(), first.settings)
    many = pa.table({name: column.to_pylist() * 4 for name, column in zip(few.column_names, few.columns, strict=True)})
    many = many.set_column(0, "CustomerID", pa.array(list("abcd")))
    texts = many.set_column(1, "Age", pa.array(["old", "young", "grown", "wise"]))
    with pytest.raises(ParameterError, match=r"\(number\): 'old', 'young', 'grown'\."):
        measure_again(texts, ReadingOptions(), first.settings)
    half = many.set_column(1, "Age", pa.array(["old", "33", "34", "wise"]))
    assert measure_again(half, ReadingOptions(), first.settings).column("Age")[1:3].tolist() == [33, 34]


def test_people_are_read_for_audiences_only(examples: Path) -> None:
    read_ = read(examples / "members.csv")
    people = read_.engine.collect(read_.personal("newsletter_consent"))
    assert {"customer_id", "email", "newsletter_consent"} <= set(people.column_names)
    assert set(people["customer_id"].to_pylist()) == set(read_.features.ids.tolist())
    assert "example.org" not in repr(read_) + repr(read_.features) + repr(read_.facts)


@pytest.mark.parametrize(
    ("text", "sign", "number"),
    [
        ("12.5", ".", 12.5), ("12,5", ",", 12.5), ("1.234", ",", 1234.0), ("1,234", ".", 1234.0),
        ("1.234,5", ",", 1234.5), ("1234", ",", 1234.0), ("-7", ",", -7.0), ("EUR 5", ".", 5.0), ("A5", ".", None),
    ],
)  # fmt: skip
def test_a_number_is_read_by_the_sign_of_its_column(text: str, sign: Literal[".", ","], number: float | None) -> None:
    assert _number(text, sign) == number


def column(cells: list[Any], name: str = "x", **options: Any) -> Column:
    return Column.of(name, pa.chunked_array([cells]), ReadingOptions(**options))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1"] * 19 + ["?"], "number"),
        (["1"] * 18 + ["?", "!"], "text"),
        (["2024-01-05"] * 19 + ["?"], "date"),
        (["2024-01-05"] * 18 + ["?", "!"], "text"),
        (["yes", "no"] * 9, "flag"),
        (["yes", "no", "perhaps"] * 9, "text"),
        (["yes"] * 9, "text"),  # without a no it says nothing
        (["20240105", "20240229"], "date"),
        ([None, ""], "text"),
    ],
)
def test_what_a_column_holds(cells: list[Any], kind: str) -> None:
    own = column(cells)
    found = "flag" if own.is_flag else "date" if own.is_date else "number" if own.is_number else "text"
    assert found == kind


def test_the_first_thousand_different_cells_say_which_sign_stands_before_the_cents() -> None:
    whole = [str(n) for n in range(999)]
    assert column([*whole, "1234,5"]).numbers[-1] == 1234.5
    assert np.isnan(column([*whole, "x", "1234,5"]).numbers[-1])
    assert column([*whole, "x", "1234,5"], decimal=",").numbers[-1] == 1234.5


@pytest.mark.parametrize(
    ("numbers", "measure"),
    [
        (["1900", "2100"], "year"),
        (["1899", "2100"], "count"),
        (["1900", "2101"], "count"),
        (["1950.5", "2000"], "ratio"),
    ],
)
def test_whole_numbers_of_two_centuries_are_years(numbers: list[str], measure: str) -> None:
    assert _measure(column(numbers)) == measure


@pytest.mark.parametrize(
    ("name", "cells", "is_class"),
    [
        ("region", [str(n % 12) for n in range(60)], True),
        ("region", [str(n % 13) for n in range(60)], False),
        ("children", [str(n % 12) for n in range(60)], False),
        ("children", ["3", "4"] * 3, True),  # two values on more than four rows
        ("children", ["3", "4"] * 2, False),
        ("region", ["1.5", "2", "3"] * 9, False),
    ],
)
def test_few_whole_numbers_are_classes_where_the_name_says_so(name: str, cells: list[str], *, is_class: bool) -> None:
    assert _is_class(column(cells, name)) is is_class


@pytest.mark.parametrize(
    ("different", "rows", "describes"), [(50, 200, True), (51, 200, False), (10, 20, True), (11, 20, False)]
)
def test_a_text_describes_that_has_few_values_on_many_rows(different: int, rows: int, *, describes: bool) -> None:
    own = column([f"v{n % different}" for n in range(rows)])
    assert (_describes(own, is_place=False) == "") is describes
    assert _describes(own, is_place=True) == ""


@pytest.mark.parametrize(("empty", "said"), [(10, ""), (11, "55 % of its cells are empty")])
def test_more_than_half_of_the_cells_may_not_be_empty(empty: int, said: str) -> None:
    assert _too_empty(column([None] * empty + ["1"] * (20 - empty))) == said


@pytest.mark.parametrize(("mails", "personal"), [(5, False), (6, True)])
def test_a_column_of_mostly_addresses_is_about_people(mails: int, *, personal: bool) -> None:
    cells = [f"a{n}@example.org" for n in range(mails)] + [f"word {n}" for n in range(10 - mails)]
    assert column(cells).looks_personal is personal


DATES = ["2024-01-05", "2024-02-06", "2024-03-27"]


@pytest.mark.parametrize(
    ("name", "cells", "personal"),
    [
        ("Birthday", DATES, True),
        ("Contact person", ["Ann", "Bo", "Cy"], True),
        ("Contacts", ["1", "2", "3"], False),
        ("Contact", ["442079460001", "442079460002", "442079460003"], True),
        ("Joined", DATES, False),
        ("Gender", ["f", "m", "f"], False),
        ("title", ["Dr", "Ms", "Mr"], False),
        ("Phone", ["yes", "no", "yes"], False),
        ("Comment on contact", ["fine", "good", "poor"], False),
        ("Country name", ["Peru", "Chad", "Oman"], False),
        ("Comment", ["a@example.org", "b@example.org", "c@example.org"], True),
        ("lat", ["1.5", "2.5", "3.5"], True),
        ("latitude", ["1", "2", "3"], True),
        ("flat", ["1.5", "2.5", "3.5"], False),
        ("Reach", ["a@example.org", "b@example.org", "c"], True),
        ("Reach", ["a@example.org", "b", "c"], False),
    ],
)
def test_what_is_about_a_person(name: str, cells: list[str], *, personal: bool) -> None:
    assert _is_personal(column(cells, name), Meanings({}, {})) is personal


def test_what_is_said_to_be_a_name_is_about_a_person() -> None:
    own = column(["1", "2", "3"], "x")
    assert _is_personal(own, Meanings({"phone": "x"}, {}))
    assert not _is_personal(own, Meanings({"country": "x"}, {}))


@pytest.mark.parametrize(
    ("name", "cells", "reason"),
    [
        ("x", [None, None, None], "every cell is empty"),
        ("x", ["5", "5", "5"], "the same for everybody"),
        ("x", ["5", "5", None], ""),
        ("x", ["3", "1", "2"], "it numbers the rows"),
        ("x", ["1", "2"], ""),  # two rows are no row of numbers
        ("x", ["1", "2", None], ""),
        ("x", ["1", "2", "4"], ""),
        ("x", ["1", "2", "2"], ""),
        ("x_id", ["1", "2", "4"], "an id: it tells every customer from every other"),
        ("x_id", ["1", "4", None], "an id: it tells every customer from every other"),
        ("x_id", ["1", "4", "4"], ""),
    ],
)
def test_when_a_column_says_nothing(name: str, cells: list[str | None], reason: str) -> None:
    assert _no_use(column(cells, name), 3 if len(cells) > 2 else 2) == reason


@pytest.mark.parametrize(
    ("measure", "cells", "could"),
    [
        ("count", ["0", "1", "2"], True),
        ("count", ["-1", "1", "2"], False),
        ("count", ["0.5", "1", "2"], False),
        ("days", ["0", "7"], True),
        ("days", ["-7", "7"], False),
        ("money", ["-1.5", "2"], True),
        ("money", ["much", "little"], False),
        ("count", ["much", "little"], False),
    ],
)
def test_counts_and_days_are_whole_and_never_below_zero(
    measure: Literal["count", "days", "money"], cells: list[str], *, could: bool
) -> None:
    assert _could_be(Feature("f", "f", measure, "value"), column(cells)) is could


def judged(**cells: list[Any]) -> ColumnUses:
    own = {name.replace("_", " "): column(values, name.replace("_", " ")) for name, values in cells.items()}
    return judge_columns(own, None, find_meanings({}, list(own)))


def test_what_is_called_orders_and_holds_none_is_judged_as_any_column() -> None:
    uses = judged(
        Frequency=["0.5", "1", "2.5", "3"], Total_spent=["1.5", "-2", "7", "8"], Last_order=["1", "5", "9", "7"]
    )
    assert [(one.feature.name, one.kind, one.columns) for one in uses.shaping] == [
        ("revenue_total", "number", ("Total spent",)),
        ("Frequency", "number", ("Frequency",)),
        ("Last order", "number", ("Last order",)),
    ]
    assert [one.feature.measure for one in uses.shaping] == ["money", "ratio", "count"]
    assert not uses.left_out
    assert not uses.describing


def test_the_day_of_the_last_order_is_measured_in_days() -> None:
    uses = judged(Last_order=[*DATES, "2024-05-01"], Joined=[*DATES, "2024-05-02"], Frequency=["1", "2", "2", "9"])
    assert [(one.feature.name, one.kind) for one in uses.shaping] == [
        ("recency_days", "days"),
        ("order_count", "number"),
        ("days since Joined", "days"),
    ]
    assert [one.feature.block for one in uses.shaping] == [None, "order_count", None]


@pytest.mark.parametrize(("empty", "left_out"), [(2, False), (3, True)])
def test_what_was_bought_is_left_out_where_most_of_it_is_empty(empty: int, *, left_out: bool) -> None:
    uses = judged(Frequency=["1", "2", "7", "9"][empty:] + [None] * empty, Age=["7", "9", "7", "30"])
    assert uses.left_out == ({"Frequency": "75 % of its cells are empty"} if left_out else {})
    assert [one.feature.name for one in uses.shaping] == [*([] if left_out else ["order_count"]), "Age"]


def test_a_place_describes_however_many_of_them_there_are() -> None:
    uses = judged(
        Country=[f"Land {n}" for n in range(60)], Why=[f"Word {n}" for n in range(60)], Region=["1", "2"] * 30
    )
    assert uses.describing == {"country": "Country", "territory": "Region"}
    assert uses.left_out == {"Why": "free text, or too many different values (60)"}


def test_columns_named_as_our_own_are_told_apart_by_a_word() -> None:
    uses = judged(Segment=["a", "b"] * 6, trust=["yes", "no"] * 6, distance=["1.5", "2", "7"] * 4, arm=["3", "4"] * 6)
    assert uses.describing == {"Segment (column)": "Segment", "arm (column)": "arm"}
    assert [(one.feature.name, one.kind, one.feature.measure) for one in uses.shaping] == [
        ("trust (column)", "flag", "flag"),
        ("distance (column)", "number", "ratio"),
    ]


def test_a_table_without_days_has_no_as_of_day() -> None:
    first = of(Income=[float(n * n) for n in range(N)]).features
    assert first.as_of is None
    again = measure_again(
        pa.table({"CustomerID": ["new"], "Age": [33], "Income": [4.0]}), ReadingOptions(), first.settings
    )
    assert again.as_of is None


@pytest.mark.parametrize("mark", ["\ufeff", "\u200b", "\v", "\u00a0 "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_signs_that_nobody_sees_are_no_part_of_a_cell(tmp_path: Path, encoding: str, mark: str) -> None:
    own = [mark if n % 3 == 0 else "" for n in range(60)]
    rows = [f"{m}C{n:02}{m},a{n}@x.de,{'DE' + m if n % 2 else 'AT'},{m}{n % 7}.5" for n, m in enumerate(own)]
    file = tmp_path / "customers.csv"
    head = "customer_id,email,country,income"
    file.write_text("\n".join([head, *rows, "C03,again@x.de,DE,1"]), encoding=encoding)
    table = read(file)
    ids = [f"C{n:02}" for n in range(60)]
    assert table.ledger.lines_set_aside == {"repeated_customer": 1}
    assert table.features.ids.tolist() == ids
    assert set(table.engine.collect(table.personal("email"))["customer_id"].to_pylist()) == set(ids)
    assert table.features.column("income").tolist() == [n % 7 + 0.5 for n in range(60)]
    assert set(table.features.described["country"].tolist()) == {"AT", "DE"}
