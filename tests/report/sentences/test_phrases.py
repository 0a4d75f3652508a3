"""The blanks of the phrases: each has a writer, and what fills one is not read again."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from string import Formatter
from typing import Any

import pytest

from marketfold import words
from marketfold.report.sentences.phrases import _OWN, filled


def every_phrase(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [phrase for one in (value.values() if isinstance(value, dict) else value) for phrase in every_phrase(one)]


def test_every_writer_is_known():
    table = tomllib.loads(files("marketfold.report").joinpath("phrases.toml").read_text("utf-8"))
    specs = {spec for phrase in every_phrase(table) for _, _, spec, _ in Formatter().parse(phrase) if spec}
    writers = {spec.split(" ")[0] for spec in specs} - {".0f", ".3g"}
    assert [name for name in writers if name not in {*_OWN, "one", "sign"} and not hasattr(words, name)] == []


@pytest.mark.parametrize(
    ("phrase", "values", "said"),
    [
        ("{n:plural line} {n:one is|are}", {"n": 1}, "1 line is"),
        ("{n:plural line} {n:one is|are}", {"n": 1_200}, "1,200 lines are"),
        ("{columns:listed or} {columns:one is|are}", {"columns": ("a", "b")}, "a or b are"),
        ("{gain:sign more|less}, {gain:size}", {"gain": -0.25}, "less, 25 %"),
        ("{paid:money} for {column}", {"paid": 12.5, "column": ("{paid}",)}, "€12.50 for {paid}"),
    ],
)
def test_blanks_are_filled(phrase: str, values: dict[str, Any], said: str):
    assert filled(phrase, values, "EUR") == said
