"""What a person sees of an object in a cell or at a prompt: short text, HTML, and nobody's id."""

from __future__ import annotations

import dataclasses
import html.parser
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from tests.library.conftest import FEW

import marketfold as mf
from marketfold.demo import make_shop
from marketfold.library import Segments, segment
from marketfold.library.made import MadeSegments

MOST = 1_500
"""Letters of the text of an object."""

VOID = {"br", "hr", "img", "input"}


class _Balanced(html.parser.HTMLParser):
    """Counts that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_well_shown(one: Any, ids: list[str]) -> None:
    text = repr(one)
    assert len(text) <= MOST, f"{type(one).__name__} prints {len(text):,} letters"
    assert len(str(one)) <= 2 * MOST
    shown = one._repr_html_() if hasattr(one, "_repr_html_") else ""
    if not isinstance(one, BaseEstimator):
        parser = _Balanced()
        parser.feed(shown)
        assert parser.open == []
    assert not [own for own in ids if own in text + shown], type(one).__name__


def within(one: Any, seen: dict[type, Any], depth: int = 0) -> Iterator[Any]:
    """One object of each of our classes that can be reached."""
    kind = type(one)
    if not kind.__module__.startswith("marketfold") or depth > 8:
        return
    if kind not in seen:
        seen[kind] = one
        yield one
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            value = getattr(one, field.name)
            some = value if isinstance(value, tuple | list) else value.values() if isinstance(value, dict) else [value]
            for inner in list(some)[:3]:
                yield from within(inner, seen, depth + 1)


@pytest.fixture(scope="module")
def made(found: Segments) -> MadeSegments:
    assert isinstance(found, MadeSegments)
    return found


def test_everything_that_an_analysis_holds_is_shown_in_short(made: MadeSegments):
    ids = made.to_arrow()["customer_id"].to_pylist()
    seen: dict[type, Any] = {}
    for one in within(made.analysis, seen):
        assert_well_shown(one, ids)
    assert len(seen) > 40


def test_what_the_library_gives_is_shown_as_text_and_as_html(found: Segments, saved: Segments, shop: Any):
    ids = found.to_arrow()["customer_id"].to_pylist()
    X = mf.matrix(found.features)
    given: list[Any] = [
        found, saved, found.figures, found.profiles, found.traps, found.features, found.model, found.plan,
        found.config, found.compare(saved), X, mf.choose_k(X, k_max=4), mf.assess_stability(X, 3, n_pairs=2),
        mf.assess_suitability(X), mf.segmentation(X, np.arange(len(X)) % 3), found.features, X,
        mf.read(shop.lines), mf.clean(mf.read(shop.lines)), mf.explore(mf.clean(mf.read(shop.lines))),
        *mf.profile_segments(X, np.arange(len(X)) % 3),
    ]  # fmt: skip
    for one in given:
        assert_well_shown(one, ids)
        assert one is found.config or one._repr_html_()


def test_many_segments_are_shown_in_short():
    many = segment(make_shop(lines=4_000).lines, segments=30, progress=False, **FEW)
    assert_well_shown(many, [])
    assert "and 18 more" in repr(many)
    assert len(many.profiles) == 31


def test_a_name_that_holds_html_is_shown_as_text(found: Segments):
    assert isinstance(found, MadeSegments)
    campaign = dataclasses.replace(found.plan.campaigns[0], name="<script>")
    plan = dataclasses.replace(found.plan, campaigns=(campaign, *found.plan.campaigns[1:]))
    named = MadeSegments(dataclasses.replace(found.analysis, plan=plan))
    assert "<script>" not in named._repr_html_()
