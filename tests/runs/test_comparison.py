from __future__ import annotations

import shutil
from pathlib import Path

from marketfold.runs import compare_run_folders, rename_segment


def test_a_run_beside_itself_has_not_moved(made: Path, tmp_path: Path):
    movement = compare_run_folders(made, made, tmp_path / "comparison.html")
    assert (movement.stayed_share, int(movement.new.sum())) == (1.0, 0)
    assert "100\u202f% of the customers" in (tmp_path / "comparison.html").read_text("utf-8")


def test_a_name_stands_on_the_page_as_text(made: Path, tmp_path: Path):
    later = shutil.copytree(made, tmp_path / "later")
    rename_segment(later, 1, "Renamed & <moved>")
    movement = compare_run_folders(made, later, tmp_path / "comparison.html")
    assert movement.later_names[0] == "Renamed & <moved>"
    assert movement.drift
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
        page = (tmp_path / "comparison.html").read_text("utf-8")
        assert 'id="moves"' in page
        assert 'id="drift"' in page
