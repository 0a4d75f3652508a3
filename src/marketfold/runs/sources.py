"""What a run was made from, found again: only who is in those very orders is whom the run speaks of."""

from __future__ import annotations

import glob
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from marketfold.config import ReadingOptions
from marketfold.customer_tables import read_source
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.errors import RunFolderError
from marketfold.orders import TableAddress, fingerprint, table_address
from marketfold.runs.kept_lines import KeptLines
from marketfold.schema import SOURCE_LINE
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from marketfold.audiences import People
    from marketfold.decisions import TableRead
    from marketfold.engine import Engine
    from marketfold.runs.kept_lines import KeptSource
    from marketfold.runs.read import Run

_MOST_LINES = 1 << 40
"""Numbers of lines of one source; those of the next begin behind them."""


def read_people(run: Run, given: Any = None) -> People:
    """Who the customers of a run are, from what it was made from and what was added to it since.

    Parameters
    ----------
    given
        The orders, where they have moved; a table in memory that the run was made from; of a run that lines were added
        to, a file or table of all customers.

    Raises
    ------
    RunFolderError
        If the orders are gone, others, changed, or cannot be known again.
    """
    reading = _where_it_lies(run, given)
    refreshed = run.record.get("refreshed")
    if given is not None and (refreshed or not isinstance(given, str | Path)):
        return read_source(given, reading)
    if not refreshed:
        found = read_source(order_source(run, given), reading)
        refuse_other_table(run, found.facts.table)
        return found
    parts = [
        read_source(place, ReadingOptions.model_validate(reading.model_dump() | one.reading))
        for place, one in _added_sources(run)
    ]
    return parts[0] if len(parts) == 1 else _SeveralPeople(parts, reading.memory_limit)


def _where_it_lies(run: Run, given: Any) -> ReadingOptions:
    """How the orders are read again: files of this machine by the engine that is built in, whatever read them first."""
    reading = run.config.reading
    if reading.engine == "spark" and (run.record["input"].get("sha256") or not isinstance(given, str | Path | None)):
        return reading.built_in()
    return reading


def _added_sources(run: Run) -> list[tuple[str, KeptSource]]:
    """Where each source of the lines is now."""
    sources = KeptLines.of(run).sources
    places = [(_found_again(run, one.path, one.sha256), one) for one in sources]
    gone = [one.path for place, one in places if not _is_known(place, one)]
    if gone:
        raise RunFolderError(
            f"Names and addresses are read from what {run.folder} was made from, and {listed(gone)} "
            f"{'is' if len(gone) == 1 else 'are'} not there any more, or changed. Put them back; or give a file of all "
            "customers with --orders."
        )
    return places


def _is_known(place: str, source: KeptSource) -> bool:
    """Whether it is the very source: a table on a server has no bytes to tell it by, and is so by its name."""
    address = table_address(place)
    if address is not None and not address.is_file:
        return True
    return source.sha256 is not None and fingerprint(place) == source.sha256


class _SeveralPeople:
    """Sources that were read each in its own way, as one: copied to the engine's own folder, which goes with it."""

    def __init__(self, parts: Sequence[People], memory_limit: str | None) -> None:
        self._parts = parts
        self._engine = DuckDBEngine(memory_limit)
        self.engine: Engine = self._engine
        facts = [part.facts for part in parts]
        mapping = {role: column for one in reversed(facts) for role, column in one.mapping.items()}
        self.facts = replace(
            facts[0],
            lines=sum(one.lines for one in facts),
            mapping=mapping,
            extra_columns=tuple(dict.fromkeys(column for one in facts for column in one.extra_columns)),
            id_is_personal=any(one.id_is_personal for one in facts),
            table=None,
        )
        self.lines = self._together("lines", lambda part: part.lines)

    def personal(self, *extra_columns: str) -> nw.LazyFrame[Any]:
        """Of each source what it has; the rest is empty."""

        def of(part: People) -> nw.LazyFrame[Any]:
            known = {*part.facts.extra_columns, *part.facts.mapping.values()}
            return part.personal(*(column for column in extra_columns if column in known))

        return self._together("people", of)

    def _together(self, name: str, of: Callable[[People], nw.LazyFrame[Any]]) -> nw.LazyFrame[Any]:
        paths = []
        for place, part in enumerate(self._parts):
            paths.append(self._engine.folder / f"{name}-{place}.parquet")
            frame = of(part).with_columns(nw.col(SOURCE_LINE) + place * _MOST_LINES)
            if not part.engine.write_parquet(frame, paths[-1]):
                self._engine.write_parquet(self._engine.from_arrow(part.engine.collect(frame)), paths[-1])
        return self._engine.scan_parquet(paths, "_row", 0).drop("_row")


