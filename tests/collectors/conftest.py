"""Servers for the collectors' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stamina

from collectors.isso import Isso
from otklik.platforms import build_platform
from tests.servers.isso import IssoServer

OUR_NAME, OUR_EMAIL = "Магазин «Ромашка»", "desk-7f3a@shop.example"
MakeIsso = Callable[..., Isso]


@pytest.fixture(scope="session")
def _isso_server() -> Iterator[IssoServer]:
    with IssoServer() as server:
        yield server


@pytest.fixture
def isso_server(_isso_server: IssoServer) -> IssoServer:
    """A running Isso without comments."""
    _isso_server.clear()
    return _isso_server


@pytest.fixture
def make_isso(isso_server: IssoServer) -> Iterator[MakeIsso]:
    """Builds the platform for the running server, or for another `base_url`."""
    made: list[Isso] = []

    def make(**changes: Any) -> Isso:
        config: dict[str, Any] = {
            "base_url": isso_server.url,
            "uris": ["/post/1"],
            "allow_private_hosts": True,
            "min_interval": 0,
            "author_name": OUR_NAME,
            "author_email": OUR_EMAIL,
            "admin_password": isso_server.admin_password,
            **changes,
        }
        platform = build_platform(Isso, config, source="blog")
        assert isinstance(platform, Isso)
        made.append(platform)
        return platform

    yield make
    for platform in made:
        platform.close()


@pytest.fixture(autouse=True)
def _no_waits_between_retries() -> Iterator[None]:
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)
