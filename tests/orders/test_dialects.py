"""Separators that are not the file's, and lines that are one quoted cell."""

from __future__ import annotations

import csv
import io
import itertools
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import Orders, read_orders
from marketfold.orders.dialects import (
    USUAL,
    Dialect,
    _agreement,
    _consistency,
    _typed_columns,
    better_dialect,
    find_names,
    sniff,
    unquoted,
    without_quotes,
)

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ["Order ID", "Customer ID", "Date", "Product Name", "Amount"]
ROWS = [
    [f"B{n}", f"K{n % 7}", f"2024-02-{n % 28 + 1:02}", 'Mug "big", red' if n % 5 == 0 else f"Cup {n}", f"{n}.50"]
    for n in range(40)
]
MONEY = sum(n + 0.5 for n in range(40))


def line(row: list[str], sign: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=sign, lineterminator="").writerow(row)
    return out.getvalue()


def quoted(text: str, ending: str = "") -> str:
    return '"' + text.replace('"', '""') + f'"{ending}'


def read(folder: Path, lines: list[str], **options: Any) -> Orders:
    path = folder / "orders.csv"
    path.write_bytes("".join(f"{one}\n" for one in lines).encode())
    return read_orders(path, ReadingOptions(**options))


def money(orders: Orders) -> float:
    return float(sum(orders.engine.collect(orders.lines)["amount"].to_pylist()))


def unquoted_lines(orders: Orders) -> int:
    return sum(one.lines for one in orders.facts.decisions if one.code == "lines_unquoted")


ALL = [HEADER, *ROWS]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["", ";;", ",,,", "\r"])
def test_lines_that_are_one_quoted_cell(tmp_path: Path, sign: str, ending: str):
    orders = read(tmp_path, [quoted(line(row, sign), ending) for row in ALL])
    assert (orders.facts.lines, money(orders), unquoted_lines(orders)) == (40, MONEY, 40)
    assert orders.source.delimiter == sign
    names = orders.engine.collect(orders.lines.sort("source_line"))["product_id"].to_pylist()
    assert names == [row[3] for row in ROWS]


def test_only_the_lines_with_quotes_are_one_cell(tmp_path: Path):
    # a spreadsheet that separates by semicolons quotes only the lines in which it finds a quote
    lines = [quoted(text) if '"' in text else text for text in map(line, ALL)]
    orders = read(tmp_path, lines)
    assert (orders.facts.lines, money(orders), unquoted_lines(orders)) == (40, MONEY, 8)
    assert orders.malformed.num_rows == 0


def test_a_quoted_line_beyond_the_first_lines(tmp_path: Path):
    plain = [row for row in ROWS if '"' not in row[3]] * 10
    orders = read(tmp_path, [*map(line, [HEADER, *plain]), quoted(line(ROWS[0]))])
    assert (orders.facts.lines, unquoted_lines(orders)) == (len(plain) + 1, 1)


def test_a_line_break_within(tmp_path: Path):
    broken = [["B99", "K1", "2024-03-01", "Mug,\nblue", "7.00"]]
    orders = read(tmp_path, [quoted(line(row)) for row in [*ALL, *broken]])
    assert (orders.facts.lines, money(orders)) == (41, MONEY + 7)


def test_files_of_a_folder(tmp_path: Path):
    for name, rows in (("a", ROWS[:20]), ("b", ROWS[20:])):
        text = "".join(quoted(line(row)) + "\n" for row in [HEADER, *rows])
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    orders = read_orders(tmp_path)
    assert (orders.facts.lines, money(orders), unquoted_lines(orders)) == (40, MONEY, 40)


def test_it_can_be_undone(tmp_path: Path):
    lines = [quoted(text) if '"' in text else text for text in map(line, ALL)]
    orders = read(tmp_path, lines, undo=("lines_unquoted",))
    assert orders.malformed["reason"].to_pylist() == ["too_few_fields"] * 8


