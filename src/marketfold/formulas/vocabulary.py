"""What a formula may ask for: columns, and the methods of Narwhals that give the same on every engine."""

from __future__ import annotations

from typing import Literal

from marketfold.schema import ROLES

Kind = Literal["number", "text", "date", "truth"]
Level = Literal["value", "unit", "line"]
"""One value for all, one for each unit, or one for each of its lines."""
MOST_LETTERS = 2_000
MOST_NUMBER = 1e15
"""Beyond it a float64 is not exact to a tenth."""
_KINDS: dict[str, Kind] = {"text": "text", "number": "number", "money": "number", "date": "date"}
COLUMNS: dict[str, Kind] = {
    name: _KINDS[role.kind]
    for name, role in ROLES.items()
    if not (role.personal or role.passing or name == "customer_id")
}
"""Columns of order lines that a formula may ask for. The id is not among them: it may be a name."""
NEVER_EMPTY = ("amount", "ordered_on")
"""Of a purchase."""
MEASURES: dict[str, tuple[Kind, ...]] = {
    "sum": ("number", "truth"), "mean": ("number", "truth"), "median": ("number",), "std": ("number",),
    "var": ("number",), "quantile": ("number",), "min": ("number", "truth"), "max": ("number", "truth"),
    "count": ("number", "text", "date", "truth"), "len": ("number", "text", "date", "truth"),
    "n_unique": ("number", "text", "date", "truth"),
}  # fmt: skip
"""What makes one number of a unit's lines, and of what."""
CELLS: dict[str, tuple[Kind, Kind]] = {
    "abs": ("number", "number"), "floor": ("number", "number"), "ceil": ("number", "number"),
    "sqrt": ("number", "number"), "log": ("number", "number"),
    "str.contains": ("text", "truth"), "str.starts_with": ("text", "truth"), "str.ends_with": ("text", "truth"),
    "str.to_lowercase": ("text", "text"), "str.to_uppercase": ("text", "text"), "str.len_chars": ("text", "number"),
    "dt.year": ("date", "number"), "dt.month": ("date", "number"), "dt.day": ("date", "number"),
    "dt.weekday": ("date", "number"), "dt.ordinal_day": ("date", "number"),
}  # fmt: skip
"""What makes another of a cell: of which kind, and which kind it gives."""
OTHERS = ("clip", "fill_null", "filter", "is_between", "is_in", "is_null", "cast", "alias")
COPIES = {"sqrt": 3, "log": 4, "clip": 2, "is_between": 2, "weekday": 2, "n_unique": 4}
"""How often what a method is of stands in what DuckDB is asked: nested in one another these multiply."""
MOST_COPIES = 1_000
"""DuckDB takes half a second for so many over 100,000 lines, and two for four times as many."""
MOST_LEVELS = 100
"""Engines nest calls in one another as a formula does, and Python ends at a thousand."""
FUNCTIONS = ("col", "len", "lit", "max_horizontal", "min_horizontal", "when")
