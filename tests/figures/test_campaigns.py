from __future__ import annotations

import pytest

from marketfold.figures.campaigns import budget_figure, effect_figure

NAN = float("nan")


def test_the_forest_plot_shows_every_segment_and_its_verdict():
    figure = effect_figure(
        ["Regulars", "Lapsed", "Gifts"],
        [0.05, NAN, -0.01],
        [0.02, NAN, -0.04],
        [0.08, NAN, 0.02],
        ["worked", "cannot tell yet", "cannot tell yet"],
        scale="points",
        measure="share of customers who order",
    )
    assert figure.layout.title.text == "The campaign worked in 1 of 3 segments"
    worked = next(trace for trace in figure.data if trace.name == "Worked")
    assert list(worked.x) == pytest.approx([5.0])
    assert worked.error_x.array[0] == pytest.approx(3.0)
    assert worked.error_x.arrayminus[0] == pytest.approx(3.0)
    assert "not measured" in {note.text for note in figure.layout.annotations}
    assert list(figure.layout.yaxis.categoryarray) == ["Gifts", "Lapsed", "Regulars"]
    assert "Lapsed: not measured" in figure.layout.meta["alt"]


@pytest.mark.parametrize(
    ("verdicts", "title"),
    [
        (["worked"], "The campaign worked"),
        (["did not"], "The campaign did not work"),
        (["cannot tell yet"], "Whether the campaign worked cannot be told yet"),
        (["did not", "cannot tell yet"], "In none of 2 segments is it proven that the campaign worked"),
    ],
)
def test_the_title_claims_no_more_than_the_verdicts(verdicts: list[str], title: str):
    n = len(verdicts)
    names = [f"S{i}" for i in range(n)]
    assert effect_figure(names, [1.0] * n, [0.5] * n, [1.5] * n, verdicts).layout.title.text == title


def test_the_budget_is_drawn_beside_what_is_at_stake():
    figure = budget_figure([1, 2], ["A", "B"], [300.0, 100.0], [3_000.0, 1_000.0], currency="EUR")
    assert figure.layout.title.text == "75 % of the money goes to A"
    assert [list(trace.x) for trace in figure.data] == [[3_000.0, 1_000.0], [300.0, 100.0]]
    assert "EUR" in figure.layout.title.subtitle.text
