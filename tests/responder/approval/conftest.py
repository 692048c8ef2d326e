"""A desk on a fake site, on both databases."""

import pytest
from sqlalchemy import Engine

from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from responder.policy import Policy
from responder.policy.file import shipped_policy
from tests.fakes import Stage, make_stage


@pytest.fixture(scope="session")
def shop_desk() -> tuple[Policy, Knowledge]:
    """The shop's policy and facts, read once."""
    return shipped_policy(), shipped_knowledge()


@pytest.fixture
def stage(engine: Engine, shop_desk: tuple[Policy, Knowledge]) -> Stage:
    """Posting is live, no undo window."""
    return make_stage(engine, *shop_desk)
