"""Who is in later orders: the customers of the run, however their e-mail addresses are written, and others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.schema import Float64

MOST_UNKNOWN = 0.5
"""Share of later customers from which on it is doubted that they are merely new."""
MOST_MISSED = 0.1
"""The same share of those who had ordered before the period: nearly all should be known, but for what cleaning left."""


@dataclass(frozen=True)
class Coverage:
    """Whose the later orders are, and what of them came back.

    Attributes
    ----------
    customers, revenue
        Who ordered in the period, and what for, before returns.
    unknown, unknown_revenue
        Those of them whom the run does not know: they came later, or their ids are written otherwise.
    earlier, earlier_unknown
        The same of customers with an order from before the period, whom the run should know.
    respelt
        Customers of the run whose e-mail address is in the later orders in another case.
    returned
        Money that was taken off the revenue of the run's customers, for it came back in the period.
    """

    customers: int = 0
    revenue: float = 0.0
    unknown: int = 0
    unknown_revenue: float = 0.0
    earlier: int = 0
    earlier_unknown: int = 0
    respelt: int = 0
    returned: float = 0.0

    @property
    def unknown_share(self) -> float:
        """Of those who ordered in the period, how many the run does not know."""
        return self.unknown / self.customers if self.customers else 0.0

    @property
    def many_unknown(self) -> bool:
        """Whether so many are unknown that the ids may be of another kind: most, or many who should be known."""
        missed = self.earlier_unknown / self.earlier if self.earlier else 0.0
        return self.unknown_share > MOST_UNKNOWN or missed > MOST_MISSED


def _folded(ids: pa.Array) -> pa.Array:
    """Ids as they are compared where they differ: an e-mail address is the same in any case and without blanks."""
    plain = pc.replace_substring_regex(pc.utf8_lower(ids), r"\s+", "")
    return pc.if_else(pc.match_substring(ids, "@"), plain, ids)


class RunIds:
    """The customers of the run, as later orders may spell them."""

    def __init__(self, ids: pa.Array) -> None:
        self.ids, folded = ids, _folded(ids)
        counted = folded.value_counts()
        once = counted.field("values").filter(pc.equal(counted.field("counts"), 1))
        # two ids that are one when folded are told apart as the run did: each by its own spelling
        self.folded = pc.if_else(pc.is_in(folded, once), folded, pa.scalar(None, pa.string()))

    def places(self, later: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Place of each later id among the run's, -1 where it is not there; and whether its spelling differs."""
        exact = pc.index_in(later, self.ids)
        found = pc.coalesce(exact, pc.index_in(_folded(later), self.folded, skip_nulls=True))
        places = np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
        return places, np.asarray(pc.is_null(exact).to_numpy(zero_copy_only=False)) & (places >= 0)


@dataclass(frozen=True)
class AddedUp:
    """Columns of a table of later customers, added up by customer of the run."""

    table: pa.Table
    places: NDArray[np.int64]
    respelt: NDArray[np.bool_]
    n: int

    @classmethod
    def of(cls, table: pa.Table, ids: RunIds) -> AddedUp:
        """Look up whose the rows of a table are."""
        places, respelt = ids.places(table["customer_id"].combine_chunks().cast(pa.string()))
        return cls(table, places, respelt, len(ids.ids))

    @property
    def unknown(self) -> NDArray[np.bool_]:
        """Rows of customers whom the run does not know."""
        return self.places < 0

    def values(self, name: str) -> Float64:
        """A column, row for row."""
        return np.nan_to_num(np.asarray(self.table[name].cast(pa.float64()).to_numpy(), dtype=np.float64))

    def by_customer(self, name: str) -> Float64:
        """Sum for each customer of the run; 0 for those who are not in the table."""
        mine = ~self.unknown
        added: Float64 = np.bincount(self.places[mine], weights=self.values(name)[mine], minlength=self.n).astype(float)
        return added


def cover(period: AddedUp, earlier: AddedUp, returned: float) -> Coverage:
    """Say whose the later orders are: those of the period, and those from before it."""
    revenue = period.values("revenue")
    return Coverage(
        customers=len(period.places),
        revenue=round(float(revenue.sum()), 2),
        unknown=int(period.unknown.sum()),
        unknown_revenue=round(float(revenue[period.unknown].sum()), 2),
        earlier=len(earlier.places),
        earlier_unknown=int(earlier.unknown.sum()),
        respelt=len(np.unique(period.places[period.respelt])),
        returned=round(returned, 2),
    )
