"""Recognise what was given: a path, a folder, a pattern, standard input, or a frame of any library."""

from __future__ import annotations

import difflib
import glob
import os
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from marketfold import words
from marketfold.decisions import Decision
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.errors import OrdersError, SourceNotFoundError
from marketfold.file_names import is_passed_over
from marketfold.orders.addresses import table_address
from marketfold.orders.copied import CopiedSource
from marketfold.orders.databases import open_database, table_names
from marketfold.orders.day_parts import PARTS, JoinedDays, find_day_parts, hold_days
from marketfold.orders.hints import holds_days
from marketfold.orders.in_memory import open_table
from marketfold.orders.in_spark import (
    HandedSource,
    in_spark,
    is_elsewhere,
    open_elsewhere,
    refuse_kind,
    refuse_without_spark,
)
from marketfold.orders.kinds import DATABASES, Kind, kind_of
from marketfold.orders.packing import TextFile, files_below, members_of, packed_as, spool_input
from marketfold.orders.postgresql import open_postgresql
from marketfold.orders.remote import refuse_remote
from marketfold.orders.repeated_tables import same_files
from marketfold.orders.role_names import sureness
from marketfold.orders.several import SeveralTexts
from marketfold.orders.sources import FrameSource, RelationSource, from_parquet
from marketfold.orders.text_files import NoLinesError, TextSource
from marketfold.orders.workbooks import open_workbooks, sheet_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.config import ReadingOptions
    from marketfold.orders.addresses import TableAddress
    from marketfold.orders.sources import Source

STANDARD_INPUT = "-"
MOST_FILES = 10_000
"""Files of one folder. More is no export but a whole disk."""
_MAY_NOT = "permission was denied. Ask whose it is for the right to read it, or give another place."


_OPEN = (TextSource, SeveralTexts, FrameSource, RelationSource, CopiedSource, JoinedDays, HandedSource)


def open_source(source: object, options: ReadingOptions) -> Source:
    """Open what was given as a source of order lines; one that is open already is given back.

    Raises
    ------
    SourceNotFoundError
        If there is no such file.
    OrdersError
        If it cannot hold order lines.
    """
    if isinstance(source, _OPEN):
        return source
    refuse_without_spark(source, options)
    if isinstance(source, str | Path):
        return _with_days(_open_given(str(source), options), options)
    if isinstance(source, list | tuple) and source and all(isinstance(one, str | Path) for one in source):
        return _with_days(_open_list([Path(one) for one in source], options), options)
    return _with_days(_told_of_unused(open_table(source, options), options, None), options)


def _with_days(source: Source, options: ReadingOptions) -> Source:
    """The source with its days in one column, where no column is named for them and others hold their parts."""
    parts = find_day_parts(source.columns)
    if parts is None or options.mapping.get("ordered_on", parts.label) != parts.label or isinstance(source, JoinedDays):
        return source
    sample = source.sample()
    named = [column for column in source.columns if sureness("ordered_on", column) is not None]
    if any(holds_days(sample[column]) for column in named) or not hold_days(parts, sample):
        return source
    whole = len(parts.columns) == len(PARTS) or not any(holds_days(cells) for cells in sample.values())
    return JoinedDays(source, parts) if whole else source


