from __future__ import annotations

import pytest

from marketfold.figures import EffectRow, effect_figure


def test_the_forest_plot_shows_every_segment_and_its_decision():
    rows = [
        EffectRow("Regulars", "worked", 0.05, 0.02, 0.08),
        EffectRow("Lapsed", "cannot tell yet"),
        EffectRow("Gifts", "cannot tell yet", -0.01, -0.04, 0.02),
    ]
    figure = effect_figure(rows, title="It worked in 1 of 3", measure="share of customers who order")
    assert figure.layout.title.text == "It worked in 1 of 3"
    worked = next(trace for trace in figure.data if trace.name == "Worked")
    assert list(worked.x) == pytest.approx([5.0])
    assert worked.error_x.array[0] == pytest.approx(3.0)
    assert worked.error_x.arrayminus[0] == pytest.approx(3.0)
    assert "not measured" in {note.text for note in figure.layout.annotations}
    assert list(figure.layout.yaxis.categoryarray) == ["Regulars", "Lapsed", "Gifts"]
    assert figure.layout.yaxis.autorange == "reversed"
    assert "Lapsed: not measured" in figure.layout.meta["alt"]


def test_long_names_are_broken_and_rows_say_what_they_are_judged_by():
    name = "2. Year-end buyers, mostly Gift sets"
    figure = effect_figure(
        [EffectRow(name, "did not", -0.12, -0.2, -0.04, judged_by="share who ordered")], title="None", measure="either"
    )
    assert figure.data[0].y == ("2. Year-end buyers,<br>mostly Gift sets",)
    assert figure.layout.meta["alt"] == (
        f"{name}: \N{MINUS SIGN}12.0 % (\N{MINUS SIGN}20.0 % to \N{MINUS SIGN}4.0 %) by share who ordered, did not"
    )
