"""A desk that may moderate its site, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import Moderated, moderated_stage


@pytest.fixture
def desk(engine: Engine) -> tuple[Stage, type[Moderated]]:
    """The desk, and the site as its platform class."""
    return moderated_stage(engine)


@pytest.fixture
def small_desk(sqlite_engine: Engine) -> tuple[Stage, type[Moderated]]:
    """On SQLite only: what is tested does not depend on the database."""
    return moderated_stage(sqlite_engine)
