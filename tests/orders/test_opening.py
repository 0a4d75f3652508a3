"""What may be given as orders: packed files, several files, standard input, and what is none of these."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from marketfold.config import ReadingOptions
from marketfold.customer_tables import read_source
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.orders import Orders, open_source, opening, read_orders
from marketfold.orders.opening import tables_within

if TYPE_CHECKING:
    from collections.abc import Callable

CSV = b"order_id,customer_id,ordered_on,amount,email\n1,K,2024-01-01,5,k@example.org\n2,L,2024-01-02,6,l@example.org\n"
LATER = b"order_id,customer_id,ordered_on,amount,email\n3,M,2024-02-01,7,m@example.org\n"


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def zstd(content: bytes) -> bytes:
    buffer = pa.BufferOutputStream()
    with pa.CompressedOutputStream(buffer, "zstd") as out:
        out.write(content)
    return bytes(buffer.getvalue().to_pybytes())


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
    "zip": lambda content: zipped(**{"sub/orders.csv": content, "__MACOSX/._orders.csv": b"x", ".hidden": b"y"}),
}


def amounts(orders: Orders) -> list[tuple[int, float]]:
    rows = orders.engine.collect(orders.lines.sort("source_line").select("source_line", "amount")).to_pylist()
    return [(row["source_line"], row["amount"]) for row in rows]


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("name", ["orders.xls", "orders.xlsx"])
def test_text_that_is_called_a_workbook(tmp_path: Path, name: str, encoding: str) -> None:
    (tmp_path / name).write_bytes(CSV.decode().replace(",", "\t").encode(encoding))
    assert read_orders(tmp_path / name).facts.lines == 2


@pytest.mark.parametrize("kind", list(PACKED))
@pytest.mark.parametrize("name", ["orders.csv", "orders.csv.gz", "orders.zip"])
def test_a_packed_file_is_known_by_its_content(tmp_path: Path, kind: str, name: str) -> None:
    orders = read_orders(write(tmp_path / name, PACKED[kind](CSV)))
    assert amounts(orders) == [(2, 5.0), (3, 6.0)]
    assert orders.facts.name == name
    people = orders.engine.collect(orders.personal().sort("source_line"))
    assert people["email"].to_pylist() == ["k@example.org", "l@example.org"]
    left = [file.name for file in orders.engine.folder.iterdir()]  # type: ignore[attr-defined]
    assert [name for name in left if name.startswith("unpacked")] == []


def test_plain_text_with_a_packed_name(tmp_path: Path) -> None:
    assert amounts(read_orders(write(tmp_path / "orders.csv.gz", CSV))) == [(2, 5.0), (3, 6.0)]


def test_an_archive_of_one_table_in_two_files(tmp_path: Path) -> None:
    orders = read_orders(write(tmp_path / "orders.zip", zipped(**{"a.csv": CSV, "b.csv": LATER})))
    assert amounts(orders) == [(2, 5.0), (3, 6.0), (5, 7.0)]
    assert [one.code for one in orders.facts.decisions] == ["files_together"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(CSV * 100)[:-20], "cannot be unpacked: it is damaged"),
        (gzip.compress(CSV + b"0" * (260 << 20), 1), "more than 256 MB when it is unpacked"),
        (gzip.compress(b""), "holds an empty file"),
        (gzip.compress(b"PAR1 and more"), "holds a packed file, a workbook, a database or Parquet"),
        (gzip.compress(zipped(a=CSV)), "holds a packed file"),
        (zipped(**{"__MACOSX/a": b"x"}), "holds no file"),
        (zipped(**{"a.csv": CSV, "b.csv": b"x,y\n1,2\n"}), "are different tables"),
    ],
)
def test_packed_files_that_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(OrdersError, match=says):
        read_orders(write(tmp_path / "orders.packed", content))


def test_a_folder_and_a_pattern_of_texts(tmp_path: Path) -> None:
    folder = tmp_path / "days"
    write(folder / "a.csv", CSV)
    write(folder / "more" / "b.csv.gz", gzip.compress(b"Shop north\n\n" + LATER.replace(b",", b";")))
    for name in (".DS_Store", "~$a.xlsx", ".git/config"):
        write(folder / name, b"no table")
    (folder / "again").symlink_to(folder)
    (folder / "0 latest.csv").symlink_to("a.csv")
    (folder / "lost.csv").symlink_to("nowhere.csv")
    for source in (folder, str(folder / "**" / "*.csv*")):
        orders = read_orders(source)
        assert amounts(orders) == [(2, 5.0), (3, 6.0), (7, 7.0)]
        assert orders.facts.lines == 3
        assert [one.code for one in orders.facts.decisions] == ["files_together", "header_found"]


def test_a_folder_that_is_open_already_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", CSV)
    write(tmp_path / "b.csv", LATER)
    read = read_source(tmp_path, ReadingOptions())  # opens, asks what it is, and hands the open source on
    assert isinstance(read, Orders)
    assert read.facts.lines == 3


def test_rows_that_cannot_be_split_are_numbered_through(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", CSV + b"\n9,short\n")
    write(tmp_path / "b.csv", LATER + b"8,short\n")
    orders = read_orders(tmp_path)
    assert orders.malformed["source_line"].to_pylist() == [5, 8]
    assert amounts(orders) == [(2, 5.0), (3, 6.0), (7, 7.0)]
    assert orders.facts.lines == 5


def test_files_with_other_columns(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", CSV)
    write(tmp_path / "b.csv", b"status,amount,ordered_on,customer_id,order_id\npaid,7,2024-02-01,M,3\n")
    orders = read_orders(tmp_path)
    assert amounts(orders) == [(2, 5.0), (3, 6.0), (5, 7.0)]
    assert orders.facts.warnings == (
        "2 files were read as one table, and their columns differ: a.csv has no 'status' and b.csv has no 'email'. "
        "Such cells were read as empty. (Naming the files that belong together decides otherwise.)",
    )
    assert orders.engine.collect(orders.lines.sort("source_line"))["status"].to_pylist() == [None, None, "paid"]
    people = orders.engine.collect(orders.personal().sort("source_line"))
    assert people["email"].to_pylist() == ["k@example.org", "l@example.org", None]


def test_names_in_another_case_are_the_same_columns(tmp_path: Path) -> None:
    write(tmp_path / "text" / "a.csv", CSV)
    write(tmp_path / "text" / "b.csv", LATER.replace(b"amount", b"Amount").replace(b"email", b"EMail"))
    (tmp_path / "parquet").mkdir()
    pq.write_table(table(amount=[1.0]), tmp_path / "parquet" / "a.parquet")
    pq.write_table(table(AMOUNT=[2.0]), tmp_path / "parquet" / "b.parquet")
    assert amounts(read_orders(tmp_path / "text")) == [(2, 5.0), (3, 6.0), (5, 7.0)]
    assert amounts(read_orders(tmp_path / "parquet")) == [(2, 1.0), (3, 2.0)]


def table(**columns: list[Any]) -> pa.Table:
    return pa.table({"order_id": ["1"], "customer_id": ["K"], "ordered_on": ["2024-01-01"]} | columns)


def test_a_file_that_lacks_what_is_needed_is_named(tmp_path: Path) -> None:
    write(tmp_path / "text" / "a.csv", CSV)
    write(tmp_path / "text" / "b.csv", CSV.replace(b"amount", b"total"))
    (tmp_path / "parquet").mkdir()
    pq.write_table(table(amount=[1.0]), tmp_path / "parquet" / "a.parquet")
    pq.write_table(table(total=[1.0]), tmp_path / "parquet" / "b.parquet")
    for folder in ("text", "parquet"):
        with pytest.raises(OrdersError, match=r"b\.\w+ has no column 'amount' \(amount\)"):
            read_orders(tmp_path / folder, ReadingOptions(mapping={"amount": "amount"}))


def test_files_of_several_kinds_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", CSV)
    pq.write_table(table(amount=[1.0]), tmp_path / "b.parquet")
    with pytest.raises(OrdersError, match=r"text \(a\.csv\) beside Parquet \(b\.parquet\)"):
        read_orders(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(OrdersError, match="holds no file"):
        read_orders(tmp_path / "empty")


@pytest.mark.parametrize("content", [CSV, gzip.compress(CSV)], ids=["plain", "packed"])
def test_standard_input(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    orders = read_orders("-")
    assert amounts(orders) == [(2, 5.0), (3, 6.0)]
    assert orders.facts.name == "standard input"
    assert orders.engine.collect(orders.personal()).num_rows == 2


def test_a_terminal_is_no_input(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, "r") as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        with pytest.raises(OrdersError, match="a terminal here"):
            read_orders("-")
    os.close(master)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("o.pdf", b"%PDF-1.7 x", "a PDF document"),
        ("o.json", b'[{"order_id": 1}]', "is JSON"),
        ("o.csv", b'{\n "orders": []}', "is JSON"),
        ("o.xls", b"<html><table><tr><td>1</td></tr></table></html>", "an HTML page"),
        ("o.xml", b'<?xml version="1.0"?><a/>', "is XML"),
        ("o.docx", zipped(**{"word/document.xml": b"x", "[Content_Types].xml": b"x"}), "is a document"),
        ("o.numbers", zipped(**{"Index/Document.iwa": b"x"}), "is a document"),
        ("~$o.xlsx", b"\x05lock", "the lock of a workbook"),
        ("o.arrow", b"ARROW1\0\0", "an Arrow"),
        ("o.7z", b"7z\xbc\xaf\x27\x1c\0\0", "a 7z archive"),
        ("o.xlsx", b"PK\x03\x04 and then nothing", "cannot be read as a workbook"),
    ],
)
def test_files_of_other_programs(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(OrdersError, match=says):
        read_orders(write(tmp_path / name, content))


def test_a_table_of_a_database_that_holds_no_orders_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "orders.db")
    connection.execute("CREATE TABLE a (b)")
    connection.commit()
    connection.close()
    with pytest.raises(OrdersError, match=r"a of orders\.db holds no order line"):
        read_orders(tmp_path / "orders.db")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "The name of the orders is empty"),
        ("~no_such_user/x.csv", "There can be no file"),
        ("x" * 300, "file name too long"),
        ("or\udcffd.csv", "bytes that are not UTF-8"),
        ("a\0b.csv", "There is no file|There can be no file"),
        ("*.nothing", "There is no file"),
    ],
)
def test_names_that_are_no_file(given: str, says: str) -> None:
    with pytest.raises(OrdersError, match=says):
        read_orders(given)


def test_links_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "lost").symlink_to("nowhere.csv")
    for name in ("loop", "lost"):
        with pytest.raises(SourceNotFoundError, match="a link to a file that is not there, or to itself"):
            read_orders(tmp_path / name)


def test_the_row_of_a_header_says_nothing_of_parquet(tmp_path: Path) -> None:
    pq.write_table(table(amount=[1.0]), tmp_path / "b.parquet")
    with pytest.raises(OrdersError, match="--header-row cannot be given"):
        read_orders(tmp_path / "b.parquet", ReadingOptions(header_row=2))


def test_a_copy_of_a_file_is_read_once(tmp_path: Path) -> None:
    for name, content in {"a.csv": CSV, "a (1).csv": CSV, "b.csv": LATER}.items():
        write(tmp_path / name, content)
    orders = read_orders(tmp_path)
    assert [money for _, money in amounts(orders)] == [5.0, 6.0, 7.0]
    told = {one.code: one.what for one in orders.facts.decisions}
    assert told["files_repeated"].endswith("byte for byte: 'a (1).csv' (as 'a.csv').")
    assert read_orders(tmp_path, ReadingOptions(undo=("files_repeated",))).facts.lines == 5


@pytest.mark.parametrize("content", [b"", CSV.splitlines(keepends=True)[0]])
def test_a_month_without_orders(tmp_path: Path, content: bytes) -> None:
    for name, own in {"1.csv": CSV, "2.csv": content, "3.csv": LATER}.items():
        write(tmp_path / name, own)
    orders = read_orders(tmp_path)
    assert [money for _, money in amounts(orders)] == [5.0, 6.0, 7.0]
    assert "Files without an order line were passed over: '2.csv'." in orders.facts.warnings


def test_files_of_headers_alone_are_refused(tmp_path: Path) -> None:
    for name in ("1.csv", "2.csv"):
        write(tmp_path / name, CSV.splitlines(keepends=True)[0])
    with pytest.raises(OrdersError, match="has a header and no order line"):
        read_orders(tmp_path)


def test_files_with_the_header_in_another_case(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", CSV)
    write(tmp_path / "b.csv", b"Email,Order ID,Customer-ID,Ordered On,AMOUNT\nm@example.org,3,M,2024-02-01,7\n")
    orders = read_orders(tmp_path)
    assert amounts(orders) == [(2, 5.0), (3, 6.0), (5, 7.0)]
    assert orders.engine.collect(orders.personal())["email"].to_pylist().count("m@example.org") == 1


def test_what_a_file_has_instead_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", CSV)
    write(tmp_path / "b.csv", LATER.replace(b"amount", b"worth"))
    with pytest.raises(OrdersError, match=r"b\.csv has no column 'amount' \(amount\).*b\.csv has 'worth'\."):
        read_orders(tmp_path)


def unused(source: object, **options: Any) -> list[str]:
    decisions = read_orders(source, ReadingOptions(**options)).facts.decisions
    return [str(one.numbers["flags"]) for one in decisions if one.code == "flags_unused"]


def test_a_flag_without_effect_is_told(tmp_path: Path) -> None:
    typed = pa.table(
        {
            "Order ID": ["1", "2"],
            "Customer ID": ["a", "b"],
            "Order Date": pa.array([19_800, 19_801], pa.int32()).cast(pa.date32()),
            "Total": [1.5, 2.5],
        }
    )
    text = write(tmp_path / "orders.csv", CSV)
    pq.write_table(typed, tmp_path / "orders.parquet")
    assert unused(text, sheet="Orders") == ["--sheet"]
    assert unused(write(tmp_path / "orders.csv.gz", gzip.compress(CSV)), sheet="Orders") == ["--sheet"]
    assert unused(text, delimiter=",", encoding="utf-8", header_row=1) == []
    assert unused(text, date_format="%Y-%m-%d", decimal=".") == []
    for source in (typed, tmp_path / "orders.parquet"):
        assert unused(source, sheet="A", delimiter=";", encoding="utf-8") == ["--sheet, --delimiter and --encoding"]
        assert unused(source, date_format="%Y-%m-%d", decimal=",") == ["--date-format", "--decimal"]
    assert unused(typed, header_row=2) == ["--header-row"]


def shown(source: object, **options: Any) -> tuple[str, tuple[str, ...], list[str]]:
    """How a source is called, its columns, and what is said of it, before it is read."""
    opened = open_source(source, ReadingOptions(**options))
    return opened.name, opened.columns, [one.code for one in opened.decisions]


A_B, A_C = b"a,b\n1,2\n3,4\n", b"a,c\n5,6\n7,8\n"


@pytest.mark.parametrize(
    ("files", "given", "wanted"),
    [
        ({"x.csv": A_B}, "x.csv", ("x.csv", "ab", [])),
        ({"x.csv": A_B}, ".", ("x.csv", "ab", [])),
        ({"x.csv": A_B}, "*.csv", ("x.csv", "ab", [])),
        ({"x.csv": A_B, "y.csv": A_C}, "*.csv", ("*.csv", "abc", ["files_differ"])),
        ({"x.csv": A_B, "y.csv": b"a,b\n9,9\n"}, "*.csv", ("*.csv", "ab", ["files_together"])),
        ({"sub/x.csv": A_B}, "su?", ("x.csv", "ab", [])),  # a pattern of one folder
        ({"sub/x.csv": A_B, "y.csv": A_B}, "**/*.csv", ("y.csv", "ab", ["files_repeated"])),
        ({"x.csv": A_B, ".y.csv": A_C}, "*.csv", ("x.csv", "ab", [])),
        ({"x.csv": A_B, "y.csv": b""}, ".", ("x.csv", "ab", ["files_empty"])),
        ({"x.csv": A_B, "y.csv": A_B}, ".", ("x.csv", "ab", ["files_repeated"])),
        ({"x.csv": A_B, "y.csv": A_B, "z.csv": A_C}, ".", (".", "abc", ["files_differ", "files_repeated"])),
        ({"x.csv": A_B, "y.csv": b"a,b\n"}, ".", ("x.csv", "ab", ["files_empty"])),
        ({"[x].csv": A_B}, "[x].csv", ("[x].csv", "ab", [])),  # a name that could be a pattern
    ],
)
def test_what_is_opened(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, bytes],
    given: str,
    wanted: tuple[str, str, list[str]],
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, content in files.items():
        write(tmp_path / path, content)
    name, columns, said = wanted
    assert shown(given) == (name, tuple(columns), said)


def test_a_list_of_paths_is_one_table_and_lacks_none(tmp_path: Path) -> None:
    one, two = write(tmp_path / "a" / "x.csv", A_B), write(tmp_path / "b" / "x.csv", A_C)
    assert shown([one, str(two)]) == ("2 files", ("a", "b", "c"), ["files_differ"])
    assert shown((one,)) == ("x.csv", ("a", "b"), [])
    assert shown([one, one])[0] == "x.csv"
    with pytest.raises(SourceNotFoundError, match=r"There is no file z\.csv in that place"):
        shown([one, tmp_path / "z.csv"])
    for none in ([], [5], [one, 5]):
        with pytest.raises(OrdersError, match="A list cannot be read as orders"):
            shown(none)


@pytest.mark.parametrize(
    ("asked", "near"),
    [("ordres.csv", "orders.csv"), ("orde", "orders.csv"), ("orders-of-2024-and-more.csv", "orders.csv"),
     ("zzz.csv", None), ("orders.parquet", "orders.csv")],
)  # fmt: skip
def test_a_file_that_is_not_there_is_told_with_those_near_it(tmp_path: Path, asked: str, near: str | None) -> None:
    for name in ("orders.csv", "~$orders.xlsx", "clients.csv"):
        write(tmp_path / name, A_B)
    with pytest.raises(SourceNotFoundError) as told:
        shown(tmp_path / asked)
    assert (f"Near it are {near}" in str(told.value)) is (near is not None)
    assert "~$" not in str(told.value)
    with pytest.raises(SourceNotFoundError, match=r"There is no file a\.csv in that place\. Check"):
        shown(tmp_path / "nowhere" / "a.csv")


def test_a_link_to_a_file_that_is_given_too_is_left(tmp_path: Path) -> None:
    write(tmp_path / "b.csv", A_B)
    write(tmp_path / "sub" / "c.csv", A_C)
    (tmp_path / "a.csv").symlink_to("b.csv")
    (tmp_path / "sub" / "d.csv").symlink_to("c.csv")
    (told,) = open_source(tmp_path, ReadingOptions()).decisions
    assert (told.code, told.numbers["files"]) == ("files_differ", 2)
    assert str(told.numbers["lacks"]).startswith("b.csv has no 'c' and sub/c.csv has no 'b'")


def test_what_lies_within_a_source(tmp_path: Path) -> None:
    write(tmp_path / "b.csv", A_B)
    write(tmp_path / "sub" / "a.csv", A_B)
    assert tables_within(tmp_path) == ((), ("b.csv", "sub/a.csv"))
    assert tables_within(tmp_path / "b.csv") == tables_within(tmp_path / "gone") == ((), ())
    assert tables_within(write(tmp_path / "a.xlsx", b"PK\x03\x04")) == ((), ())
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE orders (a)")
    connection.close()
    assert tables_within(tmp_path / "a.db") == (("orders",), ())


def test_several_databases_and_a_name_that_is_no_database_are_refused(tmp_path: Path) -> None:
    for name in ("a.db", "b.db"):
        with sqlite3.connect(tmp_path / name) as connection:
            connection.execute(f"CREATE TABLE {name[0]} (a)")
        connection.close()
    with pytest.raises(OrdersError, match=r"holds 2 databases\. Give one of them, as in 'a\.db\?table=orders'"):
        shown(tmp_path)
    path = write(tmp_path / "x.csv", A_B)
    with pytest.raises(OrdersError, match=r"x\.csv is no DuckDB or SQLite database: it is text\. Give its path alone"):
        shown(f"{path}?table=orders")
    with pytest.raises(OrdersError, match=r"a\.db is no DuckDB database: it is an SQLite database"):
        shown(f"duckdb:///{tmp_path / 'a.db'}?table=a")
    with pytest.raises(SourceNotFoundError, match=r"There is no file z\.db"):
        shown(f"{tmp_path / 'z.db'}?table=a")
    assert shown(f"{tmp_path / 'a.db'}?table=a", sheet="b")[2] == ["flags_unused"]
    assert shown(tmp_path / "a.db", sheet="a")[2] == []


def test_a_folder_of_very_many_files_is_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_FILES", 2)
    for name in ("a.csv", "b.csv"):
        write(tmp_path / name, A_B)
    assert shown(tmp_path)[2] == ["files_repeated"]
    write(tmp_path / "c.csv", A_B)
    with pytest.raises(OrdersError, match="holds more than 2 files: that is no one table"):
        shown(tmp_path)


@pytest.mark.parametrize(("length", "cut"), [(255, False), (260, True)])
def test_a_name_that_can_be_no_file_is_told_by_its_beginning(length: int, *, cut: bool) -> None:
    with pytest.raises(SourceNotFoundError) as told:
        shown("x" * length)
    assert ("x" * 60 + "'..." in str(told.value)) is cut


@pytest.mark.parametrize("name", ["", "within"])
def test_a_folder_that_may_not_be_looked_into_is_not_called_empty(name: str) -> None:
    """By a user who is nobody: root may look everywhere."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        data = Path(home, "data")
        for folder in (data, data / "within"):
            folder.mkdir()
            (folder / "orders.csv").write_bytes(CSV)
        (data / name).chmod(0o000)
        was = os.geteuid()
        try:
            if was == 0:
                os.seteuid(65_534)
            with pytest.raises(
                OrdersError, match=rf"The folder {data / name} may not be looked into.* Ask whose it is"
            ):
                open_source(str(data), ReadingOptions())
        finally:
            os.seteuid(was)
            (data / name).chmod(0o755)
