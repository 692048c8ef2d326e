"""Reading a page of the company's own; no other host is called, redirects included."""

from __future__ import annotations

import time
from collections.abc import Collection
from urllib.parse import urljoin, urlsplit

import httpx

from otklik.errors import InputError
from otklik.network import (
    DEFAULT_PORTS,
    Endpoint,
    GuardedBackend,
    GuardedTransport,
    PrivateAddress,
    endpoint_of,
)

MOST_BYTES = 5_000_000
TIMEOUT = 10.0
WHOLE_CALL = 30.0  # seconds
MOST_REDIRECTS = 3
_HEADERS = {"User-Agent": "Otklik (reads the pages of its own company)", "Accept": "text/html"}


def fetch_page(url: str, own_hosts: Collection[str]) -> str:
    """The text of a page.

    Args:
        own_hosts: `own_hosts` of the settings: names, or `name:port`. One that stands in a
            private network is called, since the settings name it.

    Raises:
        InputError: not a page of ours, not HTML, too long, or it cannot be read; says which.
    """
    allowed = _endpoints(own_hosts)
    backend = GuardedBackend(allowed)
    backend.deadline = time.monotonic() + WHOLE_CALL
    transport = GuardedTransport(backend, keepalive=0)
    with httpx.Client(
        transport=transport, timeout=TIMEOUT, trust_env=False, headers=_HEADERS
    ) as client:
        for _ in range(MOST_REDIRECTS + 1):
            _check_ours(url, allowed)
            found = _get(client, url)
            if isinstance(found, str):
                return found
            url = urljoin(url, found.headers.get("location", ""))
    raise InputError(f"{url}: more than {MOST_REDIRECTS} redirects")


def _endpoints(own_hosts: Collection[str]) -> frozenset[Endpoint]:
    found: set[Endpoint] = set()
    for host in own_hosts:
        parts = urlsplit(f"//{host}")
        if not parts.hostname:
            raise InputError(f"own_hosts: {host!r} is no host")
        ports = [parts.port] if parts.port else list(DEFAULT_PORTS.values())
        found |= {(parts.hostname.lower(), port) for port in ports}
    return frozenset(found)


def _check_ours(url: str, allowed: Collection[Endpoint]) -> None:
    try:
        endpoint = endpoint_of(url)
    except ValueError as error:
        raise InputError(str(error)) from error
    if endpoint not in allowed:
        raise InputError(
            f"{url}: {endpoint[0]} is not among own_hosts of the settings; only pages of your own "
            "company are imported"
        )


def _get(client: httpx.Client, url: str) -> str | httpx.Response:
    """The page, or the answer that leads elsewhere."""
    try:
        with client.stream("GET", url, follow_redirects=False) as answer:
            if answer.has_redirect_location:
                return answer
            return _page(answer, url)
    except PrivateAddress as error:
        raise InputError(f"{url}: {error}") from error
    except httpx.HTTPError as error:
        raise InputError(f"{url}: {type(error).__name__}: {error}") from error


def _page(answer: httpx.Response, url: str) -> str:
    kind = answer.headers.get("content-type", "")
    if answer.status_code != 200:
        raise InputError(f"{url}: answered with {answer.status_code}")
    if "html" not in kind and "text/plain" not in kind:
        raise InputError(f"{url}: {kind or 'of no known kind'}, not a page")
    data = b""
    for part in answer.iter_bytes():
        data += part
        if len(data) > MOST_BYTES:
            raise InputError(f"{url}: longer than {MOST_BYTES} bytes")
    return data.decode(answer.charset_encoding or "utf-8", "replace")
