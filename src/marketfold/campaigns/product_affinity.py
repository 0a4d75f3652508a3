"""What each segment buys more than others, and what it takes up next: counted with enough support to say so."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import scipy

from marketfold.campaigns.customers import placed, ratio_error, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from marketfold.campaigns.customers import Purchases, Thing
    from marketfold.schema import Float64

MIN_BUYERS = 5
"""Customers of the segment who must have bought a thing before anything is said of it: the usual least count."""

MIN_LIFT = 1.2
FALSE_DISCOVERIES = 0.1
"""Accepted rate of chance findings among the things that are shown (Benjamini and Hochberg 1995)."""

SHOWN = 5
ALIKE = 1e-9
"""Error of a share, as a share of it, that is only rounding."""

BANDS = (3, 6, 11, 21, 51, 101, 201, 501)
"""Lines of a customer, over all things, from which the next band begins: within a band as much was bought."""

OPEN_SHARE = 0.2
"""Share of the segment that must not have a thing yet for it to be worth suggesting as the next."""


@dataclass(frozen=True)
class OverIndex:
    """A product or category that makes more of this segment's lines than of everybody's.

    The shares are of the order lines, 0 to 1; `lift` is the first divided by the second; `buyers` are customers of the
    segment; `category` is that of a product, where the source has categories, and `title` what the product is called,
    where it has names beside the ids.
    """

    name: str
    share: float
    everyone_share: float
    lift: float
    buyers: int
    category: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class NextBuy:
    """What customers of the segment take up after their first order.

    Attributes
    ----------
    takers, came_back
        How many of those who came back, and had not bought it at first, added it later.
    everyone_rate
        The same as a share among everybody, 0 to 1, weighted so that as many bought as little or as much as here: who
        orders often adds everything more often.
    open_to
        Customers of the segment who have not bought it yet.
    """

    name: str
    takers: int
    came_back: int
    everyone_rate: float
    open_to: int
    category: str | None = None
    title: str | None = None

    @property
    def rate(self) -> float:
        """Share of those who came back, 0 to 1."""
        return self.takers / self.came_back


@dataclass(frozen=True)
class _Cells:
    """Sums for each (segment, band, thing); arrays of shape (n_segments, n_bands, n_things).

    `first_buyers` bought it in their first order, `takers` later; `squares` and `products` are the sums over
    customers of n_cp^2 and n_cp n_c that a ratio estimator's variance needs.
    """

    names: list[str]
    lines: Float64
    buyers: Float64
    first_buyers_back: Float64
    takers: Float64
    squares: Float64
    products: Float64


@dataclass(frozen=True)
class _Totals:
    """Of each segment and band, shape (n_segments, n_bands)."""

    lines: Float64
    customers: Float64
    came_back: Float64
    squares: Float64


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _cells(table: pa.Table, what: Thing, n_segments: int) -> _Cells:
    # not np.unique: an array of texts is as wide as the longest, and one cell may be a megabyte
    encoded = table[what].combine_chunks().cast(pa.string()).dictionary_encode()
    found = encoded.dictionary.to_pylist()
    names = sorted(found)
    place = {name: number for number, name in enumerate(names)}
    column = np.array([place[name] for name in found], dtype=np.int64)[encoded.indices.to_numpy()]
    places = whole_numbers(table, "segment"), whole_numbers(table, "band"), column
    shape = n_segments, len(BANDS) + 1, len(names)
    return _Cells(names, *(placed(table, one.name, shape, places) for one in fields(_Cells)[1:]))


def _count(purchases: Purchases, what: Thing) -> tuple[_Cells, _Totals, dict[str, str]]:
    """Two small tables, and the category of each product where the source has categories."""
    number, total = nw.col("n").cast(nw.Float64), nw.col("total").cast(nw.Float64)
    came_back = nw.col("last_on") > nw.col("first_on")
    at_first = nw.col("bought_on") == nw.col("first_on")
    pairs = purchases.of_each(what)
    own = _own(purchases, pairs)
    flagged = pairs.join(own, on="customer", how="inner").with_columns(
        first_back=_flag(came_back & at_first), taker=_flag(~at_first), square=number * number, product=number * total
    )
    summed = {
        "lines": "n", "first_buyers_back": "first_back", "takers": "taker", "squares": "square", "products": "product",
    }  # fmt: skip
    measures = {"buyers": nw.len()} | {name: nw.col(column).sum() for name, column in summed.items()}
    named = what == "product_id" and "category" in purchases.columns
    if named:
        measures["category"] = nw.col("category").max()
    table = purchases.engine.collect(flagged.group_by("segment", "band", what).agg(**measures))
    category_of = {}
    if named:
        rows = sorted(zip(table[what].to_pylist(), table["category"].to_pylist(), strict=True), key=str)
        category_of = {product: category for product, category in rows if category is not None}
    totals = _totals(purchases, own)
    purchases.engine.release(own)
    return _cells(table, what, purchases.n_segments), totals, category_of


def _own(purchases: Purchases, pairs: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Each customer's lines, their band, and the first and last day, over all things."""
    own = pairs.group_by("customer").agg(
        total=nw.col("n").sum(), first_on=nw.col("bought_on").min(), last_on=nw.col("last_bought_on").max(),
        its_segment=nw.col("segment").min(),
    )  # fmt: skip
    first, *others = (_flag(nw.col("total") >= least) for least in BANDS)
    banded = own.with_columns(band=sum(others, first))
    return purchases.engine.materialise(banded)


