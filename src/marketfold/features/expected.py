"""What is to be expected of each customer: orders and value ahead, whether they are still there, and who is overdue.

A feature table carries the history of its customers, and in its `settings` the models that were fitted to it, or the
reason why there are none. What is expected follows from both when it is asked for, so a part of the table, later orders
and those of an earlier day are treated alike. Expected columns are functions of recency, frequency, age and money,
which are features already; so they are no features of every table, and shape segments only where that is asked for.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from marketfold.damage import told_as
from marketfold.errors import ModelError, ParameterError
from marketfold.features.buying_models import SMALLEST, BuyingModel, SpendModel
from marketfold.units import Feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.schema import Float64
    from marketfold.units import FeatureTable, History

HORIZONS = (90, 365)
"""Days ahead for which orders and value are expected: a campaign, and a year."""
FEWEST_CUSTOMERS = 100
FEWEST_REPEATERS = 40
"""Ten for each parameter of the buying model (Peduzzi and others 1996, of regressions)."""
FEWEST_ORDER_DAYS = 3
"""With fewer there is but one time between orders, and none that is usual."""
OVERDUE_AT = 2.0
"""So many usual times without an order are overdue: with orders at random one in seven waits longer."""
SETTING = "expected"

UnfitCode = Literal[
    "too_few_customers", "too_few_repeaters", "no_money", "spend_too_uneven",
    "unchecked", "total_off", "value_off", "silence_misleads", "regulars_misjudged",
]  # fmt: skip


@dataclass(frozen=True)
class Unfit:
    """Why nothing is expected of these customers: what was `found`, and what it is held `against`."""

    code: UnfitCode
    found: float = 0.0
    against: float = 0.0

    def to_setting(self) -> str:
        """As a text, for `FeatureTable.settings`."""
        return json.dumps(asdict(self))

    def __str__(self) -> str:
        held = f": {self.found:,.0f} against {self.against:,.0f}" if self.against else ""
        return self.code.replace("_", " ") + held


@dataclass(frozen=True)
class Outlook:
    """How customers buy and what their orders bring; times are in days.

    `checked` says that a later period bore it out (`selection.check_outlook`).

    Examples
    --------
    >>> outlook = Outlook(BuyingModel(0.24, 31.0, 0.79, 2.43), SpendModel(6.25, 3.74, 15.4))
    >>> outlook == read_setting(outlook.to_setting())
    True
    """

    buying: BuyingModel
    spend: SpendModel
    checked: bool = False

    def to_setting(self) -> str:
        """As a text, for `FeatureTable.settings`."""
        return json.dumps(asdict(self))

    def orders(self, history: History, days: float) -> Float64:
        """Days with an order in so many days ahead, shape (n_units,)."""
        return self.buying.expected_orders(days, history.repeats, history.last_days, history.known_days)

    def ordering(self, history: History, days: float) -> Float64:
        """Chance of an order in so many days ahead, 0 to 1, shape (n_units,)."""
        return self.buying.ordering(days, history.repeats, history.last_days, history.known_days)

    def value(self, history: History, days: float) -> Float64:
        """Money in so many days ahead, shape (n_units,)."""
        return self.orders(history, days) * self.spend.expected_mean(history.repeats, history.repeat_mean)

    def alive(self, history: History) -> Float64:
        """Chance of being still a customer, 0 to 1; NaN with one day of orders, for the model lets nobody stop then."""
        alive = self.buying.alive(history.repeats, history.last_days, history.known_days)
        return np.where(history.repeats > 0, alive, np.nan)


def read_setting(text: str) -> Outlook | Unfit:
    """What `to_setting` wrote; ModelError if it is damaged."""
    with told_as(ModelError, "What the model expects customers by"):
        kept = json.loads(text)
        if "code" in kept:
            return Unfit(kept["code"], float(kept["found"]), float(kept["against"]))
        buying, spend = ({name: float(value) for name, value in kept[part].items()} for part in ("buying", "spend"))
        return Outlook(BuyingModel(**buying), SpendModel(**spend), checked=bool(kept.get("checked")))


def fit_outlook(history: History) -> Outlook | Unfit:
    """Fit both models, or say why they cannot be fitted."""
    n_customers, n_repeaters = len(history.repeats), int((history.repeats > 0).sum())
    paid = history.repeat_mean > 0
    if n_customers < FEWEST_CUSTOMERS:
        return Unfit("too_few_customers", n_customers, FEWEST_CUSTOMERS)
    if n_repeaters < FEWEST_REPEATERS:
        return Unfit("too_few_repeaters", n_repeaters, FEWEST_REPEATERS)
    if int(paid.sum()) < FEWEST_REPEATERS:
        return Unfit("no_money", int(paid.sum()), FEWEST_REPEATERS)
    spend = SpendModel.fit(history.repeats[paid], history.repeat_mean[paid])
    if spend.q < 1 + 2 * SMALLEST:  # a mean over customers exists above 1 alone
        return Unfit("spend_too_uneven", spend.q, 1.0)
    return Outlook(BuyingModel.fit(*_counted(history)), spend)


def _counted(history: History) -> Iterator[Float64]:
    """Repeats, last and known days of those who have all three alike, and how many they are."""
    columns = (history.repeats, history.last_days, history.known_days)
    repeats, last, known = (column.astype(np.int64) for column in columns)
    base = int(known.max()) + 1
    codes, counts = np.unique((repeats * base + last) * base + known, return_counts=True)
    for part in (codes // base**2, codes // base % base, codes % base, counts):
        yield part.astype(np.float64)


def outlook_of(table: FeatureTable) -> Outlook | Unfit | None:
    """What is expected of its customers by, or why nothing is; None where the table is not of customers' orders."""
    return read_setting(table.settings[SETTING]) if table.history and SETTING in table.settings else None


