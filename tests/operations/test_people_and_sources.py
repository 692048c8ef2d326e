"""What people do to watched places, and what they are shown of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from otklik import audit, pipeline, watching
from otklik.database import reading, session
from otklik.entries import SourceSettings
from otklik.enums import MentionState, Role, SourceHealth, SourceOrigin
from otklik.errors import AccessDenied, ConfigError, InputError, NotAllowed, NotFound
from otklik.models import AuditEvent, Mention, Person, Source, Spend
from otklik.platforms import Cursor, PlatformSettings
from otklik.store import sources
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.fakes import Stage, make_stage

BASE = {"base_url": "http://127.0.0.1:9", "allow_private_hosts": True}


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """A desk on a fake site that its settings name `site`."""
    return make_stage(engine, shipped_policy(), shipped_knowledge())


def add(stage: Stage, name: str, person: Person | None = None, **more: Any) -> Source:
    values = {"platform": "fake", "config": {}, "interval": 10.0, **more}
    with session(stage.desk.engine) as db:
        return watching.add_source(
            db,
            person,
            brand_id=stage.desk.brand_id,
            name=name,
            at=stage.clock(),
            kinds=values.pop("kinds", stage.desk.platforms),
            **values,
        )


def act(stage: Stage, what: Callable[..., Source], name: str, **more: Any) -> Source:
    with session(stage.desk.engine) as db:
        person = more.pop("person", None)
        brand, at = stage.desk.brand_id, stage.clock()
        return what(db, person, brand_id=brand, name=name, at=at, **more)


def report(stage: Stage, name: str) -> watching.SourceReport:
    with reading(stage.desk.engine) as db:
        return watching.get_report(db, stage.desk.brand_id, name, stage.desk.local_now())


def sync(stage: Stage, *wanted: SourceSettings, **more: bool) -> None:
    with session(stage.desk.engine) as db:
        sources.sync_sources(db, stage.desk.brand_id, wanted, stage.clock(), **more)


def events(db: Session) -> list[tuple[str, str]]:
    found = db.exec(select(AuditEvent).where(AuditEvent.subject_kind == "source"))
    return [(event.action, event.actor) for event in found]


def test_a_lead_adds_a_source_and_it_is_read_at_the_next_step(stage: Stage) -> None:
    stage.site.add("Спасибо")
    sync(stage)
    lead = stage.people[Role.LEAD]
    add(stage, "forum", lead)
    assert pipeline.collect(stage.desk) == (1, 0)
    found = report(stage, "forum")
    assert (found.origin, found.health, found.week) == (SourceOrigin.DESK, SourceHealth.OK, 1)
    with reading(stage.desk.engine) as db:
        assert events(db) == [("source.added", f"person:{lead.id}")]
        audit.verify(db)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER])
def test_lower_roles_may_not_touch_sources(stage: Stage, role: Role) -> None:
    person = stage.people[role]
    with pytest.raises(NotAllowed):
        add(stage, "forum", person)
    for what, more in (
        (watching.pause_source, {}),
        (watching.resume_source, {}),
        (watching.start_backfill, {"since": stage.clock() - timedelta(days=1)}),
    ):
        with pytest.raises(NotAllowed):
            act(stage, what, "site", person=person, **more)
    with reading(stage.desk.engine) as db:
        assert events(db) == []


def test_the_command_line_stands_in_the_log_by_its_own_name(stage: Stage) -> None:
    add(stage, "forum")
    act(stage, watching.pause_source, "forum", reason="переезд")
    act(stage, watching.resume_source, "forum")
    act(stage, watching.start_backfill, "forum", since=stage.clock() - timedelta(days=9))
    with reading(stage.desk.engine) as db:
        done = [action for action, actor in events(db) if actor == "cli"]
    assert done == ["source.added", "source.paused", "source.resumed", "source.backfilled"]


@pytest.mark.parametrize("name", ["site", "  ", ""])
def test_a_name_is_one_s_own(stage: Stage, name: str) -> None:
    with pytest.raises(InputError, match="a name of its own"):
        add(stage, name)


@pytest.mark.parametrize(
    ("platform", "config", "said"),
    [
        ("fax", {}, "unknown platform 'fax'"),
        ("isso", {**BASE, "uris": ["/"], "admin_password": "qwerty"}, "as env:NAME"),
        ("isso", {**BASE, "uris": ["/"], "colour": 1}, "colour"),
        ("isso", {**BASE, "uris": ["/"], "admin_password": "env:OTKLIK_SECRET_NO"}, "SECRET_NO"),
        ("isso", {**BASE, "uris": ["/"], "interval": 1}, "interval is no setting"),
    ],
)
def test_a_source_that_cannot_be_read_is_not_added(
    stage: Stage, platform: str, config: dict[str, Any], said: str
) -> None:
    from otklik.platforms import load_platform

    kinds = {"isso": load_platform("isso")}
    with pytest.raises(ConfigError, match=said):
        add(stage, "blog", platform=platform, config=config, kinds=kinds)
    with pytest.raises(ConfigError, match="interval"):
        add(stage, "blog", interval=0.0)
    with reading(stage.desk.engine) as db:
        assert [row.name for row in sources.list_sources(db, stage.desk.brand_id)] == ["site"]


def test_neither_a_start_nor_the_settings_resurrect_what_a_person_paused(stage: Stage) -> None:
    add(stage, "forum")
    for name in ("site", "forum"):
        act(stage, watching.pause_source, name, reason="переезд")
    sync(stage, *stage.desk.settings.sources)
    assert pipeline.collect(stage.desk) == (0, 0)
    assert report(stage, "site").last_ok_at is None
    assert (report(stage, "site").is_paused, report(stage, "site").pause_reason) == (
        True,
        "переезд",
    )
    for name in ("site", "forum"):
        act(stage, watching.resume_source, name)
    pipeline.collect(stage.desk)
    assert report(stage, "site").health == report(stage, "forum").health == SourceHealth.OK


def test_settings_leave_sources_of_the_desk_alone_but_win_a_name(stage: Stage) -> None:
    add(stage, "forum")
    sync(stage)
    assert report(stage, "forum").is_read
    assert not report(stage, "site").is_read
    sync(stage, SourceSettings(name="forum", platform="fake", interval=7))
    found = report(stage, "forum")
    assert (found.origin, found.interval) == (SourceOrigin.SETTINGS, 7)


def test_a_source_of_another_platform_begins_anew(stage: Stage) -> None:
    pipeline.collect(stage.desk)
    sync(stage, SourceSettings(name="site", platform="other"))
    with reading(stage.desk.engine) as db:
        row = sources.find_source(db, stage.desk.brand_id, "site")
    assert row is not None
    assert (row.cursor, row.live_since) == ({}, None)


def test_what_turned_us_away_is_tried_by_resume_and_by_a_start_not_by_a_look(
    stage: Stage,
) -> None:
    add(stage, "forum")
    for _ in ("site", "forum"):
        stage.site.faults.setdefault("collect", []).append(AccessDenied("no", to_do="Новый токен"))
    pipeline.collect(stage.desk)
    assert report(stage, "forum").to_do == report(stage, "site").to_do == "Новый токен"
    sync(stage, *stage.desk.settings.sources, retry=False)
    assert pipeline.collect(stage.desk) == (0, 0)
    assert report(stage, "site").health == SourceHealth.OFF
    sync(stage, *stage.desk.settings.sources)
    pipeline.collect(stage.desk)
    assert report(stage, "site").health == SourceHealth.OK
    assert report(stage, "forum").health == SourceHealth.OFF
    act(stage, watching.resume_source, "forum")
    pipeline.collect(stage.desk)
    assert (report(stage, "forum").health, report(stage, "forum").to_do) == (SourceHealth.OK, "")


def test_what_the_settings_switch_off_is_not_resumed(stage: Stage) -> None:
    sync(stage, SourceSettings(name="site", platform="fake", is_enabled=False))
    with pytest.raises(InputError, match="not read"):
        act(stage, watching.resume_source, "site")


def test_unknown_sources_are_named(stage: Stage) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        act(stage, watching.pause_source, "nowhere")
    with pytest.raises(NotFound, match="nowhere"):
        report(stage, "nowhere")


def test_a_back_fill_starts_from_its_day_and_stops_a_reading_under_way(stage: Stage) -> None:
    pipeline.collect(stage.desk)
    live = report(stage, "site").live_since
    since = datetime(2026, 10, 1, tzinfo=ZoneInfo("Europe/Moscow"))
    seen: list[Cursor] = []
    kind = stage.desk.platforms["fake"]

    def collect(platform: Any, cursor: Cursor) -> Any:
        seen.append(cursor)
        if len(seen) == 1:  # a person asks for it while a reading is under way
            act(stage, watching.start_backfill, "site", since=since)
        return kind.collect(platform, cursor)

    slow = type("SlowPlatform", (kind,), {"collect": collect})
    stage.desk.platforms["fake"] = slow  # type: ignore[index]
    stage.clock.wait(minutes=5)
    pipeline.collect(stage.desk)
    pipeline.collect(stage.desk)
    assert seen[1] == {"since": "2026-09-30T21:00:00+00:00"}
    assert slow(PlatformSettings()).start_of(seen[1]) == since
    found = report(stage, "site")
    assert (found.live_since, found.health) == (live, SourceHealth.OK)


def test_what_a_back_fill_finds_starts_no_clock_and_raises_no_alert(stage: Stage) -> None:
    stage.site.add("Ваш чай отравил ребёнка", "a", at=stage.clock() - timedelta(days=20))
    pipeline.drain(stage.desk)
    stage.site.add("Ваш чай отравил ребёнка", "b", at=stage.clock() - timedelta(days=90))
    since = stage.clock() - timedelta(days=100)
    act(stage, watching.start_backfill, "site", since=since)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        first, found = db.exec(select(Mention).order_by(col(Mention.id))).all()
    assert (first.starts_clock, found.starts_clock) == (True, False)
    assert (found.state, found.sla_due_at) == (MentionState.DRAFTED, None)
    assert {message.kind for message in stage.channel.sent} == {"urgent_mention", "sla_missed"}
    assert len(stage.channel.sent) == 2


def test_a_back_fill_lies_in_the_past(stage: Stage) -> None:
    with pytest.raises(InputError, match="past"):
        act(stage, watching.start_backfill, "site", since=stage.clock() + timedelta(days=1))


def test_the_delay_is_that_of_what_was_published_after_the_first_reading(stage: Stage) -> None:
    stage.site.add("Старое", "a", at=stage.clock() - timedelta(days=9))
    pipeline.collect(stage.desk)
    assert (report(stage, "site").delays, report(stage, "site").delay_p50) == (0, None)
    began = stage.clock() + timedelta(minutes=1)
    for seconds in (5, 10, 20, 600):
        stage.clock.at = began + timedelta(hours=seconds)
        stage.site.add("Новое", f"b{seconds}", at=stage.clock() - timedelta(seconds=seconds))
        pipeline.collect(stage.desk)
    stage.site.add("Только день известен", "c", at=datetime(2026, 11, 21, 21, tzinfo=UTC))
    stage.clock.wait(minutes=5)
    pipeline.collect(stage.desk)
    found = report(stage, "site")
    assert (found.delays, found.delay_p50, found.delay_p95) == (4, 10, 600)


def test_today_begins_at_the_midnight_of_the_desk(stage: Stage) -> None:
    stage.clock.at = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # 01:30 of the 21st in Moscow
    for number, hours in enumerate((1, 2, 24, 24 * 8)):
        at = stage.clock() - timedelta(hours=hours)
        stage.site.add("Спасибо", f"guest{number}", at=at)
    stage.site.add("Мы сами", "us", is_ours=True, at=stage.clock())
    pipeline.collect(stage.desk)
    found = report(stage, "site")
    assert (found.today, found.week) == (1, 3)


def test_money_of_this_month_stands_beside_its_budget(stage: Stage) -> None:
    row = add(stage, "paid", config={"monthly_budget": 5})
    with session(stage.desk.engine) as db:
        db.add(Spend(source_id=row.id or 0, month="2026-11", micros=1_250_000, items=250))
        db.add(Spend(source_id=row.id or 0, month="2026-10", micros=4_000_000, items=800))
    found = report(stage, "paid")
    assert (found.spent, found.budget, found.paid_items) == (1.25, 5.0, 250)
    with reading(stage.desk.engine) as db:
        listed = watching.list_reports(db, stage.desk.brand_id, stage.desk.local_now())
    assert [one.name for one in listed] == ["paid", "site"]
    assert listed[0] == found
