"""What every figure must have: words for those who cannot see it, and a dark side for each colour."""

from __future__ import annotations

import json
import re

import plotly.graph_objects as go

from marketfold.figures.theme import SWAP


def colours_of(figure: go.Figure) -> set[str]:
    plain = json.loads(figure.to_json())
    plain["layout"].pop("template")
    return set(re.findall(r"#[0-9a-f]{6}\b", json.dumps(plain).lower()))


def assert_words(figure: go.Figure) -> None:
    assert len(figure.layout.meta["alt"]) > len(figure.layout.title.text)
    assert figure.layout.title.subtitle.text


def assert_dark_side(figure: go.Figure) -> None:
    assert colours_of(figure) <= SWAP.keys()
