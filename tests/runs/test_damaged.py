"""Run folders that are damaged, or that somebody made to do harm: refused in words, in bounds of time and memory."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from marketfold.errors import MarketfoldError, RunFolderError
from marketfold.runs import Run, read_page, score_orders
from marketfold.runs.lessons import lessons_of_run

TEXTS = {
    "null": b"null", "a number": b"5", "a list": b"[]", "nothing": b"", "an empty record": b"{}",
    "no UTF-8": b"\xff\xfe\0",
    "deep": b"[" * 200_000, "deep records": b'{"a":' * 500 + b"1" + b"}" * 500, "long digits": b"1" * 100_000,
    "not a number": b'{"a": NaN}', "half a sign": b'{"a": "\\ud800"}',
}  # fmt: skip
READERS: dict[str, Callable[[Path], Any]] = {
    "run.json": Run.read,
    "plan.json": lambda folder: Run.read(folder).plan,
    "page.json": read_page,
    "model/model.json": lambda folder: Run.read(folder).model,
}


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "run"))


@pytest.mark.parametrize("what", [*TEXTS, "a folder", "a pipe"])
@pytest.mark.parametrize("name", READERS)
def test_a_file_that_is_not_ours_is_refused(folder: Path, name: str, what: str):
    path = folder / name
    if what in TEXTS:
        path.write_bytes(TEXTS[what])
    else:
        path.unlink()
        os.mkfifo(path) if what == "a pipe" else path.mkdir()
    with pytest.raises(MarketfoldError):
        READERS[name](folder)


EDITS: list[tuple[str, Any]] = [
    ("segments", None), ("segments", []), ("segments.0.number", "x"), ("segments.0.units", -1), ("segments.0.trust", 5),
    ("segments.0", {}), ("unit", "shop"), ("as_of", "soon"), ("seed", -1), ("input", []), ("input.path", None),
    ("configuration", None), ("choose_k", {}), ("choose_k.curve.0.wcss", "x"), ("segments.0.revenue_share", 10**400),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), EDITS)
def test_a_record_of_another_shape_is_refused(folder: Path, path: str, value: Any):
    record = json.loads((folder / "run.json").read_text())
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = record
    for part in way:
        place = place[part]
    place[last] = value
    (folder / "run.json").write_text(json.dumps(record))
    with pytest.raises(RunFolderError, match=r"run\.json"):
        Run.read(folder)


def test_a_configuration_of_another_kind_is_refused(folder: Path):
    record = json.loads((folder / "run.json").read_text())
    record["configuration"]["reading"]["decimal"] = 1
    (folder / "run.json").write_text(json.dumps(record))
    with pytest.raises(RunFolderError, match="configuration"):
        _ = Run.read(folder).config


OTHER: dict[str, tuple[str, object]] = {
    "other arms": ("arm", "both"),
    "other segments": ("segment", 99),
    "numbers as text": ("segment", "1"),
}


@pytest.mark.parametrize("what", ["swapped", "fewer rows", "junk", "gone", *OTHER])
def test_tables_that_do_not_fit_the_run_are_refused(folder: Path, what: str):
    path = folder / "segments.parquet"
    table = parquet.read_table(path)
    if what == "swapped":
        shutil.copy(folder / "features.parquet", path)
    elif what == "fewer rows":
        parquet.write_table(table.slice(1), path)
    elif what == "junk":
        path.write_bytes(b"PAR1junkPAR1")
    elif what == "gone":
        path.unlink()
    else:
        column, cell = {
            "other arms": ("arm", "both"),
            "other segments": ("segment", 99),
            "numbers as text": ("segment", "1"),
        }[what]
        place = table.column_names.index(column)
        parquet.write_table(table.set_column(place, column, pa.array([cell] * len(table))), path)
    with pytest.raises(RunFolderError, match=r"segments\.parquet"):
        _ = Run.read(folder).segments


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "wider": lambda a: np.concatenate([a, a], axis=-1),
    "complex": lambda a: a.astype(complex),
    "text": lambda a: a.astype(str),
    "a single number": lambda _: np.array(1.0),
    "empty": lambda a: a[:0],
    "deeper": lambda a: a[None, None],
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["scaler.center", "scaler.lower", "scaler.logged", "segmenter.centers"])
def test_arrays_of_another_shape_or_kind_are_refused(folder: Path, name: str, change: str):
    path = folder / "model" / "arrays.npz"
    arrays = dict(np.load(path))
    np.savez(path, allow_pickle=True, **(arrays | {name: CHANGES[change](arrays[name])}))
    lines = pa.table({"order_id": ["1"], "customer_id": ["a"], "ordered_on": ["2026-06-01"], "amount": [1.0]})
    with pytest.raises(MarketfoldError):
        score_orders(folder, lines)


def features_with(change: Callable[[pa.Table], pa.Table]) -> Callable[[Path], object]:
    return lambda path: parquet.write_table(change(parquet.read_table(path)), path)


FEATURES: dict[str, Callable[[Path], object]] = {
    "no table": lambda path: path.write_bytes(b"PAR1junkPAR1"),
    "nothing": lambda path: path.write_bytes(b""),
    "gone": Path.unlink,
    "not finite": features_with(lambda table: table.set_column(0, table.field(0), [[float("nan")] * len(table)])),
    "a hole": features_with(lambda table: table.set_column(0, table.field(0), pa.nulls(len(table), pa.float64()))),
    "fewer rows": features_with(lambda table: table.slice(1)),
    "no columns": features_with(lambda table: table.select([])),
}


@pytest.mark.parametrize("what", FEATURES)
def test_lessons_on_features_that_are_none_are_refused(folder: Path, what: str):
    FEATURES[what](folder / "features.parquet")
    with pytest.raises(MarketfoldError, match=r"features\.parquet"):
        lessons_of_run(Run.read(folder))


@pytest.mark.parametrize("name", [*READERS, "model/arrays.npz"])
def test_what_may_not_be_read_is_not_called_damaged(made: Path, name: str) -> None:
    """By a user who is nobody: root may read everything."""
    read = READERS.get(name, READERS["model/model.json"])
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        folder = Path(shutil.copytree(made, Path(home, "run")))
        for path in folder.rglob("*"):
            path.chmod(0o755)
        read(folder)  # what Python loads on the way nobody may not read
        (folder / name).chmod(0o000)
        was = os.geteuid()
        try:
            if was == 0:
                os.seteuid(65_534)
            with pytest.raises(MarketfoldError, match=r"may not be read: .* Ask who made it") as told:
                read(folder)
        finally:
            os.seteuid(was)
    assert "damaged" not in str(told.value)
    assert "Make the run again" not in str(told.value)
