"""The blanks of the phrases: each has a writer, and what fills one is not read again."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from string import Formatter
from typing import Any, get_args

import pytest

from marketfold import words
from marketfold.audiences.account import NoteCode, Refusal, WarningCode
from marketfold.blanks import _OWN, filled
from marketfold.campaigns.timing import Season
from marketfold.clustering import Answer
from marketfold.experiments.design import Sizing
from marketfold.experiments.results import Reason
from marketfold.reduction.suitability import Advice
from marketfold.report.sentences.phrases import phrases
from marketfold.schema import Trust


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
    ("kind", "codes", "silent"),
    [
        ("audience_refused", Refusal, {""}),
        ("audience_warning", WarningCode, {"no copy"}),
        ("audience_note", NoteCode, set()),
        ("campaign_warning", Trust, {"group"}),
        ("effect", Reason, set()),
        ("groups", Answer, set()),
        ("holdout", Sizing, set()),
        ("season", Season, set()),
        ("trust", Trust, set()),
    ],
)
def test_every_code_is_said(kind: str, codes: Any, silent: set[str]):
    assert set(get_args(codes)) - silent <= set(phrases(kind))


def test_every_advice_on_a_reduction_is_said():
    assert {f"advice.{advice}" for advice in get_args(Advice)} <= set(phrases("reduction"))


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
