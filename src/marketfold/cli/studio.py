"""The studio: the whole job in a browser, on this machine."""

from __future__ import annotations

import shlex
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from marketfold.cli import flags
from marketfold.cli.terminal import say
from marketfold.errors import ParameterError
from marketfold.file_names import RUN_FILE

if TYPE_CHECKING:
    from marketfold.studio import Studio, Workspace

HERE = "127.0.0.1"
_OPENING, _LISTENING = "What it opens", "Where it listens"


def studio(
    what: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE_OR_RUN", help="An order file or a run folder; chosen in the browser if not given."
        ),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder below which order files are chosen and runs are written. (default: the working folder)",
            rich_help_panel=_OPENING,
        ),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, and open no browser.", rich_help_panel=_OPENING)
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            parser=flags.number_of(int, 1),
            help="Port to listen on. (default: a free one)",
            rich_help_panel=_LISTENING,
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"Address to listen on; any but {HERE} can be reached from the network. (default: {HERE})",
            rich_help_panel=_LISTENING,
            show_default=False,
        ),
    ] = HERE,
    token_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File for the address, which only its owner can read; for scripts. (default: none)",
            rich_help_panel=_LISTENING,
        ),
    ] = None,
) -> None:
    """Open all of it in a browser: orders, segments, campaigns, and what they did. Nothing leaves the machine."""
    from marketfold.config import load_config
    from marketfold.studio import Studio, Workspace

    home = root or Path()
    if home.is_dir() and load_config(None, home).reading.engine == "spark":
        raise ParameterError(
            "The studio reads by the engine that is built in. Take engine and master out of marketfold.toml, or use "
            "marketfold run."
        )
    start = "" if what is None else _begun(Workspace(home), what, home)
    opened = Studio.open(home, host=host, port=port or 0)
    address, own_address = (one.replace("/?", f"/{start}?", 1) for one in (opened.address, opened.own_address))
    if token_file:
        _write_address(address, token_file)
    _say_where(address, home, "" if opened.is_local else host)
    if not no_browser:
        threading.Thread(target=_open_browser, args=(own_address,), daemon=True).start()
    _answer(opened)


def _begun(workspace: Workspace, what: Path, root: Path) -> str:
    """The page to open first: of a project that is made where there is none yet."""
    from marketfold.studio import Jobs, open_orders, open_run

    if not what.exists():
        raise ParameterError(
            f"There is no {what}. Give an order file or a run folder, or nothing to choose in the browser."
        )
    if not root.is_dir():
        raise ParameterError(f"{root} is no folder. Name one that holds your order files with --root.")
    found = what.resolve()
    if found == workspace.root or not found.is_relative_to(workspace.root):
        asked = f"marketfold studio {shlex.quote(str(what))} --root {shlex.quote(str(found.parent))}"
        raise ParameterError(
            f"{what} does not lie below {workspace.root}, where the studio works. Open it with: {asked}"
        )
    jobs = Jobs(workspace.home / "jobs")
    if (found / RUN_FILE).is_file():
        return f"p/{open_run(workspace, jobs, found).key}/segments"
    return f"p/{open_orders(workspace, jobs, found).key}/data"


def _write_address(address: str, path: Path) -> None:
    from marketfold.whole_files import OWNER_ONLY, whole_file

    with whole_file(path, OWNER_ONLY) as staging:
        staging.write_text(f"{address}\n", encoding="utf-8")


def _say_where(address: str, root: Path, network: str) -> None:
    say(f"The studio: {address}")
    say(f"Works in {root.resolve()}. Everything stays on this machine. Ctrl-C ends it; work that was begun goes on.")
    if network:
        say(
            f"! It listens on {network}: whoever in this network has the address can open it once and read your "
            "orders, and what is sent is not encrypted. Give the address to nobody else.",
            err=True,
        )


def _open_browser(address: str) -> None:
    import webbrowser
    from contextlib import suppress

    with suppress(webbrowser.Error):
        browser = webbrowser.get()
        if type(browser) is not webbrowser.GenericBrowser:  # one that runs in this terminal would take it
            browser.open(address)


def _answer(opened: Studio) -> None:
    """Answer until Ctrl-C or SIGTERM, either of which is the usual end."""
    try:
        opened.run()
    except (KeyboardInterrupt, SystemExit):
        say("The studio is closed. Nothing was lost: start it again, and all is as it was.")
