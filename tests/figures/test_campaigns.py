from __future__ import annotations

import pytest

from marketfold.figures import EffectRow, effect_figure


def test_the_forest_plot_shows_every_segment_and_its_decision():
    rows = [
        EffectRow("Regulars", "worked", 0.05, 0.02, 0.08),
        EffectRow("Lapsed", "cannot tell yet"),
        EffectRow("Gifts", "cannot tell yet", -0.01, -0.04, 0.02),
    ]
    figure = effect_figure(rows, measure="share of customers who order")
    assert figure.layout.title.text == "The campaign worked in 1 of 3 segments"
    worked = next(trace for trace in figure.data if trace.name == "Worked")
    assert list(worked.x) == pytest.approx([5.0])
    assert worked.error_x.array[0] == pytest.approx(3.0)
    assert worked.error_x.arrayminus[0] == pytest.approx(3.0)
    assert "not measured" in {note.text for note in figure.layout.annotations}
    assert list(figure.layout.yaxis.categoryarray) == ["Regulars", "Lapsed", "Gifts"]
    assert figure.layout.yaxis.autorange == "reversed"
    assert "Lapsed: not measured" in figure.layout.meta["alt"]


@pytest.mark.parametrize(
    ("decisions", "title"),
    [
        (["worked"], "The campaign worked"),
        (["did not"], "The campaign did not work"),
        (["cannot tell yet"], "Whether the campaign worked cannot be told yet"),
        (["did not", "cannot tell yet"], "In none of 2 segments is it proven that the campaign worked"),
    ],
)
def test_the_title_claims_no_more_than_the_decisions(decisions: list[str], title: str):
    rows = [EffectRow(f"S{i}", decision, 1.0, 0.5, 1.5) for i, decision in enumerate(decisions)]
    assert effect_figure(rows, measure="revenue").layout.title.text == title
