"""Text files of every kind, and what cannot be read of them."""

from __future__ import annotations

import datetime as dt
import gzip
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from marketfold.config import ReadingOptions
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.errors import EngineError, OrdersError, SourceNotFoundError
from marketfold.orders import Orders, read_orders
from marketfold.orders.packing import TextFile
from marketfold.orders.text_files import NoLinesError, PlainForm, TextSource, header_decisions

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ["Order", "Customer", "Date", "Qty", "Price", "Total"]
ROWS = [
    ["1001", "Müller", "2024-02-13", "2", "4.50", "9.00"],
    ["1002", "Åberg", "2024-03-01", "1", "1200.00", "1200.00"],
    ["1003", "José", "2024-03-02", "3", "2.00", "6.00"],
]


def join(delimiter: str = ",", ending: str = "\n", rows: list[list[str]] = ROWS) -> str:
    return ending.join(delimiter.join(row) for row in [HEADER, *rows]) + ending


def write(folder: Path, content: str | bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(orders: Orders, *names: str) -> list[dict[str, Any]]:
    names = names or tuple(orders.lines.collect_schema().names())
    rows: list[dict[str, Any]] = orders.engine.collect(orders.lines.sort("source_line").select(*names)).to_pylist()
    return rows


def read_text(folder: Path, content: str | bytes, **options: Any) -> Orders:
    return read_orders(write(folder, content), ReadingOptions(**options))


def malformed(orders: Orders) -> list[tuple[int, str]]:
    table = orders.malformed
    return list(zip(table["source_line"].to_pylist(), table["reason"].to_pylist(), strict=True))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", ":"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_endings(tmp_path: Path, delimiter: str, ending: str) -> None:
    orders = read_text(tmp_path, join(delimiter, ending))
    assert rows_of(orders, "source_line", "order_id", "customer_id", "ordered_on", "amount") == [
        {
            "source_line": 2,
            "order_id": "1001",
            "customer_id": "Müller",
            "ordered_on": dt.date(2024, 2, 13),
            "amount": 9,
        },
        {
            "source_line": 3,
            "order_id": "1002",
            "customer_id": "Åberg",
            "ordered_on": dt.date(2024, 3, 1),
            "amount": 1200,
        },
        {"source_line": 4, "order_id": "1003", "customer_id": "José", "ordered_on": dt.date(2024, 3, 2), "amount": 6},
    ]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("latin-1", "cp1252"),
        ("cp437", "cp437"),
        ("mac_roman", "mac_roman"),
    ],
)
def test_encodings_are_found(tmp_path: Path, encoding: str, said: str) -> None:
    orders = read_text(tmp_path, join().encode(encoding))
    assert orders.facts.encoding == said
    assert [row["customer_id"] for row in rows_of(orders)] == ["Müller", "Åberg", "José"]


def test_encoding_given(tmp_path: Path) -> None:
    orders = read_text(tmp_path, join().encode("cp850"), encoding="cp850")
    assert rows_of(orders)[1]["customer_id"] == "Åberg"
    with pytest.raises(ValidationError, match="an encoding of text"):
        read_text(tmp_path, join(), encoding="klingon")
    for wrong in ("utf-8", "ascii", "utf-16"):
        with pytest.raises(OrdersError, match=f"is not {wrong}"):
            read_text(tmp_path, join().encode("cp850"), encoding=wrong)


def test_mixed_line_endings_and_blank_lines_keep_the_row_numbers(tmp_path: Path) -> None:
    lines = join().splitlines()
    orders = read_text(tmp_path, f"{lines[0]}\r\n{lines[1]}\n\n{lines[2]}\r\n\r\n\r\n{lines[3]}\n\n\n")
    assert [row["source_line"] for row in rows_of(orders)] == [2, 4, 7]


def test_blank_lines_before_the_header_are_rows(tmp_path: Path) -> None:
    assert [row["source_line"] for row in rows_of(read_text(tmp_path, "\n\n" + join()))] == [4, 5, 6]
    assert [row["source_line"] for row in rows_of(read_text(tmp_path, "\n" + join()))] == [3, 4, 5]


def test_quotes_newlines_and_strange_ids(tmp_path: Path) -> None:
    ids = ['a "b" c', "x, y", "two\nlines", "🛒", "=1+1", "it's", "-", "@x", " padded ", "<script>"]
    rows = [
        [str(place), '"' + name.replace('"', '""') + '"', "2024-01-05", "1", "1.00", "1.00"]
        for place, name in enumerate(ids)
    ]
    orders = read_text(tmp_path, join(rows=rows))
    found = rows_of(orders, "source_line", "customer_id")
    assert [row["customer_id"] for row in found] == [name.strip() for name in ids]
    assert [row["source_line"] for row in found] == list(range(2, 12))


