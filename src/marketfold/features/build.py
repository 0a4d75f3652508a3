"""From clean orders to one row per customer, order or order line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketfold.config import FeatureOptions
from marketfold.errors import Fault, OrdersError, ParameterError, TooFewUnitsError
from marketfold.features.catalogue import OTHER, Measurement, category_of, measurements
from marketfold.features.geography import is_place, keep_columns, with_geography
from marketfold.features.rhythm import sum_orders, sum_returns, sum_rhythm
from marketfold.features.split import before_day
from marketfold.features.sums import DESCRIBING, Yardstick, day_number_of, sum_lines, time_sums, whole, with_days
from marketfold.schema import MONEY_SCALE, FeatureTable, money_sum

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.engine import Engine
    from marketfold.schema import Float64, Ids, Unit

KEYS: dict[Unit, str] = {"customer": "customer_id", "order": "order_id", "order_line": "source_line"}
MOST_CATEGORIES = 12
# An order is large when it is among the most valuable fifth, as in the rule of 80 and 20.
LARGE_ORDER_QUANTILE = 0.8
# Ids are kept in a fixed-width array: one cell of ten million letters would make every row as wide.
LONGEST_ID = 1_000


@dataclass(frozen=True)
class _Source:
    """The lines that features may see, and where they are."""

    lines: nw.LazyFrame[Any]
    returns: nw.LazyFrame[Any]
    columns: tuple[str, ...]
    engine: Engine
    as_of: date | None


def _seen(clean: CleanOrders, as_of: date | None) -> _Source:
    """Lines before the as-of date; nothing on or after it can reach a feature."""
    seen = before_day(clean, as_of) if as_of else clean
    columns = tuple(clean.purchases.collect_schema().names())
    return _Source(seen.purchases, seen.returns, columns, clean.engine, as_of)


def _row(engine: Engine, frame: nw.LazyFrame[Any]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = engine.collect(frame).to_pylist()
    return rows[0]


def _categories(source: _Source, names: Sequence[str] | None, settings: Mapping[str, str]) -> tuple[str, ...]:
    """Categories with a share of their own: those of the model, else those with most revenue, then `other`."""
    if "categories" in settings:  # also those whose share the model left out: they are not `other`
        return tuple(json.loads(settings["categories"]))
    if names is not None:
        found = [category_of(name) for name in names]
        return tuple(name for name in found if name is not None)
    if "category" not in source.columns:
        return ()
    grouped = source.lines.group_by("category").agg(money_sum("amount").alias("money"))
    rows = source.engine.collect(grouped).to_pylist()
    named = [row for row in rows if row["category"] is not None and row["category"] != OTHER]
    named.sort(key=lambda row: (-row["money"], row["category"]))
    own = [row["category"] for row in named[:MOST_CATEGORIES]]
    return tuple(own + ([OTHER] if len(own) < len(rows) else []))


def _largest_deal_size(source: _Source) -> str | None:
    """The deal size with the greatest money per line; None where there is no choice."""
    if "deal_size" not in source.columns:
        return None
    sized = source.lines.filter(~nw.col("deal_size").is_null()).group_by("deal_size")
    rows = source.engine.collect(sized.agg(nw.len().alias("lines"), money_sum("amount").alias("money"))).to_pylist()
    if len(rows) < 2:
        return None
    return str(max(rows, key=lambda row: (float(row["money"]) / int(row["lines"]), row["deal_size"]))["deal_size"])


def _yardstick(
    source: _Source,
    orders: nw.LazyFrame[Any],
    names: Sequence[str] | None,
    settings: Mapping[str, str],
) -> Yardstick:
    cells = [
        nw.len().alias("orders"),
        nw.col("_on").min().alias("first_on"),
        nw.col("_last_on").max().alias("last_on"),
        nw.col("_cents").quantile(LARGE_ORDER_QUANTILE, "linear").alias("large"),
    ]
    row = _row(source.engine, orders.select(*cells))
    if not int(row["orders"]):
        when = f"before {source.as_of}" if source.as_of else "at all"
        message = f"There is no purchase {when}, so there is nobody to measure. Choose a later as-of date."
        raise TooFewUnitsError(message)
    as_of = source.as_of or row["last_on"] + timedelta(days=1)
    # The same as-of date means the same window, even where only some of its orders are measured again.
    same_window = settings.get("as_of") == as_of.isoformat()
    deal_size = settings.get("large_deal_size") if settings else _largest_deal_size(source)
    large = settings.get("large_order_at")
    return Yardstick(
        first_on=date.fromisoformat(settings["first_on"]) if same_window else row["first_on"],
        as_of=as_of,
        categories=_categories(source, names, settings),
        large_deal_size=deal_size,
        large_order_at=round(float(row["large"]) if large is None else float(large) * MONEY_SCALE),
    )


def _joined(source: _Source, unit: Unit, orders: nw.LazyFrame[Any], yardstick: Yardstick) -> nw.LazyFrame[Any]:
    """One row per unit with every sum that a formula may ask for."""
    key = KEYS[unit]
    frames = []
    if unit == "customer":
        frames += [sum_rhythm(orders, yardstick), sum_returns(source.returns)]
    else:
        dated = source.lines.with_columns(whole(nw.col("amount")).alias("_cents"))
        frames.append(with_days(dated.group_by(key).agg(*time_sums("ordered_on", yardstick))))
    joined = sum_lines(source.lines, key, source.columns, yardstick)
    for frame in frames:
        joined = joined.join(frame, on=key, how="left")
    numbers = [name for name in joined.collect_schema().names() if name.startswith("_") and not name.endswith("_on")]
    numbers = [name for name in numbers if not name.startswith(("_least_", "_most_"))]
    return joined.with_columns(*(nw.col(name).cast(nw.Float64).fill_null(0.0) for name in numbers))


def _chosen(
    offered: Sequence[Measurement], columns: Collection[str], names: Sequence[str] | None
) -> tuple[list[Measurement], dict[str, str]]:
    """Measurements to take, and the reason of each that is left out.

    Raises
    ------
    ParameterError
        If a model needs a feature that cannot be measured.
    """
    left_out = {}
    can: dict[str, Measurement] = {}
    for measurement in offered:
        missing = [column for column in measurement.needs if column not in columns]
        if missing:
            left_out[measurement.feature.name] = f"the orders have no {' and no '.join(missing)}"
        else:
            can[measurement.feature.name] = measurement
    if names is None:
        return list(can.values()), left_out
    faults = [
        Fault(
            f"{name}: {left_out.get(name, 'no such feature')}.",
            "map the column as it was in the orders of the model" if name in left_out else "",
        )
        for name in names
        if name not in can
    ]
    if faults:
        raise ParameterError.from_faults("These orders cannot be measured as the model needs", faults)
    return [can[name] for name in names], {}


def _ids(column: pa.ChunkedArray) -> Ids:
    longest = pc.max(pc.utf8_length(column)).as_py()
    if longest > LONGEST_ID:
        message = (
            f"An id has {longest:,} letters, more than {LONGEST_ID:,}. "
            "Map customer_id or order_id to another column, or look for an unclosed quote in the file."
        )
        raise OrdersError(message)
    return np.asarray(column.to_pylist(), dtype=np.str_)


def _described(table: pa.Table, order: NDArray[np.intp]) -> dict[str, NDArray[np.object_]]:
    return {name: table.column(name).to_numpy()[order] for name in DESCRIBING if name in table.column_names}


def build_features(
    clean: CleanOrders,
    options: FeatureOptions | None = None,
    *,
    names: Sequence[str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> FeatureTable:
    """Measure every customer, order or order line.

    The work is one lazy plan on the engine that holds the orders; one row per unit comes home, sorted by id (order
    lines by the number of their row).

    Parameters
    ----------
    clean
        As `clean_orders` gives them.
    options
        The unit, and the day on which features look back.
    names
        Exactly these features, in this order, as a saved model needs them. Categories that a model does not know
        count as others.
    settings
        `FeatureTable.settings` of the model's table, so that a large order stays as large as it was.

    Raises
    ------
    TooFewUnitsError
        If there is no purchase before the as-of date.
    ParameterError
        If `names` asks for a feature whose source column is absent, naming every one.
    OrdersError
        If an id is too long to be one.
    """
    options = options or FeatureOptions()
    source = _seen(clean, options.as_of)
    orders = source.engine.hold(sum_orders(source.lines))
    yardstick = _yardstick(source, orders, names, settings or {})
    by_deal_size = yardstick.large_deal_size is not None
    offered = measurements(
        options.unit, day_number_of(yardstick.as_of), yardstick.categories, by_deal_size=by_deal_size
    )
    measured = None if names is None else [name for name in names if not is_place(name)]
    chosen, left_out = _chosen(offered, source.columns, measured)
    key = KEYS[options.unit]
    plan = _joined(source, options.unit, orders, yardstick).select(
        key,
        *(name for name in DESCRIBING if name in source.columns),
        (nw.col("_cents") / MONEY_SCALE).alias("_revenue"),
        *(measurement.formula.cast(nw.Float64).alias(measurement.feature.name) for measurement in chosen),
    )
    table = source.engine.collect(plan)
    source.engine.release(orders)
    order = pc.sort_indices(table.column(key)).to_numpy()
    built = FeatureTable(
        unit=options.unit,
        ids=_ids(table.column(key).cast(pa.string()))[order],
        values=_values(table, [measurement.feature.name for measurement in chosen], order),
        features=tuple(measurement.feature for measurement in chosen),
        revenue=table.column("_revenue").to_numpy()[order],
        as_of=yardstick.as_of,
        left_out=left_out,
        described=_described(table, order),
        settings=_kept_settings(yardstick),
    )
    return built if names is None else keep_columns(with_geography(built, names), names)


def _values(table: pa.Table, names: Sequence[str], order: NDArray[np.intp]) -> Float64:
    values = np.empty((table.num_rows, len(names)), order="F")  # filled column by column
    for place, name in enumerate(names):
        values[:, place] = table.column(name).to_numpy()[order]
    return values


def _kept_settings(yardstick: Yardstick) -> dict[str, str]:
    kept = {
        "first_on": yardstick.first_on.isoformat(),
        "as_of": yardstick.as_of.isoformat(),
        "categories": json.dumps(yardstick.categories, ensure_ascii=False),
    }
    if yardstick.large_deal_size is None:
        return kept | {"large_order_at": repr(yardstick.large_order_at / MONEY_SCALE)}
    return kept | {"large_deal_size": yardstick.large_deal_size}
