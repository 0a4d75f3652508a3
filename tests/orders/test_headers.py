"""Where the names of the columns stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import Orders, read_orders
from marketfold.orders.headers import _join, _Shape, find_header, is_filled, is_rule

if TYPE_CHECKING:
    from pathlib import Path

NAMES = "Order ID,Customer ID,Order Date,SKU,Quantity,Line Total"
BODY = "".join(f"{1000 + n // 2},C{n // 2 % 7},2023-01-{n // 2 + 1:02d},P{n % 5},2,{n + 1}.50\n" for n in range(20))
MONEY = sum(n + 1.5 for n in range(20))


def read(folder: Path, text: str, encoding: str = "utf-8", **options: Any) -> Orders:
    path = folder / "orders.csv"
    path.write_bytes(text.encode(encoding))
    return read_orders(path, ReadingOptions(**options))


def lines_of(orders: Orders) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orders.engine.collect(orders.lines.sort("source_line")).to_pylist()
    return rows


def codes(orders: Orders) -> list[str]:
    return [one.code for one in orders.facts.decisions]


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("Sales report\n", 2),
        ("Umsatzbericht, Stand 01.09.2024\n\n", 3),
        ("Report,,,,,\nPeriod,2023-01-01,to,2024-09-30,,\n,,,,,\n", 4),
        ('"Shop ""Haus & Hof"""\n"Exported:","2024-09-01 10:00"\n\n', 4),
        ("# made by a program\n# version 2\n", 3),
        ("Kunde: Alle; Zeitraum: 2023\n", 2),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_titles_above_the_header(tmp_path: Path, above: str, row: int, delimiter: str) -> None:
    table = (NAMES + "\n" + BODY).replace(",", delimiter)
    orders = read(tmp_path, above.replace(",,", delimiter * 2) + table)
    lines = lines_of(orders)
    assert [line["source_line"] for line in lines] == list(range(row + 1, row + 21))
    assert sum(line["amount"] for line in lines) == MONEY
    assert codes(orders) == ["header_found"]
    assert f"stand in row {row};" in orders.facts.decisions[0].what


def test_blank_rows_above_are_nothing_to_speak_of(tmp_path: Path) -> None:
    orders = read(tmp_path, f"\n,,,,,\n{NAMES}\n{BODY}")
    assert lines_of(orders)[0]["source_line"] == 4
    assert codes(orders) == []


def test_a_title_in_another_encoding_and_a_declared_separator(tmp_path: Path) -> None:
    table = (NAMES + "\n" + BODY).replace(",", ";")
    assert len(lines_of(read(tmp_path, f"Relatório de vendas\n{table}", "cp1252"))) == 20
    orders = read(tmp_path, f"sep=;\nReport\n\n{table}")
    assert lines_of(orders)[0]["source_line"] == 4
    assert "row 3" in orders.facts.decisions[0].what


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (
            "Order,,,Item,,\nID,Customer ID,Order Date,ID,Quantity,Line Total\n",
            {"order_id": "Order ID", "product_id": "Item ID"},
        ),
        (
            "Order ID,Customer ID,Order Date,Item,,\n,,,SKU,Quantity,Line Total\n",
            {"order_id": "Order ID", "product_id": "SKU"},
        ),
    ],
)
def test_a_header_of_two_lines_is_joined_where_one_does_not_tell(
    tmp_path: Path, header: str, names: dict[str, str]
) -> None:
    orders = read(tmp_path, header + BODY)
    assert lines_of(orders)[0]["source_line"] == 3
    assert names.items() <= orders.facts.mapping.items()
    assert codes(orders) == ["header_joined"]


def test_groups_above_names_that_tell_alone(tmp_path: Path) -> None:
    orders = read(tmp_path, f",,Order,Item,Item,Item\n{NAMES}\n{BODY}")
    assert orders.facts.mapping["amount"] == "Line Total"
    assert codes(orders) == ["header_found"]


