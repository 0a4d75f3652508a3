"""What one pass over the bytes of a file says: its encoding, and whether its rows can be numbered as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from marketfold.errors import OrdersError
from marketfold.orders import encodings
from marketfold.orders.encodings import TextScan, scan_text

if TYPE_CHECKING:
    from pathlib import Path


def scan(folder: Path, content: bytes, encoding: str | None = None) -> TextScan:
    path = folder / "orders.csv"
    path.write_bytes(content)
    return scan_text(path, "orders.csv", encoding)


@pytest.mark.parametrize("block", [1, 2, 3, 1 << 20])
@pytest.mark.parametrize(
    ("content", "simple"),
    [
        (b"a,b\n1,2\n3,4\n", True),
        (b"a,b\r\n1,2\r\n3,4\r\n", True),
        (b"a,b\r\n1,2\n3,4\r\n", False),
        (b"a,b\n1,2\r\n3,4\n", False),
        (b"a,b\r1,2\r3,4\r", False),
        (b"a,b\r\n1,2\r3,4\r\n", False),
        (b"a,b\n1,2\r3,4\n", False),
        (b"a,b\r\n1,2\r\n3,4\r\r\n", False),
        (b"a,b\r\n1,2\r\n\n3,4\r\n", False),
        (b"a,b\n1,2\n\n3,4\n", False),
        (b"a,b\r\n1,2\r\n\r\n3,4\r\n", False),
        (b"a,b\n1,2\n3,4\n\n\n", True),  # below the last row they number nothing
        (b"\na,b\n1,2\n", False),
        (b"a,b\n1,2", True),
    ],
)
def test_rows_are_numbered_as_they_come_where_lines_end_alike_and_none_is_blank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, block: int, *, simple: bool
):
    """However the bytes fall into blocks."""
    monkeypatch.setattr(encodings, "BLOCK", block)
    assert scan(tmp_path, content) == TextScan("utf-8", simple)


@pytest.mark.parametrize("block", [5, 1 << 20])
@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("Müller,5\n".encode(), "utf-8"),
        ("\ufeffMüller,5\n".encode(), "utf-8-sig"),
        ("\ufeffMüller\ufeff,5\n".encode(), "utf-8-sig"),
        ("Müller;Größe;Weiß\n".encode("cp1252"), "cp1252"),
        ("Name,Total\nAnn,5\n".encode("utf-16-le"), "utf-16-le"),
        ("Name,Total\nAnn,5\n".encode("utf-16-be"), "utf-16-be"),
        ("Name,Total\n".encode("utf-16"), "utf-16"),
        (b"M\xc3", "cp1252"),  # cut within a letter it is no UTF-8
    ],
)
def test_the_encoding_is_found_however_the_bytes_fall_into_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, encoding: str, block: int
):
    monkeypatch.setattr(encodings, "BLOCK", block)
    assert scan(tmp_path, content).encoding == encoding


@pytest.mark.parametrize(("controls", "junk"), [(2, False), (3, True)])
def test_bytes_that_no_text_has_are_refused(tmp_path: Path, controls: int, *, junk: bool):
    content = b"\x01" * controls + b"a,b\n"
    if junk:
        with pytest.raises(OrdersError, match="is not text"):
            scan(tmp_path, content)
    else:
        assert scan(tmp_path, content).encoding == "utf-8"
    with pytest.raises(OrdersError, match="is not text"):
        scan(tmp_path, b"a,b\n1,\x00\n")
    many = b"a,b\n" * 100 + b"\x01" * 4  # four of four hundred
    assert scan(tmp_path, many).encoding == "utf-8"


def test_an_encoding_that_is_given_must_be_known_and_fit(tmp_path: Path):
    with pytest.raises(OrdersError, match="there is no encoding 'klingon'"):
        scan(tmp_path, b"a\n", "klingon")
    with pytest.raises(OrdersError, match="is not utf-8: it has bytes"):
        scan(tmp_path, b"M\xfcller\n", "utf-8")
    assert scan(tmp_path, b"M\xfcller\n", "latin-1") == TextScan("iso8859-1", simple=False)


@pytest.mark.parametrize("control", [1, 2, 8, 14, 25, 28, 31])
def test_signs_that_no_text_has_are_counted(tmp_path: Path, control: int):
    with pytest.raises(OrdersError, match="is not text"):
        scan(tmp_path, bytes([control]) * 3 + b"a,b\n")


@pytest.mark.parametrize("control", [9, 10, 11, 12, 13, 26, 27, 32])
def test_tabs_ends_of_lines_and_of_files_are_text(tmp_path: Path, control: int):
    assert scan(tmp_path, b"a,b\n" + bytes([control]) * 9 + b"1,2\n").encoding == "utf-8"


@pytest.mark.parametrize(("controls", "junk"), [(5, False), (6, True)])
def test_in_a_long_text_one_in_a_hundred_may_be_such_a_sign(tmp_path: Path, controls: int, *, junk: bool):
    content = b"a,b\n" * 125 + b"\x01" * controls
    assert len(content) // 100 == 5
    if junk:
        with pytest.raises(OrdersError, match="is not text"):
            scan(tmp_path, content)
    else:
        assert scan(tmp_path, content).encoding == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("abcdefgh", True),
        ("abcdefg", False),  # of seven letters nothing is said
        ("abcdefgh" + "\u4e2d" * 3, True),  # eight of eleven letters are Latin
        ("abcdefgh" + "\u4e2d" * 4, False),
        ("abcdefgh" * 2 + "\u0100", True),
        ("abcdefgh" * 2 + "\u0100" * 2, False),  # a zero on the other side, too
        ("abcdefg" + "\u4e2d" * 3, False),  # just seven in ten
        ("abcdefghi" + "\u0100", False),  # and just one
    ],
)
def test_latin_text_has_a_zero_in_every_second_byte(tmp_path: Path, text: str, encoding: str, *, wide: bool):
    content = text.encode(encoding)
    if wide:
        assert scan(tmp_path, content).encoding == encoding
        assert scan(tmp_path, content + b"x").encoding == encoding  # cut within a letter
    else:
        with pytest.raises(OrdersError, match="is not text"):
            scan(tmp_path, content)


def test_enough_lines_with_foreign_letters_tell_the_code_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What comes after them, or far to the right in a line, is not looked at."""
    monkeypatch.setattr(encodings, "SAMPLE", 60)
    monkeypatch.setattr(encodings, "BLOCK", 40)
    first, then = "Müller;Größe;Weiß;Bär\n".encode("cp1252"), "Москва;Санкт;Петербург\n".encode("cp1251")
    assert scan(tmp_path, first * 4 + then * 40).encoding == "cp1252"
    assert scan(tmp_path, then * 4 + first * 40).encoding == "cp1251"