def test_a_cell_is_no_line(tmp_path: Path):
    rows = [["B1", "K1", "2024-02-01", "one, two, three", "5"], ["B2", "K2", "2024-02-02", "a, b, c, d, e", "6"]]
    orders = read(tmp_path, [",".join(f'"{cell}"' for cell in row) for row in [HEADER, *rows]])
    assert (money(orders), unquoted_lines(orders)) == (11, 0)


@pytest.mark.parametrize("real", [",", ";", "\t", "|"])
@pytest.mark.parametrize("given", [",", ";", "\t", "|"])
def test_a_wrong_separator_is_refused_with_the_right_one(tmp_path: Path, real: str, given: str):
    lines = [line(row, real) for row in ALL]
    if real == given:
        assert money(read(tmp_path, lines, delimiter=given)) == MONEY
        return
    with pytest.raises(OrdersError, match="seem to be separated by") as caught:
        read(tmp_path, lines, delimiter=given)
    assert f"separated by {real!r}. " in str(caught.value)
    words = shlex.split(str(caught.value).partition("Give ")[2])
    flag = words[words.index("--delimiter") + 1]
    assert money(read(tmp_path, lines, delimiter="\t" if flag == "tab" else flag)) == MONEY


def test_a_wrong_separator_that_the_file_declares(tmp_path: Path):
    lines = ["sep=,", *(line(row, ";") for row in ALL)]
    with pytest.raises(OrdersError, match=r"its first line declares .* Give --delimiter ';'\.$"):
        read(tmp_path, lines)
    assert money(read(tmp_path, lines, delimiter=";")) == MONEY


def test_a_given_separator_stands_where_cells_have_many_of_another(tmp_path: Path):
    rows = [[*row[:3], "a,b,c,d", row[4]] for row in ROWS]
    assert money(read(tmp_path, [";".join(row) for row in [HEADER, *rows]], delimiter=";")) == MONEY


SURROUNDINGS = {
    "nothing": ([], []),
    "a title": (["Orders 2024"], []),
    "titles with the sign": (["Orders{sign} 2024", "all{sign} of them"], []),
    "a row that is cut": ([], ["B40"]),
    "a row that is too long": ([], ["B40{real}K1{real}" * 9]),
}


SIGNS = (",", ";", "\t", "|", "<", "&", "#")


def with_a_sign(sign: str, real: str, *, named: bool, around: tuple[list[str], list[str]]) -> tuple[list[str], int]:
    """Lines with a sign in each last cell, and the place of the header among them."""
    above, below = ([text.format(sign=sign, real=real) for text in part] for part in around)
    names = ["Order ID", "Customer ID", "Date", "Amount", f"Product Name{f'{sign} size' if named else ''}"]
    rows = [[*row[:3], row[4], f"Tea {sign} cake"] for row in ROWS]
    return [*above, *(line(row, real) for row in [names, *rows]), *below], len(above)


@pytest.mark.parametrize("around", SURROUNDINGS.values(), ids=SURROUNDINGS.keys())
@pytest.mark.parametrize("real", [",", ";", "\t", "|"])
def test_a_sign_that_stands_in_each_last_cell_is_no_separator(real: str, around: tuple[list[str], list[str]]):
    for sign, named in itertools.product(SIGNS, [False, True]):
        lines, place = with_a_sign(sign, real, named=named, around=around)
        ended = [f"{one}\n" for one in lines]
        dialect = sniff(ended)
        assert dialect.delimiter == real, (sign, named)
        found = find_names(ended, dialect, None)
        assert found is not None, (sign, named)
        assert (found[1].above, found[1].width) == (place, 5), (sign, named)


@pytest.mark.parametrize(("number", "named"), [(0, False), (1, True), (2, True), (3, False), (4, True)])
@pytest.mark.parametrize("real", [",", ";", "\t", "|"])
def test_a_file_with_a_sign_in_each_last_cell_is_read_whole(tmp_path: Path, real: str, number: int, named: bool):
    around = list(SURROUNDINGS.values())[number]
    lines, _ = with_a_sign(SIGNS[(number + USUAL.index(real)) % len(SIGNS)], real, named=named, around=around)
    assert money(read(tmp_path, lines)) == MONEY