def test_backslash_escapes(tmp_path: Path) -> None:
    orders = read_text(tmp_path, join(rows=[["1", r'"a \"b\", c"', "2024-01-05", "1", "1.00", "1.00"]]))
    assert rows_of(orders)[0]["customer_id"] == 'a "b", c'


def test_spreadsheet_says_its_separator(tmp_path: Path) -> None:
    orders = read_text(tmp_path, "sep=;\r\n" + join(";", "\r\n"))
    assert [row["source_line"] for row in rows_of(orders)] == [2, 3, 4]


def test_trailing_separator_is_no_field(tmp_path: Path) -> None:
    lines = join().splitlines()
    orders = read_text(tmp_path, "\n".join([lines[0], *(line + "," for line in lines[1:])]))
    assert len(rows_of(orders)) == 3
    assert orders.malformed.num_rows == 0


def test_rows_of_other_widths_are_counted_with_their_row_number(tmp_path: Path) -> None:
    good = '9,"two\nlines",2024-01-05,1,1.00,1.00'
    text = "\n".join([",".join(HEADER), good, "1,2", good, "1,2,3,4,5,6,7,8", good, '7,"a\nb",3', good]) + "\n"
    orders = read_text(tmp_path, text)
    assert [row["source_line"] for row in rows_of(orders)] == [2, 4, 6, 8]
    assert malformed(orders) == [(3, "too_few_fields"), (5, "too_many_fields"), (7, "too_few_fields")]
    assert orders.facts.lines == 7
    assert orders.malformed["detail"][0].as_py() == "2 fields where the header has 6"


def test_unclosed_quote_loses_one_row_only(tmp_path: Path) -> None:
    lines = join().splitlines()
    lines.insert(2, '1009,"Smith,2024-01-01,1,1.00,1.00')
    lines.append('1010,"Quoted, well",2024-01-02,1,1.00,1.00')
    orders = read_text(tmp_path, "\n".join(lines))
    assert malformed(orders) == [(3, "unclosed_quote")]
    assert [row["source_line"] for row in rows_of(orders)] == [2, 4, 5, 6]


def test_unclosed_quote_in_the_last_row(tmp_path: Path) -> None:
    orders = read_text(tmp_path, join() + '1009,"Smith,2024-01-01,1,1.00,1.00\n')
    assert malformed(orders) == [(5, "unclosed_quote")]
    assert len(rows_of(orders)) == 3


def test_ten_megabyte_cell_is_counted(tmp_path: Path) -> None:
    huge = ",".join(["1009", "x" * 10_000_000, "2024-01-01", "1", "1.00", "1.00"])
    lines = join().splitlines()
    orders = read_text(tmp_path, "\n".join([*lines[:2], huge, *lines[2:]]) + "\n")
    assert malformed(orders) == [(3, "too_long")]
    assert [row["source_line"] for row in rows_of(orders)] == [2, 4, 5]


def test_ten_thousand_categories(tmp_path: Path) -> None:
    body = "\n".join(f"{i},c{i},2024-01-{i % 28 + 1:02},1,1.00,1.00,cat{i}" for i in range(10_000))
    orders = read_text(tmp_path, ",".join([*HEADER, "Category"]) + "\n" + body)
    assert len({row["category"] for row in rows_of(orders, "category")}) == 10_000


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"Order,Customer,Date,Total\n", "no order line"),
        (bytes(range(256)) * 50, "is not text"),
        (b"\x00\x01\x02\x03" * 100, "is not text"),
        (bytes(8) + b"DUCK" + bytes(500), "cannot be opened as a DuckDB database"),
        (b"PAR1 and then nothing of use", "cannot be read as Parquet"),
        (b"PK\x03\x04 and then nothing of use", "cannot be unpacked: it is damaged"),
        ("Order,Customer,Date,Total\n" + "1,2\n" * 5, "None of the 5 rows"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes | str, says: str) -> None:
    with pytest.raises(OrdersError, match=says):
        read_text(tmp_path, content)


def test_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, join(), "orders_2024.csv")
    with pytest.raises(SourceNotFoundError, match=r"no file orders_2042\.csv.*orders_2024\.csv"):
        read_orders(tmp_path / "orders_2042.csv")


