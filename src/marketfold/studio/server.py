"""Where the studio listens: this machine only, unless a host is named, and never without a token."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from marketfold.errors import ParameterError
from marketfold.studio.app import make_app
from marketfold.studio.security import guarded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import ASGIApp

LOCAL = "127.0.0.1"


@dataclass(frozen=True)
class Studio:
    """A studio that listens already: its socket, the app, and the address that opens it once."""

    listening: socket.socket
    app: ASGIApp
    address: str

    @classmethod
    def open(cls, root: Path, *, host: str = LOCAL, port: int = 0) -> Studio:
        """Listen for the studio of a root folder.

        Raises
        ------
        ParameterError
            If nothing can listen there, or the root is no folder.
        """
        if not root.is_dir():
            raise ParameterError(f"{root} is no folder. Name one that holds your order files with --root.")
        listening = _listen(host, port)
        port, token = listening.getsockname()[1], secrets.token_urlsafe(24)
        name = f"[{host}]" if ":" in host else host
        names = {name, "localhost", LOCAL} if host in {LOCAL, "::1", "localhost"} else {name}
        app = guarded(make_app(root), {f"{one}:{port}" for one in names}, token, f"marketfold-{port}")
        return cls(listening, app, f"http://{name}:{port}/?token={token}")

    def server(self) -> uvicorn.Server:
        """What answers; `should_exit` ends it."""
        config = uvicorn.Config(
            self.app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=1,
            ws="none",
            server_header=False,
        )
        return uvicorn.Server(config)

    def run(self) -> None:
        """Answer until Ctrl-C."""
        self.server().run(sockets=[self.listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise ParameterError(
            f"Nothing can listen on {host}, port {port} ({error.strerror}). Give another --port, or none."
        ) from error
    made.listen(128)
    return made


def serve(
    root: Path,
    start: str = "",
    *,
    host: str = LOCAL,
    port: int = 0,
    browser: bool = True,
    say: Callable[[str], None] = print,
) -> None:
    """Open the studio in the browser, and answer until Ctrl-C; `start` is the page to open first."""
    studio = Studio.open(root, host=host, port=port)
    address = studio.address.replace("/?", f"/{start}?", 1)
    say(address)
    if browser:
        webbrowser.open(address)
    studio.run()
