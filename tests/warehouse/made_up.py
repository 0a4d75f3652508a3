"""A model of round numbers, the same on every machine, with all that a statement can hold."""

from __future__ import annotations

from datetime import date

import numpy as np

from marketfold.cleaning import FoundTexts, OrderRules
from marketfold.clustering import KMeansSegmenter
from marketfold.features import CATALOGUE, FittedStatistics, MatrixScaler
from marketfold.model import SegmentLabel, SegmentModel
from marketfold.reduction import NoReducer, PCAReducer
from marketfold.units import Feature

ODD = "O'Neill \\ Söhne {{ 1 }}"
NAMES = (
    "revenue_total", "order_count", "trend", "large_deal_share", "recency_days", "gap_mean_days", "gap_spread_days",
    "basket_items_mean", "discount_share", "return_share", "return_count", "product_breadth", f"category_{ODD}_share",
    "category_other_share", "quarter_1_share",
)  # fmt: skip
PLACES = ("country_Spain_share", "country_other_share")


def made_up_rules() -> OrderRules:
    roles = ("order_id", "customer_id", "quantity", "unit_price", "list_price", "product_id", "category", "status")
    columns = {role: role.replace("_", " ").title() for role in roles} | {"ordered_on": "Day", "country": "Country"}
    return OrderRules(
        columns=columns,
        null_values=("n/a",),
        found=(FoundTexts("status", "cancelled", ("Cancelled", ODD)), FoundTexts("product_id", "shipping", ("POST",))),
        credit_notes=True,
        drops_repeats=True,
        gross=False,
        folds_emails=True,
        decisions=("amount_from_price", "charges"),
    )


def made_up_model(*, components: bool = True) -> SegmentModel:
    fitted = FittedStatistics(
        first_on=date(2024, 1, 1), as_of=date(2026, 1, 1), categories=("Tea", ODD, "other"), large_order_at=2_500_000
    )
    known = {one.feature.name: one.feature for one in CATALOGUE["customer"](fitted)}
    places = [Feature(name, name, "share", "geography", "country") for name in PLACES]
    features = (*(known[name] for name in NAMES), *places)
    n = len(features)
    steps = np.arange(1, n + 1, dtype=np.float64)
    logged = np.array([name in {"revenue_total", "order_count", "return_count"} for name in (*NAMES, *PLACES)])
    scaler = MatrixScaler.from_state(
        {"tail": 0.01, "skewed_above": 1.0, "blocks": None},
        {
            "lower": np.where(steps % 5 == 0, -np.inf, 0.0),
            "upper": np.where(logged, 4096.0, 64.0),
            "logged": logged,
            "center": 0.5 - steps / 16,
            "scale": 1 + steps / 4,
            "weights": np.where(steps > n - 2, 0.5, 1.0),
        },
    )
    if components:
        rows = np.vstack([np.where(steps % 2 == 0, 0.25, -0.25), np.where(steps % 3 == 0, 0.5, 0.125)])
        arrays = {"mean": steps / 32, "components": rows, "variances": 1 / steps, "deviations": np.ones(n)}
        reducer = PCAReducer.from_state({"method": "pca", "n_components": 2}, arrays)
        centers = np.array([[0.0, 0.0], [1.5, -0.5], [-1.0, 2.0]])
    else:
        reducer = NoReducer.from_state({"method": "none", "n_features": n}, {})
        centers = np.stack([steps % 3, steps % 2, -steps % 4]) / 4
    segmenter = KMeansSegmenter.from_state(
        KMeansSegmenter(3).get_params() | {"wcss": 1.0, "places": [0, 1, 0]},
        {"centers": centers, "reaches": np.array([0.5, 1.0, 2.0], dtype=np.float32)},
    )
    labels = (SegmentLabel(1, "Regulars", "group"), SegmentLabel(2, ODD, None))
    return SegmentModel("customer", features, scaler, reducer, segmenter, labels, fitted.to_settings(), made_up_rules())
