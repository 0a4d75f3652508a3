"""What a person should read before any figure: codes and numbers, ranked; `report.sentences` puts them into words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marketfold.exploration.summary import Exploration

MOST_FINDINGS = 10


@dataclass(frozen=True)
class Finding:
    """One thing that the order lines show; `report.sentences` says it.

    Attributes
    ----------
    code
        What it is; each is found once at most, `cap`, `cut`, `missing` and `dominates` aside.
    figure
        Anchor of the figure that shows it; empty where none does.
    weight
        0 to 1; what changes how everything else must be read weighs most.
    numbers
        What was found, shares as 0 to 1.
    texts
        Names of columns and values that it is about, as they stand in the user's file: escape them before they become
        HTML.
    """

    code: str
    figure: str
    weight: float
    numbers: dict[str, float]
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def anchor(kind: str, column: str = "") -> str:
    """Anchor of a figure, as it stands in a page: small letters, digits and hyphens.

    >>> anchor("distribution", "unit_price")
    'distribution-unit-price'
    """
    return f"{kind}-{column}".rstrip("-").replace("_", "-")


LITTLE_TO_SAY = 0.85
"""A status that holds more lines than this tells customers apart on few lines only."""
DOMINATES = 0.3
PEAK = 1.5
GROWTH = 0.03
SINGLE_ORDERS = 0.25
HALF_EMPTY = 0.2
STRONG_CORRELATION = 0.75
NEARLY_ALL = 0.99
FEW_CUSTOMERS = 10
"""Of fewer than these no shares are told."""
FEWEST_TO_TELL = 20
"""Of fewer gaps or discounted lines than these nothing is told."""
GEOGRAPHY = frozenset({"country", "territory", "state", "currency"})


def _on_sample(e: Exploration) -> dict[str, float]:
    """Lines looked at, where only a sample was."""
    d = e.dependence
    return {} if d is None or d.n_lines == d.n_kept else {"sampled_lines": d.n_lines, "kept_lines": d.n_kept}


def _status(e: Exploration) -> Iterator[Finding]:
    status = e.count_of("status")
    if status is None or status.n_values < 2 or status.names[0] is None:
        return
    if (share := float(status.line_share[0])) >= LITTLE_TO_SAY:
        numbers = {"line_share": share, "lines": float(status.lines[0]), "lines_read": float(status.lines_total)}
        texts = {"value": (status.names[0],), "column": (status.label,)}
        yield Finding("status", "counts-status", 0.55, numbers, texts)


def _in_money(column: str, *, has_role: bool) -> dict[str, float]:
    """Whether a number column is of money: all that have a role but the quantity; of others nothing says so."""
    return {"in_money": 1.0} if has_role and column != "quantity" else {}


def _caps(e: Exploration) -> Iterator[Finding]:
    for cap in (*e.caps, *(e.dependence.caps if e.dependence else ())):
        numbers = {"value": cap.value, "line_share": cap.line_share, "lines": float(cap.lines)}
        numbers |= _in_money(cap.column, has_role=cap in e.caps)
        texts: dict[str, tuple[str, ...]] = {"column": (cap.label,)}
        at, below = cap.differs_at_cap_share, cap.differs_below_share
        if at is not None and below is not None and at > 0.9 and below < 0.1:
            numbers |= {"differs_at_cap_share": at, "differs_below_share": below}
            texts |= {"quantity": (e.labels["quantity"],), "amount": (e.labels["amount"],)}
        figure = anchor("distribution", cap.column) if cap.column in e.labels else ""
        numbers |= {} if cap in e.caps else _on_sample(e)
        yield Finding("cap", figure, 0.8 + 0.15 * min(cap.line_share * 2, 1), numbers, texts)


def _cuts(e: Exploration) -> Iterator[Finding]:
    for cut in (*e.cuts, *(e.dependence.cuts if e.dependence else ())):
        numbers = {f"cut_{i}": value for i, value in enumerate(cut.cuts, start=1)}
        numbers |= _in_money(cut.number, has_role=cut in e.cuts) | ({} if cut in e.cuts else _on_sample(e))
        texts = {"column": (cut.label,), "number": (cut.number_label,)}
        yield Finding("cut", anchor("distribution", cut.number), 0.86, numbers, texts)


def _date_parts(e: Exploration) -> Iterator[Finding]:
    d = e.dependence
    if d is None or not d.date_parts:
        return
    columns, parts = zip(*d.date_parts, strict=True)
    texts = {"columns": columns, "parts": parts, "date": (e.labels["ordered_on"],)}
    numbers = {"columns": float(len(columns)), "lines": float(d.n_lines), "lines_kept": float(d.n_kept)}
    yield Finding("date_parts", "dependence", 0.56, numbers, texts)


def _constants(e: Exploration) -> Iterator[Finding]:
    d = e.dependence
    if d and d.constants:
        numbers = {"columns": float(len(d.constants)), "lines": float(d.n_lines)}
        yield Finding("constant", "", 0.42, numbers | _on_sample(e), {"columns": d.constants})


def _follows(e: Exploration) -> Iterator[Finding]:
    """Only what surprises: that a state lies in one country does not."""
    among = e.dependence.follows if e.dependence else ()
    telling = [f for f in e.follows if f.kind == "same" or not {f.column, f.given} <= GEOGRAPHY]
    for follow in (*telling, *among)[:1]:
        numbers = {"values": float(follow.n_values), "given_values": float(follow.n_given_values)}
        numbers |= {} if follow in telling else _on_sample(e)
        texts = {"column": (follow.label,), "given": (follow.given_label,)}
        figure = "dependence" if e.dependence and len(e.dependence.labels) > 1 else ""
        yield Finding(follow.kind, figure, 0.4, numbers, texts)


def _peak(e: Exploration) -> Iterator[Finding]:
    peak = e.over_time.peak
    if peak is None or peak.ratio < PEAK:
        return
    numbers = {"ratio": peak.ratio, "revenue": peak.revenue_mean, "average_month": peak.average_month}
    numbers |= {"month": float(peak.month), "year": float(peak.year)}
    weight = 0.5 + 0.1 * min(peak.ratio, 4)
    if peak.years:
        years = {"years": tuple(str(year) for year in peak.years)}
        yield Finding("peak", "calendar-month", weight, numbers, years)
    else:
        yield Finding("peak_of_one_year", "over-time", weight - 0.1, numbers)


def _concentration(e: Exploration) -> Iterator[Finding]:
    c = e.concentration
    if c.n_customers < FEW_CUSTOMERS:
        return
    few = c.n_apart if c.n_customers > FEW_CUSTOMERS else 0
    if few:
        share = float(c.top_revenue[:few].sum() / c.revenue_total)
        ratio = float(c.top_revenue[few - 1] / c.top_revenue[few])
        numbers = {"customers": float(few), "revenue_share": share, "ratio": ratio}
        yield Finding("few_large_customers", "concentration", 0.72, numbers)
        return
    most = c.customers_for_most / c.n_customers
    numbers = {"customers": float(c.customers_for_most), "customer_share": most, "top_fifth_share": c.top_fifth_share}
    numbers["all_customers"] = float(c.n_customers)
    code, weight = ("concentration", 0.68) if most <= 0.5 else ("spread_widely", 0.5)
    yield Finding(code, "concentration", weight, numbers)


def _once(e: Exploration) -> Iterator[Finding]:
    share, customers = e.repeats.once_share, e.concentration.n_customers
    if customers < FEW_CUSTOMERS:
        return
    once = float(e.repeats.customers[e.repeats.orders == 1].sum())
    numbers = {"customer_share": share, "customers": once, "revenue_share": e.repeats.once_revenue_share}
    numbers["all_customers"] = float(customers)
    if share >= SINGLE_ORDERS:
        code, weight = ("nobody_came_back", 0.95) if share == 1 else ("once", 0.6 + 0.3 * share)
        yield Finding(code, "repeats", weight, numbers)
    else:
        yield Finding("came_back", "repeats", 0.5, {**numbers, "repeat_share": 1 - share})


def _growth(e: Exploration) -> Iterator[Finding]:
    if not e.over_time.year_on_year:
        return
    last = e.over_time.year_on_year[-1]
    if abs(last.growth_share) >= GROWTH:
        numbers = {"growth_share": last.growth_share, "revenue": last.revenue, "revenue_before": last.revenue_before}
        months = {"months": tuple(str(month) for month in last.months)}
        weight = 0.55 + 0.25 * min(abs(last.growth_share), 1)
        yield Finding("growth", "year-on-year", weight, {**numbers, "year": float(last.year)}, months)


def _newcomers(e: Exploration) -> Iterator[Finding]:
    """A file of one intake shows an ageing cohort, not a shop: every trend in it is that of these customers."""
    if e.cohorts is None or len(e.cohorts.sizes) < 6 or e.concentration.n_customers < FEW_CUSTOMERS:
        return
    come = np.cumsum(e.cohorts.sizes) / e.cohorts.sizes.sum()
    last = int(np.argmax(come >= NEARLY_ALL))
    if (last + 1) / len(come) > 0.5:
        return
    until = {"until": (str(e.cohorts.starts[last + 1] - np.timedelta64(1, "D")),)}
    early, customers = float(e.cohorts.sizes[: last + 1].sum()), float(e.cohorts.sizes.sum())
    code, weight = ("one_intake", 0.9) if (last + 1) / len(come) <= 0.25 else ("few_newcomers", 0.66)
    yield Finding(code, "cohorts", weight, {"customers": early, "all_customers": customers}, until)


def _incomplete(e: Exploration) -> Iterator[Finding]:
    over_time = e.over_time
    if not over_time.month_whole[-1] and len(over_time.month_starts) >= 3:
        numbers = {"days_without_orders": float(over_time.last_gap_days)}
        yield Finding("incomplete", "over-time", 0.5, numbers, {"last_day": (str(over_time.last_day),)})


def _dominates(e: Exploration) -> Iterator[Finding]:
    for column in ("country", "category"):
        counts = e.count_of(column)
        if counts is None or counts.n_values < 3 or counts.revenue_total <= 0:
            continue
        first, second = np.argsort(-counts.revenue, kind="stable")[:2]
        share, next_share = float(counts.revenue_share[first]), float(counts.revenue_share[second])
        if share < DOMINATES or counts.names[first] is None or counts.names[second] is None:
            continue
        numbers = {"revenue_share": share, "next_revenue_share": next_share}
        texts = {"value": (counts.names[first],), "next": (counts.names[second],), "column": (counts.label,)}
        yield Finding("dominates", anchor("counts", column), 0.4 + 0.3 * share, numbers, texts)


def _missing(e: Exploration) -> Iterator[Finding]:
    if absent := e.missing.absent:
        figure = "missing" if e.missing.empty.any() else ""
        columns = {"columns": float(len(absent))}
        yield Finding("absent", figure, 0.3 + 0.08 * len(absent), columns, {"columns": absent})
    for label, share, empty in zip(e.missing.labels, e.missing.empty_share, e.missing.empty, strict=True):
        if share >= HALF_EMPTY:
            numbers = {"empty_share": float(share), "lines": float(empty)}
            yield Finding("missing", "missing", 0.35 + 0.2 * float(share), numbers, {"column": (label,)})
            return


def _gaps(e: Exploration) -> Iterator[Finding]:
    if e.gaps is not None and e.gaps.n_gaps >= FEWEST_TO_TELL:
        numbers = {"median_days": e.gaps.median_days, "gaps": float(e.gaps.n_gaps)}
        numbers |= {"lower_days": e.gaps.lower_days, "upper_days": e.gaps.upper_days}
        yield Finding("gaps", "gaps", 0.52, numbers)


def _discounts(e: Exploration) -> Iterator[Finding]:
    d = e.discounts
    if d is None or d.n_lines < FEWEST_TO_TELL:
        return
    numbers = {"mean": d.mean, "given_share": d.given_share, "above_share": d.above_share}
    texts = {"list_price": (e.labels.get("list_price", "list price"),)}
    if d.above_share >= 0.2 and d.given_share >= 0.2:
        yield Finding("list_price_is_no_ceiling", "discounts", 0.54, numbers, texts)
    elif d.given_share >= 0.05:
        yield Finding("discount", "discounts", 0.5, numbers, texts)
    elif d.above_share < 0.05:
        yield Finding("hardly_a_discount", "discounts", 0.2, numbers, texts)


def _returns(e: Exploration) -> Iterator[Finding]:
    lines = e.lines
    if lines.returned and lines.read:
        share = lines.returned / lines.read
        numbers = {"lines": float(lines.returned), "line_share": share, "value": lines.returned_value}
        figure = "counts-status" if e.count_of("status") else ""
        yield Finding("returns", figure, 0.35 + min(share, 0.5), {**numbers, "lines_read": float(lines.read)})


def _duplicates(e: Exploration) -> Iterator[Finding]:
    if n := e.lines.duplicates:
        share = n / e.lines.read
        yield Finding("duplicates", "", 0.3 + min(share, 0.5), {"lines": float(n), "line_share": share})


def _set_aside(e: Exploration) -> Iterator[Finding]:
    if not e.lines.set_aside:
        return
    reason, n = max(e.lines.set_aside.items(), key=lambda item: (item[1], item[0]))
    if (share := n / e.lines.read) >= 0.1:
        numbers = {"lines": float(n), "line_share": share}
        yield Finding("set_aside", "", 0.6 + 0.4 * share, numbers, {"reason": (reason,)})


def _correlation(e: Exploration) -> Iterator[Finding]:
    c = e.correlations
    if c is None:
        return
    strength = np.abs(np.triu(c.values, 1))
    i, j = np.unravel_index(int(np.argmax(strength)), strength.shape)
    r = float(c.values[i, j])
    if abs(r) >= STRONG_CORRELATION:
        figure = "correlations" if len(c.columns) > 2 else "scatter-matrix"
        yield Finding("correlation", figure, 0.3 + 0.1 * abs(r), {"r": r}, {"columns": (c.labels[i], c.labels[j])})


DETECTORS = (
    _set_aside, _newcomers, _once, _caps, _cuts, _date_parts, _peak, _concentration, _growth, _status, _discounts,
    _gaps, _dominates, _incomplete, _missing, _constants, _follows, _returns, _duplicates, _correlation,
)  # fmt: skip


def find(exploration: Exploration) -> tuple[Finding, ...]:
    """The ten weightiest findings, or as many as there are, weightiest first."""
    found = [finding for detector in DETECTORS for finding in detector(exploration)]
    return tuple(sorted(found, key=lambda finding: -finding.weight)[:MOST_FINDINGS])
