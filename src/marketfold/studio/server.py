"""Where the studio listens: this machine only, unless a host is named, and never without a token."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import uvicorn

from marketfold.errors import ParameterError
from marketfold.studio.app import make_app
from marketfold.studio.security import guarded
from marketfold.studio.stations import all_stations

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import ASGIApp

LOCAL, EVERYWHERE = "127.0.0.1", frozenset({"0.0.0.0", "::"})  # noqa: S104 - only where somebody asks for it


_FIRST_PAGE = 2.0
"""Seconds within which the first page is there."""


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
        names = _names(host)
        hosts = {f"{one}:{port}" for one in names} | (set(names) if port == 80 else set())  # browsers leave 80 out
        app = guarded(make_app(root), hosts, token, f"marketfold-{port}")
        return cls(listening, app, f"http://{names[0]}:{port}/?token={token}")

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
        """Answer until Ctrl-C; what the pages of a project take is loaded while the first page is looked at."""
        threading.Thread(target=_load_the_rest, daemon=True).start()
        self.server().run(sockets=[self.listening])


def _load_the_rest() -> None:
    time.sleep(_FIRST_PAGE)
    all_stations()
    import_module("marketfold.studio.listing")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise ParameterError(
            f"Nothing can listen on {host}, port {port} ({error.strerror or error}). Give another --port, or none."
        ) from error
    except OverflowError as error:
        made.close()
        raise ParameterError(f"There is no port {port}: give one from 1 to 65535, or none.") from error
    made.listen(128)
    return made


def _names(host: str) -> list[str]:
    """What pages may call this machine, lower case; first as the address that is printed does."""
    if host in {LOCAL, "localhost"}:
        return [LOCAL, "localhost"]
    if host == "::1":
        return ["[::1]", "localhost"]
    if host not in EVERYWHERE:
        return [f"[{host}]" if ":" in host else host.lower()]
    named = socket.gethostname()
    with suppress(OSError):
        found = {str(one[4][0]) for one in socket.getaddrinfo(named, None)}
        return [named.lower(), socket.getfqdn().lower(), LOCAL, "localhost", "[::1]"] + [
            f"[{one.partition('%')[0]}]" if ":" in one else one for one in sorted(found)
        ]
    return [named.lower(), LOCAL, "localhost"]


def is_local(host: str) -> bool:
    """Whether nobody but this machine can reach what listens there."""
    return host in {LOCAL, "localhost", "::1"}
