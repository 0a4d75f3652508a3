from __future__ import annotations

import re

from marketfold.figures import theme
from marketfold.page.colours import colour_rules, contrast, figure_themes, ink_on


def test_every_segment_has_letters_that_can_be_read_on_it() -> None:
    rules = re.findall(r"--seg:(#\w{6});--seg-ink:(#\w{6})", colour_rules(12))
    assert len(rules) == 24
    assert all(ink == ink_on(colour) and contrast(colour, ink) >= 4.5 for colour, ink in rules)


def test_the_page_gives_figures_its_own_letters_and_leaves_the_themes_alone() -> None:
    themes = figure_themes()
    assert themes["light"]["layout"]["font"]["family"] != theme.LIGHT["layout"]["font"]["family"]
    assert themes["light"]["layout"]["colorway"] == theme.LIGHT["layout"]["colorway"]
    assert themes["swap"] == theme.SWAP
