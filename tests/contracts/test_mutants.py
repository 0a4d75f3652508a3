"""The mutants whose reasons are known are still of lines that are there."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_line_with_a_reason_is_still_there():
    entries = tomllib.loads((ROOT / "bench" / "mutants.toml").read_text(encoding="utf-8"))["mutant"]
    gone = []
    for entry in entries:
        assert entry["reason"].strip()
        assert entry["line"] != entry["mutated"]
        lines = (ROOT / entry["file"]).read_text(encoding="utf-8").splitlines()
        if entry["line"] not in {line.strip() for line in lines}:
            gone.append(f"{entry['file']}: {entry['line']}")
    assert not gone
