"""Addresses that lead off this machine: Marketfold reads local files, and asks no network of its own accord."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from marketfold.errors import SourceNotFoundError
from marketfold.orders.addresses import table_address, without_login

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")
_SHOWN = 80
_WAREHOUSES = frozenset({
    "mysql", "mariadb", "mssql", "oracle", "bigquery", "snowflake", "databricks", "redshift", "trino", "clickhouse",
    "athena", "awsathena", "impala", "exasol",
})  # fmt: skip
"""Databases that no reader is built in for."""


def refuse_remote(names: Iterable[str | Path]) -> None:
    """`SourceNotFoundError` where one is an address and no path.

    >>> refuse_remote(["orders.csv"])
    """
    for name in names:
        found = _SCHEME.match(str(name))
        if found is None:
            continue
        what = "is an address, and only files of this machine are read: no network is asked"
        way = "Copy the file here; or load it with pandas, Polars or DuckDB, and give the table in Python."
        if found[1].lower() == "file":
            what = "is an address of a file, and its path is wanted"
        elif found[1].lower().partition("+")[0] in _WAREHOUSES:
            what = "is a database that nothing here reads by its address"
            way = 'Connect to it with Ibis in Python, and give its table: mf.segment(connection.table("orders")).'
        elif table_address(str(name)):
            what, way = "is a table of a database, which is given by itself", "Leave the other names out."
        raise SourceNotFoundError(f"{without_login(str(name))[:_SHOWN]} {what}. {way}")
