"""Reading, cleaning and features the plain pandas way: the comparison that `orders_bench.py` measures against.

Written as an experienced analyst would: columns with their types at reading, boolean masks, one `groupby` for each
question, merges at the end. It gives the same ledger and the same feature values, and the bench checks that it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CANCELLED = ["cancelled", "canceled", "returned", "refunded", "void", "voided"]
SHIPPING = ["POST", "DOT", "POSTAGE", "SHIPPING", "CARRIAGE"]
NOT_PRODUCTS = [
    "M", "D", "C2", "S", "B", "PADS", "CRUK", "BANK CHARGES", "AMAZONFEE", "ADJUST", "ADJUST2", "MANUAL", "DISCOUNT",
    "TEST001", "TEST002",
]  # fmt: skip
TESTS = ["test", "test customer", "dummy", "testkunde"]
TEXT = ("order_id", "customer_id", "product_id", "category", "status", "country")


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        lines = pd.read_parquet(path)
    else:
        lines = pd.read_csv(path, dtype=dict.fromkeys(TEXT, "str"), keep_default_na=False, na_values=[""])
    lines["order_date"] = pd.to_datetime(lines["order_date"])
    return lines


def clean(lines: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, object]]:
    """Purchases, returns, and the ledger."""
    masks = {
        "no_customer": lines["customer_id"].isna(),
        "unreadable_date": lines["order_date"].isna(),
        "unreadable_money": lines["amount"].isna(),
        "test_customer": lines["customer_id"].str.strip().str.lower().isin(TESTS),
        "shipping": lines["product_id"].str.strip().str.upper().isin(SHIPPING),
        "not_a_product": lines["product_id"].str.strip().str.upper().isin(NOT_PRODUCTS),
        "cancelled": lines["status"].str.strip().str.lower().isin(CANCELLED) | lines["order_id"].str.match(r"^C\d+$"),
        "returned": lines["quantity"] < 0,
        "zero_price": lines["amount"] == 0,
        "not_positive": lines["amount"] < 0,
    }
    reason = pd.Series(np.select(list(masks.values()), list(masks), default="kept"), index=lines.index)
    kept = lines[reason == "kept"]
    reason[kept.index[kept.duplicated()]] = "duplicate"
    counts = lines.groupby(reason)["amount"].agg(["size", "sum"])
    ledger = {
        "lines": len(lines),
        "orders": lines["order_id"].nunique(),
        "customers": lines["customer_id"].nunique(),
        "first_on": lines["order_date"].min(),
        "last_on": lines["order_date"].max(),
        "money": lines["amount"].sum(),
        "by_reason": {name: (int(row["size"]), float(row["sum"])) for name, row in counts.iterrows()},
    }
    return lines[reason == "kept"], lines[reason.isin(["cancelled", "returned"])], ledger


def _shares(kept: pd.DataFrame, by: pd.Series, revenue: pd.Series, names: Mapping[Any, str]) -> pd.DataFrame:
    money = kept.groupby(["customer_id", by])["amount"].sum().unstack(fill_value=0)
    return money.div(revenue, axis=0).rename(columns=names)


def _orders(kept: pd.DataFrame) -> pd.DataFrame:
    """How many orders, how far apart, how much in large ones."""
    by_order = kept.groupby(["customer_id", "order_id"], as_index=False)
    orders = by_order.agg(on=("order_date", "min"), money=("amount", "sum"))
    orders["money"] = orders["money"].round(2)
    orders = orders.sort_values(["customer_id", "on"])
    gaps = orders.groupby("customer_id")["on"].diff().dt.days
    orders["gap"] = gaps.where(gaps > 0)  # two orders of one day are one visit
    orders["large"] = orders["money"].where(orders["money"] > orders["money"].quantile(0.8), 0.0)
    return orders.groupby("customer_id").agg(
        order_count=("order_id", "size"),
        gap_mean_days=("gap", "mean"),
        gap_spread_days=("gap", "std"),
        gaps=("gap", "count"),
        large=("large", "sum"),
    )


def features(kept: pd.DataFrame, returns: pd.DataFrame) -> pd.DataFrame:
    """One row per customer."""
    as_of = kept["order_date"].max() + pd.Timedelta(days=1)
    first = kept["order_date"].min()
    middle = first + pd.Timedelta(days=(as_of - first).days // 2)
    listed = kept["quantity"] * kept["msrp"]
    kept = kept.assign(
        listed=listed,
        discount=(listed - kept["amount"]).clip(lower=0),
        later=kept["amount"].where(kept["order_date"] >= middle, 0.0),
    )
    table = kept.groupby("customer_id").agg(
        revenue_total=("amount", "sum"),
        items=("quantity", "sum"),
        first=("order_date", "min"),
        last=("order_date", "max"),
        listed=("listed", "sum"),
        discount=("discount", "sum"),
        later=("later", "sum"),
        product_breadth=("product_id", "nunique"),
    )
    revenue = table["revenue_total"]
    table = table.join(_orders(kept))
    table["trend"] = (2 * table["later"] - revenue) / revenue
    table["large_deal_share"] = table["large"] / revenue
    table["recency_days"] = (as_of - table["last"]).dt.days
    table["tenure_days"] = (as_of - table["first"]).dt.days
    table["gap_mean_days"] = table["gap_mean_days"].fillna(table["tenure_days"])
    # the spread of all gaps there are, not of a sample of them
    gaps = table["gaps"]
    of_all = np.sqrt((gaps - 1).clip(lower=0) / gaps.clip(lower=1))
    table["gap_spread_days"] = (table["gap_spread_days"] * of_all).fillna(0.0)
    table["basket_mean"] = revenue / table["order_count"]
    table["basket_items_mean"] = table["items"] / table["order_count"]
    table["discount_share"] = table["discount"] / table["listed"]
    returned = returns.assign(value=returns["amount"].abs()).groupby("customer_id")["value"].agg(["size", "sum"])
    table = table.join(returned.rename(columns={"size": "return_count", "sum": "return_total"}))
    table[["return_count", "return_total"]] = table[["return_count", "return_total"]].fillna(0)
    table["return_share"] = table["return_total"] / (table["return_total"] + revenue)
    categories = {name: f"category_{name}_share" for name in kept["category"].unique()}
    quarters = {number: f"quarter_{number}_share" for number in range(1, 5)}
    table = table.join(_shares(kept, kept["category"], revenue, categories))
    table = table.join(_shares(kept, kept["order_date"].dt.quarter.rename("quarter"), revenue, quarters))
    country = kept.groupby("customer_id")["country"].agg(["min", "max"])
    table["country"] = country["min"].where(country["min"] == country["max"], "(several)")
    return table.drop(columns=["items", "first", "last", "listed", "discount", "later", "large", "gaps"]).sort_index()