@pytest.mark.parametrize("title", ["Bericht", "Bericht, 2024", "a, b, c, d, e, f"])
@pytest.mark.parametrize("titled", [False, True])
def test_commas_of_numbers_and_names_do_not_separate(tmp_path: Path, title: str, titled: bool):
    names = ["Order ID", "Customer ID", "Date", "Amount, net", "Price, EUR"]
    rows = [[row[0], f"Berg, K{row[1]}", row[2], row[4].replace(".", ","), row[4].replace(".", ",")] for row in ROWS]
    lines = [*[title] * titled, *(";".join(row) for row in [names, *rows])]
    assert money(read(tmp_path, lines)) == MONEY


@pytest.mark.parametrize("day", ["04 Jan 2023", "28.01.2023 10:59:00", "8 Jan 2023 10:59"])
@pytest.mark.parametrize("title", [[], ["Sales report"]])
def test_blanks_of_days_and_times_do_not_separate(tmp_path: Path, day: str, title: list[str]):
    lines = [*title, *("\t".join(row) for row in [HEADER, *([*row[:2], day, "Cup", row[4]] for row in ROWS)])]
    assert money(read(tmp_path, lines)) == MONEY


def ended(*lines: str) -> list[str]:
    return [f"{one}\n" for one in lines]


@pytest.mark.parametrize(
    ("lines", "regular", "agreed"),
    [
        (["a;b", "1;2", "3;4", "5"], (0.75, 2), (0.75, 2)),
        (["Title", "a;b", "1;2", "3;4"], (0.0, 0), (0.75, 2)),
        (["a;b;c", "1;2", "3;4"], (1 / 3, 3), (2 / 3, 2)),
        (["a;b;c", "1;2;3", "3;4", "5;6"], (0.5, 3), (0.5, 3)),  # of two widths as usual the wider
        (["a", "b", "c"], (0.0, 0), (0.0, 0)),
        (["a;b", "c", "d"], (1 / 3, 2), (0.0, 0)),  # one line alone is no custom
        (["a;b", "", "1;2", "-----"], (2 / 3, 2), (1.0, 2)),  # lines that hold nothing or only a rule do not count
        ([], (0.0, 0), (0.0, 0)),
    ],
)
def test_how_many_lines_have_as_many_fields(lines: list[str], regular: tuple[float, int], agreed: tuple[float, int]):
    dialect = Dialect(";")
    assert _consistency(dialect, ended(*lines)) == regular
    assert _agreement(dialect, ended(*lines)) == agreed


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (["1;2024-01-05;9.50", "2;2024-01-06;8,00"], 3),
        (["name;day;money", "a;2024-01-05;9.50", "b;2024-01-06;8,00"], 2),
        (["a;1", "b;x"], 1),  # half of the cells
        (["a;1", "b;x", "c;y"], 0),
        (["a;1", "b;", "c; "], 1),  # of those that hold something
        (["a;€ 5", "b;7 kg", "c;$8.00"], 1),
        (["a;;", "b;;"], 0),
        (["1;2;3", "a;b"], 3),
        ([], 0),
    ],
)
def test_columns_of_numbers_and_days_are_told_by_half_of_their_cells(rows: list[str], columns: int):
    assert _typed_columns(Dialect(";"), ended(*rows)) == columns


