from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from marketfold.runs import Run


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Run:
    """A copy that a test may change."""
    return Run.read(shutil.copytree(made, tmp_path / "run"))
