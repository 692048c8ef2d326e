"""A real Isso behind a bad wire, and a desk in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina
from sqlalchemy import Engine

from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from responder.policy import Policy
from responder.policy.file import shipped_policy
from tests.proof.world import World, make_world
from tests.servers.faulty import FaultyProxy
from tests.servers.isso import IssoServer


@pytest.fixture(scope="session")
def shipped() -> tuple[Policy, Knowledge]:
    """Policy and facts of the shop, read once."""
    return shipped_policy(), shipped_knowledge()


@pytest.fixture(scope="module")
def _isso() -> Iterator[IssoServer]:
    with IssoServer() as server:
        yield server


@pytest.fixture
def isso(_isso: IssoServer) -> IssoServer:
    """A running Isso without comments."""
    _isso.clear()
    return _isso


@pytest.fixture
def proxy(isso: IssoServer) -> Iterator[FaultyProxy]:
    """The wire to Isso that can be broken."""
    with FaultyProxy(isso.url) as faulty:
        yield faulty


@pytest.fixture
def world(
    engine: Engine, isso: IssoServer, proxy: FaultyProxy, shipped: tuple[Policy, Knowledge]
) -> World:
    """On SQLite and on PostgreSQL."""
    return make_world(engine, isso, proxy, *shipped)


@pytest.fixture
def small_world(
    sqlite_engine: Engine, isso: IssoServer, proxy: FaultyProxy, shipped: tuple[Policy, Knowledge]
) -> World:
    """On SQLite only: what is tested does not depend on the database."""
    return make_world(sqlite_engine, isso, proxy, *shipped)


@pytest.fixture(autouse=True)
def _no_waits_between_retries() -> Iterator[None]:
    stamina.set_testing(True, attempts=2)
    yield
    stamina.set_testing(False)
