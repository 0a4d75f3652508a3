"""The first cells of a column, read in a process of its own (`python -m marketfold.studio.cells`) and kept nowhere.

A large workbook or archive takes long to open; the studio answers others meanwhile, and its memory stays its own. What
was read comes back through a pipe: cells may be about people, and no file holds them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from marketfold.errors import MarketfoldError, OrdersError

if TYPE_CHECKING:
    from marketfold.studio.workspace import Project, Workspace

LONGEST = 60.0
"""Seconds that a file may take to open."""
BESIDE = threading.BoundedSemaphore(4)
"""Columns that are read at once."""


def first_cells(workspace: Workspace, project: Project, column: str) -> tuple[str, ...]:
    """The first different cells of a column, read from the source now.

    Raises
    ------
    OrdersError
        If the source cannot be read any more, or not now.
    """
    asked = {"source": str(workspace.source(project)), "settings": project.settings, "column": column}
    if not BESIDE.acquire(blocking=False):
        raise OrdersError("Cells of other columns are being read. Ask again when they are there.")
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "marketfold.studio.cells"], input=json.dumps(asked).encode(),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=workspace.root, timeout=LONGEST, check=True,
        )  # fmt: skip
        told = json.loads(answer.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise OrdersError("The file could not be opened for its cells. Look at it once more, and ask again.") from error
    finally:
        BESIDE.release()
    if "refused" in told:
        raise OrdersError(told["refused"])
    return tuple(told["cells"])


def _read(asked: dict[str, Any]) -> dict[str, Any]:
    from marketfold.config import load_config  # noqa: PLC0415 - the studio itself starts without what reads sources
    from marketfold.orders import first_samples, open_source  # noqa: PLC0415
    from marketfold.studio.look import reading_part  # noqa: PLC0415

    try:
        source = open_source(asked["source"], load_config(reading_part(asked["settings"])).reading)
        return {"cells": first_samples(source.sample().get(asked["column"], ()))}
    except MarketfoldError as error:
        return {"refused": str(error)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_read(json.load(sys.stdin))))
