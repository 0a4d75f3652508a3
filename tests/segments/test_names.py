from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from tests.segments.shops import clean_shop, segmented, shop

from marketfold.schema import Unit
from marketfold.segments import Described, DistinguishingFeature, SegmentTraits, name_segments
from marketfold.segments.name_words import MOST_WORDS, Members, NamePart, alike, meaning
from marketfold.segments.names import _begin, _described_parts, _Naming, _own_word, _small_parts, _stopped
from marketfold.segments.phrases import phrase_of


def traits(
    *effects: tuple[str, float],
    medians: dict[str, float] | None = None,
    everyone: dict[str, float] | None = None,
    country: Described | None = None,
    units: int = 50,
    revenue_share: float = 0.2,
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
        revenue_share=revenue_share,
        medians=medians,
        everyone=everyone or {},
        effects=dict(effects),
        distinguishing=distinguishing,
        described={"country": (country,)} if country else {},
    )


NOBODY = traits(("trend", 0.0))


def test_of_very_many_segments_that_are_alike_no_two_share_a_name():
    assert len(set(name_segments([NOBODY] * 60))) == 60


def test_of_many_segments_of_all_kinds_no_two_share_a_name():
    rng = np.random.default_rng(0)
    kinds = ["order_count", "recency_days", "basket_mean", "tenure_days", "revenue_total", "discount_share"]
    strengths = [-0.8, -0.4, 0.3, 0.6, 0.9]
    for _ in range(10):
        chosen = [zip(rng.choice(kinds, 4, replace=False), rng.choice(strengths, 4), strict=True) for _ in range(60)]
        names = name_segments([traits(*((str(name), float(effect)) for name, effect in one)) for one in chosen])
        assert len(set(names)) == 60


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        (traits(("order_count", 0.9), ("basket_mean", 0.9)), "Big-basket regulars"),
        (traits(("basket_mean", 0.9), ("order_count", 0.88), ("recency_days", -0.86)), "Big-basket regulars"),
        (traits(("order_count", -0.8), medians={"order_count": 1.0}), "One-time buyers"),
        (traits(("order_count", 0.8), medians={"order_count": 2.0}, everyone={"order_count": 1.0}), "Repeat buyers"),
        (traits(("order_count", 0.8), medians={"order_count": 3.0}, everyone={"order_count": 2.0}),
         "Typical customers"),
        (traits(("order_count", 0.8), medians={"gap_mean_days": 182.0}), "Loyal customers"),
        (traits(("order_count", 0.9), ("revenue_total", 0.9)), "Core customers"),
        (traits(("order_count", 0.8), ("recency_days", 0.7),
                medians={"order_count": 2.0, "recency_days": 300.0}, everyone={"order_count": 1.0}),
         "Lapsed repeat buyers"),
        (traits(("gap_mean_days", -0.8), medians={"gap_mean_days": 182.0}), "Typical customers"),
        (traits(("gap_mean_days", -0.8), medians={"gap_mean_days": 30.0, "order_count": 2.0}), "Typical customers"),
        (traits(("recency_days", 0.9), ("gap_mean_days", -0.8), medians={"order_count": 2.0, "recency_days": 300.0}),
         "Lapsed customers"),
        (traits(("trend", 0.9), medians={"order_count": 1.0}), "Typical customers"),
        (traits(("tenure_days", 0.9), medians={"tenure_days": 60.0}), "Typical customers"),
        (traits(("tenure_days", 0.9), medians={"tenure_days": 500.0, "order_count": 1.0}), "Typical customers"),
        (traits(("tenure_days", 0.9), medians={"tenure_days": 500.0}), "Long-standing customers"),
        (traits(("tenure_days", -0.9), medians={"tenure_days": 300.0}), "Typical customers"),
        (traits(("tenure_days", -0.9), ("recency_days", -0.8), medians={"tenure_days": 90.0}), "New customers"),
        (traits(("recency_days", -0.9), medians={"recency_days": 171.0}), "Typical customers"),
        (traits(("recency_days", 0.9), medians={"recency_days": 120.0}), "Quiet customers"),
        (traits(("quarter_1_share", 0.9), medians={"quarter_1_share": 0.41}), "Typical customers"),
        (traits(("recency_days", 0.9), ("gap_mean_days", -0.8), medians={"recency_days": 300.0}), "Lapsed regulars"),
        (traits(("recency_days", 0.9), ("trend", -0.95), medians={"recency_days": 300.0}), "Lapsed customers"),
        (traits(("recency_days", 0.9), ("quarter_4_share", 0.8), medians={"recency_days": 200.0}), "Year-end buyers"),
        (traits(("recency_days", 0.9), ("quarter_4_share", 0.8), medians={"recency_days": 400.0}),
         "Lapsed year-end buyers"),
        (traits(("gap_spread_days", -0.6), medians={"recency_days": 200.0, "gap_mean_days": 69.0}), "Lapsed customers"),
        (traits(("order_count", 0.6), medians={"recency_days": 200.0, "gap_mean_days": 69.0}), "Lapsed regulars"),
        (traits(("order_count", 0.6), medians={"recency_days": 200.0, "gap_mean_days": 150.0}), "Loyal customers"),
        (traits(("order_count", -0.6), medians={"order_count": 5.0}), "Typical customers"),
        (traits(("gap_mean_days", 0.6), medians={"gap_mean_days": 107.0}), "Typical customers"),
        (traits(("revenue_total", 0.9)), "Top customers"),
        (traits(("order_count", 0.9), ("revenue_total", 0.9), revenue_share=0.05), "Regulars"),
        (traits(("revenue_total", 0.9), ("basket_mean", 0.5)), "Big-basket buyers"),
        (traits(("order_count", 0.99), ("revenue_total", 0.95), ("basket_mean", 0.4)), "Core customers"),
        (traits(("quarter_4_share", 0.9), ("category_Gifts_share", 0.8), medians={"category_Gifts_share": 0.7}),
         "Year-end Gifts buyers"),
        (traits(("category_Classic Cars_share", 0.8), medians={"category_Classic Cars_share": 0.6}),
         "Classic Cars buyers"),
        (traits(("category_Ships_share", 0.8), medians={"category_Ships_share": 0.2}), "Typical customers"),
        (traits(("category_A range of very many words_share", 0.8)), "Typical customers"),
        (traits(("category_Ships_share", -0.8)), "Typical customers"),
        (traits(("category_other_share", 0.8)), "Typical customers"),
        (traits(("discount_share", -0.5), medians={"discount_share": 0.004}), "Full-price buyers"),
        (traits(("discount_share", -0.5), medians={"discount_share": 0.042}), "Typical customers"),
        (traits(("discount_share", 0.5), medians={"discount_share": 0.06}), "Typical customers"),
        (traits(("return_share", 0.8)), "Return-prone buyers"),
        (traits(("return_share", 0.8), medians={"return_share": 0.03}), "Typical customers"),
        (traits(country=Described("France", 0.8, 0.2, 40, notable=True)), "Customers in France"),
        (traits(("order_count", 0.9), country=Described("France", 0.8, 0.2, 40, notable=True)), "Regulars"),
        (traits(country=Described("France", 0.4, 0.1, 20, notable=True)), "Typical customers"),
        (traits(("order_count", 1.0), units=2), "Exceptional customers"),
        (traits(("shoe_size", 0.9)), "High shoe_size"),
        (traits(("order_count", 0.9), ("shoe_size", -0.8)), "Regulars, low shoe_size"),
        (traits(("days since signup", 0.9)), "Early signup"),
        (traits(("order_count", 0.9), ("order_num_total_online", 0.95)), "Regulars"),
        (traits(("category_Ships_share", 0.8), medians={"category_Ships_share": 0.5}), "Ships buyers"),
        (traits(("category_Ships_share", 0.8), medians={"category_Ships_share": 0.49}), "Typical customers"),
        (traits(country=Described("France", 0.5, 0.25, 40, notable=True)), "Customers in France"),
        (traits(country=Described("France", 0.49, 0.1, 40, notable=True)), "Typical customers"),
        (traits(country=Described("France", 0.5, 0.251, 40, notable=True)), "Typical customers"),
        (traits(country=Described("France", 0.8, 0.2, 40, notable=False)), "Typical customers"),
        (traits(("order_count", 1.0), units=3), "Regulars"),
        (traits(("order_count", 0.6), medians={"recency_days": 180.0, "gap_mean_days": 69.0}), "Lapsed regulars"),
        (traits(("order_count", 0.6), medians={"recency_days": 179.0, "gap_mean_days": 69.0}), "Regulars"),
        (traits(("order_count", 0.6), medians={"recency_days": 200.0, "gap_mean_days": 100.0}), "Regulars"),
        (traits(("order_count", 0.6), medians={"recency_days": 201.0, "gap_mean_days": 100.0}), "Lapsed regulars"),
        (traits(("order_count", 0.8), medians={"gap_mean_days": 120.0}), "Regulars"),
        (traits(("order_count", 0.8), medians={"gap_mean_days": 121.0}), "Loyal customers"),
        (traits(("recency_days", 0.9), ("quarter_4_share", 0.8), medians={"recency_days": 370.0}), "Year-end buyers"),
        (traits(("recency_days", 0.9), ("quarter_4_share", 0.8), medians={"recency_days": 371.0}),
         "Lapsed year-end buyers"),
    ],
)  # fmt: skip
def test_names_say_what_is_distinguishing(segment: SegmentTraits, name: str):
    other = traits(("discount_share", 0.9))
    assert name_segments([segment, other]) == (name, "Discount buyers")


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        (traits(("order_count", 0.9), ("revenue_total", 0.9)), "Core accounts"),
        (traits(("recency_days", 0.9), medians={"recency_days": 300.0}), "Lapsed accounts"),
        (traits(("order_count", -0.8), medians={"order_count": 1.0}), "One-order accounts"),
        (traits(("basket_mean", 0.9), ("order_count", 0.8)), "Regular large-order accounts"),
        (traits(("revenue_total", -0.9)), "Low-spend accounts"),
        (NOBODY, "Typical accounts"),
    ],
)
def test_companies_are_accounts(segment: SegmentTraits, name: str):
    assert name_segments([segment, traits(("discount_share", 0.9))], Members(companies=True))[0] == name


