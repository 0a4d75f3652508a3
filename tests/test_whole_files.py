from __future__ import annotations

import os
from pathlib import Path

import pytest

from marketfold.errors import RunFolderError
from marketfold.whole_files import whole_file, write_whole


def test_what_stood_there_stays_until_all_is_written(tmp_path: Path):
    path = tmp_path / "page.html"
    write_whole("old\n", path)
    with pytest.raises(KeyboardInterrupt), whole_file(path) as staging:  # noqa: PT012
        staging.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old\n"
    write_whole("new\n", path)
    assert path.read_text() == "new\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_ends_in_words_and_leaves_nothing(tmp_path: Path):
    with pytest.raises(RunFolderError, match=r"page\.html cannot be written \(No space left on device\)"):  # noqa: SIM117
        with whole_file(tmp_path / "page.html"), Path("/dev/full").open("w") as full:
            full.write("x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["no/such/page.html", "file/page.html", "n" * 300, ".", "folder"])
def test_a_place_that_cannot_be_written_to_is_refused(tmp_path: Path, name: str):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(RunFolderError, match="--out"):
        write_whole("x", tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_file_has_the_rights_of_any_other(tmp_path: Path):
    write_whole("x", tmp_path / "ours")
    (tmp_path / "other").write_text("x")
    assert os.stat(tmp_path / "ours").st_mode == os.stat(tmp_path / "other").st_mode  # noqa: PTH116
