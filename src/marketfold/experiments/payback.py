"""Whether a campaign paid: what it earned after goods and discounts, less what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.experiments.results import Gain
    from marketfold.schema import Float64


@dataclass(frozen=True)
class Payback:
    """What a campaign cost, and its profit: what it earned from those reached, less its cost."""

    cost: float
    profit: Gain

    @property
    def verdict(self) -> Literal["paid", "did not pay", "cannot tell"]:
        """By the interval of the profit."""
        if self.profit.low > 0:
            return "paid"
        return "did not pay" if self.profit.high < 0 else "cannot tell"

    @property
    def return_on_cost(self) -> float | None:
        """Profit per unit of money spent; None where nothing was."""
        return self.profit.amount / self.cost if self.cost else None


def earned(revenue: Float64, held_out: NDArray[np.bool_], margin: float, discount: float) -> Float64:
    """What is left of each customer's revenue after costs of goods, shape (n_customers,).

    Revenue is taken as paid. Of a price of 1 those reached pay 1 - discount and leave margin - discount, as the goods
    cost what they cost; it is reckoned as if each of their orders had used the offer, those included that they would
    have placed anyway (Blattberg and Neslin 1990).

    >>> earned(np.array([90.0, 100.0]), np.array([False, True]), 0.3, 0.1).round(6).tolist()
    [20.0, 30.0]
    """
    reached = (margin - discount) / (1 - discount) if discount < 1 else 0.0
    return np.asarray(revenue * np.where(held_out, margin, reached), dtype=np.float64)
