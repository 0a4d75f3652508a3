"""One column of a table of customers: its cells as texts, and as numbers, days or yes and no where they are that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from marketfold.orders import (
    EARLIEST,
    bare,
    is_contact,
    latest_day,
    read_days,
    read_number,
    sample_evidence,
    without_time_of_day,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.config import ReadingOptions
    from marketfold.errors import Fault
    from marketfold.schema import Float64

MOSTLY = 0.95
"""Share of the filled cells that must be numbers (or days), so that the column is one of them."""

YES = frozenset({"1", "1.0", "yes", "y", "true", "t", "ja", "j", "oui", "o", "si", "sí", "s", "sim", "tak", "evet"})
NO = frozenset({"0", "0.0", "no", "n", "false", "f", "nein", "non", "não", "nao", "nee", "nie", "hayir"})
_CODES = "EUR USD GBP CHF SEK NOK DKK PLN CZK HUF RON TRY JPY CNY INR AUD CAD NZD SGD HKD BRL MXN ZAR AED SAR"
CURRENCIES = frozenset((*_CODES.split(), "TL", "RMB", "RS", "R", "KR", "FT", "US", "E"))
"""Letters beside a number that are money; any others make a code of it, as in K12. E is that of 1e5."""
_PLAIN = re.compile(r"-?\d{1,11}(\.\d+)?", re.ASCII)
_TIMES = (pa.types.is_date, pa.types.is_timestamp)


def _text(value: Any) -> str | None:
    """A cell as trimmed text; a whole number without its point."""
    if value is None or value != value:  # noqa: PLR0124  (NaN alone differs from itself)
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return bare(str(value)) or None


def _number(text: str, sign: Literal[".", ","]) -> float | None:
    """As `read_number`, and faster where a text is figures and a point alone."""
    plain = text if sign == "." else text.replace(",", ".") if "." not in text else ""
    if _PLAIN.fullmatch(plain):
        return float(plain)
    letters = "".join(letter for letter in text if letter.isascii() and letter.isalpha())
    return read_number(text, sign) if not letters or letters.upper() in CURRENCIES else None


@dataclass(frozen=True)
class Column:
    """One column: the different texts, and which of them each row has (-1 for none); `codes` of shape (n_rows,)."""

    name: str
    texts: tuple[str, ...]
    codes: NDArray[np.intp]
    decimal: str | None = None
    date_format: str | None = None
    holds_days: bool = False

    @classmethod
    def of(cls, name: str, cells: pa.ChunkedArray, options: ReadingOptions) -> Column:
        """From the cells of a source, whatever their type; texts that stand for a missing cell are none."""
        encoded = cells.combine_chunks().dictionary_encode()
        own = [_text(value) for value in encoded.dictionary.to_pylist()]
        texts = tuple(dict.fromkeys(text for text in own if text is not None and text not in options.null_values))
        place = {text: number for number, text in enumerate(texts)}
        table = np.array([place.get(text or "", -1) for text in own] + [-1], dtype=np.intp)
        codes = table[np.asarray(encoded.indices.fill_null(len(own)).to_numpy(zero_copy_only=False), dtype=np.intp)]
        holds_days = any(is_time(cells.type) for is_time in _TIMES)
        return cls(name, texts, codes, options.decimal, options.date_format, holds_days)

    def take(self, rows: NDArray[np.intp]) -> Column:
        """The same in other rows."""
        return Column(self.name, self.texts, self.codes[rows], self.decimal, self.date_format, self.holds_days)

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which rows have a cell, shape (n_rows,)."""
        return np.asarray(self.codes >= 0)

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """How many rows have each text."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))

    @property
    def different(self) -> int:
        """How many different texts stand in the rows."""
        return int((self.counts > 0).sum())

    def _spread(self, of_texts: Float64) -> Float64:
        """A number for each text -> one for each row, NaN where there is none."""
        values: Float64 = np.append(of_texts, np.nan)[self.codes]
        return values

    def _share_of(self, of_texts: Float64) -> float:
        known = int(self.counts[np.isfinite(of_texts)].sum())
        return known / max(int(self.counts.sum()), 1)

    @cached_property
    def _numbers(self) -> Float64:
        sign = self.decimal or sample_evidence(self.texts[:1000]).sign or "."
        read = (_number(text, "," if sign == "," else ".") for text in self.texts)
        return np.array([np.nan if number is None else number for number in read], dtype=np.float64)

    @property
    def is_number(self) -> bool:
        """Whether nearly all cells are numbers."""
        return not self.holds_days and bool(self.texts) and self._share_of(self._numbers) >= MOSTLY

    @property
    def numbers(self) -> Float64:
        """The cells as numbers, NaN where they are none, shape (n_rows,)."""
        return self._spread(self._numbers)

    @cached_property
    def _days(self) -> tuple[Float64, Fault | None]:
        bare = [without_time_of_day(text) for text in self.texts]
        counts: dict[str, int] = {}
        for text, n in zip(bare, self.counts.tolist(), strict=True):
            counts[text] = counts.get(text, 0) + n
        read = read_days(self.name, counts, None if self.holds_days else self.date_format)
        able = {text: day for text, day in read.days.items() if day <= latest_day()}
        found = [able.get(text) for text in bare]
        fault = read.fault if read.holds_days else None
        return np.array([np.nan if day is None else day.toordinal() for day in found], np.float64), fault

    @property
    def is_date(self) -> bool:
        """Whether nearly all cells are days, or could be day-first and month-first alike."""
        if not self.texts or (self.is_number and not _compact_days(self.texts)):
            return False
        days, fault = self._days
        return fault is not None or self._share_of(days) >= MOSTLY

    @property
    def day_fault(self) -> Fault | None:
        """Why the days cannot be told."""
        return self._days[1]

    @property
    def days(self) -> Float64:
        """The cells as day numbers (`date.toordinal`), NaN where they are none, shape (n_rows,)."""
        return self._spread(self._days[0])

    @property
    def is_flag(self) -> bool:
        """Whether the cells are yes and no."""
        if len(self.texts) > len(YES | NO):
            return False
        kinds = {text.casefold() in YES for text in self.texts}
        return len(kinds) == 2 and all(text.casefold() in YES | NO for text in self.texts)

    @property
    def flags(self) -> Float64:
        """1 for yes, 0 for no, NaN for anything else, shape (n_rows,)."""
        folded = [text.casefold() for text in self.texts]
        return self._spread(np.array([1.0 if t in YES else 0.0 if t in NO else np.nan for t in folded], np.float64))

    @property
    def classes(self) -> NDArray[np.object_]:
        """The cells as texts, None where there is none, shape (n_rows,)."""
        return np.array([*self.texts, None], dtype=object)[self.codes]

    @property
    def looks_personal(self) -> bool:
        """Whether cells are e-mail addresses or telephone numbers."""
        texts = self.texts[:1000]
        if self.holds_days or self.is_date:
            return False
        if self.is_number:
            texts = tuple(text for text in texts if "." not in text and "," not in text)
        return bool(texts) and sum(map(is_contact, texts)) > len(texts) / 2


def _compact_days(texts: Sequence[str]) -> bool:
    return all(re.fullmatch(r"(19|20)\d{6}", text) for text in texts[:1000])


def as_day(number: float) -> date:
    """A day number as a day; within what any order can have."""
    return min(max(date.fromordinal(int(number)), EARLIEST), latest_day())
