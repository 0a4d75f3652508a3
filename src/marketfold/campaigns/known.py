"""What is known of the customers of a plan, counted from their orders or from a table of customers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from marketfold.campaigns.baskets import Baskets, measure_baskets
from marketfold.campaigns.customers import SegmentFacts, condense, members_of, read_customers, segment_facts
from marketfold.campaigns.product_affinity import ProductAffinity, measure_affinity, next_products
from marketfold.campaigns.returning import SegmentCohorts, follow_segments
from marketfold.campaigns.timing import Timing, count_months, time_segments
from marketfold.clustering import sums_by
from marketfold.duckdb_engine import DuckDBEngine
from marketfold.engine import asked
from marketfold.experiments import Baseline, read_baselines
from marketfold.features import Outlook, outlook_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import narwhals as nw
    from numpy.typing import NDArray

    from marketfold.cleaning import CleanOrders
    from marketfold.customer_tables import CustomerTable
    from marketfold.decisions import SourceFacts
    from marketfold.engine import Engine
    from marketfold.schema import Float64, Labels
    from marketfold.selection import Segmentation
    from marketfold.units import FeatureTable

    Report = Callable[[int], None]


@dataclass(frozen=True)
class KnownCustomers:
    """The customers of a plan, and what is known of each segment in the order of the labels.

    Attributes
    ----------
    customers
        One row for each, held in the engine: `customer_id`, `segment` (0-based) and `revenue`, which is 0 where it is
        not known.
    two_largest
        Share of each segment's revenue that its two largest customers bring, 0 to 1; None of one without revenue.
    order_counts
        Of each segment; None where they are not known.
    has_money
        Whether anybody has brought or cost any.
    baselines
        What is usual without a campaign: as the model of buying expects it where a later period bore it out, else as
        it was in the past; None where that does not tell.
    observed_days
        Length of the time in which all this was bought; 0 where that is not known.
    has_orders
        Whether it was counted from orders.
    next_products
        As `product_affinity.next_products` has it, held as well; None where nothing is known of what was bought.
    baskets
        What is bought together; None where that is not known.
    cohorts
        Who came back in each segment of customers; None for other units, and where it is not known.
    """

    customers: nw.LazyFrame[Any]
    engine: Engine
    two_largest: tuple[float | None, ...]
    order_counts: tuple[int, ...] | None
    has_money: bool
    facts: tuple[SegmentFacts, ...]
    affinity: tuple[ProductAffinity, ...]
    timing: tuple[Timing, ...]
    baselines: tuple[Baseline | None, ...]
    observed_days: int
    source: SourceFacts
    currency: str | None = None
    has_orders: bool = True
    next_products: nw.LazyFrame[Any] | None = None
    baskets: Baskets | None = None
    cohorts: SegmentCohorts | None = None

    @property
    def can_be_priced(self) -> bool:
        """Whether it is known what the segments bring in a year."""
        return self.order_counts is not None and self.observed_days > 0 and self.has_money


def known_from_orders(
    segmentation: Segmentation, clean: CleanOrders, campaign_days: int, report: Report
) -> KnownCustomers:
    """Count the kept lines of every segment's customers; those on or after the as-of day are not looked at.

    `report` is told the number of each step.
    """
    as_of = segmentation.table.as_of
    members = members_of(clean, segmentation.assigned(clean.engine), segmentation.unit)
    purchases = condense(clean, members, segmentation.n_segments, as_of)
    baskets = measure_baskets(purchases)  # before things are counted: together they would take twice the memory
    customers = read_customers(purchases, as_of)
    report(1)
    affinity = measure_affinity(purchases)
    if purchases.lines is not None:  # as many as all orders have; what was bought is counted in `things` by now
        purchases.engine.release(purchases.lines)
    report(2)
    timing = time_segments(customers, count_months(purchases, customers.observed))
    seasons = [one.season_before(customers.as_of) for one in timing]
    silent = [one.silent_days for one in timing]
    past = read_baselines(purchases, customers, campaign_days, seasons, silent)
    facts = segment_facts(customers, [one.season_share for one in timing])
    following = None
    if purchases.columns:  # asked at once, as it is made of what is let go below
        following = asked(clean.engine, clean.engine.hold(next_products(purchases, affinity)))
    cohorts = follow_segments(purchases, customers.observed) if segmentation.unit == "customer" else None
    purchases.release()
    report(3)
    return KnownCustomers(
        customers=customers.held,
        engine=clean.engine,
        two_largest=customers.two_largest,
        order_counts=tuple(counted["orders"] for counted in customers.of_segments),
        has_money=customers.everybody["paid"] > 0,
        facts=facts,
        affinity=affinity,
        timing=timing,
        baselines=_ahead(segmentation, past, campaign_days, seasons),
        observed_days=customers.observed_days,
        source=clean.facts,
        currency=clean.currency,
        next_products=following,
        baskets=baskets,
        cohorts=cohorts,
    )


def _ahead(
    segmentation: Segmentation, past: Sequence[Baseline | None], days: int, seasons: Sequence[date | None]
) -> tuple[Baseline | None, ...]:
    """What is usual, by what is expected of the days ahead; of a segment that buys by the season, as it was in others.

    What orders bring varies as in the segment's past, or as in everybody's where nobody of it has ordered again.
    """
    outlook = outlook_of(segmentation.table)
    if not (isinstance(outlook, Outlook) and outlook.checked):
        return tuple(past)

    def expected(table: FeatureTable) -> Float64:
        assert table.history is not None  # noqa: S101  (without it there is no outlook)
        of_each = outlook.ordering(table.history, days), outlook.value(table.history, days), np.ones(len(table))
        return np.column_stack(of_each)

    everybody = Baseline.together([one for one in past if one])
    found = []
    for own, season, (ordering, value, n) in zip(past, seasons, segmentation.sums(expected).tolist(), strict=True):
        varied = own if own and own.order_rate else everybody
        ahead = varied and n and varied.expecting(ordering / n, value / n)
        found.append(replace(ahead, periods=own.periods if own else 0) if ahead and not season else own)
    return tuple(found)


def _median(table: FeatureTable, name: str, who: NDArray[np.bool_]) -> float | None:
    return float(np.median(table.column(name)[who])) if name in table.names else None


def _facts(table: FeatureTable, who: NDArray[np.bool_]) -> dict[str, float]:
    """The facts that a table tells; a playbook's conditions on others do not hold."""
    share = float(who.mean())
    found: dict[str, float | None] = {"customer_count": float(who.sum()), "customer_share": share}
    for name in ("order_count", "recency_days", "revenue_total"):
        found[name] = _median(table, name, who)
    if table.has_money:
        part = float(table.revenue[who].sum() / table.revenue.sum())
        found |= {"revenue_share": part, "revenue_lead": part / share if share else None}
    if "order_count" in table.names:
        orders = table.column("order_count")[who]
        found["one_order_share"] = float((orders == 1).mean()) if len(orders) else None
        bought = orders > 0
        if table.has_money and bought.any():
            found["order_value"] = float(np.median(table.revenue[who][bought] / orders[bought]))
    return {name: value for name, value in found.items() if value is not None}


