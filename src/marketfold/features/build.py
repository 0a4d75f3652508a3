"""From clean orders to one row per customer, order or order line, and to the past and the future of customers."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.activity import scaled
from marketfold.config import FeatureOptions
from marketfold.errors import Fault, ParameterError, TooFewUnitsError
from marketfold.features.catalogue import CATALOGUE, REVENUE, Measurement, Rows, Sum
from marketfold.features.completing import is_made_later
from marketfold.features.expected import SETTING
from marketfold.features.fitted_statistics import fit_statistics
from marketfold.features.geography import DESCRIBING
from marketfold.features.lazy_table import HISTORY_COLUMNS, REVENUE_COLUMN, LazyFeatureTable, UnitRows
from marketfold.features.own import check_own, own_formulas, own_measurements, own_setting
from marketfold.schema import MONEY_SCALE, UNIT_ID, day_number, money_sum

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Unit
    from marketfold.units import FeatureTable

SEVERAL = "(several)"
ALWAYS = (Sum("line_count", nw.len()), Sum("revenue_scaled", REVENUE.sum()))
"""What `Activity` tells of a customer and lines must tell of an order."""
_HISTORY = {
    "_first_day": nw.col("first_day"),
    "_last_day": nw.col("last_day"),
    "_order_days": nw.col("order_days"),
    "_repeat_money": (nw.col("revenue_scaled") - nw.col("first_day_scaled")) / MONEY_SCALE,
}
"""By the names of `HISTORY_COLUMNS`."""


def _sorted_out(sums: Sequence[Sum], unit: Unit) -> dict[Rows, list[nw.Expr]]:
    """Aggregates by the rows that they are over, each once."""
    by_rows: dict[Rows, list[nw.Expr]] = {"lines": [], "orders": [], "returns": []}
    for one in {one.name: one for one in sums}.values():
        rows: Rows = "lines" if one.rows == "orders" and unit != "customer" else one.rows
        by_rows[rows].append(one.value.alias(one.name))
    return by_rows


def _described(name: str) -> nw.Expr:
    least = nw.col(f"_least_{name}")
    several = nw.when(~least.is_null()).then(nw.lit(SEVERAL))
    return nw.when(least == nw.col(f"_most_{name}")).then(least).otherwise(several).alias(name)


def sum_units(clean: CleanOrders, unit: Unit, sums: Sequence[Sum]) -> nw.LazyFrame[Any]:
    """One row per unit: its id, what describes it, first and last day as day numbers, and its sums.

    Beside the sums there is what `Activity.customers` has of every customer; of an order or an order line,
    `line_count` and `revenue_scaled`.
    """
    key = UNIT_ID[unit]
    wanted = _sorted_out(sums if unit == "customer" else [*ALWAYS, *sums], unit)
    described = [name for name in DESCRIBING if name in clean.columns]
    for name in described:
        wanted["lines"] += [nw.col(name).min().alias(f"_least_{name}"), nw.col(name).max().alias(f"_most_{name}")]
    day = nw.col("ordered_on")
    if unit != "customer":
        wanted["lines"] += [day.min().alias("first_on"), day.max().alias("last_on")]
    lines, returns = (
        rows.with_columns(scaled(nw.col("amount")).alias("revenue_scaled")) for rows in (clean.purchases, clean.returns)
    )
    sources = {"lines": lines, "orders": clean.activity.orders, "returns": returns}
    frames = [sources[rows].group_by(key).agg(*cells) for rows, cells in wanted.items() if cells]
    joined, *others = [clean.activity.customers, *frames] if unit == "customer" else frames
    for frame in others:
        joined = joined.join(frame, on=key, how="left")
    joined = joined.with_columns(
        *(_described(name) for name in described),
        day_number("first_on").alias("first_day"),
        day_number("last_on").alias("last_day"),
    )
    ends = [f"_{end}_{name}" for name in described for end in ("least", "most")]
    texts = {key, "first_on", "last_on", *described, *ends, *(one.name for one in sums if not one.fills)}
    numbers = [name for name in joined.collect_schema().names() if name not in texts]
    return joined.with_columns(*(nw.col(name).cast(nw.Float64).fill_null(0.0) for name in numbers))


def _chosen(
    offered: Sequence[Measurement], columns: Collection[str], names: Sequence[str] | None, window_days: int
) -> tuple[list[Measurement], dict[str, str]]:
    """Measurements to take, and the reason of each that is left out; a model's are taken however short the window is.

    Raises
    ------
    ParameterError
        If a model needs a feature that cannot be measured.
    """
    lacking = {one.feature.name: [need for need in one.needs if need not in columns] for one in offered}
    left_out = {name: f"the orders have no {' and no '.join(gone)}" for name, gone in lacking.items() if gone}
    can = {one.feature.name: one for one in offered if not lacking[one.feature.name]}
    if names is None:
        short = f"the orders cover {window_days} days, and it takes"
        left_out |= {name: f"{short} {one.window_days}" for name, one in can.items() if one.window_days > window_days}
        return [one for name, one in can.items() if name not in left_out], left_out
    hint = "map the column as it was in the orders of the model"
    faults = [
        Fault(f"{name}: {left_out.get(name, 'no such feature')}.", hint if name in left_out else "")
        for name in names
        if name not in can
    ]
    if faults:
        raise ParameterError.from_faults("These orders cannot be measured as the model needs", faults)
    return [can[name] for name in names], {}


def build_features(
    clean: CleanOrders,
    options: FeatureOptions | None = None,
    *,
    names: Sequence[str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> FeatureTable:
    """Measure every customer, order or order line.

    The work is one lazy plan on the engine that holds the orders; one row per unit comes home, sorted by id (order
    lines by the number of their row). Parameters and errors are those of `plan_features`, and the errors those of
    `UnitRows.table` too.
    """
    return plan_features(clean, options, names=names, settings=settings).collect()


def plan_features(
    clean: CleanOrders,
    options: FeatureOptions | None = None,
    *,
    names: Sequence[str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> LazyFeatureTable:
    """Say how every customer, order or order line is measured; the engine that holds the orders does it when asked.

    Parameters
    ----------
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
        If `names` or a feature of one's own asks for a source column that is absent, naming every one; if such a
        feature is called as a column of ours is.
    """
    options = options or FeatureOptions()
    seen = before_day(clean, options.as_of) if options.as_of else clean
    own = options.own_features if settings is None else own_formulas(settings)
    if names is None:
        check_own(own, seen.columns, options.unit)
    statistics = fit_statistics(seen, options.as_of, names, settings or {})
    seen = from_day(seen, statistics.first_on)
    measured = None if names is None else [name for name in names if not is_made_later(name)]
    offered = [*CATALOGUE[options.unit](statistics), *own_measurements(own)]
    chosen, left_out = _chosen(offered, seen.columns, measured, statistics.window_days)
    described = tuple(name for name in DESCRIBING if name in seen.columns)
    frame = sum_units(seen, options.unit, [one for measurement in chosen for one in measurement.sums]).select(
        UNIT_ID[options.unit],
        *described,
        (nw.col("revenue_scaled") / MONEY_SCALE).alias(REVENUE_COLUMN),
        *(_HISTORY[name].alias(name) for name in HISTORY_COLUMNS if options.unit == "customer"),
        *(measurement.formula.cast(nw.Float64).alias(measurement.feature.name) for measurement in chosen),
    )
    expected = {SETTING: settings[SETTING]} if settings and SETTING in settings else {}
    rows = UnitRows(
        unit=options.unit,
        measured=tuple(measurement.feature for measurement in chosen),
        as_of=statistics.as_of,
        described=described,
        settings=statistics.to_settings() | own_setting(own) | expected,
        left_out=left_out,
        names=None if names is None else tuple(names),
    )
    return LazyFeatureTable(seen.engine, frame, rows)


def before_day(clean: CleanOrders, day: date) -> CleanOrders:
    """Purchases and returns before a day; nothing on or after it can be seen in what is returned."""
    if clean.before is not None and clean.before <= day:
        return clean
    return clean.before_day(day)


def from_day(clean: CleanOrders, day: date) -> CleanOrders:
    """Purchases and returns from a day on: an export that reaches further back makes no longer window.

    TooFewUnitsError if no purchase is left.
    """
    (returned,) = clean.engine.collect(clean.returns.select(nw.col("ordered_on").min())).to_pylist()
    firsts = [clean.activity.span[0] if clean.activity.span else None, returned["ordered_on"]]
    if all(first is None or first >= day for first in firsts):
        return clean
    later = clean.from_day(day)
    if later.activity.span is None:
        raise TooFewUnitsError(
            f"There is no purchase from {day} on, and the model looks no further back. Choose an earlier as-of date, "
            "or give later orders."
        )
    return later


def split_at(clean: CleanOrders, cut: date) -> tuple[CleanOrders, pa.Table]:
    """Orders before a day, and what the same customers spent from that day on.

    Features built from the first part cannot see the second: the lines are not in it. The `report` of the first part
    stays that of the whole source, and `set_aside` too. One thing an export cannot undo: a status is that of the day
    of the export, so a line that was cancelled after the cut is no purchase before it either.

    Returns
    -------
    tuple
        The orders before the cut, and a table (customer_id, revenue) with a row for each customer who bought before
        it, sorted by id, 0.0 where nothing came.

    Raises
    ------
    TooFewUnitsError
        If there is no purchase before the cut, or none after it.

    Examples
    --------
    >>> from datetime import date
    >>> from marketfold import clean, make_shop, read
    >>> orders = clean(read(make_shop(lines=2_000).lines))
    >>> early, later = split_at(orders, date(2026, 1, 1))
    >>> early.before, later.column_names
    (datetime.date(2026, 1, 1), ['customer_id', 'revenue'])
    """
    if not isinstance(cut, date):
        raise ParameterError(f"cut must be a date, as in date(2026, 1, 1); got {cut!r}.")
    early = before_day(clean, cut)
    after = clean.purchases.filter(nw.col("ordered_on") >= cut)
    later = after.group_by("customer_id").agg(money_sum("amount").alias("revenue"))
    joined = early.activity.customers.select("customer_id").join(later, on="customer_id", how="left")
    future = clean.engine.collect(joined.with_columns(nw.col("revenue").fill_null(0.0))).sort_by("customer_id")
    if not future.num_rows or not any(future.column("revenue").to_pylist()):
        who = f"No customer {'came back after' if future.num_rows else 'bought before'} {cut}"
        raise TooFewUnitsError(f"{who}, so there is no past and future to compare. Choose another cut.")
    return early, future.cast(pa.schema([("customer_id", pa.string()), ("revenue", pa.float64())]))
