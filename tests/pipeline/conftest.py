"""A desk on a fake site, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from responder.policy import Policy
from responder.policy.file import shipped_policy
from tests.fakes import Stage, make_stage

StageMaker = Callable[..., Stage]


@pytest.fixture(scope="session")
def shop() -> tuple[Policy, Knowledge]:
    """The shop's policy and facts, read once."""
    return shipped_policy(), shipped_knowledge()


@pytest.fixture
def stage(engine: Engine, shop: tuple[Policy, Knowledge]) -> Stage:
    """A desk with the shop's policy and facts; posting is live, no undo window."""
    return make_stage(engine, *shop)


@pytest.fixture
def make(engine: Engine, shop: tuple[Policy, Knowledge]) -> StageMaker:
    """The same with settings of the test's own."""
    return lambda **more: make_stage(engine, *shop, **more)
