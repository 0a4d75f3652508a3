"""Which encoding a text file is in, without reading more of it into memory than a block."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import charset_normalizer

from marketfold.errors import OrdersError

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 8 << 20
SAMPLE = 64 << 10

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# In the order in which an export is likely to be in them: on equal evidence the first wins.
CANDIDATES = ("cp1252", "cp437", "cp850", "cp1250", "mac_roman", "iso8859_15", "cp1251", "cp1253", "cp1254", "cp852")


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


@dataclass
class _Pass:
    """Running facts of the pass: `feeds` are line ends by LF alone, `pairs` by CRLF, `other` by CR alone."""

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
        while block := file.read(BLOCK):
            ending = _note_endings(state, ending, block)
            state.nul |= b"\0" in block
            if not block.isascii() or not state.utf8:
                state.utf8 = state.utf8 and _decodes(decoder, block)
                _sample_foreign(state, block)
        state.utf8 = state.utf8 and _decodes(decoder, b"", final=True)
    return state


def _note_endings(state: _Pass, ending: bytes, block: bytes) -> bytes:
    """Note the line endings of a block that follows `ending`, and return those at its end.

    A blank line may lie across two blocks; at the end of the file it does not matter.
    """
    pairs = block.count(b"\r\n") if b"\r" in block else 0
    if pairs or b"\r" in block:
        split = ending.endswith(b"\r") and block.startswith(b"\n")
        state.other |= block.count(b"\r") - pairs - block.endswith(b"\r") > 0
        state.feeds |= block.count(b"\n") - pairs - split > 0
        state.pairs = True
    else:
        state.feeds |= b"\n" in block
    joined = ending + block
    body = joined.rstrip(b"\r\n")
    state.blank_line |= b"\n\n" in body or b"\n\r\n" in body or b"\r\r" in body
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


_WORD = re.compile(r"[^\W\d_]+")
_SIGN = re.compile(r"[^\x00-\x7f]")


def _is_plain_word(word: str) -> bool:
    """Whether a word is of one script and cased as words are: `Martín`, `ÅRE`, `Åre`, not `MartÝn` or `Bergu„`."""
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in word}
    cased = word.islower() or word.isupper() or (word[:1].isupper() and word[1:].islower())
    camel = all(letter.isascii() for letter in word if letter.isupper())
    return len(scripts) == 1 and (cased or camel)


def plausibility(text: str) -> float:
    """Share of the characters beyond ASCII that stand as they do in words and prices, 0 to 1."""
    total = good = 0.0
    for match in _WORD.finditer(text):
        foreign = sum(not letter.isascii() for letter in match.group())
        if foreign:
            total += foreign
            # A lone letter says little; a word that is all foreign may be of another alphabet.
            good += foreign * (0.5 if len(match.group()) == 1 else 1.0) * _is_plain_word(match.group())
    for match in _SIGN.finditer(text):
        sign = match.group()
        if sign.isalpha():
            continue
        total += 1
        before, after = text[max(match.start() - 1, 0) : match.start()], text[match.end() : match.end() + 1]
        inside_word = before.isalpha() and after.isalpha() and sign not in "\u2019\u00b4"
        kind = unicodedata.category(sign)
        good += 0.0 if inside_word or (kind in {"Cc", "Co", "Cn", "So"} and sign not in "®©°") else 0.9
    return good / total if total else 1.0


def _score(sample: bytes, encoding: str) -> float:
    try:
        return plausibility(sample.decode(encoding))
    except (UnicodeDecodeError, LookupError):
        return -1.0


def guess_encoding(sample: bytes) -> str:
    """The encoding in which the lines beyond ASCII read most like words.

    charset-normalizer speaks first. It judges by the frequencies of letters, and where accents are rare it takes one
    code page for another, so its answer stands only while no common encoding makes better words of the same bytes.

    >>> guess_encoding("Martín; Berguvsvägen".encode("cp437"))
    'cp437'
    """
    best = charset_normalizer.from_bytes(sample).best()
    guessed = best.encoding if best else CANDIDATES[0]
    scores = {encoding: _score(sample, encoding) for encoding in CANDIDATES}
    ours = max(scores, key=lambda encoding: scores[encoding])
    return guessed if _score(sample, guessed) > scores[ours] + 0.05 else ours


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
        message = f"{name} is not text: it holds bytes that no text has. Give a CSV, Parquet or Excel file."
        raise OrdersError(message)
    if not state.utf8 and given:
        message = f"{name} is not {given}: it has bytes that {given} has not. Leave --encoding out to have it found."
        raise OrdersError(message)
    if not state.utf8:
        return TextScan(guess_encoding(state.foreign), simple=False)
    mixed = state.other or (state.pairs and state.feeds)
    return TextScan(found, simple=not mixed and not state.blank_line)


def _known(encoding: str, name: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        message = f"{name}: there is no encoding {encoding!r}. Give one such as utf-8, cp1252, cp437 or utf-16."
        raise OrdersError(message) from error


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
