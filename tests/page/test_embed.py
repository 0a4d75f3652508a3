from __future__ import annotations

import base64
import gzip
import hashlib
import json
from importlib import resources

import numpy as np
import plotly.graph_objects as go
import pytest

from marketfold.figures.theme import new_figure
from marketfold.page import embed, figure_part
from marketfold.page.drawing import TITLE_ROOM

ATTACKS = ("</script><script>alert(1)</script>", "<!--", "<img src=x onerror=alert(1)>", "\u2028 & <b>", "'\"`${x}")


@pytest.mark.parametrize("text", ATTACKS)
def test_json_in_a_script_cannot_end_it_and_comes_back_whole(text: str) -> None:
    said = str(embed.script_json({"name": text}))
    assert not set("<>&\u2028\u2029") & set(said)
    assert json.loads(said) == {"name": text}


def test_not_a_number_is_refused_rather_than_written_as_broken_json() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        embed.script_json({"x": float("nan")})


def test_a_figure_with_missing_values_is_still_json() -> None:
    figure = go.Figure(go.Bar(x=["a", None], y=[1.0, float("nan")], customdata=np.array([[1.0], [np.nan]])))
    payload = str(embed.script_json(embed.figure_payload(figure_part("f", figure))))
    assert json.loads(payload)["data"][0]["x"] == ["a", None]


@pytest.mark.parametrize("text", ATTACKS)
def test_names_lose_their_tags_in_data_but_templates_keep_theirs(text: str) -> None:
    figure = go.Figure(go.Scatter(x=[text], y=[1], name=text, hovertemplate=f"<b>%{{x}}</b><br>{text}<extra></extra>"))
    trace = embed.figure_payload(figure_part("f", figure))["data"][0]
    assert "<" not in trace["name"]
    assert "<" not in trace["x"][0]
    assert trace["hovertemplate"].startswith("<b>%{x}</b><br>")
    assert "<script" not in trace["hovertemplate"]
    assert "<img" not in trace["hovertemplate"]


def test_an_entity_in_a_name_is_shown_and_not_resolved() -> None:
    assert embed.neutralise({"name": "A &lt; B & C"}) == {"name": "A &amp;lt; B & C"}


def test_template_titles_and_width_leave_the_figure_for_the_page() -> None:
    figure = new_figure("Revenue<br>grows", subtitle="by <b>month</b>", height=300).add_bar(y=[1, 2])
    layout = embed.figure_payload(figure_part("f", figure.update_layout(width=900)))["layout"]
    assert not {"title", "template", "meta", "width"} & layout.keys()
    assert layout["height"] == 300 - TITLE_ROOM


def test_plotly_is_the_installed_one_and_its_hash_is_that_of_the_unpacked_text() -> None:
    packed, source = embed.plotly_script()
    text = gzip.decompress(base64.b64decode(packed))
    assert text == resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    assert source == f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'"
    assert len(packed) < 2_500_000