@pytest.mark.parametrize(
    ("lines", "dialect"),
    [
        (["a,b", "1,2"], Dialect(",")),
        (["'a','b'", "'1','2'"], Dialect(",", "'")),
        (["'a';\"b\"", "1;2"], Dialect(";")),
        (['"a","b"', '"say \\"hi\\"","2"'], Dialect(",", '"', "\\")),
        (["sep=;", "a,b;c", "1;2"], Dialect(";", declared=True)),
        (["SEP=|", "a|b", "1|2"], Dialect("|", declared=True)),
        (["sep=\t", "a\tb", "1\t2"], Dialect("\t", declared=True)),
        (["sep= ", "a b", "1 2"], Dialect(None, declared=True)),
        (["a~b", "1~2"], Dialect("~")),
        (["id   day", "001  5", "002  6"], Dialect(None)),
        (["one"], Dialect(",")),
        ([], Dialect(",")),
    ],
)
def test_separator_quotes_and_escapes_are_found(lines: list[str], dialect: Dialect):
    assert sniff(ended(*lines)) == dialect


def test_a_separator_that_is_given_is_taken_as_it_is():
    assert sniff(ended("a,b", "1,2"), ";") == Dialect(";")
    assert sniff(ended("a,b", "1,2"), " ") == Dialect(None)
    assert sniff(ended("a,b", "1,2"), "\t") == Dialect("\t")
    assert sniff(ended("sep=;", "a;b"), ",") == Dialect(",", declared=True)


def test_records_are_numbered_by_their_first_lines():
    lines = ended("a;b", '"1', '2";3', "-----", "4;5")
    assert Dialect(";").numbered(lines) == [(0, ["a", "b"]), (1, ["1\n2", "3"]), (3, []), (4, ["4", "5"])]
    assert Dialect(None).numbered(ended("a b", "---", "1  2")) == [(0, ["a", "b"]), (1, []), (2, ["1", "2"])]


@pytest.mark.parametrize(
    ("given", "names", "above"),
    [(None, ("order", "day"), 1), (2, ("order", "day"), 1), (3, ("1", "2024-01-05"), 2), (5, None, None)],
)
def test_the_row_of_the_names_is_counted_as_a_spreadsheet_does(
    given: int | None, names: tuple[str, ...] | None, above: int | None
):
    found = find_names(ended("Report", "order;day", "1;2024-01-05", "2;2024-01-06"), Dialect(";"), given)
    assert (found and found[0].names, found and found[1].above) == (names, above)
    if given == 2:
        assert found is not None
        assert (found[1].width, found[1].headers) == (2, 1)
        assert found[2] == [["1", "2024-01-05"], ["2", "2024-01-06"]]


def test_the_line_that_declares_the_separator_is_no_row():
    found = find_names(ended("", "sep=;", "order;day", "1;2024-01-05"), Dialect(";", declared=True), None)
    assert found is not None
    assert (found[0].names, found[1].above, found[2]) == (("order", "day"), 1, [["1", "2024-01-05"]])


@pytest.mark.parametrize(
    ("lines", "given", "better"),
    [
        (["a;b;c", "1;2;3", "4;5;6"], ",", ";"),
        (["a;b", "1;2", "4;5"], ",", None),  # two fields are too few to say so
        (["a;b;c", "1;2;3", "4;5;6"], ";", None),
        (["a,b;c;d", "1,2;3;4", "5,6;7;8"], ",", None),  # two fields on each line too
        (["a,b;c;d", "1;3;4", "5;7;8"], ",", ";"),
        (["a;b;c", "1;2;3", "4;5;6", "7", "8"], ",", None),
    ],
)
def test_another_separator_is_better_where_it_is_surer(lines: list[str], given: str, better: str | None):
    found = better_dialect(ended(*lines), Dialect(given))
    assert (found and found.delimiter) == better


def test_lines_in_quotes_stand_without_them_where_there_are_two():
    one, other = '"B1,K7,5"', '"B2,K8,""6"""'
    assert without_quotes(ended(one, "a,b,c")) == ended(one, "a,b,c")
    assert without_quotes(ended(one, other, "a,b,c")) == ended("B1,K7,5", 'B2,K8,"6"', "a,b,c")
    assert unquoted('"B1,K7"') is None
    assert unquoted("B1,K7,5") is None
