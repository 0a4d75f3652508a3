"""Pictures outside the page: figures as PNG or SVG, and a page as PDF, all through the system's Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.errors import MissingDependencyError, ParameterError

if TYPE_CHECKING:
    import plotly.graph_objects as go

CHROMIUM_VARIABLE = "MARKETFOLD_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
QUIET_FLAGS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium must ask the network for nothing."""

FORMATS = ("png", "svg")
PDF_SECONDS = 180


def find_chromium() -> str:
    """Path of the system's Chromium or Chrome.

    Raises
    ------
    MissingDependencyError
        If there is none; says what to install.
    """
    named = os.environ.get(CHROMIUM_VARIABLE)
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None and _MAC.exists():
        found = str(_MAC)
    if found is None or not Path(found).exists():
        raise MissingDependencyError(
            f"No Chromium was found{f' at {named}' if named else ''}. Install it (Debian, Ubuntu: apt-get install "
            "chromium; Fedora: dnf install chromium; macOS: brew install --cask chromium), or set "
            f"{CHROMIUM_VARIABLE} to its path."
        )
    return found


def sandbox_flags() -> tuple[str, ...]:
    """Chromium refuses its sandbox to root, who is who runs in a container."""
    return ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()


def write_figure(figure: go.Figure, path: Path, *, width: int = 960, scale: float = 2.0) -> None:
    """Write one figure as a picture, without a request to anywhere.

    Parameters
    ----------
    path
        Ends in `.png` or `.svg`.
    width
        In pixels; the height is the figure's own.
    scale
        Pixels of a PNG for each pixel of the figure.

    Raises
    ------
    ParameterError
        If the name ends in something else.
    MissingDependencyError
        If kaleido or Chromium is not installed.
    """
    kind = path.suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise ParameterError(f"{path.name} cannot be written: wanted a name that ends in .png or .svg.")
    try:
        import kaleido  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingDependencyError("Pictures need kaleido. Install it: pip install kaleido.") from error
    size = {"format": kind, "width": width, "height": figure.layout.height or 450, "scale": scale}
    # MathJax would be fetched from a server.
    browser = {"path": find_chromium(), "mathjax": False, "enable_sandbox": not sandbox_flags()}
    path.write_bytes(kaleido.calc_fig_sync(figure, opts=size, kopts=browser))


def write_pdf(page: Path, path: Path) -> None:
    """Print one of our pages to PDF: everything opened, every figure drawn, in light colours.

    Raises
    ------
    MissingDependencyError
        If Chromium is not installed, or does not print.
    """
    with tempfile.TemporaryDirectory(prefix="marketfold-", ignore_cleanup_errors=True) as home:
        command = [
            find_chromium(),
            "--headless",
            *sandbox_flags(),
            *QUIET_FLAGS,
            f"--user-data-dir={home}",
            "--window-size=1280,1600",
            "--no-pdf-header-footer",
            "--virtual-time-budget=60000",
            f"--print-to-pdf={path.resolve()}",
            f"{page.resolve().as_uri()}#print",
        ]
        done = subprocess.run(command, capture_output=True, timeout=PDF_SECONDS, check=False)  # noqa: S603
    if done.returncode != 0 or not path.exists():
        message = f"Chromium did not print {page.name} (exit code {done.returncode}). Open it and print it by hand."
        raise MissingDependencyError(message)
