"""Rows of any text: none is lost, and each keeps its number."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketfold.orders.dialects import Dialect, Layout, sniff
from marketfold.orders.splitting import ROW_LIMIT, Rows, write_rows

CELL = st.text(st.sampled_from('ab,;"\n é🛒=\t'), max_size=8)


def split(text: str, width: int, dialect: Dialect | None = None) -> tuple[list[list[str]], Rows]:
    """Rows that were written, and the account of all."""
    return split_as(text, Layout(dialect or Dialect(), width))


def split_as(text: str, layout: Layout) -> tuple[list[list[str]], Rows]:
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        source.write_bytes(text.encode())
        rows = write_rows(source, "utf-8", layout, target)
        written = list(csv.reader(io.StringIO(target.read_text("utf-8")), delimiter=layout.dialect.delimiter or "\t"))
    return written, rows


@settings(max_examples=200)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=12))
def test_well_formed_rows_come_back(cells: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *cells])
    written, rows = split(buffer.getvalue(), 3)
    assert written == [[str(number), *row] for number, row in enumerate(cells, start=2)]
    assert rows.malformed == []


@settings(max_examples=200)
@given(st.lists(st.text(st.sampled_from('ab,"'), min_size=1, max_size=10), max_size=20))
def test_no_row_is_lost(lines: list[str]) -> None:
    written, rows = split("\n".join(["a,b,c", *lines]), 3)
    numbers = [int(row[0]) for row in written] + [number for number, _, _ in rows.malformed]
    assert len(numbers) == len(set(numbers)) == rows.written + len(rows.malformed)
    assert all(len(row) == 4 for row in written)
    if not any('"' in line for line in lines):
        assert sorted(numbers) == list(range(2, len(lines) + 2))


def test_rows_after_one_that_is_too_long() -> None:
    long = "x" * (3 * ROW_LIMIT)
    written, rows = split(f"a,b,c\n1,2,3\n1,{long},3\n4,5,6\n7,8,9\n1,{long},3\n10,11,12", 3)
    assert [row[0] for row in written] == ["2", "4", "5", "7"]
    assert [(number, reason) for number, reason, _ in rows.malformed] == [(3, "too_long"), (6, "too_long")]


def test_a_row_may_have_a_million_characters_and_no_more() -> None:
    wide = "x" * (ROW_LIMIT - len("1,,3"))
    written, rows = split(f"a,b,c\n1,{wide},3\n1,{wide}x,3\n4,5,6", 3)
    assert [row[0] for row in written] == ["2", "4"]
    assert [(number, reason) for number, reason, _ in rows.malformed] == [(3, "too_long")]


def test_last_row_without_a_line_ending_and_many_blocks() -> None:
    lines = [f"{i},{'y' * 100},z" for i in range(30_000)]
    lines[20_000] = '20000,"quoted, text",z'
    written, rows = split("\n".join(["a,b,c", *lines]), 3)
    assert [int(row[0]) for row in written] == list(range(2, 30_002))
    assert written[20_000] == ["20002", "20000", "quoted, text", "z"]
    assert rows.malformed == []


def test_blanks_separate() -> None:
    written, _ = split(" a  b c\r\n 1   2\t3 \r\n\r\n4 5 6", 3, Dialect(None))
    assert written == [["2", "1", "2", "3"], ["4", "4", "5", "6"]]


@given(st.sampled_from([",", ";", "\t", "|", "^", "#"]), st.integers(2, 8), st.integers(1, 20))
def test_separators_are_found(sign: str, width: int, n_rows: int) -> None:
    header = sign.join(f"column{i}" for i in range(width))
    rows = [sign.join(f"{i}.{j}" for j in range(width)) for i in range(n_rows)]
    assert sniff([f"{line}\n" for line in (header, *rows)]).delimiter == sign


def test_commas_in_cells_do_not_mislead() -> None:
    lines = ["order;name;total\n", '1;"Smith, Ann";1,50\n', "2;Jones, Bo;2,50\n", "3;c;3,50\n"]
    assert sniff(lines).delimiter == ";"


@pytest.mark.parametrize(
    ("lines", "written", "malformed"),
    [
        (["1,2,3"], [["2", "1", "2", "3"]], []),
        (["1,2,3,"], [["2", "1", "2", "3"]], []),  # a separator at the end, as some programs write it
        (["1,2,3, "], [["2", "1", "2", "3"]], []),
        (["1,2,3,4"], [], [(2, "too_many_fields", "4 fields where the header has 3")]),
        (["1,,3,4"], [], [(2, "too_many_fields", "4 fields where the header has 3")]),
        (["1,2,3,,"], [], [(2, "too_many_fields", "5 fields where the header has 3")]),
        (["1,2"], [], [(2, "too_few_fields", "2 fields where the header has 3")]),
        (["1,2,"], [["2", "1", "2", ""]], []),
        (["", "1,2,3", "  ", "4,5,6"], [["3", "1", "2", "3"], ["5", "4", "5", "6"]], []),
        ([",,", "1,2,3"], [["2", "", "", ""], ["3", "1", "2", "3"]], []),
        (["----|----", "1,2,3"], [["3", "1", "2", "3"]], []),
        (["1,a---b,3", "4,5,6"], [["2", "1", "a---b", "3"], ["3", "4", "5", "6"]], []),
        (['1,"2', 'x",3', "4,5,6"], [["2", "1", "2\nx", "3"], ["3", "4", "5", "6"]], []),
        (['1,"2,3', "4,5,6", "7,8,9"], [["3", "4", "5", "6"], ["4", "7", "8", "9"]],
         [(2, "unclosed_quote", "a quote opens in this row and is not closed")]),
        (['1,"2"x,3', "4,5,6"], [["2", "1", "2x", "3"], ["3", "4", "5", "6"]], []),
        (['1,"2', 'y"x,3', "4,5,6"], [["4", "4", "5", "6"]],
         [(2, "unclosed_quote", "a quote opens in this row and is not closed"),
          (3, "too_few_fields", "2 fields where the header has 3")]),
        (['"1,2,3"', '"4,""5, five"",6"', "7,8,9"],
         [["2", "1", "2", "3"], ["3", "4", "5, five", "6"], ["4", "7", "8", "9"]], []),
        (['"1,2"'], [], [(2, "too_few_fields", "1 fields where the header has 3")]),
        (['"1,2,3,4"'], [], [(2, "too_few_fields", "1 fields where the header has 3")]),
        (['"1,""2', 'x"",3"'], [["2", "1", "2\nx", "3"]], []),  # a line break within what is within
        (['"1,2,3",b'], [], [(2, "too_few_fields", "2 fields where the header has 3")]),
    ],
)  # fmt: skip
def test_what_becomes_of_a_row(lines: list[str], written: list[list[str]], malformed: list[tuple[int, str, str]]):
    found, rows = split("\n".join(["a,b,c", *lines]), 3)
    assert (found, rows.malformed, rows.written) == (written, malformed, len(written))
    assert rows.to_table().to_pylist() == [
        {"source_line": number, "reason": reason, "detail": detail} for number, reason, detail in malformed
    ]


def test_rows_that_are_one_quoted_cell_are_counted_and_may_be_left_as_they_are():
    text = 'a,b,c\n"1,2,3"\n4,5,6\n'
    assert split(text, 3)[1].unquoted == 1
    kept = split_as(text, Layout(Dialect(), 3, unquote=False))[1]
    assert (kept.unquoted, kept.written, len(kept.malformed)) == (0, 1, 1)


@pytest.mark.parametrize(
    ("text", "layout", "first"),
    [
        ("a,b\n1,2\n", Layout(Dialect(), 2), "2"),
        ("title\n\na,b\n1,2\n", Layout(Dialect(), 2, above=2), "4"),
        ("group,\na,b\n1,2\n", Layout(Dialect(), 2, headers=2), "3"),
        ("sep=,\na,b\n1,2\n", Layout(Dialect(declared=True), 2), "2"),  # a spreadsheet does not show that line
        ('a,"b\nb"\n1,2\n', Layout(Dialect(), 2), "2"),
        ("a,b\n1\\,x,2\n", Layout(Dialect(escape="\\"), 2), "2"),
    ],
)
def test_rows_are_numbered_from_below_the_header(text: str, layout: Layout, first: str):
    written, rows = split_as(text, layout)
    assert [(row[0], row[-1]) for row in written] == [(first, "2")]
    assert rows.malformed == []


def test_a_quote_that_never_closes_takes_no_more_than_a_row_may_hold():
    half = "x" * (ROW_LIMIT // 2)
    written, rows = split(f'a,b,c\n1,"{half},3\n2,{half},3\n3,4,5', 3)
    assert [row[0] for row in written] == ["3", "4"]
    assert [(number, reason) for number, reason, _ in rows.malformed] == [(2, "unclosed_quote")]
