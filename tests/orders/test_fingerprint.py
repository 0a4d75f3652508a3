from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa

from marketfold.orders import fingerprint


def test_a_file_is_known_wherever_it_lies_and_another_is_not(tmp_path: Path):
    for name, text in (("a.csv", "x"), ("b.csv", "x"), ("c.csv", "y")):
        (tmp_path / name).write_text(text)
    a, b, c = (fingerprint(tmp_path / f"{name}.csv") for name in "abc")
    assert a == b == fingerprint(str(tmp_path / "a.csv"))
    assert a != c


def test_several_files_are_known_together(tmp_path: Path):
    for name, text in (("1.csv", "x"), ("2.csv", "y")):
        (tmp_path / "here").mkdir(exist_ok=True)
        (tmp_path / "here" / name).write_text(text)
    folder = fingerprint(tmp_path / "here")
    assert (
        folder
        == fingerprint(tmp_path / "here" / "*.csv")
        == fingerprint(shutil.copytree(tmp_path / "here", tmp_path / "there"))
    )
    assert fingerprint(tmp_path / "here" / "[1].csv") == fingerprint(tmp_path / "here" / "1.csv")
    (tmp_path / "there" / "_SUCCESS").write_text("")
    assert fingerprint(tmp_path / "there") == folder
    (tmp_path / "there" / "3.csv").write_text("z")
    assert fingerprint(tmp_path / "there") != folder


def test_what_is_no_file_has_none(tmp_path: Path):
    assert fingerprint(tmp_path / "nowhere.csv") is None
    assert fingerprint(tmp_path) is None
    assert fingerprint(pa.table({"a": [1]})) is None
