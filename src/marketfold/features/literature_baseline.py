"""Literature baseline: order lines as a widely copied notebook on the sales file encodes them, 37 columns of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from marketfold.schema import SOURCE_LINE
from marketfold.units import Feature, FeatureTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from marketfold.orders import Orders
    from marketfold.schema import Aspect, Float64, Measure

_NUMBERS: dict[str, tuple[str, Measure, Aspect]] = {
    "quantity": ("items", "count", "basket"),
    "unit_price": ("price of one item as charged", "money", "basket"),
    "line_number": ("position of the line in its order", "count", "basket"),
    "amount": ("value of the line", "money", "value"),
    "month": ("calendar month, 1 to 12", "count", "seasonality"),
    "year": ("calendar year", "count", "timing"),
    "list_price": ("list price per item", "money", "basket"),
    "product_code": ("product id as its place in the alphabet", "count", "taste"),
}
_CLASSES: dict[str, Aspect] = {"country": "geography", "category": "taste", "deal_size": "value"}
_NEEDED = ("quantity", "unit_price", "line_number", "list_price", "product_id", *_CLASSES)
_SOURCES = {"month": "ordered_on", "year": "ordered_on", "product_code": "product_id"}
MOST_CLASSES = 50
MOST_EMPTY = 0.1
"""Share of empty cells from which a column is left out of the table; below it the lines are, as `dropna` does."""


def _number(table: pa.Table, name: str) -> Float64:
    if name == "product_code":
        _, codes = np.unique(np.array(table.column("product_id").to_pylist(), dtype=np.str_), return_inverse=True)
        return codes.astype(np.float64)
    if name in _SOURCES:
        months = table.column("ordered_on").to_numpy().astype("datetime64[M]").astype(np.int64)
        return np.asarray(months % 12 + 1 if name == "month" else months // 12 + 1970, dtype=np.float64)
    return np.array(table.column(name).to_pylist(), dtype=np.float64)


def _are_numbers(table: pa.Table, name: str) -> bool:
    """Whether every cell is one; the position of a line in its order is text, and may be "A1"."""
    try:
        return bool(np.isfinite(_number(table, name)).all())
    except ValueError:
        return False


def _encoded(table: pa.Table, numbers: Iterable[str], classes: Iterable[str]) -> FeatureTable:
    """Numbers as they are, and a column of 0 and 1 for each value of each class."""
    parts = [_number(table, name) for name in numbers]
    features = [Feature(name, *_NUMBERS[name]) for name in numbers]
    for column in classes:
        text = np.array(table.column(column).to_pylist(), dtype=np.str_)
        for value in np.unique(text):
            parts.append((text == value).astype(np.float64))
            features.append(Feature(f"{column}_{value}", f"{column} is {value}", "flag", _CLASSES[column], column))
    last: date = max(table.column("ordered_on").to_pylist())
    return FeatureTable(
        unit="order_line",
        ids=np.array(table.column(SOURCE_LINE).to_pylist()).astype(np.str_),
        values=np.column_stack(parts),
        features=tuple(features),
        revenue=_number(table, "amount"),
        as_of=last + timedelta(days=1),
        described={name: table.column(name).to_numpy() for name in classes if name == "country"},
    )


def literature_line_table(orders: Orders) -> FeatureTable | None:
    """Order lines as published analyses encode them, from those of their columns that the orders have.

    Quantity, price, line number, amount, month, year, list price, the product id as a number, and one column of 0 and
    1 for each country, product line and deal size: 37 columns on the sales file, cancelled lines included. Most of
    them restate another (the deal size is cut from the amount) or mean nothing as a number (the product id), which is
    why `build_features` does not measure lines like this; the table is here so that the published figures can be
    checked. Standardised plainly, as by `MatrixScaler(tail=0.0, skewed_above=inf)`, its best-of-20 K-means inertias
    are those that were published.

    A column with an empty cell in over a tenth of the lines is left out, and so is a class with over 50 values;
    then lines with an empty cell are. None where no class or fewer than two numbers are left.
    """
    columns = orders.lines.collect_schema().names()
    used = [name for name in dict.fromkeys((SOURCE_LINE, "ordered_on", "amount", *_NEEDED)) if name in columns]
    table = orders.engine.collect(orders.lines.select(*used)).sort_by(SOURCE_LINE)
    full = [name for name in used if table.column(name).null_count <= MOST_EMPTY * len(table)]
    table = table.select(full).drop_null()
    if not {"ordered_on", "amount"} <= set(full) or not len(table):
        return None
    numbers = [name for name in _NUMBERS if _SOURCES.get(name, name) in full and _are_numbers(table, name)]
    classes = [name for name in _CLASSES if name in full and 2 <= len(table.column(name).unique()) <= MOST_CLASSES]
    return _encoded(table, numbers, classes) if classes and len(numbers) >= 2 else None
