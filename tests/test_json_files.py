from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from marketfold.json_files import plain, read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Record:
    when: date
    values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    inner: tuple[float, ...] = (1.0, np.inf)


def test_records_come_back_in_plain_types(tmp_path: Path):
    record = Record(date(2004, 2, 29), np.array([[0.5, np.nan]], dtype=np.float32))
    write_json({"record": record, 3: np.int64(7), "yes": np.True_, "none": None, "path": tmp_path}, tmp_path / "a.json")
    assert read_json(tmp_path / "a.json") == {
        "record": {"when": "2004-02-29", "values": [[0.5, None]], "inner": [1.0, None]},
        "3": 7,
        "yes": True,
        "none": None,
        "path": str(tmp_path),
    }


def test_truth_stays_truth():
    assert plain([True, np.False_]) == [True, False]
