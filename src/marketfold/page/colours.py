"""The page's colours: those of the figures, given to the style sheet and to the figures' two modes."""

from __future__ import annotations

from typing import Any

from marketfold.figures import DARK, LIGHT, SWAP, segment_colour

_INK, _PAPER = "#101418", "#ffffff"


def _linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    """Relative luminance of a hexadecimal colour, 0 to 1 (WCAG 2.2).

    >>> luminance("#ffffff"), luminance("#000000")
    (1.0, 0.0)
    """
    red, green, blue = (_linear(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    return round(0.2126 * red + 0.7152 * green + 0.0722 * blue, 6)


def contrast(one: str, other: str) -> float:
    """Contrast of two hexadecimal colours, 1 to 21 (WCAG 2.2).

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str) -> str:
    """Dark or white letters, whichever reads better on a colour.

    >>> ink_on("#ffee00"), ink_on("#101060")
    ('#101418', '#ffffff')
    """
    return max((_INK, _PAPER), key=lambda ink: contrast(ink, colour))


def colour_rules(n_segments: int) -> str:
    """Style rules that give `.seg-1`, `.seg-2`, ... their colours, in light and in dark."""
    rules = []
    for number in range(1, n_segments + 1):
        for dark, scope in ((False, ""), (True, "[data-mode=dark] ")):
            colour = segment_colour(number, dark=dark)
            rules.append(f"{scope}.seg-{number}{{--seg:{colour};--seg-ink:{ink_on(colour)}}}")
    return "".join(rules)


def figure_themes() -> dict[str, Any]:
    """Template of the figures in light and in dark, and which explicit colours change between them."""
    return {"light": LIGHT, "dark": DARK, "swap": SWAP}
