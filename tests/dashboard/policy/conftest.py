"""A desk whose policy can be read: the shop's, in force, with decisions of its own."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from otklik import database
from tests.dashboard.policy.policies import decide_all


@pytest.fixture
def policy_engine(desk_engine: Engine) -> Engine:
    """The seeded desk, decided by the shop's policy."""
    with database.session(desk_engine) as session:
        decide_all(session)
    return desk_engine