@pytest.mark.parametrize(("unit", "name"), [("order", "Large orders"), ("order_line", "Early order lines")])
def test_orders_and_lines_are_called_so(unit: Unit, name: str):
    segment = traits(("order_total", 0.9)) if unit == "order" else traits(("recency_days", 0.9))
    assert name_segments([segment, NOBODY], Members(unit))[0] == name


def test_a_shared_name_is_told_apart_by_what_only_one_can_say():
    one = traits(("order_count", 0.9), ("basket_mean", 0.8), ("discount_share", 0.5))
    other = traits(("order_count", 0.9), ("basket_mean", 0.8), ("quarter_4_share", 0.5))
    assert name_segments([one, other]) == ("Big-basket regulars", "Year-end regulars")


def test_a_shared_name_is_told_apart_by_degree():
    one, other = traits(("order_count", 0.9)), traits(("order_count", 0.5))
    assert name_segments([one, other]) == ("Very frequent buyers", "Regulars")


def test_what_says_less_is_the_others():
    away = {"recency_days": 300.0}
    big = traits(("recency_days", 0.9), ("basket_mean", 0.8), medians=away)
    rest = traits(("recency_days", 0.9), medians=away)
    assert name_segments([big, rest]) == ("Lapsed big-basket buyers", "Other lapsed customers")


