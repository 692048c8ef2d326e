"""Sources of the desk get other settings, or are watched no more; alerts are sent once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import people, watching
from otklik.database import reading, session
from otklik.enums import AlertKind, DeliveryState, Role, SourceHealth, SourceOrigin
from otklik.errors import ConfigError, InputError, NotAllowed, NotFound
from otklik.models import AlertDelivery, AuditEvent, Person, Source
from otklik.store import alerts, sources
from otklik.switches import send_alert_again

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BRAND = "default"
OLD = {"base_url": "https://old.example"}
NEW = {"base_url": "https://new.example", "timeout": 5}


def person(engine: Engine, role: Role) -> Person:
    with session(engine) as db:
        return people.add_person(
            db, login=f"p-{role}", role=role, password=None, at=AT, brand_id=BRAND
        )


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """A desk that watches one blog."""
    with session(engine) as db:
        made = watching.add_source(
            db, None, brand_id=BRAND, name="blog", platform="wordpress", config=OLD, at=AT
        )
        made.cursor, made.pace_seconds = {"page": 7}, 300.0
    return engine


def row(engine: Engine, name: str = "blog") -> Source | None:
    with reading(engine) as db:
        return sources.find_source(db, BRAND, name)


def change(engine: Engine, who: Person | None, config: dict[str, object], **more: float) -> None:
    with session(engine) as db:
        watching.change_source(
            db,
            who,
            brand_id=BRAND,
            name="blog",
            config=config,
            interval=more.get("interval", 60.0),
            at=AT + timedelta(hours=1),
        )


def test_other_settings_hold_from_the_next_reading_and_lose_no_place(shop: Engine) -> None:
    change(shop, person(shop, Role.LEAD), dict(NEW), interval=30)
    found = row(shop)
    assert found is not None
    assert (found.config, found.interval_seconds, found.pace_seconds) == (NEW, 30, None)
    assert (found.cursor, found.next_due_at) == ({"page": 7}, AT + timedelta(hours=1))
    with reading(shop) as db:
        event = db.exec(select(AuditEvent).where(AuditEvent.action == "source.changed")).one()
    assert (event.detail or {})["keys"] == "base_url, timeout, interval"


def test_a_source_that_turned_us_away_is_tried_with_its_new_settings(shop: Engine) -> None:
    with session(shop) as db:
        found = sources.find_source(db, BRAND, "blog")
        assert found is not None
        found.health, found.is_enabled = SourceHealth.OFF, False
    change(shop, None, dict(NEW))
    found = row(shop)
    assert found is not None
    assert (found.health, found.is_enabled) == (SourceHealth.SUSPECT, True)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER])
def test_only_a_lead_changes_or_removes(shop: Engine, role: Role) -> None:
    who = person(shop, role)
    with pytest.raises(NotAllowed):
        change(shop, who, dict(NEW))
    with pytest.raises(NotAllowed), session(shop) as db:
        watching.remove_source(db, who, brand_id=BRAND, name="blog", at=AT)


def test_wrong_settings_are_refused_and_change_nothing(shop: Engine) -> None:
    for wrong in ({"timeout": -1}, {"nonsense": 1}, {"name": "x"}, {"password": "hunter2"}):
        with pytest.raises(ConfigError):
            change(shop, None, {**OLD, **wrong})
    found = row(shop)
    assert found is not None
    assert found.config == OLD


def test_what_stands_in_the_settings_or_is_a_file_is_not_changed_here(shop: Engine) -> None:
    for origin in (SourceOrigin.SETTINGS, SourceOrigin.IMPORT):
        with session(shop) as db:
            found = sources.find_source(db, BRAND, "blog")
            assert found is not None
            found.origin = origin
        with pytest.raises(InputError):
            change(shop, None, dict(NEW))
    with session(shop) as db:
        found = sources.find_source(db, BRAND, "blog")
        assert found is not None
        found.origin = SourceOrigin.SETTINGS
    with pytest.raises(InputError), session(shop) as db:
        watching.remove_source(db, None, brand_id=BRAND, name="blog", at=AT)


def test_a_removed_source_is_read_no_more_and_gives_its_name_back(shop: Engine) -> None:
    before = row(shop)
    assert before is not None
    with session(shop) as db:
        watching.remove_source(db, None, brand_id=BRAND, name="blog", at=AT)
    with reading(shop) as db:
        later = AT + timedelta(days=9)
        assert sources.list_sources(db, BRAND) == []
        assert sources.list_due_sources(db, BRAND, later) == []
        assert watching.list_reports(db, BRAND, later) == []
        kept = sources.get_source(db, before.id or 0)
        assert (kept.removed_at, kept.config) == (AT, OLD)
    with session(shop) as db:
        again = watching.add_source(
            db, None, brand_id=BRAND, name="blog", platform="wordpress", config=OLD, at=AT
        )
        assert again.id != before.id
        name = f"blog (removed {before.id})"
        with pytest.raises(NotFound):
            watching.resume_source(db, None, brand_id=BRAND, name=name, at=AT)


def test_an_alert_that_was_not_taken_is_sent_once_more_by_a_lead(engine: Engine) -> None:
    lead, operator = person(engine, Role.LEAD), person(engine, Role.OPERATOR)
    with session(engine) as db:
        alert = alerts.save_alert(
            db,
            brand_id=BRAND,
            kind=next(iter(AlertKind)),
            dedup_key="x",
            title="t",
            body="b",
            urgency=3,
            channels=["slack", "console"],
            at=AT,
        )
        assert alert is not None
    with session(engine) as db:
        taken, _alert = alerts.claim_delivery(db, BRAND, AT, timedelta(minutes=1)) or (None, None)
        assert taken is not None
        alerts.save_delivery_failure(db, taken.id or 0, "gone", AT, final=True)
        other, _alert = alerts.claim_delivery(db, BRAND, AT, timedelta(minutes=1)) or (None, None)
        assert other is not None
        alerts.save_delivered(db, other.id or 0, AT)
    with reading(engine) as db:
        assert alerts.count_undelivered(db, BRAND) == {DeliveryState.FAILED: 1}
        failed = alerts.list_deliveries(db, BRAND, states=[DeliveryState.FAILED])
        assert [len(deliveries) for _alert, deliveries in failed] == [2]
        assert alerts.list_deliveries(db, BRAND, before_id=alert.id) == []
    with pytest.raises(NotAllowed), session(engine) as db:
        send_alert_again(db, person=operator, delivery_id=taken.id or 0, at=AT)
    with pytest.raises(InputError, match="took it"), session(engine) as db:
        send_alert_again(db, person=lead, delivery_id=other.id or 0, at=AT)
    with session(engine) as db:
        send_alert_again(db, person=lead, delivery_id=taken.id or 0, at=AT)
    with reading(engine) as db:
        again = db.get_one(AlertDelivery, taken.id)
        assert (again.state, again.attempts, again.next_attempt_at) == (
            DeliveryState.PENDING,
            0,
            AT,
        )
