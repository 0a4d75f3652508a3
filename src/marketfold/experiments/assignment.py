"""Who is held out: stratified by revenue, by a keyed hash, stable over runs."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from marketfold.experiments.design import Holdout
    from marketfold.schema import Float64, Ids, Labels

STRATA = 4


def hash_uniform(ids: Sequence[str] | NDArray[np.str_], salt: str) -> Float64:
    """A number of 0 to 1 for each id: the same for the same id and salt on every machine, in every run.

    >>> hash_uniform(["C1", "C2"], "0").round(3).tolist() == hash_uniform(["C1", "C2"], "0").round(3).tolist()
    True
    """
    key = hashlib.blake2b(salt.encode(), digest_size=32).digest()
    drawn = (hashlib.blake2b(one.encode(), key=key, digest_size=8).digest() for one in np.asarray(ids).tolist())
    return np.frombuffer(b"".join(drawn), dtype=">u8").astype(np.float64) / 2.0**64


def _strata(revenue: Float64, held_out: int) -> NDArray[np.int64]:
    """Quarters of the segment by revenue; fewer where a quarter would hold out nobody."""
    n = max(1, min(STRATA, held_out))
    order = np.argsort(np.argsort(revenue, kind="stable"), kind="stable")
    return np.asarray(order * n // max(len(revenue), 1), dtype=np.int64)


def _quotas(sizes: Sequence[int], held_out: int) -> list[int]:
    """Split the number to hold out over strata by their size, largest remainders first."""
    whole = sum(sizes)
    exact = [held_out * size / whole for size in sizes]
    quotas = [math.floor(value) for value in exact]
    order = sorted(range(len(sizes)), key=lambda i: (quotas[i] - exact[i], i))
    for i in order[: held_out - sum(quotas)]:
        quotas[i] += 1
    return quotas


def _hold_out(u: Float64, revenue: Float64, held_out: int, pinned: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Who is held out: pinned customers stay, then in each stratum those with the lowest number up to its quota."""
    strata = _strata(revenue, held_out)
    chosen = np.asarray(pinned == 1, dtype=np.bool_)
    members = [np.flatnonzero(strata == s) for s in range(int(strata.max()) + 1)] if len(strata) else []
    for who, quota in zip(members, _quotas([len(m) for m in members], held_out) if members else [], strict=True):
        free = who[pinned[who] < 0]
        wanted = max(quota - int(chosen[who].sum()), 0)
        chosen[free[np.argsort(u[free], kind="stable")[:wanted]]] = True
    return chosen


def assign_arms(
    ids: Ids,
    labels: Labels,
    revenue: Float64,
    holdouts: Sequence[Holdout],
    *,
    salt: str,
    previous: pa.Table | None = None,
) -> pa.Table:
    """Say for every customer whether she is reached or held out; `labels` are the places of her segment in `holdouts`.

    Within quarters of the segment by revenue, those customers are held out whose keyed hash (BLAKE2b) is lowest: the
    same customer draws the same number in every run with the same salt, and nothing about her need be stored. Where the
    strata have moved since, customers at the edge of a quota could change arm; with the assignments of the earlier run
    as `previous` (`customer_id` and `arm`) nobody does, and only new customers are drawn.

    Returns
    -------
    pyarrow.Table
        `customer_id`, `segment` (number, from 1) and `arm` ("treated" or "holdout"), sorted by customer.

    Raises
    ------
    ParameterError
        If `previous` lacks one of its columns.
    """
    u = hash_uniform(ids, salt)
    earlier = _earlier_arms(previous)
    pinned = np.full(len(u), -1, dtype=np.int8)
    if earlier:  # most runs have none before them, and nobody is looked up in vain
        pinned[:] = [earlier.get(i, -1) for i in ids.tolist()]
    held = np.zeros(len(u), dtype=np.bool_)
    number = np.zeros(len(u), dtype=np.int64)
    for segment, holdout in enumerate(holdouts):
        who = np.flatnonzero(labels == segment)
        number[who] = holdout.number
        held[who] = _hold_out(u[who], revenue[who], holdout.held_out, pinned[who])
    arm = np.where(held, "holdout", "treated")
    return pa.table({"customer_id": pa.array(ids.tolist(), pa.string()), "segment": number, "arm": arm})


def _earlier_arms(previous: pa.Table | None) -> Mapping[str, int]:
    if previous is None:
        return {}
    if not {"customer_id", "arm"} <= set(previous.column_names):
        raise ParameterError(f"Earlier assignments need customer_id and arm; got {previous.column_names}.")
    pairs = zip(previous["customer_id"].to_pylist(), previous["arm"].to_pylist(), strict=True)
    return {customer: int(arm == "holdout") for customer, arm in pairs}
