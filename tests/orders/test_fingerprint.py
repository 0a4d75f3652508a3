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


def test_a_table_is_known_by_its_database_with_what_is_not_yet_written_into_it(tmp_path: Path):
    path = tmp_path / "shop.db"
    path.write_text("x")
    address = f"{path}?table=orders"
    before = fingerprint(address)
    assert before == fingerprint(path) == fingerprint(f"{path}?table=other")
    (tmp_path / "shop.db-wal").write_text("")
    assert fingerprint(address) == before
    (tmp_path / "shop.db-wal").write_text("y")
    assert fingerprint(address) not in {None, before}
    assert fingerprint("postgresql://server/shop?table=orders") is None
    assert fingerprint(f"{tmp_path / 'gone.db'}?table=orders") is None


def test_a_list_is_known_by_its_files_and_not_where_anything_else_is_in_it(tmp_path: Path):
    for name, text in (("1.csv", "x"), ("2.csv", "y")):
        (tmp_path / name).write_text(text)
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    assert fingerprint([two, str(one), one]) == fingerprint(tmp_path) == fingerprint((one, two))
    assert fingerprint([one]) == fingerprint(one)
    assert fingerprint([one, pa.table({"a": [1]})]) is None
    assert fingerprint([]) is None
