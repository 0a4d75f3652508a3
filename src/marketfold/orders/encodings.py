"""Which encoding a text file is in, without reading more of it into memory than a block."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketfold.errors import OrdersError
from marketfold.orders.code_pages import guess_encoding

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

BLOCK = 8 << 20
SAMPLE = 64 << 10

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class TextScan:
    """What one pass over the bytes of a text file says.

    Attributes
    ----------
    encoding
        Python's name of the encoding.
    simple
        UTF-8, one kind of line ending and no blank lines within: row numbers follow from the
        order of the records.
    """

    encoding: str
    simple: bool


# Expressions that begin with one byte are found two to three times sooner than two bytes by `in`.
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_BLANK_LINE = re.compile(rb"\n\r?\n")


@dataclass
class _Pass:
    """Running facts of the pass: `feeds` are line ends by LF alone, `pairs` by CRLF, `other` by CR alone.

    With `other` no file is simple, and nothing else counts: the rest is told as if each CR began a CRLF.
    """

    utf8: bool = True
    nul: bool = False
    feeds: bool = False
    pairs: bool = False
    other: bool = False
    blank_line: bool = False
    foreign: bytes = b""


def _walk(path: Path) -> _Pass:
    """Read the bytes once; `foreign` collects a sample of the lines that are not ASCII."""
    state, decoder = _Pass(), codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        ending = b"\n"  # a blank first line follows nothing
        while block := _read_block(file):
            ending = _note_endings(state, ending, block)
            state.nul |= b"\0" in block
            if not block.isascii() or not state.utf8:
                state.utf8 = state.utf8 and _decodes(decoder, block)
                _sample_foreign(state, block)
        state.utf8 = state.utf8 and _decodes(decoder, b"", final=True)
    return state


def _read_block(file: BinaryIO) -> bytes:
    """The next bytes, with whole line endings: a CR and its LF are one."""
    block = file.read(BLOCK)
    while block.endswith(b"\r") and (following := file.read(1)):
        block += following
    return block


def _note_endings(state: _Pass, ending: bytes, block: bytes) -> bytes:
    """Note the line endings of a block that follows `ending`, and return those at its end.

    A blank line may lie across two blocks; at the end of the file it does not matter.
    """
    returns = block.count(b"\r") if b"\r" in block else 0
    if returns:
        state.pairs = True
        state.other = state.other or _LONE_RETURN.search(block) is not None
    state.feeds |= block.count(b"\n") > returns if returns else b"\n" in block
    joined = ending + block
    body = joined.rstrip(b"\r\n")
    state.blank_line = state.blank_line or _BLANK_LINE.search(body) is not None
    return joined[len(body) :][-4:]


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _sample_foreign(state: _Pass, block: bytes) -> None:
    if len(state.foreign) >= SAMPLE:
        return
    lines = (line[:2000] for line in block.splitlines() if not line.isascii())
    for line in lines:
        state.foreign += line + b"\n"
        if len(state.foreign) >= SAMPLE:
            return


def scan_text(path: Path, name: str, encoding: str | None = None) -> TextScan:
    """Find a file's encoding and whether it is simple to read.

    Parameters
    ----------
    path
        An existing file that is not empty.
    name
        How it is called in messages.
    encoding
        The user's word for it.

    Raises
    ------
    OrdersError
        If the bytes are no text, or the encoding that was given is unknown or does not fit.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    bom = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    given = _known(encoding, name) if encoding else None
    found = given or bom or _wide(head) or "utf-8"
    if found not in {"utf-8", "utf-8-sig"}:
        return TextScan(found, simple=False)
    state = _walk(path)
    if state.nul or _is_junk(head):
        raise OrdersError(f"{name} is not text: it holds bytes that no text has. Give a CSV, Parquet or Excel file.")
    if not state.utf8 and given:
        raise OrdersError(
            f"{name} is not {given}: it has bytes that {given} has not. Leave --encoding out to have it found."
        )
    if not state.utf8:
        return TextScan(guess_encoding(state.foreign), simple=False)
    mixed = state.other or (state.pairs and state.feeds)
    return TextScan(found, simple=not mixed and not state.blank_line)


def _known(encoding: str, name: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise OrdersError(
            f"{name}: there is no encoding {encoding!r}. Give one such as utf-8, cp1252, cp437 or utf-16."
        ) from error


def _wide(head: bytes) -> str | None:
    """UTF-16 without its mark: Latin text has a zero in every second byte."""
    pairs = len(head) // 2
    if pairs < 8:
        return None
    if head[1::2].count(0) > 0.7 * pairs and head[0::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if head[0::2].count(0) > 0.7 * pairs and head[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def _is_junk(head: bytes) -> bool:
    """Control characters in number are no text in any encoding."""
    controls = sum(head.count(byte) for byte in range(32) if byte not in (9, 10, 11, 12, 13, 26, 27))
    return controls > max(2, len(head) // 100)
