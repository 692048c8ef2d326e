"""A desk on a fake site, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from responder.knowledge_file import shipped_knowledge
from responder.policy_file import shipped_policy
from tests.fakes import Stage, make_stage

StageMaker = Callable[..., Stage]


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """A desk with the shop's policy and facts; posting is live, no undo window."""
    return make_stage(engine, shipped_policy(), shipped_knowledge())


@pytest.fixture
def make(engine: Engine) -> StageMaker:
    """The same with settings of the test's own."""
    return lambda **more: make_stage(engine, shipped_policy(), shipped_knowledge(), **more)
