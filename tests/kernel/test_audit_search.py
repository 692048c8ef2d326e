"""Looking things up in the audit log, and walking its chain in steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from otklik import audit
from otklik.audit import Event, Walk
from otklik.database import reading, session
from otklik.errors import AuditError
from otklik.store import audit as rows
from otklik.store.audit import search

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COUNT = 60


@pytest.fixture
def log(engine: Engine) -> Engine:
    """Sixty events, a minute apart; every third is Anna's."""
    with session(engine) as db:
        audit.record_all(
            db,
            [
                Event(
                    AT + timedelta(minutes=n),
                    "person:7" if n % 3 == 0 else "machine",
                    "draft.approved" if n % 2 else "source.paused",
                    ("mention" if n % 2 else "source", n // 2),
                    {"why": f"Причина №{n}, ЁЛКА", "n": n},
                )
                for n in range(COUNT)
            ],
        )
        other = Event(AT, "machine", "draft.approved", ("mention", 1), {}, brand_id="other")
        audit.record_all(db, [other])
    return engine


def found(log: Engine, **wanted: object) -> list[int]:
    with reading(log) as db:
        page = search(db, "default", size=200, **wanted)  # type: ignore[arg-type]
    assert page.searched_to is None
    return [int((event.detail or {})["n"]) for event in page.events]


def test_pages_together_are_the_whole_log_newest_first(log: Engine) -> None:
    seen: list[int] = []
    before: int | None = None
    with reading(log) as db:
        for _page in range(COUNT):
            page = search(db, "default", before_id=before, size=7)
            seen += [int((event.detail or {})["n"]) for event in page.events]
            before = page.searched_to
            if before is None:
                break
    assert seen == list(range(COUNT))[::-1]


def test_each_filter_narrows(log: Engine) -> None:
    assert found(log, actor="person:7") == [n for n in range(COUNT)[::-1] if n % 3 == 0]
    assert found(log, action="draft.approved") == [n for n in range(COUNT)[::-1] if n % 2]
    assert found(log, action="draft.") == found(log, action="draft.approved")
    assert found(log, action="draf") == []
    assert found(log, subject="mention:4") == [9]
    assert found(log, subject="4") == [9, 8]
    assert found(log, subject="source: 4") == [8]
    hour = {"since": AT + timedelta(minutes=10), "until": AT + timedelta(minutes=12)}
    assert found(log, **hour) == [11, 10]
    assert found(log, actor="person:7", action="source.paused", subject="source:6") == [12]
    assert found(log, since=AT + timedelta(days=9)) == []


def test_words_are_found_in_any_case_and_only_together(log: Engine) -> None:
    assert found(log, words="№17,") == [17]
    assert found(log, words="ёлка причина") == list(range(COUNT))[::-1]
    assert found(log, words="ёлка берёза") == []
    assert found(log, words="paused ёлка", actor="person:7", until=AT + timedelta(minutes=7)) == [
        *(6, 0)
    ]


def test_a_search_for_words_says_how_far_it_looked(
    log: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "LOOKED_THROUGH", 20)
    monkeypatch.setattr(rows, "_READ_AT_ONCE", 10)
    before: int | None = None
    turns, seen = 0, []
    with reading(log) as db:
        while turns < 10:
            page = search(db, "default", words="причина №3,", before_id=before)
            seen += [int((event.detail or {})["n"]) for event in page.events]
            before, turns = page.searched_to, turns + 1
            if before is None:
                break
    assert seen == [3]
    assert turns >= 3


def test_actions_are_listed_without_reading_the_log(log: Engine) -> None:
    with reading(log) as db:
        assert rows.list_actions(db) == ["draft.approved", "source.paused"]


def test_an_empty_log_is_searched_and_walked(engine: Engine) -> None:
    with reading(engine) as db:
        assert search(db, "default", words="x", since=AT).events == []
        assert rows.list_actions(db) == []
        assert audit.walk_on(db, Walk()).is_done


def test_a_walk_in_steps_finds_what_a_walk_at_once_finds(log: Engine) -> None:
    walk, steps = Walk(), 0
    while not walk.is_done:
        with reading(log) as db:
            walk = audit.walk_on(db, walk, size=7)
        steps += 1
    with reading(log) as db:
        report = audit.verify(db)
    assert steps > 5
    assert (walk.length, walk.previous, walk.broken) == (report.length, report.head, "")
    assert (walk.first_at, walk.length) == (AT, COUNT + 1)


def test_a_walk_may_begin_later_and_says_where(log: Engine) -> None:
    with reading(log) as db:
        walk = audit.walk_on(db, audit.walk_from(db, 50))
    assert (walk.first_id, walk.length, walk.is_done, walk.broken) == (50, COUNT + 1 - 49, True, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE audit_event SET actor = 'person:8' WHERE id = 30", "fields were changed"),
        ("UPDATE audit_event SET detail = '{\"n\": 1}' WHERE id = 30", "detail was changed"),
        ("DELETE FROM audit_event WHERE id = 29", "is missing"),
    ],
)
def test_the_broken_link_is_named(log: Engine, change: str, said: str) -> None:
    with log.begin() as connection:
        if log.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        else:
            for (name,) in connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all():
                if "audit_event" in name:
                    connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(change))
    with reading(log) as db:
        walk = audit.walk_on(db, Walk())
        assert (walk.broken_id, walk.is_done) == (30, False)
        assert said in walk.broken
        assert walk.last_id == (28 if "missing" in said else 29)
        with pytest.raises(AuditError, match="event 30"):
            audit.verify(db)


def test_an_erased_detail_leaves_the_chain_whole(log: Engine) -> None:
    with session(log) as db:
        assert rows.delete_details(db, [3, 4, 4, 999]) == 2
        assert rows.delete_details(db, [3]) == 0
    with reading(log) as db:
        walk = audit.walk_on(db, Walk())
        assert (walk.erased, walk.broken, walk.is_done) == (2, "", True)
        assert found(log, words="№3,") == []
