"""Who may ask, and what a page may do: pure ASGI middleware, outermost first in the order of `guarded`.

The studio shows orders of real people and writes files, so a page of another site must reach it in no way: not under
another name of this machine (DNS rebinding), not by a form or a script of its own, not by a token in an address.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import sys
import traceback
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

from marketfold.studio.peers import owner_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FORM_BYTES = 2_000_000
MOST_BYTES = (
    (re.compile(r"/upload"), 50_000_000_000),
    (re.compile(r"/p/[^/]+/campaigns/audiences"), 1_000_000_000),  # with a stop list
)
"""Of what is streamed to disk, by the path to which it is sent."""

EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
"""Plotly makes a style sheet of no text, and puts its rules into that one by one."""

POLICY = (
    f"default-src 'self'; style-src 'self' {EMPTY_STYLE}; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
"""Scripts and style sheets come from files of the studio alone; widths of bars and figures stand in attributes."""

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with none at all a form without scripts comes from nowhere, and is refused
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class KnownHosts:
    """Refuse requests that name this machine otherwise than its own pages do."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "http" and Headers(scope=scope).get("host", "").lower() not in self.hosts:
            await _refuse("This studio is not known by that name.", 421)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class OwnPagesOnly:
    """Refuse what changes something unless a page of this studio asks for it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "http" and scope["method"] not in SAFE and not _from_here(Headers(scope=scope)):
            await _refuse("Only pages of this studio may change something.", 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _from_here(headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None and origin is None:
        return False
    return site in {None, "same-origin"} and origin in {None, f"http://{headers.get('host', '')}"}


class Session:
    """Let nobody in without the token that was printed; it opens once, and a cookie takes its place.

    The token of the browser that is started with the studio opens for processes of the same user alone: what a
    program is started with can be read by everybody on the machine.
    """

    def __init__(self, app: ASGIApp, token: str, cookie: str, own_token: str = "") -> None:
        self.app, self.cookie = app, cookie
        self._token, self._own_token = token, own_token
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens, known = [value for name, value in pairs if name == "token"], self._is_known(Headers(scope=scope))
        if tokens and scope["method"] in SAFE and (known or self._opens(tokens[0], scope)):
            rest = urlencode([pair for pair in pairs if pair[0] != "token"])
            place = quote("/" + scope["path"].lstrip("/\\"))  # `//name` would be another machine
            answer = RedirectResponse(f"{place}{'?' if rest else ''}{rest}", 303)
            answer.set_cookie(self.cookie, self._session, httponly=True, samesite="strict")
            await answer(scope, receive, send)
        elif known:
            await self.app(scope, receive, send)
        else:
            await _refuse("Open the address that `marketfold studio` printed; each one opens once.", 401)(
                scope, receive, send
            )

    def _opens(self, given: str, scope: Scope) -> bool:
        opens = _is_same(given, self._token) or (_is_same(given, self._own_token) and _is_ours(scope))
        if opens:
            self._token = self._own_token = ""
        return opens

    def _is_known(self, headers: Headers) -> bool:
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return False
        return found is not None and hmac.compare_digest(found.value.encode(), self._session.encode())


def _is_same(given: str, token: str) -> bool:
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _is_ours(scope: Scope) -> bool:
    """Whether a process of the user asks whose studio this is."""
    client, server = scope.get("client"), scope.get("server")
    return client is not None and server is not None and owner_of(client, server) == os.getuid()


class _TooMuchError(Exception):
    pass


class Bounded:
    """Refuse bodies that are larger than what a page of the studio sends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = next((most for path, most in MOST_BYTES if path.fullmatch(scope["path"])), MOST_FORM_BYTES)
        told, seen, begun = Headers(scope=scope).get("content-length", "0"), 0, False
        too_much = _refuse("That is more than the studio takes.", 413)

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise _TooMuchError
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        if not told.isdigit() or int(told) > most:
            await too_much(scope, receive, send)
            return
        try:
            await self.app(scope, counted, noted)
        except _TooMuchError:
            if not begun:
                await too_much(scope, receive, send)


class NoTracebacks:
    """Keep to standard error what a bug is about, and what it knows of people to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; the app itself has said that something went wrong."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - whatever it is
            tell_of_bug(error)


def tell_of_bug(error: BaseException) -> None:
    """Print where an error came from, without its message: that may hold what stands in an order file."""
    frames = traceback.format_tb(error.__traceback__)
    sys.stderr.write(f"{''.join(frames)}{type(error).__name__}\n")


class SafeHeaders:
    """Say with every answer what its page may do; what an answer says itself is kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


def guarded(app: ASGIApp, hosts: Collection[str], token: str, cookie: str, own_token: str = "") -> ASGIApp:
    """An app that only its own pages, opened with a token, can use."""
    session = Session(Bounded(app), token, cookie, own_token)
    return NoTracebacks(SafeHeaders(KnownHosts(OwnPagesOnly(session), hosts)))


def _refuse(text: str, status: int) -> Response:
    return PlainTextResponse(f"{text}\n", status)
