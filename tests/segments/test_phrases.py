from __future__ import annotations

import math
from datetime import date
from string import Formatter

import pytest

from marketfold.features.catalogue import CATALOGUE
from marketfold.features.fitted_statistics import FittedStatistics
from marketfold.schema import Unit
from marketfold.segments.distinguishing_features import DistinguishingFeature
from marketfold.segments.phrases import Large, Phrase, difference_text, phrase_of

UNITS: tuple[Unit, ...] = ("customer", "order", "order_line")


def measured_by(*categories: str) -> FittedStatistics:
    return FittedStatistics(date(2024, 1, 1), date(2025, 1, 1), categories, large_deal_size="Large")


@pytest.mark.parametrize("unit", UNITS)
def test_every_feature_that_we_measure_has_a_phrase(unit: Unit):
    for measurement in CATALOGUE[unit](measured_by("Ships")):
        phrase = phrase_of(measurement.feature.name, unit)
        assert phrase != Phrase(aspect=measurement.feature.name), measurement.feature.name


@pytest.mark.parametrize("unit", UNITS)
def test_phrases_name_only_what_they_are_given(unit: Unit):
    for measurement in CATALOGUE[unit](measured_by("Ships", "{odd}")):
        phrase = phrase_of(measurement.feature.name, unit)
        allowed = {
            phrase.difference: {"label", "this", "others", "large"},
            phrase.between: {"label", "low", "high", "large"},
        }
        for template in (phrase.below, phrase.above, phrase.at_least, phrase.exactly, phrase.none):
            allowed[template] = {"label", "x", "large"}
        for template, names in allowed.items():
            assert {field for _, field, _, _ in Formatter().parse(template) if field is not None} <= names


def test_a_category_with_braces_is_said_as_it_is():
    phrase = phrase_of("category_{odd}_share")
    assert phrase.difference.format(this="4 %", others="2 %") == "4 % of their revenue is in {odd}, others 2 %"
    assert phrase.none.format(x="0 %") == "nothing in {odd}"


def test_what_is_not_known_forbids_no_word() -> None:
    phrase = Phrase(aspect="frequency", high="frequent", high_from=4, apart=1.5)
    for this, others in ((5.0, math.nan), (math.nan, 5.0), (8.0, 5.0)):
        assert phrase.words(high=True, this=this, others=others, orders=math.inf) == ("frequent", "")
    assert phrase.words(high=True, this=6.0, others=5.0, orders=math.inf) == ("", "")


@pytest.mark.parametrize(
    ("this", "others", "said"),
    [
        (
            -1.0,
            0.1,
            "of those who came in the first half of the period, typically no revenue fell into the second, others 55 %",
        ),
        (
            1.0,
            0.1,
            "of those who came in the first half of the period, typically all revenue "
            "fell into the second, others 55 %",
        ),
        (
            -0.5,
            0.1,
            "of those who came in the first half of the period, 25 % of their revenue "
            "fell into the second, others 55 %",
        ),
        (0.1, 0.1, ""),
    ],
)
def test_a_trend_is_said_as_the_share_of_the_second_half(this: float, others: float, said: str):
    trend = DistinguishingFeature("trend", "growth of revenue", "ratio", this, others, -0.5, 0.01, others, this, others)
    assert difference_text(trend) == said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"large_order_at": "3500.0"}, "large orders (over €3,500)"),
        ({"large_deal_size": "Large", "large_deal_from": "7016.31"}, "deals of size Large (from €7,016)"),
        ({"large_deal_size": "Large"}, "deals of size Large"),
    ],
)
def test_what_is_large_stands_with_its_amount(settings: dict[str, str], said: str):
    numbers = (1.0, 0.1, 0.9, 0.01, 0.1, 1.0, 0.1)
    label = "share of revenue in large orders"
    of_large = DistinguishingFeature("large_deal_share", label, "share", *numbers, large=Large.of(settings))
    assert difference_text(of_large, currency="EUR") == f"100 % of their revenue is in {said}, others 10 %"
