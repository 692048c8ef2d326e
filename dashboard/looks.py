"""Light or dark, as this browser chose, from the first painted pixel on.

Streamlit's page knows neither our colours nor our language until it has connected. `FirstPage`
writes both into it on its way to the browser: no flash of another theme, no foreign `lang`. The
scripts that hear clicks and keys stand there, too: a component would come after the first click.
"""

import json
import re
from string import Template
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.browser import THEME_COOKIE, THEMES
from dashboard.sign_in import language_of, safe_place
from dashboard.theme import COLOURS, script, script_name, style, style_name

LOOK = "/look/"
_YEAR = 365 * 24 * 3600
_ROOT = '<div id="root">'
_CHARSET = re.compile(r"<meta charset=[^>]*>", re.IGNORECASE)

# before anything is painted; `stActiveTheme-…` is where Streamlit itself keeps the choice
_HEAD = Template(
    """<script>
(() => {
  const chosen = "$chosen", dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const theme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
    document.documentElement.dataset.theme = theme;
  };
  apply();
  dark.addEventListener("change", apply);
  const name = chosen[0].toUpperCase() + chosen.slice(1);
  localStorage.setItem(`stActiveTheme-$${location.pathname}-v2`, JSON.stringify(name));
  window.__streamlit = { LIGHT_THEME: $light, DARK_THEME: $dark };
})();
</script>
<style>
:root { color-scheme: light; background: $light_ground }
:root[data-theme="dark"] { color-scheme: dark; background: $dark_ground }
body { background: inherit }
</style>
"""
)


def theme_of(request: Request) -> str:
    """The theme this browser chose: `light`, `dark` or `system`."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "system"


def head(request: Request) -> str:
    """What the head of every page begins with, so that it is never painted in another theme."""
    return _HEAD.substitute(
        chosen=theme_of(request),
        light=json.dumps(COLOURS["light"]),
        dark=json.dumps(COLOURS["dark"]),
        light_ground=COLOURS["light"]["backgroundColor"],
        dark_ground=COLOURS["dark"]["backgroundColor"],
    )


class FirstPage:
    """Puts theme, and for Streamlit's page language, style sheets and scripts, into every page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; where a page comes back, it leaves dressed."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _wants_page(scope):
            await self.app(scope, receive, send)
            return
        answer = _Answer(Request(scope), send)
        await self.app(_uncompressed(scope), receive, answer.take)


def _wants_page(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")


def _uncompressed(scope: Scope) -> Scope:
    kept = [
        pair for pair in scope["headers"] if pair[0] not in (b"accept-encoding", b"if-none-match")
    ]
    return {**scope, "headers": kept}


class _Answer:
    def __init__(self, request: Request, send: Send) -> None:
        self.request, self.send = request, send
        self.start: Message | None = None
        self.body = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if kind.startswith("text/html"):
                self.start = message
                return
        if self.start is None or message["type"] != "http.response.body":
            await self.send(message)
            return
        self.body += message.get("body", b"")
        if not message.get("more_body", False):
            await self._pass_on(self.start)

    async def _pass_on(self, start: Message) -> None:
        body = _dressed(self.body, self.request)
        headers = MutableHeaders(raw=start["headers"])
        headers["content-length"] = str(len(body))
        headers["cache-control"] = "no-store"
        del headers["etag"], headers["last-modified"]
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})


def _dressed(page: bytes, request: Request) -> bytes:
    text = _CHARSET.sub(lambda found: f"{found.group()}\n{head(request)}", page.decode(), count=1)
    ours = (
        f'<link rel="stylesheet" href="{LOOK}{style_name()}">\n'
        f'<script src="{LOOK}{script_name()}"></script>'
    )
    return (
        text.replace('<html lang="en">', f'<html lang="{language_of(request)}">', 1)
        # after the head, where Streamlit's own styles grow: among equals ours are the last
        .replace(_ROOT, f"{ours}\n{_ROOT}", 1)
        .encode()
    )


async def look(request: Request) -> Response:
    """Style sheets or scripts; their names change with them, so they may be kept for good."""
    kept = {"Cache-Control": f"public, max-age={_YEAR}, immutable"}
    is_script = request.path_params["name"].endswith(".js")
    text, kind = (script(), "text/javascript") if is_script else (style(), "text/css")
    return PlainTextResponse(text, media_type=kind, headers=kept)


async def choose_theme(request: Request) -> Response:
    """Remember the theme of this browser and go back to where it was."""
    chosen = request.path_params["theme"]
    came_from = urlsplit(request.headers.get("referer", "/"))
    place = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    answer = RedirectResponse(safe_place(place or "/"), status_code=303)
    if chosen in THEMES:
        answer.set_cookie(THEME_COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="lax")
    return answer


ROUTES = [
    Route("/theme/{theme}", choose_theme, methods=["GET"]),
    Route(LOOK + "{name}", look, methods=["GET"]),
]