def test_names_of_a_language_that_is_not_known(tmp_path: Path) -> None:
    mapping = {"order_id": "Numer", "customer_id": "Klient", "ordered_on": "Kiedy", "amount": "Wartość"}
    for above, row in (("", 1), ("Sprzedaż\n\n", 3)):
        orders = read(tmp_path, f"{above}Numer,Klient,Kiedy,Towar,Sztuk,Wartość\n{BODY}", mapping=mapping)
        assert lines_of(orders)[0]["source_line"] == row + 1


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (f"{NAMES}\n{BODY}", 1),
        (f",{NAMES}\n" + "".join(f"{n},{line}\n" for n, line in enumerate(BODY.splitlines())), 1),
        (f"{NAMES}\n" + "".join(f"{line},\n" for line in BODY.splitlines()), 1),
        ("Order,Customer,Date,Product,Items,Total\n" + BODY, 1),
    ],
)
def test_an_ordinary_header_is_the_first_row(tmp_path: Path, text: str, row: int) -> None:
    orders = read(tmp_path, text)
    assert lines_of(orders)[0]["source_line"] == row + 1
    assert codes(orders) == []


def test_the_row_of_the_header_can_be_given(tmp_path: Path) -> None:
    text = f"Numbers,of,all,our,shops,here\n{NAMES}\n{BODY}"
    orders = read(tmp_path, text, header_row=2)
    assert lines_of(orders)[0]["source_line"] == 3
    assert codes(orders) == []
    with pytest.raises(OrdersError, match="no names of columns in row 999"):
        read(tmp_path, text, header_row=999)
    with pytest.raises(OrdersError, match="row 3 holds values"):
        read(tmp_path, text, header_row=3)


def test_rules_are_no_rows(tmp_path: Path) -> None:
    body = "".join(f"| {line.replace(',', ' | ')} |\n" for line in BODY.splitlines())
    orders = read(tmp_path, f"| {NAMES.replace(',', ' | ')} |\n|---|---|---|---|---|---|\n{body}")
    assert len(lines_of(orders)) == 20
    assert orders.facts.extra_columns == ()
    assert orders.facts.lines == 20


def test_columns_apart_by_blanks_below_a_title(tmp_path: Path) -> None:
    table = (NAMES.replace(" ", "_") + "\n" + BODY).replace(",", "   ")
    assert lines_of(read(tmp_path, f"Report of sales\n\n{table}"))[0]["source_line"] == 4


@pytest.mark.parametrize("cell", ["5,50 €", "5,50"])
def test_blanks_in_cells_are_no_separators_below_a_title(tmp_path: Path, cell: str) -> None:
    body = "".join(f'"{n}";"K{n}";"2024-01-{n:02d}";"{cell}"\n' for n in range(1, 20))
    orders = read(tmp_path, f'Sales report\n\n"Número de pedido";"Id cliente";"Fecha de pedido";"Importe"\n{body}')
    assert sum(line["amount"] for line in lines_of(orders)) == 19 * 5.5


def test_rows_without_any_cell_have_no_header() -> None:
    assert find_header([[], ["", None]]) is None


def test_a_torn_upper_row_of_names_that_is_longer_than_all_lines_is_refused_in_words(tmp_path: Path) -> None:
    body = "".join(f"{100 + n // 2};K{n % 3};2023-01-{n // 2 + 1:02};P{n % 4};{n},50;Sent\n" for n in range(20))
    with pytest.raises(OrdersError, match="no column"):
        read(tmp_path, f"Order;Day of,,order 52,23;Sent\n{body}", delimiter=",")


COLUMNS = ["Order", "Customer", "Date", "Total"]
VALUES = ["1", "C1", "2024-02-13", "9.50"]


