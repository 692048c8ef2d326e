"""The guard under every call outside: no way into the private network, no call without an end.

Both checks sit at the socket, below redirects and DNS, so that neither a redirect nor a
name that resolves elsewhere the second time gets past them.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

Endpoint = tuple[str, int]
NAT64 = ipaddress.ip_network("64:ff9b::/96")
DEFAULT_PORTS = {"http": 80, "https": 443}


class PrivateAddress(Exception):
    """A host stands in a private network and this source may not call it."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(f"{host} is a private address ({address})")
        self.host, self.address = host, address


def is_private(address: str) -> bool:
    """Whether an IP address is anything but a public one; no name is looked up.

    Raises:
        ValueError: not an IP address.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    inner = _carried(parsed)
    return not parsed.is_global or parsed.is_multicast or bool(inner and not inner.is_global)


def _carried(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Any:
    """The IPv4 address that an IPv6 one leads to; None where it leads to none."""
    if address.version == 6 and address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)


def is_private_name(host: str) -> bool:
    """Whether a host is private by its name alone (an IP address, or localhost)."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return is_private(name.strip("[]"))
    except ValueError:
        return False


def endpoint_of(url: str) -> Endpoint:
    """Host in lower case and port of an http(s) URL.

    Raises:
        ValueError: no http(s) URL, or no host, or a wrong port.
    """
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"not an http(s) URL: {url[:100]!r}")
    return parts.hostname.lower(), parts.port or DEFAULT_PORTS[parts.scheme]


class GuardedBackend(httpcore.NetworkBackend):
    """Connects only where it may, and cuts every read and write at `deadline`.

    Args:
        allowed: private endpoints that may be called all the same.

    Attributes:
        deadline: `time.monotonic()` value after which nothing waits any more.
    """

    def __init__(self, allowed: Iterable[Endpoint] = ()) -> None:
        self._allowed = frozenset(allowed)
        self._inner = httpcore.SyncBackend()
        self.deadline = float("inf")

    def left(self, timeout: float | None) -> float:
        """Seconds an operation may take, from its own limit and the call's.

        Raises:
            httpcore.ReadTimeout: the call's time is over.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole call took too long")
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers; all must be allowed."""
        error: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, self.left(timeout), local_address, socket_options
                )
                return _BoundedStream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
        raise error

    def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Never: sources are hosts."""
        raise httpcore.ConnectError("unix sockets are not called")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if (host.lower(), port) not in self._allowed:
            for address in addresses:
                if is_private(address):
                    raise PrivateAddress(host, address)
        return addresses


class _BoundedStream(httpcore.NetworkStream):
    """A stream whose reads and writes end at the backend's deadline."""

    def __init__(self, inner: httpcore.NetworkStream, backend: GuardedBackend) -> None:
        self._inner, self._backend = inner, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _BoundedStream(inner, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


@cache
def _tls() -> ssl.SSLContext:
    """One for all: loading the certificates takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over a `GuardedBackend`.

    Args:
        tls: certificates to trust instead of the usual ones.
    """

    def __init__(
        self, backend: GuardedBackend, *, keepalive: int, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(verify=tls or _tls(), trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or _tls(),
            max_keepalive_connections=keepalive,
            network_backend=backend,
        )
