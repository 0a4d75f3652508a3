"""The table of a widely copied notebook on the sales file: order lines, 37 columns, restating columns and all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from marketfold.errors import ParameterError
from marketfold.schema import SOURCE_LINE, Feature, FeatureTable

if TYPE_CHECKING:
    import pyarrow as pa

    from marketfold.orders import Orders
    from marketfold.schema import Measure, View

_NUMBERS: dict[str, tuple[str, Measure, View]] = {
    "quantity": ("items", "count", "basket"),
    "unit_price": ("price of one item as charged", "money", "basket"),
    "line_number": ("position of the line in its order", "count", "basket"),
    "amount": ("value of the line", "money", "value"),
    "month": ("calendar month, 1 to 12", "count", "seasonality"),
    "year": ("calendar year", "count", "timing"),
    "list_price": ("list price per item", "money", "basket"),
    "product_code": ("product id as its place in the alphabet", "count", "taste"),
}
_CLASSES: dict[str, View] = {"country": "geography", "category": "taste", "deal_size": "value"}
_NEEDED = ("quantity", "unit_price", "line_number", "list_price", "product_id", *_CLASSES)


def _numbers(table: pa.Table) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    days = table.column("ordered_on").to_numpy().astype("datetime64[M]").astype(int)
    _, codes = np.unique(np.array(table.column("product_id").to_pylist(), dtype=np.str_), return_inverse=True)
    derived = {"month": days % 12 + 1, "year": days // 12 + 1970, "product_code": codes}
    return {
        name: np.asarray(derived[name] if name in derived else table.column(name).to_pylist(), dtype=np.float64)
        for name in _NUMBERS
    }


def published_line_table(orders: Orders) -> FeatureTable:
    """Order lines as the published analysis of the sales file encodes them.

    Quantity, price, line number, amount, month, year, list price, the product id as a number, and one column of 0 and
    1 for each country, product line and deal size: 37 columns on the sales file, cancelled lines included. Most of
    them restate another (the deal size is cut from the amount) or mean nothing as a number (the product id), which is
    why `build_features` does not measure lines like this; the table is here so that the published figures can be
    checked. Standardised plainly, as by `MatrixScaler(tail=0.0, skewed_above=inf)`, its best-of-20 K-means inertias
    are those that were published.

    Parameters
    ----------
    orders
        As `read_orders` gives them, with every column that the table is made of.

    Raises
    ------
    ParameterError
        If a column is absent or has empty cells, naming every one.
    """
    columns = orders.lines.collect_schema().names()
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        message = f"The published table needs {', '.join(missing)}, and the orders have none. Map them, or leave it."
        raise ParameterError(message)
    used = ["ordered_on", "amount", *_NEEDED]
    table = orders.engine.collect(orders.lines.select(SOURCE_LINE, *used)).sort_by(SOURCE_LINE)
    empty = [name for name in used if table.column(name).null_count]
    if empty:
        message = f"The published table has no place for empty cells, and there are some in {', '.join(empty)}."
        raise ParameterError(message)
    numbers = _numbers(table)
    parts = list(numbers.values())
    features = [Feature(name, *_NUMBERS[name]) for name in numbers]
    for column, view in _CLASSES.items():
        text = np.array(table.column(column).to_pylist(), dtype=np.str_)
        for value in np.unique(text):
            parts.append((text == value).astype(np.float64))
            features.append(Feature(f"{column}_{value}", f"{column} is {value}", "flag", view))
    last: date = max(table.column("ordered_on").to_pylist())
    return FeatureTable(
        unit="order_line",
        ids=np.array(table.column(SOURCE_LINE).to_pylist()).astype(np.str_),
        values=np.column_stack(parts),
        features=tuple(features),
        revenue=numbers["amount"],
        as_of=last + timedelta(days=1),
        described={name: np.array(table.column(name).to_pylist(), dtype=np.object_) for name in ("country",)},
    )