def with_outlook(table: FeatureTable, outlook: Outlook) -> FeatureTable:
    """The table with what its customers are expected by."""
    return replace(table, settings=table.settings | {SETTING: outlook.to_setting()})


def without_outlook(table: FeatureTable, why: Unfit) -> FeatureTable:
    """The table when nothing is to be expected by it, and why."""
    return replace(table, settings=table.settings | {SETTING: why.to_setting()})


def usual_gap(history: History) -> Float64:
    """Mean days between a customer's own days with an order, shape (n_units,); NaN below `FEWEST_ORDER_DAYS`."""
    enough = history.repeats + 1 >= FEWEST_ORDER_DAYS
    return np.where(enough, history.last_days / np.maximum(history.repeats, 1), np.nan)


def overdue(history: History) -> Float64:
    """Time since the last order, in mean times between the customer's own; NaN below `FEWEST_ORDER_DAYS`."""
    return (history.known_days - history.last_days) / usual_gap(history)


EXPECTED: dict[str, Feature] = {
    feature.name: feature
    for feature in (
        Feature("expected_orders_365d", "orders expected in the next year", "count", "value"),
        Feature("expected_value_365d", "revenue expected in the next year", "money", "value"),
    )
}
"""Features of what is expected, by name; shorter times say the same on another scale."""


def expected_columns(table: FeatureTable) -> dict[str, Float64]:
    """What is expected of each customer, by the name of the column, NaN where it cannot be told.

    `expected_orders_...d` and `expected_value_...d` of each of `HORIZONS` and `alive_chance`, NaN for everybody where
    the models do not fit, and `overdue_ratio`; nothing where the table is not of customers' orders.
    """
    history, outlook = table.history, outlook_of(table)
    if history is None:
        return {}
    orders, value = ([f"expected_{what}_{days}d" for days in HORIZONS] for what in ("orders", "value"))
    if isinstance(outlook, Outlook):
        found = _expected(history, outlook) | {"alive_chance": outlook.alive(history)}
    else:
        found = {name: np.full(len(table), np.nan) for name in (*orders, *value, "alive_chance")}
    return {name: found[name] for name in (*orders, *value, "alive_chance")} | {"overdue_ratio": overdue(history)}


def _expected(history: History, outlook: Outlook) -> dict[str, Float64]:
    mean = outlook.spend.expected_mean(history.repeats, history.repeat_mean)
    orders = {days: outlook.orders(history, days) for days in HORIZONS}
    return {f"expected_orders_{days}d": found for days, found in orders.items()} | {
        f"expected_value_{days}d": found * mean for days, found in orders.items()
    }


def with_expected(table: FeatureTable) -> FeatureTable:
    """The table with the features of `EXPECTED`; as it is where it has them.

    Raises
    ------
    ParameterError
        If nothing is expected of its units.
    """
    if set(EXPECTED) <= set(table.names):
        return table
    outlook = outlook_of(table)
    if not isinstance(outlook, Outlook) or table.history is None:
        why = f" ({outlook})" if isinstance(outlook, Unfit) else ""
        raise ParameterError(
            f"Nothing can be expected of these {table.unit.replace('_', ' ')}s{why}: that needs customers of "
            "whom enough ordered again, and a later period that shows that it comes true. Choose another feature set."
        )
    found = _expected(table.history, outlook)
    columns = np.column_stack([table.values, *(found[name] for name in EXPECTED)])
    return replace(table, values=columns, features=(*table.features, *EXPECTED.values()))
