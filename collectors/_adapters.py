"""The same bounded wire under the clients that platforms' libraries bring along.

vk-api, tweepy and Mastodon.py talk through `requests`, Google's client through `httplib2`.
Neither bounds a call's time and size, waits for limits, or stays out of private networks;
mounted on these adapters they do all of it. What goes wrong on the wire reaches the caller as
`collectors._wire.NotSent` or `Interrupted`, through the library, which knows neither.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from collectors._wire import Answer, Wire
from otklik.errors import MissingExtra

# what httpx writes itself
_OWN_HEADERS = {"host", "content-length", "connection", "transfer-encoding", "accept-encoding"}

Before = Callable[[str, str], Mapping[str, Any]]


def _nothing(_method: str, _url: str) -> Mapping[str, Any]:
    return {}


def requests_session(wire: Wire, *, before: Before = _nothing) -> Any:
    """A `requests.Session` whose every call goes over `wire`.

    Args:
        before: given method and URL of a call, gives more arguments for `Wire.call`
            (`limits` of this one call, a longer `timeout`).

    Raises:
        MissingExtra: `requests` is not installed.
    """
    try:
        import requests
        from requests.adapters import BaseAdapter
        from requests.structures import CaseInsensitiveDict
        from requests.utils import get_encoding_from_headers
    except ImportError as error:
        raise MissingExtra("this platform needs requests: pip install requests") from error

    class Adapter(BaseAdapter):
        """Hands a prepared request over and dresses the answer as requests' own."""

        def send(self, request: Any, *_: Any, **__: Any) -> Any:
            answer = wire.call(
                request.method,
                request.url,
                content=_content(request.body),
                headers=_passed(request.headers.items()),
                **before(request.method, request.url),
            )
            response = requests.Response()
            response.status_code = answer.status
            response.headers = CaseInsensitiveDict(_received(answer))
            response.raw = io.BytesIO(answer.body)
            response.encoding = get_encoding_from_headers(response.headers)
            response.url, response.request = request.url, request
            response.reason = ""
            response.elapsed = _no_time()
            return response

        def close(self) -> None:
            """The wire is closed by its platform."""

    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, Adapter())
    return session


class Httplib2Client:
    """What `googleapiclient` needs of an `httplib2.Http`, over a `Wire`.

    Args:
        wire: of the source.
        headers: gives the headers that every call carries (an access token that may change).
    """

    def __init__(
        self, wire: Wire, *, headers: Callable[[], Mapping[str, str]], before: Before = _nothing
    ) -> None:
        self._wire, self._headers, self._before = wire, headers, before
        self.redirect_codes: set[int] = set()

    def request(  # noqa: PLR0917 — httplib2's own signature
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        redirections: int = 5,
        connection_type: Any = None,
    ) -> tuple[Any, bytes]:
        """One call, as httplib2 makes it: response (a dict of headers) and body."""
        import httplib2

        sent = {**_passed((headers or {}).items()), **self._headers()}
        answer = self._wire.call(
            method, uri, content=_content(body), headers=sent, **self._before(method, uri)
        )
        response = httplib2.Response({**_received(answer), "status": str(answer.status)})
        response.reason = ""
        return response, answer.body

    def close(self) -> None:
        """The wire is closed by its platform."""


def _content(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return body.encode("utf-8") if isinstance(body, str) else body.read()


def _passed(headers: Iterable[tuple[str, Any]]) -> dict[str, str]:
    pairs = ((_text(name), _text(value)) for name, value in headers)
    return {name: value for name, value in pairs if name.lower() not in _OWN_HEADERS}


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _received(answer: Answer) -> dict[str, str]:
    dropped = {"content-encoding", "content-length", "transfer-encoding"}
    return {name: value for name, value in answer.headers.items() if name.lower() not in dropped}


def _no_time() -> Any:
    from datetime import timedelta

    return timedelta()
