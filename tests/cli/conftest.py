from __future__ import annotations

from tests.runs.conftest import made_run, own_run

__all__ = ["made_run", "own_run"]
