"""The audiences that were exported of a run: where they lie, and whether the plan was changed since."""

from __future__ import annotations

import glob
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from marketfold.audiences import PLATFORMS
from marketfold.json_files import read_json

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.runs.read import Run

ACCOUNT = "export.json"
KINDS = (".csv", ".xlsx", "_about.txt")
"""Ends of the names of what an export writes for people."""


@dataclass(frozen=True)
class Exported:
    """Audiences of a run for a platform.

    Attributes
    ----------
    files
        Names of what lies there to be uploaded or read.
    on
        Day that they were made on, or for; "" where nothing says so.
    is_outdated
        Whether names, offers or arms are others by now, or nothing says with which they were exported.
    """

    folder: Path
    to: str
    files: tuple[str, ...]
    on: str
    is_outdated: bool


def exported_audiences(run: Run) -> list[Exported]:
    """What was exported of a run into the folders beside it, by platform."""
    beside = run.home.parent.glob(f"{glob.escape(run.home.name)}-audiences-*")
    folders = sorted(path for path in beside if path.is_dir() and not path.is_symlink())
    now = audience_fingerprint(run) if folders else ""
    return [_exported(path, path.name.removeprefix(f"{run.home.name}-audiences-"), now) for path in folders]


def outdated_audiences(run: Run) -> list[Path]:
    """Folders of audiences, beside a run, that were exported with other arms, names or offers than the plan has now."""
    return [one.folder for one in exported_audiences(run) if one.is_outdated]


def audience_fingerprint(run: Run) -> str:
    """What tells whether audiences are still what they were: who is in which, who is held out, names and offers."""
    told = [(one.number, one.name, one.offer.title) for one in run.plan.campaigns]
    found = hashlib.blake2b(json.dumps(told).encode(), digest_size=8)
    found.update(run.segments["segment"].to_numpy().tobytes())
    if "arm" in run.segments.column_names:  # of orders or lines nobody is held out
        found.update((run.segments["arm"].to_numpy() == "holdout").tobytes())
    return found.hexdigest()


_TEXT = TypeAdapter(str)


def _exported(folder: Path, name: str, now: str) -> Exported:
    """A folder as it lies there; what its account says is believed where it is of our kind."""
    account: dict[str, Any] = {}
    try:
        read = read_json(folder / ACCOUNT)
        account = {key: _TEXT.validate_python(read[key]) for key in ("to", "on", "plan") if key in read}
    except (OSError, ValueError, TypeError, LookupError):
        pass
    files = sorted(
        path.name for path in folder.iterdir() if path.name.endswith(KINDS) and path.is_file() and not path.is_symlink()
    )
    to = account.get("to", name)
    return Exported(
        folder, to if to in PLATFORMS else "", tuple(files), account.get("on", ""), account.get("plan") != now
    )