def test_decimal_comma(tmp_path: Path) -> None:
    rows = [
        ["1", "a", "13.02.2024", "2", "4,50 €", "9,00 €"],
        ["2", "b", "14.02.2024", "1", "1.200,00 €", "1.200,00 €"],
    ]
    orders = read_text(tmp_path, join(";", rows=rows))
    assert [row["amount"] for row in rows_of(orders)] == [9.0, 1200.0]
    assert orders.cells.decimals == {"unit_price": ",", "amount": ",", "quantity": ","}


def test_decimal_comma_beyond_the_first_rows(tmp_path: Path) -> None:
    rows = [[str(i), "a", "2024-02-13", "1", "1.200", "3"] for i in range(1500)]
    orders = read_text(tmp_path, join(";", rows=[*rows, ["x", "a", "2024-02-13", "1", "0,5", "2,5"]]))
    assert rows_of(orders, "unit_price")[0]["unit_price"] == 1200.0
    assert rows_of(orders, "amount")[-1]["amount"] == 2.5


def test_decimal_point_beyond_the_first_rows(tmp_path: Path) -> None:
    rows = [[str(i), "a", "2024-02-13", "1", "1,200", "3,5"] for i in range(1500)]
    with pytest.raises(OrdersError, match="1,500 values with a decimal comma and 1 with a decimal point"):
        read_text(tmp_path, join(";", rows=[*rows, ["x", "a", "2024-02-13", "1", "1", "2.5"]]))
    orders = read_text(tmp_path, join(";", rows=[*rows, ["x", "a", "2024-02-13", "1", "1", "1.002,5"]]))
    assert [row["amount"] for row in rows_of(orders, "amount")[-2:]] == [3.5, 1002.5]
    assert rows_of(orders, "unit_price")[0]["unit_price"] == 1.2


def test_both_decimal_signs_in_a_column(tmp_path: Path) -> None:
    rows = [["1", "a", "2024-02-13", "1", "1", "1.50"], ["2", "a", "2024-02-13", "1", "1", "1,50"]]
    with pytest.raises(OrdersError, match="decimal comma and 1 with a decimal point"):
        read_text(tmp_path, join(";", rows=rows))
    orders = read_text(tmp_path, join(";", rows=rows), decimal=",")
    assert [row["amount"] for row in rows_of(orders)] == [None, 1.5]


def test_infinity_and_nan_are_unreadable(tmp_path: Path) -> None:
    rows = [[str(i), "a", "2024-02-13", "1", "1", amount] for i, amount in enumerate(["inf", "NaN", "-Infinity", "2"])]
    assert [row["amount"] for row in rows_of(read_text(tmp_path, join(rows=rows)))] == [None, None, None, 2.0]


def test_only_the_empty_cell_is_missing(tmp_path: Path) -> None:
    text = "Customer,Date,Total,Territory,Country\na,2024-02-13,1,NA,null\nb,2024-02-14,2,,-\nc,2024-02-15,3,  ,N/A\n"
    found = rows_of(read_text(tmp_path, text), "territory", "country")
    assert [row["territory"] for row in found] == ["NA", None, None]
    assert [row["country"] for row in found] == ["null", "-", "N/A"]
    found = rows_of(read_text(tmp_path, text, null_values=("NA", "-", "2")), "territory", "country", "amount")
    assert [row["territory"] for row in found] == [None, None, None]
    assert [row["country"] for row in found] == ["null", None, "N/A"]
    assert [row["amount"] for row in found] == [1.0, None, 3.0]


def test_ids_that_were_floats_are_ids_again(tmp_path: Path) -> None:
    text = "CustomerID,Date,Total,InvoiceNo\n17850.0,2024-02-13,1,536365\n00012,2024-02-14,2,C536379\n"
    text += "1.5,2024-02-15,3,1.0\n"
    found = rows_of(read_text(tmp_path, text), "customer_id", "order_id")
    assert [row["customer_id"] for row in found] == ["17850", "00012", "1.5"]
    assert [row["order_id"] for row in found] == ["536365", "C536379", "1"]


def test_a_file_that_changes_is_not_read_for_its_people(tmp_path: Path) -> None:
    orders = read_text(tmp_path, join())
    write(tmp_path, join() + join())
    with pytest.raises(OrdersError, match="has changed"):
        orders.personal()
    (tmp_path / "orders.csv").unlink()
    with pytest.raises(SourceNotFoundError, match="no longer where it was"):
        orders.personal()


