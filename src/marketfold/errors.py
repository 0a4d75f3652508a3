"""Every error that Marketfold raises on purpose.

A message says what it got, what it wanted and what to do next. Where a table has several faults they are reported
together. The command line prints the message and exits with 2; anything else that escapes is a bug.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXIT_CODE = 2


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and the way out of it."""

    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.what} Hint: {self.hint}" if self.hint else self.what


def closest(word: str, among: Iterable[str]) -> str:
    """Hint for a word that is not among the known ones.

    Examples
    --------
    >>> closest("offr", ["offer", "name"])
    "closest: 'offer'."
    """
    known = sorted(among)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"closest: '{near[0]}'." if near else f"known: {', '.join(known)}."


class MarketfoldError(Exception):
    """Root of every deliberate error; `faults` holds the single causes where there are several."""

    faults: tuple[Fault, ...] = ()

    # OSError would print its errno form; a message is all that we give.
    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    @classmethod
    def from_faults(cls, headline: str, faults: Sequence[Fault]) -> Self:
        """Report all faults of one thing at once.

        Examples
        --------
        >>> faults = [Fault("no date column.", "--map ordered_on=WHEN")]
        >>> print(OrdersError.from_faults("orders.csv cannot be read as orders", faults))
        orders.csv cannot be read as orders: 1 fault.
          - no date column. Hint: --map ordered_on=WHEN
        """
        count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
        error = cls("\n".join([f"{headline}: {count}.", *(f"  - {fault}" for fault in faults)]))
        error.faults = tuple(faults)
        return error


class OrdersError(MarketfoldError, ValueError):
    """The order lines cannot be used as they are."""


class SourceNotFoundError(OrdersError, FileNotFoundError):
    """There is no such file, folder or table."""


class TooMuchSetAsideError(OrdersError):
    """More than half of the lines would be set aside."""


class LedgerError(MarketfoldError, RuntimeError):
    """Lines or money of the ledger do not add up, which is a bug of ours."""


class EngineError(MarketfoldError, RuntimeError):
    """Disk or memory ran out, or the embedded engine cannot start."""


class ConfigError(MarketfoldError, ValueError):
    """A setting, a flag or `marketfold.toml` is wrong."""


class ParameterError(MarketfoldError, ValueError):
    """An argument of a function or an estimator is wrong."""


class TooFewUnitsError(MarketfoldError, ValueError):
    """There are fewer customers (or orders, or lines) than the question needs."""


class TrainingError(MarketfoldError, RuntimeError):
    """A network did not learn."""


class ModelError(MarketfoldError, ValueError):
    """A saved model is damaged, foreign or unsafe."""


class RunFolderError(MarketfoldError, OSError):
    """A run folder cannot be written or read."""


class PlaybookError(MarketfoldError, ValueError):
    """A campaign playbook is wrong."""


class AudienceError(MarketfoldError, ValueError):
    """An audience cannot be exported as asked."""


class MeasurementError(MarketfoldError, ValueError):
    """A campaign cannot be measured with what was given."""


class MissingDependencyError(MarketfoldError, ImportError):
    """A library that this step needs is not installed."""
