"""Servers for the collectors' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stamina

from collectors.isso import Isso
from collectors.wordpress import WordPress
from otklik.platforms import build_platform
from tests.servers.isso import IssoServer
from tests.servers.requirements import require
from tests.servers.wordpress import NEEDS, WordPressServer

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
            "timeout": 60.0,
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


@pytest.fixture(scope="session")
def _wordpress_server() -> Iterator[WordPressServer]:
    require(*NEEDS)
    with WordPressServer() as server:
        yield server


@pytest.fixture
def wordpress_server(_wordpress_server: WordPressServer) -> WordPressServer:
    """A running WordPress without posts and comments."""
    _wordpress_server.clear()
    return _wordpress_server


@pytest.fixture
def make_wordpress(wordpress_server: WordPressServer) -> Iterator[Callable[..., WordPress]]:
    """Builds the platform for the running server, or for another `base_url`."""
    made: list[WordPress] = []

    def make(**changes: Any) -> WordPress:
        config: dict[str, Any] = {
            "base_url": wordpress_server.url,
            "allow_private_hosts": True,
            "min_interval": 0,
            "timeout": 60.0,
            "user": wordpress_server.user,
            "application_password": wordpress_server.password,
            **changes,
        }
        platform = build_platform(WordPress, config, source="blog")
        assert isinstance(platform, WordPress)
        made.append(platform)
        return platform

    yield make
    for platform in made:
        platform.close()
