"""What is taken from the orders to measure their units by: the window, the categories, and what counts as large."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

import narwhals as nw

from marketfold.damage import told_as
from marketfold.errors import ModelError, TooFewUnitsError
from marketfold.schema import MONEY_SCALE, money_sum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.cleaning import CleanOrders

OTHER = "other"
MOST_CATEGORIES = 12
# An order is large when it is among the most valuable fifth, as in the rule of 80 and 20.
LARGE_ORDER_QUANTILE = 0.8
_CATEGORY = ("category_", "_share")


@dataclass(frozen=True)
class FittedStatistics:
    """What the features of one table are measured by.

    The window begins on `first_on` and ends before `as_of`, the day on which features look back. `categories` have a
    share of their own, and `other` is what is left. Lines of `large_deal_size` are large deals; where that is None,
    orders above `large_order_at`, in ten-thousandths, are. The least of the large deals was worth `large_deal_from`.
    """

    first_on: date
    as_of: date
    categories: tuple[str, ...] = ()
    large_deal_size: str | None = None
    large_deal_from: float | None = None
    large_order_at: int = 0

    @property
    def middle_on(self) -> date:
        """First day of the later half of the window."""
        return date.fromordinal((self.first_on.toordinal() + self.as_of.toordinal()) // 2)

    @property
    def window_days(self) -> int:
        """Days that the window covers."""
        return (self.as_of - self.first_on).days

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Self:
        """What `to_settings` wrote of a table; ModelError where it is damaged."""
        large, least = settings.get("large_order_at", "0"), settings.get("large_deal_from")
        with told_as(ModelError, "What the model was measured by"):
            return cls(
                first_on=date.fromisoformat(settings["first_on"]),
                as_of=date.fromisoformat(settings["as_of"]),
                categories=tuple(json.loads(settings["categories"])),
                large_deal_size=settings.get("large_deal_size"),
                large_deal_from=None if least is None else float(least),
                large_order_at=round(float(large) * MONEY_SCALE),
            )

    def to_settings(self) -> dict[str, str]:
        """As texts, to measure later orders by the same."""
        kept = {
            "first_on": self.first_on.isoformat(),
            "as_of": self.as_of.isoformat(),
            "categories": json.dumps(self.categories, ensure_ascii=False),
        }
        if self.large_deal_size is None:
            return kept | {"large_order_at": repr(self.large_order_at / MONEY_SCALE)}
        least = {} if self.large_deal_from is None else {"large_deal_from": repr(self.large_deal_from)}
        return kept | {"large_deal_size": self.large_deal_size} | least


def category_feature_name(category: str) -> str:
    """Name of the feature that is the share of one category."""
    return category.join(_CATEGORY)


def category_of(name: str) -> str | None:
    """The category that a feature is the share of; None for other features.

    >>> category_of("category_Classic Cars_share"), category_feature_name("Tea")
    ('Classic Cars', 'category_Tea_share')
    """
    start, end = _CATEGORY
    is_share = name.startswith(start) and name.endswith(end) and len(name) > len(start) + len(end)
    return name[len(start) : -len(end)] if is_share else None


def _categories(clean: CleanOrders, names: Sequence[str] | None, settings: Mapping[str, str]) -> tuple[str, ...]:
    """Categories with a share of their own: those of the model, else those with most revenue, then `other`."""
    if "categories" in settings:  # also those whose share the model left out: they are not `other`
        return tuple(json.loads(settings["categories"]))
    if names is not None:
        return tuple(category for name in names if (category := category_of(name)) is not None)
    if "category" not in clean.columns:
        return ()
    grouped = clean.purchases.group_by("category").agg(money_sum("amount").alias("money"))
    rows = clean.engine.collect(grouped).to_pylist()
    named = [row for row in rows if row["category"] is not None and row["category"] != OTHER]
    named.sort(key=lambda row: (-row["money"], row["category"]))
    own = [row["category"] for row in named[:MOST_CATEGORIES]]
    return tuple(own + ([OTHER] if len(own) < len(rows) else []))


def _largest_deal_size(clean: CleanOrders) -> tuple[str | None, float | None]:
    """The deal size with the greatest money per line, and its least line; None where there is no choice."""
    if "deal_size" not in clean.columns:
        return None, None
    sized = clean.purchases.filter(~nw.col("deal_size").is_null()).group_by("deal_size")
    rows = clean.engine.collect(
        sized.agg(nw.len().alias("lines"), money_sum("amount").alias("money"), nw.col("amount").min().alias("least"))
    ).to_pylist()
    if len(rows) < 2:
        return None, None
    largest = max(rows, key=lambda row: (float(row["money"]) / int(row["lines"]), row["deal_size"]))
    return str(largest["deal_size"]), float(largest["least"])


def fit_statistics(
    clean: CleanOrders, as_of: date | None, names: Sequence[str] | None, settings: Mapping[str, str]
) -> FittedStatistics:
    """Take from orders what a model's `settings` do not give.

    Raises
    ------
    TooFewUnitsError
        If there is no purchase.
    """
    if clean.activity.span is None:
        what = f"no purchase {f'before {as_of}' if as_of else 'at all'}, so there is nobody to measure"
        raise TooFewUnitsError(f"There is {what}. Choose a later as-of date.")
    first_on, last_on = clean.activity.span
    as_of = as_of or last_on + timedelta(days=1)
    large, least = settings.get("large_order_at"), settings.get("large_deal_from")
    size, size_from = _largest_deal_size(clean) if not settings else (settings.get("large_deal_size"), None)
    with told_as(ModelError, "What the model was measured by"):
        return FittedStatistics(
            first_on=as_of - _window_of(settings) if settings else first_on,
            as_of=as_of,
            categories=_categories(clean, names, settings),
            large_deal_size=size,
            large_deal_from=size_from if least is None else float(least),
            large_order_at=round(_large_order_at(clean) if large is None else float(large) * MONEY_SCALE),
        )


def _window_of(settings: Mapping[str, str]) -> timedelta:
    """How long the window of a model is: whatever an export holds, a feature looks back as far as it did."""
    return date.fromisoformat(settings["as_of"]) - date.fromisoformat(settings["first_on"])


def _large_order_at(clean: CleanOrders) -> float:
    value = nw.col("revenue_scaled").quantile(LARGE_ORDER_QUANTILE, "linear")
    return float(clean.engine.collect(clean.activity.orders.select(value))["revenue_scaled"][0].as_py())
