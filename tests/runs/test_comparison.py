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
