"""What colours a figure writes, its template aside."""

from __future__ import annotations

import json
import re

import plotly.graph_objects as go


def colours_of(figure: go.Figure) -> set[str]:
    plain = json.loads(figure.to_json())
    plain["layout"].pop("template")
    return set(re.findall(r"#[0-9a-f]{6}\b", json.dumps(plain).lower()))
