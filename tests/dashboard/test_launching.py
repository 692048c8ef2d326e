"""The command line of the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard import data, warm
from dashboard.launch import command
from otklik.database import make_engine
from otklik.settings import Settings


def test_a_click_is_not_followed_by_a_full_collection() -> None:
    # measured: 270 ms of CPU after each run of a page or of a part of it, 5 ms without
    assert "--runner.postScriptGC=false" in command(Settings())


def test_what_the_first_case_needs_is_read_at_the_start(
    seeded_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(database_url=seeded_url)
    engine = make_engine(seeded_url)
    monkeypatch.setattr(data, "settings", lambda: settings)
    monkeypatch.setattr(data, "engine", lambda: engine)
    warm.warm_up()
    engine.dispose()
    assert "not warmed up" not in caplog.text


def test_a_desk_without_its_database_starts_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}")
    engine = make_engine(settings.database_url)
    monkeypatch.setattr(data, "settings", lambda: settings)
    monkeypatch.setattr(data, "engine", lambda: engine)
    warm.warm_up()
    engine.dispose()
    assert "not warmed up (case)" in caplog.text