@pytest.mark.parametrize(
    ("rows", "first", "height", "names"),
    [
        ([COLUMNS, VALUES], 0, 1, COLUMNS),
        ([["Sales report"], [], COLUMNS, VALUES], 2, 1, COLUMNS),
        ([["Report", "of", "March"], COLUMNS, VALUES], 1, 1, COLUMNS),  # wide, and of no known name
        ([["Alpha", "Beta", "Gamma", "Delta"], VALUES], 0, 1, ["Alpha", "Beta", "Gamma", "Delta"]),
        ([["Very", "wide", "and", "long"], ["Alpha", "Beta", "Gamma", "Delta"], VALUES], 1, 1,
         ["Alpha", "Beta", "Gamma", "Delta"]),
        ([["Customer", "x", "y", "z"], ["Alpha", "Beta", "Gamma", "Delta"], VALUES], 0, 1, ["Customer", "x", "y", "z"]),
        ([["Order", "Customer"], VALUES, VALUES], 0, 1, ["Order", "Customer"]),
        ([["Order", "Customer"], ["Alpha", "Beta", "Gamma", "Delta"], VALUES], 1, 1,
         ["Alpha", "Beta", "Gamma", "Delta"]),  # two are too narrow for the names of four columns
        ([["Order", "Customer", "Date"], VALUES], 0, 1, ["Order", "Customer", "Date"]),
        ([VALUES, VALUES], 0, 1, VALUES),
        ([["Order", "1", "2"], COLUMNS, VALUES], 1, 1, COLUMNS),  # two numbers are a row of values
        ([["Sold", "", "Paid", ""], ["On", "Sum", "On", "Sum"], ["2024-02-13", "1", "2024-02-14", "1"]], 0, 2,
         ["Sold On", "Sold Sum", "Paid On", "Paid Sum"]),
        ([["2024", "", "2025", ""], ["On", "Sum", "On", "Sum"], ["2024-02-13", "1", "2024-02-14", "1"]], 1, 1,
         ["On", "Sum", "On", "Sum"]),  # years are no groups
        ([["Order", "Customer", "", ""], ["", "", "Date", "Total"], VALUES, VALUES], 0, 2, COLUMNS),
        ([["Order", "Customer", "Date", ""], ["", "", "", "Total"], VALUES, VALUES], 0, 1,
         ["Order", "Customer", "Date", ""]),
        ([["Order", "Customer", "Order", "Date"], ["", "", "No", "On"], VALUES], 0, 1,
         ["Order", "Customer", "Order", "Date"]),
    ],
)  # fmt: skip
def test_where_the_names_stand(rows: list[list[str]], first: int, height: int, names: list[str]) -> None:
    found = find_header(rows)
    assert found is not None
    assert (found.first, found.rows, list(found.names)) == (first, height, names)
    assert found.body == first + height


def test_a_row_that_is_given_is_the_header_if_it_is_there() -> None:
    given = find_header([COLUMNS, VALUES], 1)
    assert given is not None
    assert (given.first, given.rows, list(given.names)) == (1, 1, VALUES)
    assert find_header([COLUMNS, VALUES], 2) is None


def test_names_are_looked_for_in_the_first_sixty_rows() -> None:
    for above, row in ((59, 59), (60, None)):
        found = find_header([*[[]] * above, COLUMNS, VALUES])
        assert (found.first if found else None) == row


@pytest.mark.parametrize(
    ("row", "filled", "values", "known", "is_data"),
    [
        (["Order ID", "Customer ID", "Date"], 3, 0, 3, False),
        (["Order ID", "order_id", "Date"], 3, 0, 2, False),  # one name twice
        (["x", "1", "2024-01-05"], 3, 2, 0, True),
        (["x", "y", "5"], 3, 1, 0, False),
        (["5"], 1, 1, 0, True),
        (["", None, " "], 0, 0, 0, False),
        ([5, 2.5, "x"], 3, 2, 0, True),
        ([True, "x"], 2, 0, 0, False),
    ],
)
def test_what_tells_names_from_values(row: list[Any], filled: int, values: int, known: int, *, is_data: bool) -> None:
    shape = _Shape(row)
    assert (shape.filled, shape.values, shape.known, shape.is_data) == (filled, values, known, is_data)


@pytest.mark.parametrize(
    ("upper", "lower", "names"),
    [
        (
            ["Ship", "", "Bill", ""],
            ["name", "city", "name", "city"],
            ("Ship name", "Ship city", "Bill name", "Bill city"),
        ),
        (["Ship", "", "Bill", ""], ["name", "town", "name", "city"], ("Ship name", "town", "Bill name", "city")),
        (["Order", "Customer"], ["", "name"], ("Order", "name")),
        (["Order"], ["", "name", "name"], ("Order", "Order name", "Order name")),
        (["", ""], ["a", "a"], ("a", "a")),
        ([None, "x", "y"], [" a ", None], ("a", "x", "y")),
    ],
)
def test_names_of_two_rows_are_joined_where_one_does_not_tell(
    upper: list[Any], lower: list[Any], names: tuple[str, ...]
) -> None:
    assert _join(upper, lower) == names


