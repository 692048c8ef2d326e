"""The composition root refuses what is wrong, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik.bootstrap import (
    CONSOLE,
    is_blank,
    keep_facts,
    open_database,
    open_desk,
    read_knowledge,
    read_policy,
)
from otklik.clock import now
from otklik.database import reading, session
from otklik.entries import SourceSettings
from otklik.errors import ConfigError, PolicyError
from otklik.models import FactRow, PolicyRevision, Source
from otklik.neighbours import check_neighbours
from otklik.platforms import discover
from otklik.settings import Settings
from otklik.watching import check_sources
from responder.policy.kept import keep_policy


def isso(**more: Any) -> SourceSettings:
    given = {"base_url": "https://comments.example", "uris": ["/"], **more}
    return SourceSettings(name="blog", platform="isso", **given)


def test_a_desk_opens_with_the_shipped_parts_and_knows_its_sources(sqlite_url: str) -> None:
    desk = open_desk(Settings(database_url=sqlite_url, sources=[isso()]))
    assert desk.policy.name == "shop"
    assert set(desk.platforms) >= {"isso", "file"}
    assert [verdict.model_version for verdict in desk.classifier.judge(["Спасибо!"])] == [
        desk.classifier.version
    ]
    with reading(desk.engine) as db:
        assert [row.name for row in db.exec(select(Source))] == ["blog"]
        assert db.get(PolicyRevision, desk.policy.digest) is not None
    desk.engine.dispose()


def test_without_channels_alerts_go_to_the_console(sqlite_url: str) -> None:
    desk = open_desk(Settings(database_url=sqlite_url))
    assert desk.settings.channels == [CONSOLE]
    assert list(desk.channels) == ["console"]
    desk.engine.dispose()


def test_a_blank_database_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert is_blank(settings)
    with pytest.raises(ConfigError, match="otklik db upgrade"):
        open_database(settings)
    open_database(settings, migrate=True).dispose()
    assert not is_blank(settings)


def test_our_own_packages_are_recognised() -> None:
    check_neighbours()


def test_a_foreign_package_of_the_same_name_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"collectors.__init__\.py, a foreign package"):
        check_neighbours(tmp_path)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (SourceSettings(name="x", platform="fax"), "unknown platform 'fax'; known: .*isso"),
        (isso(colour="red"), "colour"),
        (isso(base_url="not an address"), "blog"),
        (isso(admin_password="written out"), "write admin_password as env:NAME"),
        (isso(admin_password="env:OTKLIK_SECRET_NOT_SET"), "OTKLIK_SECRET_NOT_SET"),
    ],
)
def test_a_source_that_cannot_be_built_is_refused_at_start(
    source: SourceSettings, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        check_sources([source], discover())


def test_a_source_that_is_switched_off_needs_no_secret() -> None:
    check_sources([isso(admin_password="env:OTKLIK_SECRET_NOT_SET", is_enabled=False)], discover())


def test_a_policy_changed_under_its_old_version_is_refused(engine: Engine) -> None:
    policy = read_policy(Settings())
    with session(engine) as db:
        keep_policy(db, "default", policy, now())
        keep_policy(db, "default", policy, now())
    changed = policy.model_copy(update={"digest": "0" * 64})
    with session(engine) as db, pytest.raises(PolicyError, match="version must rise"):
        keep_policy(db, "default", changed, now())
    risen = changed.model_copy(update={"version": policy.version + 1})
    with session(engine) as db:
        keep_policy(db, "default", risen, now())
        assert len(db.exec(select(PolicyRevision)).all()) == 2


def test_facts_are_kept_once_as_they_read(engine: Engine) -> None:
    with session(engine) as db:
        facts = read_knowledge(Settings(), db).facts
        keep_facts(db, "default", facts, now())
        keep_facts(db, "default", facts, now())
        assert len(db.exec(select(FactRow)).all()) == len(facts)