def test_no_room_to_read(tmp_path: Path) -> None:
    many = "\n".join(f"{i},customer {i * 7919 % 1_000_003},2024-01-05,1,1.00,{i / 100}" for i in range(200_000))
    with pytest.raises(EngineError, match=r"There is no room for the work: .*--memory-limit"):
        read_text(tmp_path, ",".join(HEADER) + "\n" + many, memory_limit="1MB")


def test_no_copy_of_the_source_is_left(tmp_path: Path) -> None:
    orders = read_text(tmp_path, join().encode("cp437"))
    assert [file.name for file in orders.engine.folder.glob("*.csv")] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("above", ["  \n", "\t\n", " \n\n  \n", "\u00a0\n"])
def test_a_line_of_blanks_above_the_header_is_not_the_header(tmp_path: Path, above: str) -> None:
    orders = read_text(tmp_path, above + join())
    assert [row["order_id"] for row in rows_of(orders)] == ["1001", "1002", "1003"]
    assert orders.facts.lines == len(ROWS)
    assert rows_of(orders, "source_line")[0] == {"source_line": 2 + above.count("\n")}


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("short", [[], [["9", "x"]]], ids=["whole", "short"])
def test_a_row_of_empty_cells_is_a_row(tmp_path: Path, delimiter: str, short: list[list[str]]) -> None:
    orders = read_text(tmp_path, join(delimiter, rows=[*ROWS, [""] * len(HEADER), *short]))
    assert orders.facts.lines == len(ROWS) + 1 + len(short)
    assert len(malformed(orders)) == len(short)


QUOTED = "\n".join(f'"{line}"' for line in join().splitlines())


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (join(), PlainForm(",", 0)),
        (join("\t"), PlainForm("\t", 0)),
        (join("   "), PlainForm(None, 0)),
        ("sep=;\n" + join(";"), PlainForm(";", 1)),
        ("Report\n\n" + join(), PlainForm(",", 2)),
        ("\n\n" + join(), PlainForm(",", 2)),
        (join(rows=[["1", '"a, b"', "2024-01-05", "1", "1.00", "1.00"]]), PlainForm(",", 0)),
        (join(rows=[["1", r'"a \"b\", c"', "2024-01-05", "1", "1.00", "1.00"]]), None),
        (join() + "9,2\n", None),  # a row that another reader would keep, or stop at
        (QUOTED, None),
        ("\n".join([join().splitlines()[0], *QUOTED.splitlines()[1:]]), None),
    ],
)
def test_whether_any_reader_of_csv_reads_it_as_we_do(tmp_path: Path, text: str, form: PlainForm | None) -> None:
    source = read_text(tmp_path, text).source
    assert isinstance(source, TextSource)
    assert source.plain_form == form


def test_a_packed_file_has_no_form_of_its_own(tmp_path: Path) -> None:
    source = read_orders(write(tmp_path, gzip.compress(join().encode()), "orders.csv.gz")).source
    assert isinstance(source, TextSource)
    assert source.plain_form is None


@pytest.mark.parametrize(("more", "last", "rows"), [("", 4, 3), ("\n\n", 4, 3), ("9,2\n", 5, 4), ("\n9,2\n1\n", 7, 5)])
def test_rows_that_cannot_be_split_count_among_the_rows(tmp_path: Path, more: str, last: int, rows: int) -> None:
    source = read_text(tmp_path, join() + more).source
    assert isinstance(source, TextSource)
    assert (source.last_row(), source.count(), source.malformed().num_rows) == (last, rows, rows - 3)