def tables_within(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sheets of a workbook or tables of a database, and the files of a folder by their paths from there.

    There are none of what cannot be read.
    """
    try:
        if path.is_dir():
            return (), tuple(_files_below(path))
        kind = kind_of(path, path.name)
        if kind in DATABASES:
            return table_names(path, DATABASES[kind], DuckDBEngine()), ()
        return (sheet_names(path, path.name), ()) if kind is Kind.WORKBOOK else ((), ())
    except OrdersError:
        return (), ()


_FILE_FLAGS = {"sheet": "--sheet", "delimiter": "--delimiter", "encoding": "--encoding", "header_row": "--header-row"}
_TAKEN = {
    Kind.TEXT: frozenset({"delimiter", "encoding", "header_row"}),
    Kind.PACKED: frozenset({"delimiter", "encoding", "header_row"}),
    Kind.WORKBOOK: frozenset({"sheet", "header_row"}),
    **dict.fromkeys(DATABASES, frozenset({"sheet"})),
}
"""The flags about the form of a file that each kind has a use for; other kinds have none for any."""


def _told_of_unused(source: Source, options: ReadingOptions, kind: Kind | None) -> Source:
    """The source with a word on flags that say what a source of its kind has not."""
    given = {name for name in _FILE_FLAGS if getattr(options, name) is not None}
    taken = _TAKEN.get(kind, frozenset()) if kind else frozenset()
    if unused := [flag for name, flag in _FILE_FLAGS.items() if name in given - taken]:
        what = kind.value if kind else "a table of a database" if source.table else "a table in memory"
        numbers = {"flags": words.listed(unused), "what": f"the orders are {what}"}
        source.decisions = (*source.decisions, Decision("flags_unused", numbers=numbers))
    return source


def _open_given(given: str, options: ReadingOptions) -> Source:
    """A path, a pattern, or `-`."""
    if not given.strip():
        raise SourceNotFoundError(
            "The name of the orders is empty. Give a file, a folder, a pattern, or - for standard input."
        )
    if options.engine == "spark" and is_elsewhere(given, table_address(given)):
        return open_elsewhere(given, options)
    return _open_here(given, options)


def _open_here(given: str, options: ReadingOptions) -> Source:
    """Files of this machine, or a table by the address of its database."""
    address = table_address(given)
    if address is None:
        refuse_remote([given])
    engine = DuckDBEngine(options.memory_limit)
    if address is not None:
        return _open_table(address, options, engine)
    if given == STANDARD_INPUT:
        return _open_files("standard input", {"standard input": spool_input(engine.folder)}, options, engine)
    shown = os.fsencode(given).decode("utf-8", "replace")
    if shown != given:
        raise OrdersError(
            f"The name {shown} has bytes that are not UTF-8, which cannot be read. Rename the file or its folder."
        )
    try:
        path = Path(given)
        path = path.expanduser() if given.startswith("~") and not path.exists() else path  # a file may be called ~$x
        if path.is_dir():
            return _open_files(path.name or str(path), _files_below(path), options, engine)
        if not path.exists():
            return _open_pattern(path, options, engine)
    except (OSError, RuntimeError, ValueError) as error:  # too long, no such user, a zero byte
        if isinstance(error, OrdersError):
            raise
        if isinstance(error, PermissionError):
            raise OrdersError(f"{given} may not be looked at: {_MAY_NOT}") from error
        raise SourceNotFoundError(
            f"There can be no file {given[:60]!r}{'...' if len(given) > 60 else ''}: {_reason(error)}."
        ) from error
    return _open_files(path.name, {path.name: path}, options, engine)


def _open_table(address: TableAddress, options: ReadingOptions, engine: DuckDBEngine) -> Source:
    """A table of a database, by its address."""
    if not address.is_file:
        named = address if address.table else replace(address, table=options.sheet)
        used = options if address.table else options.model_copy(update={"sheet": None})
        return _told_of_unused(open_postgresql(named, engine), used, None)
    path = Path(address.place).expanduser()
    if not path.is_file():
        raise _not_found(path)
    kind = kind_of(path, path.name)
    known = DATABASES.get(kind)
    if known is None or address.kind not in {None, known}:
        wanted = address.kind or "DuckDB or SQLite"
        raise OrdersError(f"{path.name} is no {wanted} database: it is {kind.value}. Give its path alone: {path}.")
    source = open_database(path, known, address.table or options.sheet, engine)
    return _told_of_unused(source, options, None if address.table else kind)


def _reason(error: Exception) -> str:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return reason[:1].lower() + reason[1:].rstrip(".")


def _files_below(folder: Path) -> dict[str, Path]:
    """The files of a folder and of those within it, by their names there."""
    try:
        found = dict(islice(files_below(folder), MOST_FILES + 1))
    except PermissionError as error:
        raise OrdersError(f"The folder {error.filename} may not be looked into: {_MAY_NOT}") from error
    if len(found) > MOST_FILES:
        raise OrdersError(
            f"The folder {folder} holds more than {words.count(MOST_FILES)} files: that is no one table. Give a "
            "pattern, or a folder of orders alone."
        )
    if not found:
        raise OrdersError(
            f"The folder {folder.name or folder} holds no file. Give a folder of CSV, Excel or Parquet files."
        )
    return _each_once({name: found[name] for name in sorted(found)})


def _each_once(files: Mapping[str, Path]) -> dict[str, Path]:
    """Each file once, whatever links lead to it: `latest.csv` may be a link to the last of the others."""
    own: dict[Path, str] = {}
    for name in sorted(files, key=lambda name: (files[name].is_symlink(), len(files[name].parts))):
        own.setdefault(files[name].resolve(), name)
    kept = set(own.values())
    return {name: path for name, path in files.items() if name in kept}


def _open_pattern(path: Path, options: ReadingOptions, engine: DuckDBEngine) -> Source:
    """A pattern such as `orders/*.csv`."""
    names = glob.glob(str(path), recursive=True) if glob.has_magic(str(path)) else []  # noqa: PTH207  (** and absolute)
    found = [Path(name) for name in sorted(names) if not is_passed_over(Path(Path(name).name))]
    files = [one for one in found if one.is_file()] or found[:1]
    if not files:
        raise _not_found(path)
    if len(files) == 1 and files[0].is_dir():
        return _open_files(files[0].name, _files_below(files[0]), options, engine)
    root = Path(os.path.commonpath([one.parent for one in files]))
    by_name = _each_once({str(one.relative_to(root)): one for one in files})
    return _open_files(files[0].name if len(files) == 1 else path.name, by_name, options, engine)


def _open_list(paths: Sequence[Path], options: ReadingOptions) -> Source:
    """Files that were named one by one, as one table."""
    refuse_remote(paths)
    known = [path.expanduser() for path in paths]
    missing = [path for path in known if not path.is_file()]
    if missing:
        raise _not_found(missing[0])
    root = Path(os.path.commonpath([path.absolute().parent for path in known]))
    by_name = _each_once({str(path.absolute().relative_to(root)): path for path in known})
    name = known[0].name if len(by_name) == 1 else f"{len(by_name)} files"
    return _open_files(name, by_name, options, DuckDBEngine(options.memory_limit))


def _not_found(path: Path) -> SourceNotFoundError:
    if path.is_symlink():
        return SourceNotFoundError(f"{path.name} is a link to a file that is not there, or to itself.")
    near: list[str] = []
    if path.parent.is_dir():
        others = [one.name for one in islice(path.parent.iterdir(), MOST_FILES) if not is_passed_over(Path(one.name))]
        near = (
            difflib.get_close_matches(path.name, others, n=3, cutoff=0.6)
            or sorted(name for name in others if name.casefold().startswith(path.stem[:4].casefold()))[:3]
        )
    hint = f" Near it are {', '.join(near)}." if near else ""
    return SourceNotFoundError(f"There is no file {path.name} in that place.{hint} Check the path.")


def _open_files(name: str, paths: Mapping[str, Path], options: ReadingOptions, engine: DuckDBEngine) -> Source:
    """Files as one table, without those that hold nothing or are copies of another."""
    paths, said = _worth_reading(paths, options)
    source = _open_of_one_kind(name, paths, options, engine)
    source = _told_of_unused(source, options, kind_of(next(iter(paths.values())), name))
    source.decisions = (*source.decisions, *said)
    return source


def _worth_reading(paths: Mapping[str, Path], options: ReadingOptions) -> tuple[Mapping[str, Path], list[Decision]]:
    """Of several files those of which each holds something of its own, and what to say of the others."""
    files = {name: path for name, path in paths.items() if path.is_file()}
    if len(files) < 2 or len(files) < len(paths):
        return paths, []
    said = []
    empty = [name for name, path in files.items() if not path.stat().st_size]
    if empty and len(empty) < len(files):
        said.append(Decision("files_empty", numbers={"empty": tuple(empty)}))
        paths = {name: path for name, path in paths.items() if name not in empty}
    copies = same_files(paths) if "files_repeated" not in options.undo else {}
    if copies:
        shown = words.listed([f"{copy!r} (as {first!r})" for copy, first in sorted(copies.items())])
        said.append(Decision("files_repeated", numbers={"copies": shown}))
    return {name: path for name, path in paths.items() if name not in copies}, said


def _open_of_one_kind(name: str, paths: Mapping[str, Path], options: ReadingOptions, engine: DuckDBEngine) -> Source:
    """Files of one kind, one table."""
    kinds = {file: kind_of(path, file) for file, path in paths.items()}
    (first, kind), *others = kinds.items()
    text = {Kind.TEXT, Kind.PACKED}
    other = next(((file, own) for file, own in others if own != kind and not {own, kind} <= text), None)
    if other:
        raise OrdersError(
            f"{name} holds {kind.value} ({first}) beside {other[1].value} ({other[0]}). Several files are read as one "
            "table only where they are of one kind: give a pattern, such as *.csv."
        )
    if kind in {Kind.PARQUET, Kind.WORKBOOK} and not _fits(kind, options):
        raise OrdersError(f"{name} is of {kind.value}, which --header-row cannot be given for.")
    by_spark = options.engine == "spark"
    if by_spark and kind not in {Kind.PARQUET, *text}:
        raise refuse_kind(name, kind.value)
    if kind is Kind.PARQUET:
        source = _open_parquet(name, paths, engine)
        return in_spark(source, paths, options, engine) if by_spark else source
    if kind is Kind.WORKBOOK:
        return open_workbooks(name, paths, options, engine)
    if kind in DATABASES:
        if others:
            raise OrdersError(f"{name} holds {len(paths)} databases. Give one of them, as in '{first}?table=orders'.")
        return open_database(paths[first], DATABASES[kind], options.sheet, engine)
    texts = [text for file, path in paths.items() for text in _texts(file, path, engine.folder)]
    read = TextSource(texts[0], options, engine) if len(texts) == 1 else _several(name, texts, options, engine)
    return in_spark(read, paths, options, engine) if by_spark else read


def _several(name: str, texts: Sequence[TextFile], options: ReadingOptions, engine: DuckDBEngine) -> Source:
    """Text files as one table; a month without orders is a header alone."""
    sources, empty = [], []
    for text in texts:
        try:
            sources.append(TextSource(text, options, engine))
        except NoLinesError as error:
            empty.append(text.name)
            if len(empty) == len(texts):
                raise error from None
    source = sources[0] if len(sources) == 1 else SeveralTexts(name, sources)
    if empty:
        source.decisions = (*source.decisions, Decision("files_empty", numbers={"empty": tuple(empty)}))
    return source


def _fits(kind: Kind, options: ReadingOptions) -> bool:
    return kind is Kind.WORKBOOK or options.header_row is None


def _texts(name: str, path: Path, folder: Path) -> list[TextFile]:
    """A text file, or those that are packed in it."""
    kind = packed_as(path)
    if kind != "zip":
        return [TextFile(name, path, kind, folder=folder)]
    members = members_of(path)
    if not members:
        raise OrdersError(f"{name} holds no file. Give a text file, or an archive of one table.")
    return [
        TextFile(name if len(members) == 1 else f"{name}/{member}", path, kind, member, folder)
        for member in sorted(members)
    ]


def _open_parquet(name: str, paths: Mapping[str, Path], engine: DuckDBEngine) -> Source:
    try:
        return from_parquet(name, paths, engine)
    except (duckdb.Error, pa.ArrowException, OSError, UnicodeError) as error:  # a name may be no text
        raise OrdersError(
            f"{name} cannot be read as Parquet: it is damaged, cut short, or something else ({_first_line(error)})."
        ) from error


def _first_line(error: Exception) -> str:
    """What the engine says, without its folder names and advice."""
    return str(error).splitlines()[0].split("'")[0].strip(" :.")
