"""Where the studio listens: this machine only, unless a host is named, and never without a token."""

from __future__ import annotations

import asyncio
import gc
import secrets
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from ipaddress import ip_address
from typing import TYPE_CHECKING

import uvicorn

from marketfold.errors import ParameterError
from marketfold.studio.app import make_app
from marketfold.studio.peers import TELLS_OWNERS
from marketfold.studio.security import guarded

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address
    from pathlib import Path

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL = "127.0.0.1"
_FIRST_PAGE = 2.0
"""Seconds after which nobody is waited for."""


@dataclass(frozen=True)
class Studio:
    """A studio that listens already.

    Attributes
    ----------
    listening, app
        Its socket, and what answers there.
    address
        What opens it once.
    own_address
        What opens it instead, once and for processes of this user alone, where the system says whose those are:
        what a browser is started with can be read by everybody on the machine.
    """

    listening: socket.socket
    app: ASGIApp
    address: str
    own_address: str

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
        port, names = listening.getsockname()[1], _names(host, _bound(listening))
        hosts = {f"{one}:{port}" for one in names} | (set(names) if port == 80 else set())  # browsers leave 80 out
        token = secrets.token_urlsafe(24)
        own_token = secrets.token_urlsafe(24) if TELLS_OWNERS else ""
        app = guarded(make_app(root), hosts, token, f"marketfold-{port}", own_token)
        address = f"http://{names[0]}:{port}/?token="
        return cls(listening, app, f"{address}{token}", f"{address}{own_token or token}")

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine can reach it."""
        return _bound(self.listening).is_loopback

    def server(self, app: ASGIApp | None = None) -> uvicorn.Server:
        """What answers; `should_exit` ends it."""
        config = uvicorn.Config(
            app or self.app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=1,
            ws="none",
            server_header=False,
        )
        return _Server(config)

    def run(self) -> None:
        """Answer until Ctrl-C; what the pages of a project take is loaded while the first page is looked at."""
        app = _FirstPage(self.app)
        threading.Thread(target=_load_the_rest, args=(app.shown,), daemon=True).start()
        try:
            self.server(app).run(sockets=[self.listening])
        finally:
            gc.unfreeze()  # what is torn down at the end is looked through again


class _Server(uvicorn.Server):
    """Ends what connected while it was ending, too: browsers connect ahead of questions that they may never ask."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all connections."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # which is when they end


class _FirstPage:
    """Notes when the first page is there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.shown = app, threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""

        async def noted(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.shown.set()

        is_page = scope["type"] == "http" and b"token=" not in scope["query_string"]
        await self.app(scope, receive, noted if is_page and not self.shown.is_set() else send)


def _load_the_rest(first_page: threading.Event) -> None:
    """Load what pages of a project take, which would keep the first of them waiting.

    None of it is ever garbage, and to look through it for some would stop every page for a seventh of a second.
    """
    first_page.wait(_FIRST_PAGE)
    import_module("marketfold.studio.warming").warm()
    gc.freeze()


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


def _bound(listening: socket.socket) -> IPv4Address | IPv6Address:
    return ip_address(listening.getsockname()[0].partition("%")[0])


def _names(host: str, bound: IPv4Address | IPv6Address) -> list[str]:
    """What pages may call this machine, lower case; first as the address that is printed does.

    Browsers shorten an address as `bound` is, however long it was given.
    """
    short, is_name = _in_address(bound), ":" not in host and not host.replace(".", "").isdigit()
    own = [host.lower()] if is_name else []
    if bound.is_loopback:
        return list(dict.fromkeys([short, "localhost", *own]))
    if not bound.is_unspecified:
        return [*own, short]
    named = socket.gethostname()
    with suppress(OSError):
        found = {str(one[4][0]) for one in socket.getaddrinfo(named, None)}
        return [named.lower(), socket.getfqdn().lower(), LOCAL, "localhost", "[::1]", *map(_in_address, sorted(found))]
    return [named.lower(), LOCAL, "localhost"]


def _in_address(host: object) -> str:
    """A name or a number as it stands between `http://` and the port."""
    text = str(host).partition("%")[0].lower()
    return f"[{text}]" if ":" in text else text