def order_source(run: Run, given: str | Path | None) -> str:
    """What the run read, as it can be read again: who is in another file or table is not whom the run speaks of.

    A table on a server has no bytes to tell it by: it is known by the names of its database and its own.

    Raises
    ------
    RunFolderError
        If it is gone, another one, changed, or cannot be known again.
    """
    source = str(given) if given else where_it_was(run)
    address = table_address(source)
    if address is not None and not address.is_file:
        return _table_on_server(run, address)
    if run.config.reading.engine == "spark" and not run.record["input"].get("sha256"):
        return _in_cluster(run, source)
    if given is None and not is_there(source):
        message = f"{source} is not there any more, and names and addresses are read from it. Say where with --orders."
        raise RunFolderError(message)
    recorded = run.record["input"].get("sha256")
    if recorded is None and given is None:
        raise RunFolderError(
            f"{run.folder} does not say how its order file is recognised, so {source} may hold the people of another "
            f"shop. If it is the file that was read, say so with --orders {source}."
        )
    if recorded is not None and fingerprint(source) not in {recorded, None}:  # what is not there is refused when read
        raise RunFolderError(
            f"{source} is not the file that {run.folder} was made from, or it was changed since: the customers of "
            "another file are not those of the run. Give the file that was read with --orders; or make a new run from "
            f"this one, with --previous {run.folder} to keep segments, names and holdout, and export that."
        )
    read = run.record["input"].get("table")
    return TableAddress(None, source, read["name"]).text if read and recorded and address is None else source


def _in_cluster(run: Run, source: str) -> str:
    """What Spark read, by its name or address: it is known by that alone."""
    was = run.record["input"]["path"]
    if run.record["input"].get("table") is None and source != was:
        raise RunFolderError(
            f"{run.folder} was made from {was} by Spark, and {source} cannot be compared with that. Leave out "
            f"--orders, or make a run from it, with --previous {run.folder} to keep segments and holdout."
        )
    return source


def _table_on_server(run: Run, address: TableAddress) -> str:
    """The address of the table that the run read; which one it is is seen when it is read."""
    read = run.record["input"]
    if not on_a_server(read):
        raise RunFolderError(
            f"{run.folder} was made from {read['path']}, and {address.text} cannot be compared with that. Give what it "
            f"was made from; or make a run from the table, with --previous {run.folder} to keep segments and holdout."
        )
    was = table_address(read["path"])
    return (address if address.table or was is None or was.table is None else address.of(was.table)).secret_text


def refuse_other_table(run: Run, found: TableRead | None) -> None:
    """`RunFolderError` where a table was read, and not the one that the run was made from; its file may have moved."""
    was = run.record["input"].get("table")
    if not was:
        return
    if not found:
        if on_a_server(run.record["input"]):  # nothing else says whose people a file holds
            raise RunFolderError(
                f"{run.folder} was made from the table {was['name']} of {was['database']} ({was['kind']}), and a file "
                f"cannot be compared with that. Leave out --orders; or make a run from the file, with --previous "
                f"{run.folder} to keep segments and holdout."
            )
        return
    same_database = not on_a_server(run.record["input"]) or found.database == was["database"]
    if (found.kind, found.table) != (was["kind"], was["name"]) or not same_database:
        raise RunFolderError(
            f"{found.address} is not the table that {run.folder} was made from, which is {was['name']} of "
            f"{was['database']} ({was['kind']}): the customers of another table are not those of the run."
        )


def on_a_server(read: Mapping[str, Any]) -> bool:
    """Whether a run read a table that has no bytes to know it by."""
    return read.get("table") is not None and read.get("sha256") is None


def where_it_was(run: Run) -> str:
    """The orders that the run read, where they are now."""
    return _found_again(run, run.record["input"]["path"], run.record["input"].get("sha256"))


def _found_again(run: Run, told: str, recorded: str | None) -> str:
    """A path as it was recorded. One that was relative counts from where it leads to that very file.

    The run was made in a folder above it, as a rule, whatever the folder is from which it is exported. A path without a
    name of its own leads anywhere: `.`, `..` and `**` would be the whole disk from high enough.
    """
    address = table_address(told)
    path = Path(told)
    if (address is not None and not address.is_file) or recorded is None:
        return told
    if path.is_absolute() or path.name in {"", ".."} or "**" in path.parts:
        return told
    places = [str(path), *(str(folder / path) for folder in run.home.parents)]
    return next((one for one in places if is_there(one) and fingerprint(one) == recorded), str(path))


def is_there(source: str) -> bool:
    """Whether there is such a file or folder, or the file of such a table; a pattern is taken for one."""
    address = table_address(source)
    path = Path(address.place if address else source)
    return path.exists() or (address is None and glob.has_magic(source))