def _totals(purchases: Purchases, own: nw.LazyFrame[Any]) -> _Totals:
    total = nw.col("total").cast(nw.Float64)
    flagged = own.with_columns(back=_flag(nw.col("last_on") > nw.col("first_on")), square=total * total)
    summed = {"lines": "total", "came_back": "back", "squares": "square"}
    measures = {name: nw.col(column).sum() for name, column in summed.items()}
    small = purchases.engine.collect(flagged.group_by("its_segment", "band").agg(customers=nw.len(), **measures))
    places = whole_numbers(small, "its_segment"), whole_numbers(small, "band")
    shape = purchases.n_segments, len(BANDS) + 1
    return _Totals(*(placed(small, one.name, shape, places) for one in fields(_Totals)))


def _p_values(cells: _Cells, totals: _Totals, everyone: Float64) -> Float64:
    """One-sided p of each share being larger than everybody's, customers as clusters.

    Customers who all have one share show no error of it: then that of drawing them from everybody stands for it.
    """
    lines = np.maximum(totals.lines, 1)[:, None]
    share = cells.lines / lines
    customers = np.maximum(totals.customers, 2)[:, None]
    error = ratio_error(share, cells.squares, cells.products, totals.squares[:, None], lines, customers)
    error = np.where(error > ALIKE * share, error, np.sqrt(everyone * (1 - everyone) / customers))
    score = np.divide(share - everyone, error, out=np.zeros_like(share), where=error > 0)
    return np.asarray(scipy.stats.t.sf(score, customers - 1), dtype=np.float64)