@pytest.mark.parametrize(
    ("text", "columns", "delimiter", "decisions", "first"),
    [
        ("a,b,c\n1,2,3\n4,5,6\n", "abc", ",", [], {"a": "1"}),
        ("a,b,c\n 1 ,2,3\n4,5", "abc", ",", [], {"a": "1"}),
        ("a,b\n1,2", "ab", ",", [], {"a": "1", "b": "2"}),  # the only line is shown, though it may be cut
        ("a   b   c\n1   2   3\n4   5   6\n", "abc", "blanks", [], {"c": "3"}),
        ("sep=;\na;b;c\n1;2;3\n4;5;6\n", "abc", ";", [], {"a": "1"}),
        ("sep=;\nReport\na;b;c\n1;2;3\n4;5;6\n", "abc", ";", ["header_found"], {"a": "1"}),
        ("Report\na,b,c\n1,2,3\n4,5,6\n", "abc", ",", ["header_found"], {"a": "1"}),
        (",,\na,b,c\n1,2,3\n4,5,6\n", "abc", ",", [], {"a": "1"}),
        ("Order,Item,,\nID,ID,b,c\n1,2,3,4\n5,6,7,8\n", ["Order ID", "Item ID", "b", "c"], ",",
         ["header_joined"], {"c": "4"}),
        ("|a|b|\n|1|2|\n|3|4|\n", "ab", "|", [], {"a": "1", "b": "2"}),  # a frame makes no columns
        ("|a|\n|1|\n|3|\n", ["column 1", "a", "column 3"][1:2], "|", [], {"a": "1"}),
        ("a|b|\n1|2|\n3|4|\n", ["a", "b", "column 3"], "|", [], {"b": "2"}),
        (",a,b,\n,1,2,\n,3,4,\n", ["column 1", "a", "b", "column 4"], ",", [], {"a": "1"}),
        ('"a,b,c"\n"1,2,3"\n"4,5,6"\n', "abc", ",", [], {"b": "2"}),
    ],
)  # fmt: skip
def test_what_a_file_shows_before_it_is_read(
    tmp_path: Path, text: str, columns: str | list[str], delimiter: str, decisions: list[str], first: dict[str, str]
) -> None:
    source = opened(tmp_path, text)
    assert (source.columns, source.delimiter) == (tuple(columns), delimiter)
    assert [one.code for one in source.decisions] == decisions
    shown = source.sample()
    assert list(shown) == list(columns)
    assert {name: shown[name][0] for name in first} == first


def opened(folder: Path, text: str, **options: Any) -> TextSource:
    path = write(folder, text)
    return TextSource(TextFile("orders.csv", path, None, folder=folder), ReadingOptions(**options), ENGINE)


ENGINE = DuckDBEngine()


def test_the_row_of_names_that_is_given_is_said_of_no_title(tmp_path: Path) -> None:
    assert opened(tmp_path, "Report\na,b,c\n1,2,3\n", header_row=2).decisions == ()
    with pytest.raises(OrdersError, match="no names of columns in row 9, or it lies beyond row 200"):
        opened(tmp_path, "a,b\n1,2\n", header_row=9)
    with pytest.raises(OrdersError, match="is empty"):
        opened(tmp_path, "\n \n")
    with pytest.raises(NoLinesError, match="has a header and no order line below it"):
        opened(tmp_path, "a,b\n")


@pytest.mark.parametrize(
    ("text", "given", "says", "ways"),
    [
        ("a;b;c\n1;2;3\n4;5;6\n", ",", "--delimiter ','", "Give --delimiter ';' or no --delimiter."),
        ("a\tb\tc\n1\t2\t3\n4\t5\t6\n", ",", "--delimiter ','", "Give --delimiter tab or no --delimiter."),
        ("a  b  c\n1  2  3\n4  5  6\n", "\t", "--delimiter tab", "separated by blanks. Give no --delimiter."),
        ("sep=,\na;b;c\n1;2;3\n4;5;6\n", None, "The separator that its first line declares", "Give --delimiter ';'."),
        ("sep=,\na;b;c\n1;2;3\n4;5;6\n", "|", "--delimiter '|'", "Give --delimiter ';'."),
    ],
)
def test_a_separator_that_tells_no_columns_apart_is_refused(
    tmp_path: Path, text: str, given: str | None, says: str, ways: str
) -> None:
    with pytest.raises(OrdersError) as told:
        opened(tmp_path, text, delimiter=given)
    assert str(told.value).startswith(f"{says} does not tell the columns of orders.csv apart")
    assert str(told.value).endswith(ways)


def test_columns_can_be_called_as_in_another_file(tmp_path: Path) -> None:
    source = opened(tmp_path, "a,b\n1,2\n3,4\n")
    source.rename({"a": "A", "b": "B"})
    assert source.columns == ("A", "B")
    assert source.sample()["B"][0] == "2"


def test_what_is_said_of_a_header() -> None:
    assert header_decisions(1, 1, titled=False) == ()
    (found,) = header_decisions(1, 3, titled=True)
    assert (found.code, found.numbers) == ("header_found", {"row": "3"})
    (joined,) = header_decisions(2, 3, titled=False)
    assert (joined.code, joined.numbers) == ("header_joined", {"upper": "2", "row": "3"})


def test_the_last_of_the_first_lines_may_be_cut_and_is_not_shown(tmp_path: Path) -> None:
    assert opened(tmp_path, "a,b\n1,2\n3,4\n5,6\n").sample() == {"a": ["1", "3"], "b": ["2", "4"]}
    assert opened(tmp_path, "a,b\n1,2\n3\n4,5\n6,7\n").sample() == {"a": ["1", "4"], "b": ["2", "5"]}