def test_small_differences_serve_to_tell_apart():
    assert name_segments([traits(("order_count", 0.2)), NOBODY]) == ("Regulars", "Typical customers")
    assert name_segments([traits(("order_count", 0.2)), traits(("discount_share", 0.9))])[0] == "Typical customers"


def test_what_cannot_be_told_apart_has_a_letter():
    names = name_segments([NOBODY, NOBODY, NOBODY])
    assert names == ("Typical customers", "Other typical customers", "Typical customers A")


def test_one_segment_is_everybody():
    assert name_segments([traits(("order_count", 0.9))]) == ("All customers",)


def test_named_from_a_table():
    matrix, labels = shop()
    assert list(segmented(matrix, labels).names) == ["Big-basket regulars", "Occasional small-basket buyers"]


@pytest.mark.parametrize("seed", range(6))
def test_names_are_distinct_short_and_the_same_every_time(seed: int):
    matrix, _ = clean_shop(seed)
    labels = np.random.default_rng(seed).integers(0, 6, 300).astype(np.int32)
    labels = np.where(matrix.values[:, 0] > 0.5, labels % 3, 3 + labels % 3).astype(np.int32)
    names = segmented(matrix, labels).names
    assert len(set(names)) == 6
    for one, other in combinations(names, 2):
        told = [name for name in (one, other) if re.match("Other ", name) or re.search(" [A-Z]$", name)]
        assert told or not alike(one, other)
        assert meaning(one) != meaning(other)
    assert all(len(name.split(" ")) <= MOST_WORDS + 1 for name in names)
    assert names == segmented(matrix, labels).names


