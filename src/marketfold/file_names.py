"""How files with orders are called, whose first bytes say what they are, and those of a run that others look for."""

from __future__ import annotations

from pathlib import Path

RUN_FILE, PLAN_FILE = "run.json", "plan.json"
"""What a run says of itself, and its campaigns."""
RUNS = Path("runs")
"""Folder of the runs whose folder nobody named."""
PARQUET_NAMES = frozenset({".parquet", ".pq", ".parq"})
WORKBOOK_NAMES = frozenset({".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"})
DATABASE_NAMES = frozenset({".duckdb", ".ddb", ".sqlite", ".sqlite3", ".db", ".db3"})
ORDER_FILE_NAMES = (
    PARQUET_NAMES
    | WORKBOOK_NAMES
    | DATABASE_NAMES
    | {".csv", ".tsv", ".tab", ".txt", ".dat", ".gz", ".bz2", ".xz", ".zst", ".zip"}
)
"""How their names usually end."""


def is_passed_over(path: Path) -> bool:
    """Whether a file is nobody's table: hidden, a lock of an office program, or what a Mac adds to an archive.

    >>> from pathlib import Path
    >>> is_passed_over(Path("~$orders.xlsx")), is_passed_over(Path("__MACOSX/a.csv")), is_passed_over(Path("a.csv"))
    (True, True, False)
    """
    return (
        path.name.startswith((".", "~$", "_SUCCESS"))
        or path.name in {"Thumbs.db", "desktop.ini"}
        or ("__MACOSX" in path.parts)
    )
