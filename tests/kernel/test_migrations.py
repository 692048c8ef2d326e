"""The revisions, from blank and between each two, on both databases."""

import pytest
from sqlalchemy import Engine, inspect, text
from sqlmodel import col, select

from otklik import migrate
from otklik.database import reading
from otklik.enums import SourceOrigin
from otklik.errors import ConfigError
from otklik.models import Source


def test_a_blank_database_becomes_what_the_models_say(blank_engine: Engine) -> None:
    assert migrate.current(blank_engine) is None
    migrate.upgrade(blank_engine)
    assert migrate.is_current(blank_engine)
    assert migrate.differences(blank_engine) == []


def test_every_revision_goes_up_and_down(blank_engine: Engine) -> None:
    revisions = migrate.revisions()
    for revision in revisions:
        migrate.upgrade(blank_engine, revision)
        assert migrate.current(blank_engine) == revision
    for revision in [*revisions[:-1][::-1], "base"]:
        migrate.downgrade(blank_engine, revision)
    assert set(inspect(blank_engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(blank_engine)
    assert migrate.differences(blank_engine) == []


def test_upgrading_twice_changes_nothing(blank_engine: Engine) -> None:
    migrate.upgrade(blank_engine)
    migrate.upgrade(blank_engine)
    assert migrate.is_current(blank_engine)


def test_rows_written_before_a_revision_are_found_by_the_search_it_adds(
    blank_engine: Engine,
) -> None:
    migrate.upgrade(blank_engine, "0001")
    with blank_engine.begin() as connection:
        for statement in OLD_ROWS:
            connection.execute(text(statement))
    migrate.upgrade(blank_engine)
    query = (
        "SELECT count(*) FROM mention_search WHERE mention_search MATCH 'пылью'"
        if blank_engine.dialect.name == "sqlite"
        else "SELECT count(*) FROM mention "
        "WHERE to_tsvector('simple', text) @@ to_tsquery('simple', 'пылью')"
    )
    with blank_engine.connect() as connection:
        assert connection.execute(text(query)).scalar_one() == 1


def test_an_old_database_is_refused_with_the_command_that_mends_it(blank_engine: Engine) -> None:
    migrate.upgrade(blank_engine, "0001")
    with pytest.raises(ConfigError, match="otklik db upgrade"):
        migrate.require_current(blank_engine)


def test_sources_known_before_keep_who_named_them_and_since_when_they_live(
    blank_engine: Engine,
) -> None:
    migrate.upgrade(blank_engine, "0003")
    with blank_engine.begin() as connection:
        for number, (platform, enabled) in enumerate((("file", False), ("isso", True))):
            connection.execute(text(OLD_SOURCE.format(number, platform, enabled)))
    migrate.upgrade(blank_engine)
    with reading(blank_engine) as db:
        found = db.exec(select(Source).order_by(col(Source.id))).all()
    assert [row.origin for row in found] == [SourceOrigin.IMPORT, SourceOrigin.SETTINGS]
    assert all(row.live_since is not None for row in found)
    assert all(row.live_since == row.last_ok_at for row in found)
    assert not any(row.is_paused for row in found)


OLD_SOURCE = (
    "INSERT INTO source (id, brand_id, platform, name, config, is_enabled, interval_seconds, "
    "cursor, next_due_at, health, failures, last_error, last_ok_at) VALUES ({0}, 'default', "
    "'{1}', 's{0}', '{{}}', {2}, 60, '{{}}', '2026-01-01 00:00:00', 'ok', 0, '', "
    "'2026-11-01 00:00:00')"
)
OLD_ROWS = (
    "INSERT INTO source (id, brand_id, platform, name, config, is_enabled, interval_seconds, "
    "cursor, next_due_at, health, failures, last_error) VALUES "
    "(1, 'default', 'file', 's', '{}', true, 60, '{}', '2026-01-01 00:00:00', 'new', 0, '')",
    "INSERT INTO thread (id, brand_id, source_id, platform, external_id, title, url, is_closed) "
    "VALUES (1, 'default', 1, 'file', 't', '', '', false)",
    "INSERT INTO author (id, brand_id, platform, external_id, name, url, is_ours) "
    "VALUES (1, 'default', 'file', 'a', '', '', false)",
    "INSERT INTO mention (id, brand_id, source_id, thread_id, author_id, platform, external_id, "
    "version, content_digest, text, url, media, original, is_ours, is_hidden, collected_at, "
    "waiting_since, starts_clock, state, state_changed_at, attempts, last_error, urgency, "
    "is_unsure, zone) VALUES (1, 'default', 1, 1, 1, 'file', 'm', 1, 'd', 'чай пахнет пылью', '', "
    "'[]', '{}', false, false, '2026-01-01 00:00:00', '2026-01-01 00:00:00', false, 'collected', "
    "'2026-01-01 00:00:00', 0, '', 0, false, 'general')",
)
