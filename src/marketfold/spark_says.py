"""What Spark says in many lines, in one sentence."""

from __future__ import annotations

import os
import re
import warnings
from contextlib import contextmanager
from traceback import walk_tb
from typing import IO, TYPE_CHECKING

from marketfold.errors import EngineError, MarketfoldError, OrdersError, RunFolderError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPARKS = frozenset({"pyspark", "py4j", "grpc"})
_TOKEN = re.compile(r"(?i)(token\s*=\s*)[^;&\s'\"]+")
_NO_RIGHT = re.compile(r"(?i)permission|accesscontrol|access denied|not authorized|forbidden")
_ENDED = re.compile(r"(?i)Py4JNetwork|answer from Java|Context.*(stop|shut)|\.dagScheduler\(\)\W+is null")
"""That Java, or what Spark has of it, is gone."""
_LOST = re.compile(r"(?i)connection (refused|reset)|UNAVAILABLE")
GONE = (ConnectionError, EOFError)
"""What Python says of a Java that is gone: it cannot be asked, or ended while it told."""
_NO_MEMORY = re.compile(r"OutOfMemory|Java heap space")
_OURS = re.compile(r"marketfold\.errors\.\w+: ((?:(?!\n\s+at |\n\s*\n|\n SQLSTATE).)+)", re.DOTALL)
"""What was raised by our own code where Spark runs it."""
_RAISED = re.compile(r"([\w.]*(Error|Exception)): ")
"""The end of what Python says where Spark runs it."""
_DETAILS = re.compile(r'details = "([^";]+)')
"""What gRPC says, among much that it says of itself."""
_MUCH = 1 << 20
_java: list[IO[bytes]] = []
"""What the Java of a session of our own writes: where it ended by itself, why stands nowhere else."""


def listen_to(*logs: IO[bytes]) -> None:
    """Where the Java of a session of our own writes from now on; nowhere, where that session is no more."""
    _java[:] = logs


def masked(text: str) -> str:
    """A text without the token of an address of Spark Connect.

    >>> masked("sc://spark.example:15002/;user_id=ann;token=abc")
    'sc://spark.example:15002/;user_id=ann;token=***'
    """
    return _TOKEN.sub(r"\1***", text)


@contextmanager
def told_in_words(name: str, *, writing: bool = False) -> Iterator[None]:
    """Say in a sentence what Spark says in many lines of what it reads, or writes; what is not of Spark passes.

    Raises
    ------
    OrdersError
        If it may not read `name`, or cannot.
    RunFolderError
        If it may not write it, or cannot.
    EngineError
        If memory or the connection is gone.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
            yield
    except Exception as error:
        if not is_of_spark(error):
            raise
        raise (not_written if writing else in_words)(error, name) from error


def is_of_spark(error: Exception) -> bool:
    """Whether Spark says it, or what leads to it."""
    if isinstance(error, GONE):
        return any(_is_sparks(frame.f_globals.get("__name__", "")) for frame, _ in walk_tb(error.__traceback__))
    return _is_sparks(type(error).__module__)


def _is_sparks(module: str) -> bool:
    return module.partition(".")[0] in _SPARKS


def is_too_much_at_once(error: Exception) -> bool:
    """Whether Spark says that a result is larger than it may bring home in one."""
    return "maxResultSize" in str(error)


def in_words(error: Exception, name: str) -> MarketfoldError:
    """What Spark says of `name`, and what to do."""
    whole, short = f"{type(error).__name__} {error}", said(error)
    if "No module named 'marketfold" in whole:
        return EngineError(
            "The workers of the cluster do not have Marketfold, which gives customers their segments there. Install "
            "the same version on them (marketfold-core is enough), or write into a file: --engine duckdb."
        )
    if _NO_RIGHT.search(whole):
        return OrdersError(
            f"Spark has no right to read {name}: {short}. Ask for it (GRANT SELECT, or read on the files), or give "
            "another table."
        )
    if is_too_much_at_once(error):
        return EngineError(
            f"The customers do not fit into what Spark may send: {short}. Raise spark.driver.maxResultSize where the "
            "session is made."
        )
    ours = _OURS.search(whole)
    is_gone = isinstance(error, GONE) or bool(_ENDED.search(whole) or _LOST.search(whole))
    if ours is None and (_NO_MEMORY.search(whole) or (is_gone and _NO_MEMORY.search("".join(map(text_of, _java))))):
        return EngineError("Spark has too little memory. Raise --memory-limit, or spark.driver.memory of the session.")
    if ours is None and is_gone:
        return EngineError(f"The connection to Spark was lost: {short}. Run again when it is there.")
    return OrdersError(
        ours[1].strip()
        if ours
        else f"Spark cannot read {name}: {short}. Check that all of it is there, whole, and where the cluster sees it."
    )


def not_written(error: Exception, place: str) -> MarketfoldError:
    """What Spark says of a place that it was to write to, and what to do."""
    whole, look = f"{type(error).__name__} {error}", "Look whether a part of it is there"
    if re.search(r"(PATH|TABLE_OR_VIEW|LOCATION)_ALREADY_EXISTS", whole):
        return RunFolderError(f"There is something at {place} already. Name another table or address with --out.")
    told = in_words(error, place)
    if isinstance(told, EngineError) or _OURS.search(whole):  # which is no fault of the place
        return type(told)(f"{told} {look} at {place}, and take it away.")
    right = "has no right to" if _NO_RIGHT.search(whole) else "cannot"
    return RunFolderError(f"Spark {right} write {place}: {said(error)}. {look}, and name another place with --out.")


def text_of(log: IO[bytes]) -> str:
    """The end of what Java wrote, read beside where it writes."""
    size = os.fstat(log.fileno()).st_size
    if hasattr(os, "pread"):
        return os.pread(log.fileno(), _MUCH, max(size - _MUCH, 0)).decode("utf-8", "replace")
    log.seek(max(size - _MUCH, 0))
    return log.read().decode("utf-8", "replace")


def said(error: Exception) -> str:
    """What Spark says, in a line, without classes of Java and without a token."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    if details := _DETAILS.search(str(error)):
        return masked(details[1])[:300]
    raised = [line for line in lines if _RAISED.match(line)] if "PYTHON_EXCEPTION" in str(error) else []
    if raised:
        return masked(raised[-1].strip(" .;:"))[:300]
    if lines[0].startswith("An error occurred while calling") and lines[1:]:
        lines = lines[1:]
    causes = [line.removeprefix("Caused by:").strip() for line in lines if line.startswith("Caused by:")]
    told = re.sub(r"^:?\s*(([\w$]+\.)+[\w$]+:\s*)+", "", causes[-1] if causes else lines[0])
    return masked(told.partition(" SQLSTATE")[0].strip(" .;:"))[:300]
