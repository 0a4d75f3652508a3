from __future__ import annotations

import shutil
from pathlib import Path

from marketfold.page import figures_of, tables_of
from marketfold.runs import Run, compare_run_folders, rename_segment
from marketfold.runs.comparison import comparison_page


def test_a_run_beside_itself_has_not_moved(made: Path, tmp_path: Path):
    movement = compare_run_folders(made, made, tmp_path / "comparison.html")
    page = comparison_page(movement, Run.read(made), Run.read(made))
    assert page.title == "100 % of the customers are where they were"
    assert {fact.label: fact.value for fact in page.facts}["New"] == "0"
    assert "100\u202f% of the customers" in (tmp_path / "comparison.html").read_text("utf-8")


def test_moves_and_drift_are_drawn_and_told(made: Path, tmp_path: Path):
    later = shutil.copytree(made, tmp_path / "later")
    rename_segment(later, 1, "Renamed & <moved>")
    movement = compare_run_folders(made, later, tmp_path / "comparison.html")
    page = comparison_page(movement, Run.read(made), Run.read(later))
    parts = [part for section in page.sections for part in section.parts]
    assert [figure.key for figure in figures_of(parts)] == ["sankey", "psi"]
    moves, drift = tables_of(parts)
    assert moves.columns[1].label == "Renamed & <moved>"
    assert [row[0] for row in moves.rows] == [*movement.earlier_names, "new"]
    assert len(drift.rows) == len(movement.drift)
    assert "Renamed &amp; &lt;moved&gt;" in (tmp_path / "comparison.html").read_text("utf-8")


def test_runs_without_a_model_are_compared_by_who_moved(made: Path, tmp_path: Path):
    """A run with a reducer or a clusterer of one's own keeps no model."""
    own = shutil.copytree(made, tmp_path / "own")
    shutil.rmtree(own / "model")
    both = compare_run_folders(made, made, tmp_path / "both.html")
    for earlier, later in ((own, own), (made, own), (own, made)):
        movement = compare_run_folders(earlier, later, tmp_path / "comparison.html")
        assert movement.moves.tolist() == both.moves.tolist()
        assert movement.drift == both.drift
        assert (movement.fit is None) == (earlier == own)
        page = comparison_page(movement, Run.read(earlier), Run.read(later))
        assert [section.key for section in page.sections] == ["moves", "drift"]
