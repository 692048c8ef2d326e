"""One command adds a source of each kind; `check` tells the truth, and the desk reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from otklik.cli import app
from otklik.database import make_engine, reading
from otklik.models import Mention
from otklik.platforms import load_platform, secret_keys
from tests.rigs.base import Rig
from tests.rigs.reading import RIGS, each_rig, fill
from tests.servers.databases import SqliteTemplate

Call = Callable[..., Any]


@pytest.fixture(params=each_rig(RIGS.values()))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with request.param() as running:
        yield running
        assert not running.violations


@pytest.fixture
def call(tmp_path: Path, sqlite_template: SqliteTemplate, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs `otklik …` on a database of its own; gives what `--json` said."""
    monkeypatch.chdir(tmp_path)
    url = sqlite_template.copy(tmp_path / "desk.sqlite3")
    monkeypatch.setenv("OTKLIK_DATABASE_URL", url)

    def run(*arguments: str, code: int = 0) -> Any:
        found = CliRunner().invoke(app, [*arguments, "--json"], prog_name="otklik")
        assert found.exit_code == code, (arguments, found.output, found.exception)
        return json.loads(found.stdout)

    return run


def _values(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Settings as a person types them; secrets go into the environment."""
    secrets, values = secret_keys(load_platform(rig.name)), []
    for key, value in rig.settings().items():
        if key in secrets and value is not None:
            monkeypatch.setenv(f"OTKLIK_SECRET_{key.upper()}", str(value))
            values.append(f"{key}=env:OTKLIK_SECRET_{key.upper()}")
        elif value is not None:
            values.append(f"{key}={value if isinstance(value, str) else json.dumps(value)}")
    return values


def test_a_source_of_every_kind_takes_one_command(
    rig: Rig, call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written = fill(rig, 4)
    call("sources", "add", "place", rig.name, *_values(rig, monkeypatch))
    (checked,) = call("sources", "check", "place")
    assert checked["ok"], checked
    assert checked["message"]
    if load_platform(rig.name).can:
        assert checked["can"]
    call("step", "collect")
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with reading(engine) as db:
        stored = {row.external_id for row in db.exec(select(Mention)) if not row.is_ours}
    engine.dispose()
    assert stored == set(written)
    (listed,) = call("sources", "list")
    assert (listed["health"], listed["week"], listed["last_error"]) == ("ok", 4, "")
    for key in secret_keys(load_platform(rig.name)):
        secret = rig.settings().get(key)
        assert secret is None or str(secret) not in json.dumps(listed)
