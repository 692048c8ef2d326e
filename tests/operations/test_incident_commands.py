"""`otklik incidents …` as people call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from otklik.clock import now
from otklik.database import make_engine, session
from otklik.enums import IncidentKind, IncidentState, Topic
from otklik.models import Incident
from tests.operations.conftest import Command


@pytest.fixture
def two(otklik: Command, tmp_path: Path) -> None:
    """One incident that is open, and one that is solved."""
    assert otklik("db", "upgrade").returncode == 0
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with session(engine) as db:
        for state in (IncidentState.OPEN, IncidentState.SOLVED):
            one = Incident(
                brand_id="default",
                kind=IncidentKind.FAULT,
                state=state,
                topic=Topic.QUALITY,
                signature=str(state),
                title=f"орехи {state}",
                first_at=now(),
                last_at=now(),
            )
            db.add(one)
    engine.dispose()


@pytest.mark.usefixtures("two")
def test_the_list_shows_the_states_asked_for(otklik: Command) -> None:
    def states(*asked: str) -> list[str]:
        options = [part for one in asked for part in ("--state", one)]
        found = otklik("incidents", "list", *options, "--json")
        assert found.returncode == 0
        return sorted(row["state"] for row in json.loads(found.stdout))

    assert states() == ["open", "solved"]
    assert states("solved") == ["solved"]
    assert states("solved", "open", "dismissed") == ["open", "solved"]
    assert states("dismissed") == []
    assert "no incidents in that state" in otklik("incidents", "list", "--state", "reopened").stdout


def test_a_state_that_does_not_exist_is_named_with_those_that_do(otklik: Command) -> None:
    found = otklik("incidents", "list", "--state", "gone")
    assert found.returncode == 2
    assert "gone" in found.stderr
    assert "in_work" in found.stderr