def _supported(p_values: Float64, enough: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which findings stay when each had the chance to be a false one."""
    found = np.zeros(p_values.shape, dtype=np.bool_)
    if enough.any():
        found[enough] = scipy.stats.false_discovery_control(np.clip(p_values[enough], 0, 1)) <= FALSE_DISCOVERIES
    return found


def _over_bands(cells: _Cells, totals: _Totals) -> tuple[_Cells, _Totals]:
    """The same, whatever was bought in all."""
    of_cells = {one.name: getattr(cells, one.name).sum(axis=1) for one in fields(cells)[1:]}
    return replace(cells, **of_cells), _Totals(*(getattr(totals, one.name).sum(axis=1) for one in fields(totals)))


def _over_indexed(cells: _Cells, totals: _Totals, category_of: dict[str, str]) -> tuple[tuple[OverIndex, ...], ...]:
    everyone = cells.lines.sum(axis=0) / max(totals.lines.sum(), 1)
    share = cells.lines / np.maximum(totals.lines, 1)[:, None]
    lift = np.divide(share, everyone, out=np.zeros_like(share), where=everyone > 0)
    shown = _supported(_p_values(cells, totals, everyone), cells.buyers >= MIN_BUYERS) & (lift >= MIN_LIFT)
    found = []
    for s in range(len(share)):
        # What they buy more than others *and* often: the extra lines, not the lift of a rarity, make the order.
        best = sorted(np.flatnonzero(shown[s]), key=lambda j, s=s: (everyone[j] - share[s, j], cells.names[j]))  # type: ignore[misc]
        shown_of_it = []
        for j in best[:SHOWN]:
            name, numbers = cells.names[j], (float(share[s, j]), float(everyone[j]), float(lift[s, j]))
            shown_of_it.append(OverIndex(name, *numbers, int(cells.buyers[s, j]), category_of.get(name)))
        found.append(tuple(shown_of_it))
    return tuple(found)


def _matched(takers: Float64, eligible: Float64) -> tuple[Float64, Float64]:
    """Takers to be expected of each segment, if it took up a thing as all in its bands do, and their variance.

    Given all takers of a band those of a segment are hypergeometric, and bands add up (Mantel and Haenszel 1959).
    Shapes (n_segments, n_bands, n_things); of the results (n_segments, n_things).
    """
    all_takers, everybody = takers.sum(axis=0), np.maximum(eligible.sum(axis=0), 1)
    rate, part = all_takers / everybody, eligible / everybody
    spread = eligible * rate * (1 - rate) * (1 - part) * everybody / np.maximum(everybody - 1, 1)
    return (eligible * rate).sum(axis=1), spread.sum(axis=1)


def _taken_up_more(
    takers: Float64, expected: Float64, variance: Float64, enough: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Where more of a segment added a thing than of those who bought as much, beyond chance (one-sided)."""
    score = np.divide(takers - 0.5 - expected, np.sqrt(variance), out=np.zeros_like(takers), where=variance > 0)
    more: NDArray[np.bool_] = _supported(scipy.stats.norm.sf(score), enough) & (takers >= MIN_LIFT * expected)
    return more


def _next_buys(cells: _Cells, totals: _Totals, category_of: dict[str, str]) -> tuple[NextBuy | None, ...]:
    """The thing that the largest share of those who came back added later, more of them than of who bought as much.

    Ordered by the lower end of Wilson's 95 % interval (Wilson 1927), so that 3 of 3 does not beat 60 of 80.
    """
    eligible = np.maximum(totals.came_back[..., None] - cells.first_buyers_back, 0)
    expected, variance = _matched(cells.takers, eligible)
    takers, back, buyers = (one.sum(axis=1) for one in (cells.takers, eligible, cells.buyers))
    customers = totals.customers.sum(axis=1)[:, None]
    n, z = np.maximum(back, 1), 1.96
    rate = takers / n
    low = (rate + z**2 / (2 * n) - z * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)
    open_to = customers - buyers
    enough = (takers >= MIN_BUYERS) & (open_to >= np.maximum(MIN_BUYERS, OPEN_SHARE * customers))
    low = np.where(_taken_up_more(takers, expected, variance, enough), low, -1.0)
    found: list[NextBuy | None] = []
    for s in range(len(low)):
        j = int(np.argmax(low[s])) if low.shape[1] else 0
        if not low.shape[1] or low[s, j] <= 0:
            found.append(None)
            continue
        name = cells.names[j]
        taken, as_others = (int(takers[s, j]), int(back[s, j])), float(expected[s, j] / n[s, j])
        found.append(NextBuy(name, *taken, as_others, int(open_to[s, j]), category_of.get(name)))
    return tuple(found)


@dataclass(frozen=True)
class ProductAffinity:
    """What the order lines say of one segment's taste; where they name neither kind of thing they say nothing."""

    products: tuple[OverIndex, ...] = ()
    categories: tuple[OverIndex, ...] = ()
    next_product: NextBuy | None = None
    next_category: NextBuy | None = None
    named: bool = True


def _with_titles(
    purchases: Purchases, over: tuple[tuple[OverIndex, ...], ...], following: tuple[NextBuy | None, ...]
) -> tuple[tuple[tuple[OverIndex, ...], ...], tuple[NextBuy | None, ...]]:
    """The products that are shown, with what they are called."""
    shown = {item.name for items in over for item in items} | {step.name for step in following if step}
    titles = purchases.clean.product_titles(sorted(shown))
    named = tuple(tuple(replace(item, title=titles.get(item.name)) for item in items) for items in over)
    return named, tuple(step and replace(step, title=titles.get(step.name)) for step in following)


def measure_affinity(purchases: Purchases) -> tuple[ProductAffinity, ...]:
    """Count what each segment buys, in the order of the labels; all grouping happens in the engine."""
    n = purchases.n_segments
    over: dict[Thing, tuple[tuple[OverIndex, ...], ...]] = {"product_id": ((),) * n, "category": ((),) * n}
    following: dict[Thing, tuple[NextBuy | None, ...]] = {"product_id": (None,) * n, "category": (None,) * n}
    for what in over:
        if what in purchases.columns:
            cells, totals, category_of = _count(purchases, what)
            over[what] = _over_indexed(*_over_bands(cells, totals), category_of)
            following[what] = _next_buys(cells, totals, category_of)
    over["product_id"], following["product_id"] = _with_titles(purchases, over["product_id"], following["product_id"])
    whole = zip(over["product_id"], over["category"], following["product_id"], following["category"], strict=True)
    return tuple(ProductAffinity(*found, bool(purchases.columns)) for found in whole)


def next_products(purchases: Purchases, affinity: Sequence[ProductAffinity]) -> nw.LazyFrame[Any]:
    """What to suggest to each customer: what the segment takes up next, and the customer has not bought.

    The product before the category, for it is the narrower. `customer_id` and `next_product`, null where the segment
    takes up nothing more than others, or the customer has it.
    """
    steps: dict[Thing, list[NextBuy | None]] = {
        "product_id": [one.next_product for one in affinity], "category": [one.next_category for one in affinity]
    }  # fmt: skip
    rows, suggested = purchases.members, []
    for what, of_segments in steps.items():
        if any(of_segments):
            rows = _with_next(rows, purchases, what, of_segments)
            suggested.append(nw.when(nw.col(f"{what}_bought").is_null()).then(nw.col(f"{what}_next")))
    nothing = nw.lit(None).cast(nw.String)
    return rows.select("customer_id", next_product=nw.coalesce(*suggested, nothing))


def _with_next(
    rows: nw.LazyFrame[Any], purchases: Purchases, what: Thing, of_segments: Sequence[NextBuy | None]
) -> nw.LazyFrame[Any]:
    """With what each one's segment takes up next, and whether she has it."""
    assert purchases.things is not None  # noqa: S101  (something is taken up, so there are things)
    known = {segment: step for segment, step in enumerate(of_segments) if step}
    columns = {what: [step.name for step in known.values()], "next": [s.title or s.name for s in known.values()]}
    segments = pa.array(list(known), pa.int64())
    asked = pa.table({"segment": segments} | {name: pa.array(texts, pa.string()) for name, texts in columns.items()})
    steps = purchases.engine.from_arrow(asked)
    bought = purchases.things.join(steps.select("segment", what), on=["segment", what], how="inner")
    bought = bought.select("customer").unique().with_columns(nw.lit(1).alias(f"{what}_bought"))
    suggested = steps.select("segment", nw.col("next").alias(f"{what}_next"))
    return rows.join(suggested, on="segment", how="left").join(bought, on="customer", how="left")
