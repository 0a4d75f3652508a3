"""The made-up files of tests/data are what their script makes, and hold no line of anybody else's."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_examples", DATA / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_the_files_that_are_there(make: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(make, "HERE", tmp_path)
    make.main()
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == {path.name for path in DATA.iterdir() if path.is_file() and path.suffix != ".py"}
    for name, content in made.items():
        assert content == (DATA / name).read_bytes(), name


def test_no_line_is_one_of_the_third_party_files(shared_data: Path):
    theirs = {line.strip() for path in shared_data.iterdir() if path.suffix != ".md" for line in _lines(path)[1:]}
    for path in DATA.iterdir():
        if path.suffix in {".csv", ".txt"}:
            assert not theirs & {line.strip() for line in _lines(path)[1:]}, path.name


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()
