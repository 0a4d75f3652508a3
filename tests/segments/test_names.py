from __future__ import annotations

import numpy as np
import pytest
from tests.segments.shops import clean_shop, segmented, shop

from marketfold.schema import Unit
from marketfold.segments import Described, DistinguishingFeature, SegmentTraits, name_segments


def traits(
    *effects: tuple[str, float],
    medians: dict[str, float] | None = None,
    everyone: dict[str, float] | None = None,
    country: Described | None = None,
    units: int = 50,
) -> SegmentTraits:
    medians = medians or {}
    distinguishing = tuple(
        DistinguishingFeature(name, name, "count", medians.get(name, 5.0), 0.0, effect, 0.001)
        for name, effect in sorted(effects, key=lambda item: -abs(item[1]))
        if abs(effect) >= 0.33
    )
    return SegmentTraits(
        units=units,
        unit_share=0.1,
        revenue_total=0.0,
        revenue_share=0.0,
        medians=medians,
        everyone=everyone or {},
        effects=dict(effects),
        distinguishing=distinguishing,
        described={"country": (country,)} if country else {},
    )


NOBODY = traits(("trend", 0.0))


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        (traits(("order_count", 0.9), ("basket_mean", 0.9)), "Frequent big-basket buyers"),
        (traits(("basket_mean", 0.9), ("order_count", 0.88), ("recency_days", -0.86)), "Frequent big-basket buyers"),
        (traits(("order_count", -0.8), medians={"order_count": 1.0}), "One-time buyers"),
        (traits(("order_count", 0.8), medians={"order_count": 2.0}, everyone={"order_count": 1.0}), "Repeat buyers"),
        (traits(("order_count", 0.8), medians={"order_count": 3.0}, everyone={"order_count": 2.0}),
         "More frequent buyers"),
        (traits(("order_count", 0.8), ("recency_days", 0.7), medians={"order_count": 2.0}), "Quiet repeat buyers"),
        (traits(("gap_mean_days", -0.8), medians={"gap_mean_days": 182.0}), "More frequent buyers"),
        (traits(("gap_mean_days", -0.8), medians={"gap_mean_days": 30.0, "order_count": 2.0}), "Average buyers"),
        (traits(("recency_days", 0.9), ("gap_mean_days", -0.8), medians={"order_count": 2.0}), "Quiet buyers"),
        (traits(("trend", 0.9), medians={"order_count": 1.0}), "Average buyers"),
        (traits(("tenure_days", 0.9), medians={"tenure_days": 60.0}), "Average buyers"),
        (traits(("tenure_days", 0.9), medians={"tenure_days": 500.0, "order_count": 1.0}), "Average buyers"),
        (traits(("tenure_days", 0.9), medians={"tenure_days": 500.0}), "Long-standing buyers"),
        (traits(("tenure_days", -0.9), medians={"tenure_days": 300.0}), "Average buyers"),
        (traits(("recency_days", -0.9), medians={"recency_days": 171.0}), "Less quiet buyers"),
        (traits(("quarter_1_share", 0.9), medians={"quarter_1_share": 0.41}), "Average buyers"),
        (traits(("recency_days", 0.9), ("gap_mean_days", -0.8)), "Quiet once-frequent buyers"),
        (traits(("recency_days", 0.9), ("trend", -0.95)), "Quiet buyers"),
        (traits(("revenue_total", 0.9)), "Top buyers"),
        (traits(("revenue_total", 0.9), ("basket_mean", 0.5)), "Big-basket buyers"),
        (traits(("quarter_4_share", 0.9), ("category_Gifts_share", 0.8), medians={"category_Gifts_share": 0.7}),
         "Year-end buyers, mostly Gifts"),
        (traits(("category_Classic Cars_share", 0.8), medians={"category_Classic Cars_share": 0.6}),
         "Mostly Classic Cars"),
        (traits(("category_Ships_share", 0.8), medians={"category_Ships_share": 0.2}), "Buyers leaning to Ships"),
        (traits(("category_Ships_share", -0.8)), "Average buyers"),
        (traits(("category_other_share", 0.8)), "Average buyers"),
        (traits(("return_share", 0.8)), "Buyers with more returns"),
        (traits(country=Described("France", 0.8, 0.2, 40, notable=True)), "Mostly from France"),
        (traits(("order_count", 0.9), country=Described("France", 0.8, 0.2, 40, notable=True)), "Frequent buyers"),
        (traits(country=Described("France", 0.4, 0.1, 20, notable=True)), "Average buyers"),
        (traits(("order_count", 1.0), units=2), "Exceptional buyers"),
        (traits(("shoe_size", 0.9)), "High shoe_size"),
        (traits(("order_count", 0.9), ("shoe_size", -0.8)), "Frequent buyers, low shoe_size"),
        (traits(("days since signup", 0.9)), "Early signup"),
        (traits(("order_count", 0.9), ("order_num_total_online", 0.95)), "Frequent buyers"),
    ],
)  # fmt: skip
def test_names_say_what_is_distinguishing(segment: SegmentTraits, name: str):
    other = traits(("discount_share", 0.9))
    assert name_segments([segment, other]) == (name, "Offer-minded buyers")


@pytest.mark.parametrize(("unit", "name"), [("order", "Large orders"), ("order_line", "Earlier order lines")])
def test_orders_and_lines_are_called_so(unit: Unit, name: str):
    segment = traits(("order_total", 0.9)) if unit == "order" else traits(("recency_days", 0.9))
    assert name_segments([segment, NOBODY], unit)[0] == name


def test_a_shared_name_is_told_apart_by_what_only_one_can_say():
    one = traits(("order_count", 0.9), ("basket_mean", 0.8), ("discount_share", 0.5))
    other = traits(("order_count", 0.9), ("basket_mean", 0.8), ("quarter_4_share", 0.5))
    assert name_segments([one, other]) == (
        "Frequent big-basket offer-minded buyers",
        "Frequent big-basket year-end buyers",
    )


def test_a_shared_name_is_told_apart_by_degree():
    one, other = traits(("order_count", 0.9)), traits(("order_count", 0.5))
    assert name_segments([one, other]) == ("Frequent buyers", "Less frequent buyers")


def test_small_differences_are_called_rather():
    assert name_segments([traits(("order_count", 0.2)), traits(("basket_mean", 0.2)), NOBODY]) == (
        "Rather frequent buyers",
        "Rather big-basket buyers",
        "Average buyers",
    )


def test_what_cannot_be_told_apart_is_numbered():
    assert name_segments([NOBODY, NOBODY, NOBODY]) == ("Average buyers", "Average buyers (2)", "Average buyers (3)")


def test_one_segment_is_everybody():
    assert name_segments([traits(("order_count", 0.9))]) == ("All buyers",)


def test_named_from_a_table():
    matrix, labels = shop()
    assert list(segmented(matrix, labels).names) == [
        "Frequent big-basket buyers",
        "Occasional small-basket buyers",
    ]


@pytest.mark.parametrize("seed", range(6))
def test_names_are_distinct_short_and_the_same_every_time(seed: int):
    matrix, _ = clean_shop(seed)
    labels = np.random.default_rng(seed).integers(0, 6, 300).astype(np.int32)
    labels = np.where(matrix.values[:, 0] > 0.5, labels % 3, 3 + labels % 3).astype(np.int32)
    names = segmented(matrix, labels).names
    assert len(set(names)) == 6
    assert all(len(name) <= 60 for name in names)
    assert names == segmented(matrix, labels).names
