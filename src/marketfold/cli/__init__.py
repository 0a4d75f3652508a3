"""The command line: each command parses, calls and prints."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130
ENDED = 143
"""128 and the number of the signal, as shells have it."""

_NO_WORK = frozenset({"-h", "--help", "--version"})
_SPACE, _SPACE_OF_A_RUN = 3 << 29, 3 << 30
"""Bytes of addresses. Measured on two cores: an inspection takes 1.3 GB and a run 2.6 GB, most of them never touched;
with less the libraries end in a segmentation fault or wait for ever."""


def main() -> None:
    """Run the command line; a deliberate error is printed without a traceback and ends with 2."""
    from marketfold.cli.app import app

    _end_cleanly_when_asked()
    try:
        _refuse_other_letters()
        _refuse_little_space()
        app()
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        _fail(told)
    except SystemExit as ended:
        if ended.code in {INTERRUPTED, ENDED}:
            _stop(int(ended.code))
        raise


def _told(error: Exception) -> str | None:
    """What to say of an error that is no bug; None of one that is."""
    from marketfold.errors import EngineError, MarketfoldError
    from marketfold.spark_says import in_words, is_of_spark

    if isinstance(error, MarketfoldError):
        return str(error)
    if is_of_spark(error):  # by Spark Connect each look at the names of columns is a question, and may fail
        told = in_words(error, "the orders")
        return str(told) if isinstance(told, EngineError) else None
    if isinstance(error, OSError):  # of a place that the machine refuses; a bug has another kind
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}. Check the path, and that there is room and permission."
    if isinstance(error, RuntimeError) and "interrupted" in str(error).lower():
        _stop(INTERRUPTED)  # Ctrl-C inside a query of the embedded engine
    return None


def _end_cleanly_when_asked() -> None:
    """Take SIGTERM as Ctrl-C is taken: what is half-written and temporary goes."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(ENDED)

    with suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGTERM, end)


def _refuse_other_letters() -> None:
    from marketfold.errors import ParameterError

    for word in sys.argv[1:]:
        try:
            word.encode("utf-8")
        except UnicodeEncodeError as error:
            shown = word.encode("utf-8", "backslashreplace").decode()
            raise ParameterError(
                f"{shown} is not in UTF-8. Rename the file; if its name is in UTF-8, set PYTHONUTF8=1."
            ) from error


def _refuse_little_space() -> None:
    """Say before the work that a limit of the shell (`ulimit -v`) leaves no room for it."""
    if sys.platform == "win32" or len(sys.argv) < 2 or _NO_WORK & set(sys.argv):
        return
    import resource

    from marketfold.errors import EngineError

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    needed = _SPACE_OF_A_RUN if sys.argv[1] in {"run", "demo"} else _SPACE
    if limit != resource.RLIM_INFINITY and limit < needed:
        raise EngineError(
            f"This shell lets a process address {limit / 2**30:.1f} GB, and marketfold {sys.argv[1]} needs "
            f"{needed / 2**30:.1f} GB, of which it uses a small part. Raise the limit (ulimit -v unlimited); "
            "to bound what is used, give --memory-limit."
        )


def _fail(message: str) -> None:
    from marketfold.errors import EXIT_CODE
    from marketfold.words import printable

    sys.stderr.write(f"{printable(message)}\n")
    sys.exit(EXIT_CODE)


def _stop(code: int) -> None:
    sys.stderr.write("Stopped. Nothing half-written was left.\n")
    raise SystemExit(code)
