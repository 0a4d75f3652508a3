"""`python -m handbook`: build the site into `site`, and end with 1 where something in it is broken."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from handbook.checking import faults_of
from handbook.laying import ROOT, lay_out

SHIM = "https://unpkg.com/iframe-worker/shim"
"""What the builder lets a page load from a network, so that it can be searched when it is opened as a file."""


PURPOSE = (
    "Build the documentation as a site, into the folder site, to be opened as files. Where a link or an anchor leads "
    "nowhere, or a page would load something from a network, that is said and the site stays as it was."
)


def stand_alone(site: Path) -> None:
    """Let the pages ask no network, and leave out those that only a server shows."""
    for name in ("404.html", "sitemap.xml"):
        (site / name).unlink(missing_ok=True)
    for path in site.rglob("*.html"):
        here = Path(os.path.relpath(site, path.parent)) / "worker.js"
        path.write_text(path.read_text(encoding="utf-8").replace(SHIM, here.as_posix()), encoding="utf-8")


def build(out: Path) -> list[str]:
    """Lay out the pages, build them, and put them in the place of a folder if nothing is broken; else say what is."""
    with TemporaryDirectory() as place:
        laid = Path(place)
        lay_out(laid)
        words = [sys.executable, "-m", "zensical", "build", "--strict"]
        built = subprocess.run(words, cwd=laid, capture_output=True, text=True, check=False)
        if built.returncode:
            return [re.sub(r"\x1b\[[\d;]*m", "", built.stdout + built.stderr)]  # without colours
        stand_alone(laid / "site")
        faults = faults_of(laid / "site")
        if not faults:
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(laid / "site", out)
        return faults


def main() -> None:
    """Build the site, or say what is broken."""
    argparse.ArgumentParser("python -m handbook", description=PURPOSE).parse_args()
    folder = ROOT / "site"
    if faults := build(folder):
        sys.exit("\n".join(faults))
    print(f"Open {folder / 'index.html'}")


if __name__ == "__main__":
    main()
