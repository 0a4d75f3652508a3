"""Addresses of tables: `duckdb:///shop.db?table=orders`, `shop.sqlite?table=orders`, `postgresql://user@host/shop?...`.

A password in one is for the driver alone: what is shown, recorded or printed is made without it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

from marketfold.errors import SourceNotFoundError

DatabaseKind = Literal["DuckDB", "SQLite", "PostgreSQL"]

TABLE = "?table="
_SCHEMES: dict[str, DatabaseKind] = {
    "duckdb": "DuckDB",
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "postgres": "PostgreSQL",
}
_SCHEME = re.compile(r"([a-z]+)(?:\+\w+)?:/{2}")
"""As SQLAlchemy writes them, too: `postgresql+psycopg://`."""
_SECRETS = frozenset({"password", "sslpassword"})
_PLAIN = frozenset({
    "host", "hostaddr", "port", "dbname", "user", "service", "passfile", "connect_timeout", "application_name",
    "target_session_attrs", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslsni", "channel_binding", "gssencmode",
    "krbsrvname", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "load_balance_hosts",
    "options", "requirepeer", "ssl_min_protocol_version", "ssl_max_protocol_version",
})  # fmt: skip
"""Parameters of libpq that say where a database is, and nothing that is secret."""
_OTHER_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_UNSAFE = re.compile(r"[%&#+?/\\\s\x00-\x1f\x7f]")


@dataclass(frozen=True)
class TableAddress:
    """Where a table is.

    Attributes
    ----------
    kind
        Of the database; None for a file, whose first bytes say it.
    place
        Path of the file, or the address of the database without a password.
    table
        Name of the table or view, with its schema or without; None where it was not said.
    driver_address
        What the driver takes, with the password, where one was given.
    secrets
        Texts that no message may show.
    """

    kind: DatabaseKind | None
    place: str
    table: str | None = None
    driver_address: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_file(self) -> bool:
        """Whether the database is a file of this machine."""
        return self.kind != "PostgreSQL"

    @property
    def text(self) -> str:
        """The address as it can be given again, without a password."""
        return self._with_table(self.place)

    @property
    def secret_text(self) -> str:
        """The same with the password, for whoever reads the table and nobody else."""
        return self._with_table(self.driver_address or self.place)

    def _with_table(self, place: str) -> str:
        if self.table is None:
            return place
        mark = TABLE if self.is_file or "?" not in place else TABLE.replace("?", "&")
        return f"{place}{mark}{_UNSAFE.sub(lambda found: quote(found[0], safe=''), self.table)}"

    def of(self, table: str) -> TableAddress:
        """The same, of that table."""
        return replace(self, table=table)

    def masked(self, text: str) -> str:
        """A text of the driver without what is secret."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


def table_address(given: str) -> TableAddress | None:
    """Where a table is, by its address; None of what is a path or an address of something else.

    Raises
    ------
    SourceNotFoundError
        If it begins as an address of a table, and cannot be one.

    Examples
    --------
    >>> table_address("postgresql://ann:secret@db.example/shop?table=sales.orders").text
    'postgresql://ann@db.example/shop?table=sales.orders'
    >>> table_address("sqlite:///shop.sqlite?table=orders").text, table_address("orders.csv")
    ('shop.sqlite?table=orders', None)
    """
    found = _SCHEME.match(given)
    kind = _SCHEMES.get(found[1]) if found else None
    if found is None or kind is None:
        place, mark, table = given.rpartition(TABLE)
        is_table = mark and place and not _OTHER_SCHEME.match(given) and not os.path.lexists(given)
        return TableAddress(None, place, _named(table)) if is_table else None
    rest = given[found.end() :]
    return _postgresql(rest) if kind == "PostgreSQL" else _of_file(kind, rest)


def _named(table: str) -> str | None:
    return unquote(table) or None


def _of_file(kind: DatabaseKind, rest: str) -> TableAddress:
    scheme = kind.lower()
    if not rest.startswith("/"):
        raise SourceNotFoundError(
            f"{scheme}://{rest[:60]} has two slashes, and three are wanted before a path: {scheme}:///shop.db, or "
            f"{scheme}:////data/shop.db from the root."
        )
    path, mark, table = rest[1:].rpartition(TABLE)
    path = path if mark else rest[1:]
    if not os.path.lexists(Path(path).expanduser()):
        path = unquote(path)
    if not path:
        raise SourceNotFoundError(f"{scheme}:/// names no file. Give its path: {scheme}:///shop.db?table=orders.")
    return TableAddress(kind, path, _named(table) if mark else None)


def _postgresql(rest: str) -> TableAddress:
    """The parts of an address as libpq reads them; what a password may hold unwritten (`@`, `/`, `:`, `#`) is kept."""
    head, _, query = rest.partition("?")
    given = dict(piece.partition("=")[::2] for piece in query.split("&") if piece)
    unknown = given.keys() - _PLAIN - _SECRETS - {"table"}
    if unknown or head.count("@") != rest.count("@") - given.get("table", "").count("@"):
        raise SourceNotFoundError(
            "The address of the database has something behind its first ? that is not known. Known are table and "
            f"what libpq takes: {', '.join(sorted(_PLAIN))}. A ? in a password is written %3F; or leave the password "
            "out, and set PGPASSWORD."
        )
    login, at, where = head.rpartition("@")
    user, colon, password = login.partition(":")
    secrets = {unquote(password), *(unquote(given[name]) for name in _SECRETS & given.keys())}
    as_written = {password, *(given[name] for name in _SECRETS & given.keys())}
    plain = [f"{name}={value}" for name, value in given.items() if name in _PLAIN]
    hidden = [f"{name}={quote(unquote(given[name]), safe='')}" for name in sorted(_SECRETS & given.keys())]
    own = f"{quote(unquote(user), safe='')}{at}"
    told = f"{own[:-1]}:{quote(unquote(password), safe='')}@" if colon else own
    return TableAddress(
        "PostgreSQL",
        "postgresql://" + own + where + _query(plain),
        _named(given.get("table", "")),
        "postgresql://" + told + where + _query([*plain, *hidden]),
        tuple(sorted((secrets | as_written | {quote(one, safe="") for one in secrets}) - {""})),
    )


def _query(pieces: list[str]) -> str:
    return "?" + "&".join(pieces) if pieces else ""


def without_login(address: str) -> str:
    """An address of any kind without what may be secret in it: the password, and all behind a question mark.

    >>> without_login("mysql://ann:secret@db.example/shop?ssl_key=abc")
    'mysql://ann@db.example/shop'
    """
    scheme, mark, rest = address.partition("://")
    rest = rest.partition("?")[0] if "@" not in rest.partition("?")[2] else rest
    login, at, where = rest.rpartition("@")
    return (
        f"{scheme}{mark}{login.partition(':')[0]}{at}{where.partition('?')[0]}" if mark else address.partition("?")[0]
    )