KNOWN, VALUES = ["Order", "Customer", "Date", "Total"], ["1", "C1", "2024-02-13", "9.50"]
STRANGE = ["Foo", "Bar", "Baz", "Qux"]


@pytest.mark.parametrize(
    ("rows", "first", "n_rows"),
    [
        ([KNOWN], 0, 1),
        ([["Sales report"], [], KNOWN, VALUES], 2, 1),
        ([["Sales report", "of 2024"], KNOWN, VALUES], 1, 1),
        ([["Some", "words", "of", "ours"], KNOWN, VALUES], 1, 1),  # three known names are surer than the first row
        ([["Some", "words", "Order", "Date"], KNOWN[:2] + STRANGE[:2], VALUES], 0, 1),  # of two alike the upper
        ([["Some", "words", "of", "ours"], STRANGE, VALUES], 1, 1),  # the last above the values
        ([["Some", "words", "of", "Order"], STRANGE, VALUES], 0, 1),  # of which one has a known name
        ([["Some", "words", "of", "ours"], STRANGE], 0, 1),  # without values the first
        ([["Order"], ["1"], ["2"]], 0, 1),
        ([VALUES, VALUES], 0, 1),
        ([["", None], ["a b"]], 1, 1),
        ([[None, 7, 8.5, 3], KNOWN, VALUES], 1, 1),
        ([["Order", "1", "Date", "Total"], VALUES], 0, 1),  # one number makes no row of values
        ([["Order", "1", "2", "Total"], KNOWN, VALUES], 1, 1),
        ([["Order", "Item", "", ""], ["ID", "ID", "Date", "Total"], VALUES], 0, 2),
        ([["Order", "", "", ""], ["ID", "ID", "Date", "Total"], VALUES], 1, 1),  # one word is a title and no groups
        ([["Order", "Item", "a", "b", "c"], ["ID", "ID", "Date", "Total"], VALUES], 1, 1),
        ([["Order", "Date", "Customer", "Item", ""], ["", "", "", "SKU", "Total"], [*VALUES, "1"]], 0, 2),
        ([["Order", "Date", "Customer", ""], ["", "", "", "Total"], VALUES], 0, 1),  # one name more is none of a header
        ([["Order", "Date", "Customer", "Total"], ["", "", "a", "b"], VALUES], 0, 1),
        ([["Order", "Date", "Customer", "Total", ""]], 0, 1),
        ([["Order", "Date", "Customer", ""], ["", "", "1", "2"], VALUES], 0, 1),
    ],
)
def test_the_row_of_names_among_titles_groups_and_values(rows: list[list[object]], first: int, n_rows: int) -> None:
    found = find_header(rows)
    assert found is not None
    assert (found.first, found.rows, found.body) == (first, n_rows, first + n_rows)


def test_a_header_far_down_is_not_looked_for() -> None:
    rows: list[list[object]] = [["a title"]] * 59
    found = find_header([*rows, KNOWN, VALUES])
    assert found is not None
    assert found.first == 59
    further = find_header([*rows, ["a title"], KNOWN, VALUES])
    assert further is not None
    assert further.first == 0
    assert find_header([[], [None, " "]]) is find_header([]) is None


def test_the_names_of_a_row_that_is_given_are_taken_as_they_stand() -> None:
    found = find_header([KNOWN, ["a ", None, 7]], 1)
    assert found is not None
    assert (found.first, found.rows, found.names) == (1, 1, ("a", "", "7"))
    assert find_header([KNOWN], 1) is None


@pytest.mark.parametrize(
    ("line", "rule"),
    [("---", True), (" === ", True), ("|---|---|", True), ("--", False), ("--- a", False), ("", False), ("+--+", False),
     ("___\t___", True)],
)  # fmt: skip
def test_a_line_that_only_draws_a_line(line: str, *, rule: bool) -> None:
    assert is_rule(line) is rule


@pytest.mark.parametrize(
    ("cell", "filled"), [("", False), (" ", False), (None, False), ("a", True), (0, True), (False, True)]
)
def test_a_cell_that_holds_something(cell: object, *, filled: bool) -> None:
    assert is_filled(cell) is filled
