"""Explore: all questions in turn, and the findings that a person should read first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import narwhals as nw
import numpy as np

from marketfold.exploration.counts import Counts, Missing, count_values, find_missing
from marketfold.exploration.customers import (
    Cohorts,
    Concentration,
    InterPurchaseTimes,
    Repeats,
    concentrate,
    follow_cohorts,
    inter_purchase_times,
)
from marketfold.exploration.dependence import Dependence, relate
from marketfold.exploration.distributions import Discounts, Distribution, compare_with_list_price, distribute
from marketfold.exploration.findings import Finding, find
from marketfold.exploration.geography import Geography, locate
from marketfold.exploration.over_time import Calendar, OverTime, count_calendar, orders_over_time
from marketfold.exploration.relations import (
    Cap,
    Correlations,
    Cuts,
    Follows,
    LineSample,
    correlate,
    find_caps,
    find_cuts,
    find_follows,
    sample_lines,
)
from marketfold.exploration.tables import Tables, build_tables
from marketfold.frames import table_html, terse
from marketfold.json_files import plain
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from marketfold.cleaning import CleanOrders
    from marketfold.schema import Progress

Result = TypeVar("Result")

SAMPLE_LINES = 1_000
"""Lines in the scatter matrix: enough to see a shape, few enough to draw and to carry in a report."""


@dataclass(frozen=True)
class Lines:
    """Lines that were read, kept as purchases, cancelled or returned, and set aside by reason.

    Orders and customers are those in kept lines; `duplicates` are read lines that repeat another one exactly.
    """

    read: int
    kept: int
    orders: int
    customers: int
    returned: int
    returned_value: float
    duplicates: int
    set_aside: dict[str, int]


@terse
@dataclass(frozen=True)
class Exploration:
    """What the order lines look like before anything is modelled; None or empty where the source cannot answer.

    `currency` is the one of all kept lines: None where the source does not say or has several. `labels` are the user's
    names of the columns. `findings` are what a person should read first, weightiest first.
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
    gaps: InterPurchaseTimes | None
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
        found: dict[str, Any] = plain(self)
        return found

    def _repr_html_(self) -> str:
        rows = []
        for found in self.findings:
            texts = [f"{name}: {', '.join(values)}" for name, values in found.texts.items()]
            texts += [f"{name}: {value:.6g}" for name, value in found.numbers.items()]
            rows.append((found.code, "; ".join(texts)))
        return table_html(rows, ("finding", "numbers"))


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
    """Tells `progress` of each step whose result is there."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, result: Result) -> Result:
        self.done += 1
        if self.progress:
            self.progress("explore", self.done, self.total)
        return result


def explore(clean: CleanOrders, random_state: int = 0, progress: Progress | None = None) -> Exploration:
    """Measure the order lines and say what a person should read first.

    Status and missing values are counted over all lines that were read, everything else over the lines that were
    kept. Only aggregates and one seeded sample of lines leave the engine.

    Parameters
    ----------
    random_state
        Of the sample of lines.

    Examples
    --------
    >>> from marketfold.cleaning import clean_orders
    >>> from marketfold.demo import make_shop
    >>> from marketfold.orders import read_orders
    >>> exploration = explore(clean_orders(read_orders(make_shop(lines=1_000).lines)))
    >>> exploration.over_time.period
    'month'
    """
    steps = _Steps(progress, total=13)
    tables = steps(build_tables(clean))
    over_time = steps(orders_over_time(tables))
    concentration, repeats = steps(concentrate(tables))
    by = next((name for name in ("deal_size", "category") if 1 < tables.columns.distinct.get(name, 0) <= 12), "")
    exploration = Exploration(
        currency=tables.currency,
        labels={name: tables.label(name) for name in tables.columns.names},
        lines=_lines(tables, repeats),
        over_time=over_time,
        calendar=count_calendar(over_time),
        counts=steps(count_values(tables)),
        distributions=steps(distribute(tables)),
        correlations=steps(correlate(tables)),
        sample=steps(sample_lines(tables, random_state, SAMPLE_LINES, by)),
        caps=steps(tuple(find_caps(tables))),
        cuts=tuple(find_cuts(tables)),
        follows=tuple(find_follows(tables)),
        concentration=concentration,
        repeats=repeats,
        cohorts=steps(follow_cohorts(tables)),
        gaps=steps(inter_purchase_times(tables)),
        discounts=steps(compare_with_list_price(tables)),
        missing=find_missing(tables),
        geography=steps(locate(tables)),
        dependence=steps(relate(tables, random_state)),
    )
    return replace(exploration, findings=find(exploration))
