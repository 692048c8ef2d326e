"""Who may pass to the desk at all, and what a page of it may load.

The views ask again who is there on every run; this stands before them so that somebody
without a login gets no page, no script and no connection.
"""

import time
from collections.abc import Callable
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.datastructures import Headers as RequestHeaders
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import data
from dashboard.browser import SESSION_COOKIE
from otklik.clock import now

SIGN_IN = "/sign-in"
_OPEN = frozenset({"/sign-in", "/sign-out", "/invitation", "/_stcore/health", "/favicon.png"})
_OPEN_FOLDERS = ("/oidc/", "/language/", "/theme/", "/look/", "/static/")
LOOK_AGAIN = 5.0  # seconds; how often a connection is asked whether its login still lives
GRACE = 20.0  # seconds a page has to say so itself before the line is cut

# Streamlit compiles schemas (eval) and styles elements in place; nothing may leave this host
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Headers:
    """Says to the browser what a page of the desk may do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with our headers on the answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Gate:
    """Lets through whoever has a living login."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, send to the sign-in, or close the connection."""
        if scope["type"] == "lifespan" or is_open(scope["path"]):
            await self.app(scope, receive, send)
        elif not await run_sync(is_logged_in, token_of(scope), now()):
            await _refuse(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, Line(scope, send).send)
        else:
            await self.app(scope, receive, send)


def is_open(path: str) -> bool:
    """Is this for everybody?"""
    return path in _OPEN or path.startswith(_OPEN_FOLDERS)


class Line:
    """An open connection: cut when the login behind it has ended, by whatever means."""

    def __init__(
        self, scope: Scope, send: Send, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._token, self._pass_on, self._clock = token_of(scope), send, clock
        self._looked = clock()
        self._ended: float | None = None
        self._is_cut = False

    async def send(self, message: Message) -> None:
        """Pass on; nothing more once the line is cut."""
        if self._is_cut:
            return
        if message["type"] == "websocket.send" and await self._is_over():
            self._is_cut = True
            await self._pass_on({"type": "websocket.close", "code": 4401})
            return
        await self._pass_on(message)

    async def _is_over(self) -> bool:
        at = self._clock()
        if at - self._looked >= LOOK_AGAIN:
            self._looked = at
            is_living = await run_sync(is_logged_in, self._token, now())
            self._ended = None if is_living else self._ended or at
        return self._ended is not None and at - self._ended >= GRACE


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4401})
    else:
        await _refusal(scope)(scope, receive, send)


def _refusal(scope: Scope) -> ASGIApp:
    wants_page = "text/html" in RequestHeaders(scope=scope).get("accept", "")
    if scope["method"] == "GET" and wants_page:
        query = scope.get("query_string", b"").decode("latin-1")
        place = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(place, safe='')}", status_code=303)
    return PlainTextResponse("sign in first", status_code=401)


def token_of(scope: Scope) -> str | None:
    """The login cookie of a request, or None."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(RequestHeaders(scope=scope).get("cookie", ""))
    except CookieError:
        return None
    found = jar.get(SESSION_COOKIE)
    return found.value if found else None


def is_logged_in(token: str | None, at: datetime) -> bool:
    """Is this the cookie of somebody who may work here?"""
    return token is not None and data.find_person(token, at) is not None