def _two_largest(revenue: Float64, labels: Labels, n_segments: int) -> tuple[float | None, ...]:
    found = []
    for segment in range(n_segments):
        own = revenue[labels == segment]
        whole = float(own.sum())
        found.append(float(np.sort(own)[-2:].sum()) / whole if whole > 0 else None)
    return tuple(found)


def known_from_table(segmentation: Segmentation, source: CustomerTable) -> KnownCustomers:
    """What a table of customers tells: sizes, and what was bought so far where columns say it."""
    table, labels, engine = segmentation.table, segmentation.labels, DuckDBEngine()
    everyone = _facts(table, np.ones(len(table), dtype=np.bool_))
    facts, timing = [], []
    for segment in range(segmentation.n_segments):
        who = np.asarray(labels == segment)
        facts.append(SegmentFacts(_facts(table, who), everyone, round(float(table.revenue[who].sum()), 2)))
        timing.append(Timing((), (), None, _median(table, "recency_days", who), "no orders", 0, 0))
    n = segmentation.n_segments
    columns = {"customer_id": table.ids.tolist(), "segment": pa.array(labels, pa.int64()), "revenue": table.revenue}
    orders = sums_by(labels, table.column("order_count")[:, None], n) if "order_count" in table.names else None
    return KnownCustomers(
        customers=engine.hold(engine.from_arrow(pa.table(columns))),
        engine=engine,
        two_largest=_two_largest(table.revenue, labels, n),
        order_counts=None if orders is None else tuple(orders[:, 0].astype(int).tolist()),
        has_money=table.has_money,
        facts=tuple(facts),
        affinity=(ProductAffinity(named=False),) * n,
        timing=tuple(timing),
        baselines=(None,) * n,
        observed_days=round(float(table.column("tenure_days").max())) if "tenure_days" in table.names else 0,
        source=source.facts,
        currency=source.facts.currency,
        has_orders=False,
    )
