from __future__ import annotations

from pathlib import Path

import pytest

from marketfold.runs import audience_folder


@pytest.mark.parametrize("given", [".", "../shop", "./", "..", "inner/.."])
def test_audiences_never_lie_in_a_run(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    here = tmp_path / "shop" / "inner" if given == ".." else tmp_path / "shop"
    (tmp_path / "shop" / "inner").mkdir(parents=True)
    monkeypatch.chdir(here)
    assert audience_folder(given, "google").resolve() == tmp_path / "shop-audiences-google"
    assert audience_folder(tmp_path / "shop", "csv") == tmp_path / "shop-audiences-csv"
    assert Path.cwd() == here
