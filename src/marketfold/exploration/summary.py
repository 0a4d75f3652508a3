"""Explore: all questions in turn, and the findings that a person should read first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import narwhals as nw
import numpy as np

from marketfold.exploration.caps import find_caps
from marketfold.exploration.cohorts import follow_cohorts
from marketfold.exploration.concentration import concentrate
from marketfold.exploration.counts import count_calendar, count_values
from marketfold.exploration.dependence import relate
from marketfold.exploration.discounts import compare_with_list_price
from marketfold.exploration.distributions import distribute
from marketfold.exploration.findings import find
from marketfold.exploration.geography import locate
from marketfold.exploration.inter_purchase_times import inter_purchase_times
from marketfold.exploration.missing import find_missing
from marketfold.exploration.over_time import orders_over_time
from marketfold.exploration.records import Exploration, Lines
from marketfold.exploration.relations import correlate, find_cuts, find_follows, sample_lines
from marketfold.exploration.tables import Tables, build_tables
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.cleaning import CleanOrders
    from marketfold.exploration.concentration import Repeats
    from marketfold.schema import Progress

Result = TypeVar("Result")

SAMPLE_LINES = 1_000
"""Lines in the scatter matrix: enough to see a shape, few enough to draw and to carry in a report."""


def _lines(tables: Tables, repeats: Repeats) -> Lines:
    clean, value = tables.clean, money_sum("amount").alias("value")
    returned = tables.collect(clean.returns.select(nw.len().alias("n"), value))
    worth = returned["value"][0]
    return Lines(
        read=tables.columns.n_read,
        kept=tables.columns.n_kept,
        orders=int((repeats.orders * repeats.customers).sum()),
        customers=int(repeats.customers.sum()),
        returned=int(returned["n"][0]),
        returned_value=0.0 if worth is None or np.isnan(worth) else float(worth),
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
        "caps": steps("columns that say little", lambda: tuple(find_caps(tables))),
        "cuts": tuple(find_cuts(tables)),
        "follows": tuple(find_follows(tables)),
        "concentration": concentration,
        "repeats": repeats,
        "cohorts": steps("cohorts", lambda: follow_cohorts(tables)),
        "gaps": steps("time between orders", lambda: inter_purchase_times(tables)),
        "discounts": steps("discounts", lambda: compare_with_list_price(tables)),
        "missing": find_missing(tables),
        "geography": steps("countries", lambda: locate(tables)),
        "dependence": steps("columns among themselves", lambda: relate(tables, seed)),
    }
    exploration = Exploration(
        currency=tables.currency,
        labels={name: tables.label(name) for name in tables.columns.names},
        lines=_lines(tables, repeats),
        **numbers,
    )
    return replace(exploration, findings=find(exploration))
