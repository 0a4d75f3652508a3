"""The report's colours: those of the figures, given to the style sheet and to the figures' two modes."""

from __future__ import annotations

from typing import Any

_LIGHT = ("#1f6f8b", "#c8553d", "#6a994e", "#8e5aa8", "#d19a1c", "#3d5a98", "#a23b61", "#4f8a7a")


def colour_rules(n_segments: int) -> str:
    """Style rules that give `.seg-1`, `.seg-2`, ... their colours."""
    return "".join(f".seg-{i + 1}{{--seg:{_LIGHT[i % 8]};--seg-ink:#fff}}" for i in range(n_segments))


def figure_themes() -> dict[str, Any]:
    """Template of the figures in light and in dark, and which explicit colours change between them."""
    dark = {"paper_bgcolor": "#1b1f24", "plot_bgcolor": "#1b1f24", "font": {"color": "#e8e5de"}}
    return {"light": {}, "dark": {"layout": dark}, "swap": {}}