def test_small_effects_say_nothing_of_what_was_said_already():
    """Nor of seasons and tastes, for which larger ones are wanted."""
    said = traits(("recency_days", -0.3), ("basket_mean", 0.25), ("category_Tea_share", 0.3),
                  ("discount_share", 0.147), ("tenure_days", 0.146))  # fmt: skip
    aspects = {name: phrase_of(name, "customer").aspect for name in said.effects}
    found = [part.aspect for part in _small_parts(said, {aspects["recency_days"]}, Members())]
    assert aspects["category_Tea_share"] == "taste"
    assert found == [aspects["basket_mean"], aspects["discount_share"]]
    assert [part.aspect for part in _small_parts(said, set(), Members())] == [aspects["recency_days"], *found]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Tea", "Tea"), ("  Green   tea\tbags ", "Green tea bags"), ("a b c d", ""), ("", ""),
        ("x" * 26, "x" * 26), ("x" * 27, ""), ("x" * 26 + "  ", "x" * 26),
    ],
)  # fmt: skip
def test_a_word_of_the_file_has_26_letters_and_three_words_at_most(text: str, word: str):
    assert _own_word(text) == word


@pytest.mark.parametrize(
    ("away", "gap", "stopped"),
    [
        (180, None, True), (179, None, False), (180, 89, True), (180, 90, False), (181, 90, True), (90, 10, False),
        (180, float("nan"), True), (None, 1, False),
    ],
)  # fmt: skip
def test_who_has_been_away_for_half_a_year_and_twice_the_usual_time_has_stopped(
    away: float | None, gap: float | None, *, stopped: bool
):
    known = {"recency_days": away, "gap_mean_days": gap}
    medians = {name: float(value) for name, value in known.items() if value is not None}
    assert _stopped(traits(medians=medians)) is stopped


@pytest.mark.parametrize(
    ("share", "everyone", "notable", "tails"),
    [
        (0.5, 0.25, True, ["in Peru"]), (0.49, 0.2, True, []), (0.5, 0.26, True, []), (0.9, 0.1, False, []),
        (1.0, 0.0, True, []),
    ],
)  # fmt: skip
def test_a_country_of_half_of_them_twice_as_common_as_elsewhere_is_named(
    share: float, everyone: float, tails: list[str], *, notable: bool
):
    found = _described_parts(traits(country=Described("Peru", share, everyone, 25, notable)))
    assert [(one.aspect, one.order, one.words, one.tail, one.own) for one in found] == [
        ("country", 99, "", tail, True) for tail in tails
    ]


def test_of_another_column_the_first_value_is_named():
    first, second = (Described(value, 0.6, 0.2, 30, notable=True) for value in ("Paid", "Open"))
    of_status = traits()
    of_status.described["status"] = (first, second)
    assert _described_parts(of_status) == [NamePart("status", 60, "Paid", own=True)]
    of_status.described["status"] = (Described("One two three four", 0.6, 0.2, 30, notable=True), second)
    assert _described_parts(of_status) == []


@pytest.mark.parametrize(("units", "alone"), [(1, True), (2, True), (3, False)])
def test_two_are_no_group(units: int, *, alone: bool):
    naming = _begin(traits(("order_count", 0.9), ("basket_mean", 0.8), ("trend", 0.7), units=units), Members())
    assert ([part.aspect for part in naming.chosen] == ["alone"]) is alone
    assert bool(naming.spare) is not alone
    assert len(naming.chosen) == (1 if alone else 2)


def said(naming: _Naming) -> list[str]:
    return list(dict.fromkeys("".join(part.aspect for part in parts) for parts in naming.options(Members())))


def test_a_name_could_say_its_two_parts_then_the_first_and_another_then_three():
    a, b, c, d = (NamePart(aspect, place, aspect) for place, aspect in enumerate("abcd"))
    assert said(_Naming(NOBODY, [a, b], [c, d])) == ["ab", "ac", "ad", "abc", "abd"]
    assert said(_Naming(NOBODY, [a], [c, d])) == ["a", "ac", "ad"]
    assert said(_Naming(NOBODY, [], [c, d])) == ["", "c", "d"]
    assert said(_Naming(NOBODY, [a, b], [])) == ["ab"]


def test_a_long_name_is_said_where_the_words_are_those_of_the_file():
    long = NamePart("a", 1, " ".join("x" * MOST_WORDS))
    assert said(_Naming(NOBODY, [long], [])) == []
    assert said(_Naming(NOBODY, [NamePart("a", 1, long.words, own=True)], [])) == ["a"]
    assert said(_Naming(NOBODY, [NamePart("a", 1, " ".join("x" * (MOST_WORDS - 1)))], [])) == ["a"]
