from __future__ import annotations

from datetime import date
from string import Formatter

import pytest

from marketfold.features.catalogue import CATALOGUE
from marketfold.features.fitted_statistics import FittedStatistics
from marketfold.schema import Unit
from marketfold.segments.phrases import Phrase, phrase_of
from marketfold.segments.wording import in_words

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
            phrase.says: {"label", "this", "others"},
            phrase.between: {"label", "low", "high"},
        }
        for template in (phrase.below, phrase.above, phrase.at_least, phrase.exactly, phrase.none):
            allowed[template] = {"label", "x"}
        for template, names in allowed.items():
            assert {field for _, field, _, _ in Formatter().parse(template) if field is not None} <= names


def test_a_category_with_braces_is_said_as_it_is():
    phrase = phrase_of("category_{odd}_share")
    assert phrase.says.format(this="4 %", others="2 %") == "4 % of their revenue is in {odd}, others 2 %"
    assert phrase.none.format(x="0 %") == "nothing in {odd}"


@pytest.mark.parametrize(
    ("value", "measure", "words"),
    [
        (0.0, "money", "0"),
        (19.5, "money", "19.50"),
        (1_234_567.4, "money", "1,234,567"),
        (0.0042, "share", "0.42 %"),
        (0.0, "share", "0 %"),
        (1.0, "share", "100 %"),
        (0.5, "days", "0.5 days"),
        (1_500.4, "days", "1,500 days"),
        (2.25, "count", "2.2"),
        (-0.001, "ratio", "0"),
        (0.456, "ratio", "0.46"),
        (0.62, "flag", "62 %"),
    ],
)
def test_numbers_in_words(value: float, measure: str, words: str):
    assert in_words(value, measure) == words  # type: ignore[arg-type]
