from __future__ import annotations

import re

from marketfold.figures import DARK, LIGHT
from marketfold.page import asset
from marketfold.page.render import colour_rules, contrast, ink_on


def test_every_segment_has_letters_that_can_be_read_on_it() -> None:
    rules = re.findall(r"--seg:(#\w{6});--seg-ink:(#\w{6})", colour_rules(12))
    assert len(rules) == 24
    assert all(ink == ink_on(colour) and contrast(colour, ink) >= 4.5 for colour, ink in rules)


def test_letters_in_figures_are_those_of_the_page() -> None:
    (sans,) = re.findall(r"--sans: ([^;]+);", asset("report.css"))
    families = [name.strip("'") for name in re.split(r",\s*", sans.replace('"', "'"))]
    for layout in (LIGHT["layout"], DARK["layout"]):
        for letters in (layout["font"], layout["hoverlabel"]["font"]):
            assert [name.strip("'") for name in letters["family"].split(", ")] == families
