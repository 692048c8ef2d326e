"""Figures over a database, against counts made by hand; rights to enter events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from otklik import database
from otklik.enums import EventKind, MentionState, Role, SlaState, Stance, Topic
from otklik.errors import InputError, NotAllowed
from otklik.reports import events
from otklik.reports.counting import Change
from otklik.reports.effect import LEAST
from otklik.reports.periods import Period
from otklik.reports.service import read_reply_effect, read_service
from otklik.reports.staffing import Terms, read_plan, tomorrow
from otklik.reports.volume import By, ReasonKind, read_reasons, read_volume
from otklik.store.report_counts import Narrowing

if TYPE_CHECKING:
    from tests.reports.conftest import Stream

BRAND = "default"
MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)  # Sunday noon in Moscow
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEK = Period.of(7, NOW, MOSCOW)


def test_a_period_ends_now_and_is_compared_with_the_same_hours(stream: Stream) -> None:
    assert (WEEK.first, WEEK.last) == (date(2026, 11, 16), date(2026, 11, 22))
    before = WEEK.before()
    assert before.whole == (WEEK.start - 7 * DAY, NOW - 7 * DAY)
    assert WEEK.days()[-1].end == NOW
    author = stream.author()
    stream.write(NOW - 20 * DAY, author_id=author)
    for _ in range(3):
        stream.write(NOW - 7 * DAY - HOUR, author_id=author)
    stream.write(NOW - 7 * DAY + HOUR, author_id=author)  # later than now, a week ago
    for _ in range(5):
        stream.write(NOW - HOUR, author_id=author, stance=Stance.PRAISE)
    with database.reading(stream.engine) as session:
        volume = read_volume(session, BRAND, WEEK, By.STANCE)
        none = read_volume(session, BRAND, WEEK, By.ZONE, Narrowing(platforms=("vk",)))
    assert (volume.against.before, volume.against.after) == (3, 5)
    assert volume.against.change is Change.SAME
    assert volume.lines == {"praise": [0, 0, 0, 0, 0, 0, 5]}
    assert none.total == 0


def test_what_was_not_watched_is_no_growth(stream: Stream) -> None:
    author = stream.author()
    for _ in range(30):
        stream.write(NOW - HOUR, author_id=author)
    with database.reading(stream.engine) as session:
        volume = read_volume(session, BRAND, WEEK, By.STANCE)
        (reason, *_) = read_reasons(session, BRAND, WEEK)
    assert volume.against.change is Change.UNWATCHED
    assert reason.against.change is Change.UNWATCHED


def test_a_reason_that_grows_is_told_from_one_that_wavers(stream: Stream) -> None:
    author = stream.author()
    stream.write(NOW - 30 * DAY, author_id=author)
    for back, topic, count in (
        (9, Topic.PRICE, 4),
        (2, Topic.PRICE, 24),
        (9, Topic.STAFF, 3),
        (2, Topic.STAFF, 5),
    ):
        for place in range(count):
            at = NOW - back * DAY - place * HOUR / 4
            stream.write(at, author_id=author, topic=topic, points=[{"matter_id": "receipt"}])
    with database.reading(stream.engine) as session:
        found = read_reasons(session, BRAND, WEEK)
    by_key = {(one.kind, one.key): one.against for one in found}
    assert by_key[ReasonKind.TOPIC, "price"].change is not Change.FEWER
    assert by_key[ReasonKind.TOPIC, "price"].ratio == pytest.approx(6)
    assert by_key[ReasonKind.TOPIC, "staff"].change is Change.SAME
    assert by_key[ReasonKind.MATTER, "receipt"].after == 29


def test_an_event_is_compared_over_equal_windows(stream: Stream) -> None:
    author = stream.author()
    event_at = datetime(2026, 11, 10, 21, tzinfo=UTC)  # midnight of the eleventh in Moscow
    stream.write(NOW - 40 * DAY, author_id=author)
    for back in range(1, 8):
        for _ in range(4):
            stream.write(event_at - back * DAY + HOUR, author_id=author)
        for _ in range(4 if back % 2 else 5):
            stream.write(event_at + (back - 1) * DAY + HOUR, author_id=author)
    with database.reading(stream.engine) as session:
        found = events.read_before_after(session, BRAND, event_at, NOW, MOSCOW)
        ahead = events.read_before_after(session, BRAND, NOW - HOUR, NOW, MOSCOW)
    assert ahead is None
    assert found is not None
    assert found.before == (date(2026, 11, 4), date(2026, 11, 10))
    assert found.after == (date(2026, 11, 11), date(2026, 11, 17))
    assert (found.whole.before, found.whole.after) == (28, 31)
    assert found.whole.change is Change.SAME
    assert [count for _day, count in found.daily][:7] == [4] * 7


def test_only_leads_enter_events_and_only_sensible_ones(stream: Stream) -> None:
    lead, operator = stream.person(Role.LEAD), stream.person(Role.OPERATOR)

    def add(session: Session, **fields: object) -> object:
        usual = {"person": lead, "name": "Акция", "kind": EventKind.CAMPAIGN, "at": NOW, "now": NOW}
        return events.add(session, **{**usual, **fields})  # type: ignore[arg-type]

    with database.session(stream.engine) as session:
        add(session, until=NOW + DAY, factor=2.0)
        for wrong in ({"name": "  "}, {"until": NOW}, {"factor": 0.0}, {"factor": 51.0}):
            with pytest.raises(InputError):
                add(session, **wrong)
        with pytest.raises(NotAllowed):
            add(session, person=operator)
        with pytest.raises(NotAllowed):
            events.remove(session, person=operator, event_id=1, now=NOW)


def test_service_tells_times_by_zone_and_terms_kept(stream: Stream) -> None:
    author = stream.author()
    for minutes in (10, 20, 30):
        stream.write(
            NOW - DAY,
            author_id=author,
            answered_after=timedelta(minutes=minutes),
            sla_state=SlaState.MET,
        )
    stream.write(
        NOW - DAY,
        author_id=author,
        answered_after=5 * HOUR,
        zone="stores",
        sla_state=SlaState.MISSED,
    )
    stream.write(NOW - 8 * DAY, author_id=author, answered_after=HOUR)
    with database.reading(stream.engine) as session:
        found = read_service(session, BRAND, WEEK)
    assert (found.speed.answered, found.speed.median, found.speed.p95) == (4, 20.0, 300.0)
    assert found.before.median == 60.0
    assert [(one.key, one.median) for one in found.parts] == [("general", 20.0), ("stores", 300.0)]
    assert found.kept_share == pytest.approx(0.75)


def test_the_effect_of_replies_says_when_there_are_too_few(stream: Stream) -> None:
    for _ in range(2):
        author = stream.author()
        stream.write(NOW - 3 * DAY, author_id=author, answered_after=HOUR)
        stream.write(NOW - DAY, author_id=author, stance=Stance.PRAISE)
        alone = stream.author()
        stream.write(NOW - 3 * DAY, author_id=alone)
        stream.write(NOW - DAY, author_id=alone)
    with database.reading(stream.engine) as session:
        found = read_reply_effect(session, BRAND, WEEK)
    assert found.tone.difference == pytest.approx(1.0)
    assert (found.tone.answered, found.tone.alone) == (2, 2)
    assert LEAST > 2
    assert not found.tone.is_enough
    assert found.rating.difference is None
    assert found.again_answered == 1.0


def test_tomorrow_is_planned_from_its_weekday_with_known_peaks(stream: Stream) -> None:
    author = stream.author()
    day = tomorrow(NOW, MOSCOW)
    assert day == date(2026, 11, 23)
    ten = datetime(2026, 11, 23, 10, 15, tzinfo=MOSCOW)
    for weeks in (1, 2):
        for _ in range(12):
            stream.write(ten - 7 * weeks * DAY, author_id=author)
        for _ in range(4):
            stream.write(ten - 7 * weeks * DAY - 7 * HOUR, author_id=author)  # three at night
    stream.write(ten - 7 * DAY, author_id=author, state=MentionState.CLOSED)
    terms = Terms(minutes=60, share=0.9, shrinkage=0.0, opens=9, closes=18)
    with database.reading(stream.engine) as session:
        plan = read_plan(
            session, BRAND, day, now=NOW, zone=MOSCOW, terms=terms, handling_seconds=600
        )
    hours = {one.hour: one for one in plan.hours}
    assert plan.like_days == 2
    assert hours[10].arrivals == pytest.approx(12)
    assert hours[10].need.load == pytest.approx(2)
    assert hours[10].need.at_work == 3  # two erlangs, nobody busier than 85 %
    assert hours[9].carried == pytest.approx(4)
    assert hours[12].need.at_work == 0
    assert not plan.handling.is_known
    lead = stream.person(Role.LEAD)
    with database.session(stream.engine) as session:
        events.add(
            session,
            person=lead,
            name="Акция",
            kind=EventKind.CAMPAIGN,
            at=datetime(2026, 11, 23, tzinfo=MOSCOW),
            factor=3.0,
            now=NOW,
        )
        busy = read_plan(
            session, BRAND, day, now=NOW, zone=MOSCOW, terms=terms, handling_seconds=600
        )
    assert busy.arrivals == pytest.approx(3 * plan.arrivals)
    assert busy.most is not None
    assert busy.most.hour == 10
    assert busy.most.need.at_work == 8
