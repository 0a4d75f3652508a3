"""Who is held out: stratified by revenue, by a keyed hash, stable over runs."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pyarrow as pa

from marketfold.errors import ParameterError
from marketfold.schema import count_where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.engine import Engine
    from marketfold.experiments.design import Holdout

STRATA = 4


def _n_strata(held_out: int) -> int:
    """Quarters of a segment by revenue; fewer where a quarter would hold out nobody."""
    return max(1, min(STRATA, held_out))


def _quotas(size: int, held_out: int) -> list[int]:
    """Split the number to hold out over strata by their size, largest remainders first."""
    n = _n_strata(held_out)
    begins = [-(-size * stratum // n) for stratum in range(n + 1)]
    exact = [held_out * (stop - start) / size for start, stop in pairwise(begins)]
    quotas = [math.floor(value) for value in exact]
    order = sorted(range(n), key=lambda i: (quotas[i] - exact[i], i))
    for i in order[: held_out - sum(quotas)]:
        quotas[i] += 1
    return quotas


def assign_arms(
    customers: nw.LazyFrame[Any],
    holdouts: Sequence[Holdout],
    engine: Engine,
    *,
    salt: str,
    previous: pa.Table | None = None,
) -> nw.LazyFrame[Any]:
    """Say for every customer whether she is reached or held out, where an engine has the customers.

    Within quarters of the segment by revenue, those customers are held out whose keyed hash (BLAKE2b) is lowest: the
    same customer draws the same number in every run with the same salt, and nothing about her need be stored. Where the
    strata have moved since, customers at the edge of a quota could change arm; with the assignments of the earlier run
    as `previous` (`customer_id` and `arm`) nobody does, and only new customers are drawn.

    Parameters
    ----------
    customers
        `customer_id`, each once, `segment`, its place in `holdouts`, and `revenue`.

    Returns
    -------
    narwhals.LazyFrame
        `customer_id`, `segment` (number, from 1) and `arm` ("treated" or "holdout"); held, to be released.

    Raises
    ------
    ParameterError
        If `previous` lacks one of its columns.
    """
    was = None if previous is None else _earlier_arms(previous, engine)
    sizes = engine.collect(customers.group_by("segment").agg(size=nw.len().cast(nw.Int64))).to_pylist()
    drawn = engine.with_uniform(customers.select("customer_id", "segment", "revenue"), "customer_id", salt, "u")
    rows = _with_strata(drawn, sizes, holdouts, engine)
    one = nw.lit(-1).cast(nw.Int64).alias("was_held")
    rows = rows.with_columns(one) if was is None else rows.join(was, on="customer_id", how="left")
    rows = rows.with_columns(nw.col("was_held").fill_null(-1))
    is_new = nw.when(nw.col("was_held") < 0).then(1).otherwise(0)
    turn = nw.col("is_new").cum_sum().over("segment", "stratum", order_by=["u", "customer_id"])
    wanted = engine.from_arrow(_wanted(rows, sizes, holdouts, engine, pinned=was is not None))
    placed = rows.with_columns(is_new=is_new).join(wanted, on=["segment", "stratum"], how="inner")
    chosen = (nw.col("is_new") == 1) & (nw.col("turn") <= nw.col("wanted"))
    arm = nw.when((nw.col("was_held") == 1) | chosen).then(nw.lit("holdout")).otherwise(nw.lit("treated"))
    found = engine.hold(placed.with_columns(turn=turn).select("customer_id", segment=nw.col("number"), arm=arm))
    engine.release(drawn)
    return found


def _with_strata(
    drawn: nw.LazyFrame[Any], sizes: list[dict[str, int]], holdouts: Sequence[Holdout], engine: Engine
) -> nw.LazyFrame[Any]:
    """With the stratum of each customer, by revenue within the segment; of those who brought as much, by id."""
    rows = [row | {"n_strata": _n_strata(holdouts[row["segment"]].held_out)} for row in sizes]
    terms = engine.from_arrow(_whole_numbers(rows, "segment", "size", "n_strata"))
    place = nw.col("one").cum_sum().over("segment", order_by=["revenue", "customer_id"])
    ranked = drawn.with_columns(one=nw.lit(1)).with_columns(place=place.cast(nw.Int64) - 1)
    stratum = nw.col("place") * nw.col("n_strata") // nw.col("size")
    ranked = ranked.join(terms, on="segment", how="inner")
    return ranked.select("customer_id", "segment", "u", stratum=stratum.cast(nw.Int64))


def _wanted(
    rows: nw.LazyFrame[Any], sizes: list[dict[str, int]], holdouts: Sequence[Holdout], engine: Engine, *, pinned: bool
) -> pa.Table:
    """Of each stratum how many are still to be held out, beside those who were; and the number of its segment."""
    held = {}
    if pinned:
        counted = rows.group_by("segment", "stratum").agg(n=count_where(nw.col("was_held") == 1))
        held = {(row["segment"], row["stratum"]): row["n"] for row in engine.collect(counted).to_pylist()}
    found = []
    for row in sizes:
        segment, holdout = row["segment"], holdouts[row["segment"]]
        for stratum, quota in enumerate(_quotas(row["size"], holdout.held_out)):
            wanted = max(quota - held.get((segment, stratum), 0), 0)
            found.append({"segment": segment, "stratum": stratum, "wanted": wanted, "number": holdout.number})
    return _whole_numbers(found, "segment", "stratum", "wanted", "number")


def _whole_numbers(rows: list[dict[str, int]], *names: str) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.int64()) for name in names]))


def _earlier_arms(previous: pa.Table, engine: Engine) -> nw.LazyFrame[Any]:
    """Who was held out before (1) and who was reached (0)."""
    if not {"customer_id", "arm"} <= set(previous.column_names):
        raise ParameterError(f"Earlier assignments need customer_id and arm; got {previous.column_names}.")
    texts = previous.select(["customer_id", "arm"]).cast(
        pa.schema([("customer_id", pa.string()), ("arm", pa.string())])
    )
    held = nw.when(nw.col("arm") == "holdout").then(1).otherwise(0).cast(nw.Int64)
    return engine.from_arrow(texts).with_columns(was_held=held).group_by("customer_id").agg(nw.col("was_held").max())
