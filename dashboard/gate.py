"""Who may pass to the desk at all, and what a page of it may load.

The views ask again who is there on every run; this stands before them so that somebody
without a login gets no page, no script and no connection.
"""

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
_OPEN = ("/sign-in", "/sign-out", "/language/", "/_stcore/health", "/static/", "/favicon.png")

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
        is_open = scope["type"] == "lifespan" or scope["path"].startswith(_OPEN)
        if is_open or await run_sync(is_logged_in, token_of(scope), now()):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
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
