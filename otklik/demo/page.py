"""The shop's page: one small server that shows an article and Isso's comments under it.

`python -m otklik.demo.page PORT ISSO_URL`
"""

from __future__ import annotations

import html
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources

from otklik.demo.isso_server import PAGE


def page_text(isso_url: str) -> str:
    """The article with the address of its comment server."""
    text = resources.files("otklik.demo").joinpath("page.html").read_text("utf-8")
    return text.replace("{isso}", html.escape(isso_url)).replace("{page}", html.escape(PAGE))


def make_server(port: int, isso_url: str) -> ThreadingHTTPServer:
    """A server of the page on 127.0.0.1, not yet serving; port 0 takes a free one."""
    body = page_text(isso_url).encode()
    policy = (
        f"default-src 'self'; script-src {isso_url}; connect-src {isso_url}; "
        f"img-src 'self' data: {isso_url}; style-src 'unsafe-inline' {isso_url}"
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/":
                self._answer(302, b"", {"Location": PAGE})
            elif path == PAGE:
                self._answer(200, body, {"Content-Security-Policy": policy})
            else:
                self._answer(204 if path == "/favicon.ico" else 404, b"", {})

        def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            own = {"Content-Type": "text/html; charset=utf-8", "Content-Length": len(content)}
            for name, value in {**own, **headers}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads who opened the page."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serve until the process is ended."""
    with make_server(int(sys.argv[1]), sys.argv[2]) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
