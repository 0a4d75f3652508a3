"""All numbers of this stage together, with the findings a person should read first."""

from __future__ import annotations

import html
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import narwhals as nw
import numpy as np

from marketfold.exploration.caps import Cap, find_caps
from marketfold.exploration.cohorts import Cohorts, follow_cohorts
from marketfold.exploration.concentration import Concentration, Repeats, concentrate
from marketfold.exploration.counts import Calendar, Counts, count_calendar, count_values
from marketfold.exploration.dependence import Dependence, relate
from marketfold.exploration.discounts import Discounts, compare_with_list_price
from marketfold.exploration.distributions import Distribution, distribute
from marketfold.exploration.findings import Finding, find
from marketfold.exploration.gaps import Gaps, gaps_between_orders
from marketfold.exploration.geography import Geography, locate
from marketfold.exploration.missing import Missing, find_missing
from marketfold.exploration.over_time import OverTime, orders_over_time
from marketfold.exploration.relations import (
    Correlations,
    Cuts,
    Follows,
    LineSample,
    correlate,
    find_cuts,
    find_follows,
    sample_lines,
)
from marketfold.exploration.tables import Lines, Tables, build_tables
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Progress

Result = TypeVar("Result")

SAMPLE_LINES = 1_000
"""Lines in the scatter matrix: enough to see a shape, few enough to draw and to carry in a report."""


@dataclass(frozen=True)
class Exploration:
    """What the order lines look like before anything is modelled.

    Attributes
    ----------
    currency
        The one currency of all kept lines; None where the source does not say or has several.
    labels
        The user's names of the columns.
    lines
        How much there is.
    findings
        What a person should read first, weightiest first.

    The other attributes are None, or empty, where the source cannot answer the question.
    """

    currency: str | None
    labels: dict[str, str]
    lines: Lines
    over_time: OverTime
    calendar: tuple[Calendar, ...]
    counts: tuple[Counts, ...]
    distributions: tuple[Distribution, ...]
    correlations: Correlations | None
    sample: LineSample
    caps: tuple[Cap, ...]
    cuts: tuple[Cuts, ...]
    follows: tuple[Follows, ...]
    concentration: Concentration
    repeats: Repeats
    cohorts: Cohorts | None
    gaps: Gaps | None
    discounts: Discounts | None
    missing: Missing
    geography: Geography | None
    dependence: Dependence | None
    findings: tuple[Finding, ...] = ()

    def count_of(self, column: str) -> Counts | None:
        """Counts of one column, if it was counted."""
        return next((counts for counts in self.counts if counts.column == column), None)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-able values: arrays as lists, dates as text, NaN as None."""
        plain: dict[str, Any] = _plain(self)
        return plain

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(finding.sentence)}</li>" for finding in self.findings)
        return f"<div><strong>Findings</strong><ol>{items}</ol></div>"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _lines(clean: CleanOrders, tables: Tables) -> Lines:
    customers = nw.col("customer_id").n_unique().alias("customers")
    orders = tables.collect(tables.orders.select(nw.len().alias("n"), customers))
    returned = tables.collect(clean.returns.select(nw.len().alias("n"), money_sum("amount").alias("value")))
    value = returned["value"][0]
    return Lines(
        read=tables.columns.n_read,
        kept=tables.columns.n_kept,
        orders=int(orders["n"][0]),
        customers=int(orders["customers"][0]),
        returned=int(returned["n"][0]),
        returned_value=0.0 if value is None or np.isnan(value) else float(value),
        duplicates=clean.report.duplicates,
        set_aside=dict(clean.report.ledger.lines_set_aside),
    )


class _Steps:
    """Tells `progress` of each step."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, what: str, step: Callable[[], Result]) -> Result:
        result = step()
        self.done += 1
        if self.progress:
            self.progress(f"explore: {what}", self.done, self.total)
        return result


def explore(clean: CleanOrders, seed: int = 0, progress: Progress | None = None) -> Exploration:
    """Measure the order lines and say what a person should read first.

    Status and missing values are counted over all lines that were read, everything else over the lines that were
    kept. Only aggregates and one seeded sample of lines leave the engine.

    Parameters
    ----------
    seed
        Of the sample of lines.

    Examples
    --------
    >>> from marketfold.cleaning import clean_orders
    >>> from marketfold.demo import make_shop
    >>> from marketfold.orders import read_orders
    >>> exploration = explore(clean_orders(read_orders(make_shop(lines=1_000, seed=0).lines)))
    >>> exploration.over_time.period
    'month'
    """
    steps = _Steps(progress, total=13)
    tables = steps("columns and orders", lambda: build_tables(clean))
    over_time = steps("time", lambda: orders_over_time(tables))
    concentration, repeats = steps("concentration", lambda: concentrate(tables))
    by = next((name for name in ("deal_size", "category") if 1 < tables.columns.distinct.get(name, 0) <= 12), "")
    numbers: dict[str, Any] = {
        "over_time": over_time,
        "calendar": count_calendar(over_time),
        "counts": steps("counts", lambda: count_values(tables)),
        "distributions": steps("distributions", lambda: distribute(tables)),
        "correlations": steps("correlations", lambda: correlate(tables)),
        "sample": steps("sample", lambda: sample_lines(tables, seed, SAMPLE_LINES, by)),
        "caps": steps("columns that say little", lambda: find_caps(tables)),
        "cuts": find_cuts(tables),
        "follows": find_follows(tables),
        "concentration": concentration,
        "repeats": repeats,
        "cohorts": steps("cohorts", lambda: follow_cohorts(tables)),
        "gaps": steps("time between orders", lambda: gaps_between_orders(tables)),
        "discounts": steps("discounts", lambda: compare_with_list_price(tables)),
        "missing": find_missing(tables),
        "geography": steps("countries", lambda: locate(tables)),
        "dependence": steps("columns among themselves", lambda: relate(clean, tables, seed)),
    }
    exploration = Exploration(
        currency=tables.currency,
        labels={name: tables.label(name) for name in tables.columns.names},
        lines=_lines(clean, tables),
        **numbers,
    )
    return replace(exploration, findings=find(exploration))
