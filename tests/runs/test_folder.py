from __future__ import annotations

import stat
from pathlib import Path

import pytest

from marketfold.errors import RunFolderError
from marketfold.runs.folder import next_free_folder, refuse_existing, staged_folder


def test_a_name_that_is_taken_gets_the_next_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert next_free_folder("shop") == Path("runs/shop")
    for name in ("shop", "shop-2"):
        Path("runs", name).mkdir(parents=True)
    assert next_free_folder("shop") == Path("runs/shop-3")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="never writes over anything"):
        refuse_existing(tmp_path)
    with pytest.raises(RunFolderError, match="--out"), staged_folder(tmp_path):
        pytest.fail("The folder exists.")


def test_a_folder_appears_when_all_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "shop"
    with staged_folder(folder) as staging:
        (staging / "run.json").write_text("{}")
        assert not folder.exists()
    assert (folder / "run.json").read_text() == "{}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert list(folder.parent.iterdir()) == [folder]


def write_half(folder: Path, failure: Exception) -> None:
    with staged_folder(folder) as staging:
        (staging / "half").write_text("")
        raise failure


def test_after_a_failure_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_half(tmp_path / "shop", ZeroDivisionError())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"could not be written \(No space left on device\)\. Free space"):
        write_half(tmp_path / "shop", OSError(28, "No space left on device"))
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(RunFolderError, match="cannot be made"), staged_folder(tmp_path / "runs" / "shop"):
        pytest.fail("There is no such folder.")
