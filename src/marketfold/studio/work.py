"""The process of one job: `python -m marketfold.studio.work FOLDER`."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketfold.errors import MarketfoldError, RunFolderError
from marketfold.json_files import read_json, write_json
from marketfold.progress import Pace
from marketfold.studio.jobs import ASKED, CANCEL, ENDED, HEAVY, PROCESS, PROGRESS
from marketfold.studio.security import tell_of_bug
from marketfold.studio.tasks import TASKS, WORK
from marketfold.studio.workspace import Workspace
from marketfold.temporary import locked

if TYPE_CHECKING:
    from types import FrameType

    from marketfold.schema import ProgressCode

_PAUSE = 0.2
_BEHIND = 5
"""How much less urgent than the pages heavy work is: of two that want one processor they get three quarters."""


class _Told:
    """Writes how far the work is into a file, now and then."""

    def __init__(self, pace: Pace, folder: Path) -> None:
        self._pace, self._folder, self._last = pace, folder, 0.0

    def __call__(self, what: ProgressCode, done: int, total: int) -> None:
        """Take note."""
        self._pace(what, done, total)
        if time.monotonic() - self._last >= _PAUSE:
            self._last = time.monotonic()
            if (self._folder / CANCEL).exists():  # where the signal was lost on the way
                raise SystemExit(0)
            with suppress(RunFolderError):  # a full disk is told by what is written next
                write_json({"text": self._pace.text(), "share": self._pace.share}, self._folder / PROGRESS)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main(folder: Path) -> None:
    """Do what `job.json` asks for, and leave how it ended in `ended.json`."""
    signal.signal(signal.SIGTERM, _end)
    lock = locked(folder / ASKED)
    if lock is None:
        return  # another process does it
    if (folder / ENDED).exists():
        return  # another process did it
    if (folder / CANCEL).exists():  # before it could be told by a signal
        write_json({"state": "cancelled"}, folder / ENDED)
        return
    (folder / PROCESS).write_text(str(os.getpid()), encoding="ascii")
    asked = read_json(folder / ASKED)
    if asked.get("kind") in HEAVY and sys.platform != "win32":
        os.nice(_BEHIND)
    workspace = Workspace(folder.parents[2])
    ended: dict[str, Any] = {"state": "cancelled"}
    try:
        task, work = TASKS[asked["kind"]], WORK[asked["kind"]]
        progress = _Told(Pace(work), folder)
        ended = {"state": "done", "result": task(workspace, asked["project"], asked["request"], progress)}
    except MarketfoldError as error:
        faults = [(fault.what, fault.hint) for fault in error.faults]
        ended = {"state": "failed", "message": str(error), "faults": faults, "error": type(error).__name__}
    except OSError as error:
        ended = {"state": "failed", "message": f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")}
    except (SystemExit, KeyboardInterrupt):
        pass
    except BaseException as error:  # noqa: BLE001 - whatever it is
        if (folder / CANCEL).exists():  # Ctrl-C and SIGTERM in a query of the embedded engine come as its own error
            return
        ended = {"state": "failed", "message": "Something went wrong inside. Nothing was left half-written."}
        tell_of_bug(error)
    finally:
        write_json(ended, folder / ENDED)
        os.close(lock)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
