"""What the database counts for reports, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from otklik import audit, database
from otklik.enums import CloseReason, MentionState, SlaState, Stance, Topic
from otklik.models import SubjectEntity
from otklik.reports.periods import days, weeks
from otklik.store import report_counts, report_effect, report_replies, report_work
from otklik.store.report_counts import Narrowing

if TYPE_CHECKING:
    from tests.reports.conftest import Stream

BRAND = "default"
MOSCOW = ZoneInfo("Europe/Moscow")
START = datetime(2026, 11, 2, 21, tzinfo=UTC)  # midnight of the third in Moscow
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def spans(first: date, last: date, zone: ZoneInfo = MOSCOW) -> list[tuple[datetime, datetime]]:
    return [(one.start, one.end) for one in days(first, last, zone)]


def test_a_day_begins_at_the_desks_own_midnight(stream: Stream) -> None:
    stream.write(START - HOUR / 60)
    stream.write(START)
    stream.write(START + DAY - HOUR / 60)
    stream.write(START + DAY)
    with database.reading(stream.engine) as session:
        found = report_counts.count_by(
            session, BRAND, spans(date(2026, 11, 2), date(2026, 11, 4)), "stance"
        )
    assert found == {"critic": [1, 2, 1]}


def test_a_day_of_twenty_five_hours_is_one_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    (long,) = days(date(2026, 10, 25), date(2026, 10, 25), berlin)
    assert long.end - long.start == 25 * HOUR
    assert [one.day for one in weeks(date(2026, 10, 22), date(2026, 11, 2), berlin)] == [
        date(2026, 10, 22),
        date(2026, 10, 26),
        date(2026, 11, 2),
    ]


def test_counts_go_by_any_column_and_are_narrowed(stream: Stream) -> None:
    stream.write(START, stance=Stance.PRAISE, platform="vk", zone="stores", topic=Topic.PLACE)
    stream.write(START, stance=Stance.HATER, platform="vk", zone="stores", topic=Topic.STAFF)
    stream.write(START, stance=None, topic=None)
    stream.write(START, is_ours=True)
    stream.write(START, brand_id="other")
    day = spans(date(2026, 11, 3), date(2026, 11, 3))
    with database.reading(stream.engine) as session:
        by = {
            name: report_counts.count_by(session, BRAND, day, name)
            for name in ("stance", "topic", "platform", "zone")
        }
        vk = Narrowing(platforms=("vk",), topics=(Topic.STAFF,))
        narrowed = report_counts.count_by(session, BRAND, day, "stance", vk)
        total = report_counts.count_mentions(session, BRAND, day)
        zones = report_counts.list_zones(session, BRAND, *day[0])
    assert by["stance"] == {"praise": [1], "hater": [1], "": [1]}
    assert by["topic"] == {"place": [1], "staff": [1], "": [1]}
    assert by["platform"] == {"vk": [2], "isso": [1]}
    assert by["zone"] == {"stores": [2], "general": [1]}
    assert narrowed == {"hater": [1]}
    assert total == [3]
    assert zones == ["general", "stores"]
    with database.reading(stream.engine) as session, pytest.raises(ValueError, match="text"):
        report_counts.count_by(session, BRAND, day, "text")


def test_matters_of_points_count_once_for_each_mention(stream: Stream) -> None:
    late = {"matter_id": "late", "text": "опоздали"}
    stream.write(START, points=[late, late, {"matter_id": "", "text": "…"}])
    stream.write(START, points=[late, {"matter_id": "rude", "text": "нагрубили"}])
    stream.write(START, points=[])
    day = spans(date(2026, 11, 3), date(2026, 11, 3))
    with database.reading(stream.engine) as session:
        assert report_counts.count_matters(session, BRAND, day) == {"late": [2], "rude": [1]}


def test_what_of_ours_is_named_is_counted(stream: Stream) -> None:
    first = stream.write(START)
    second = stream.write(START + DAY)
    with database.session(stream.engine) as session:
        for mention, entity in ((first, "nuts"), (second, "nuts"), (second, "branch-7")):
            session.add(SubjectEntity(mention_id=mention, entity_id=entity))
    both = spans(date(2026, 11, 3), date(2026, 11, 4))
    with database.reading(stream.engine) as session:
        found = report_counts.count_entities(session, BRAND, both)
    assert found == {"nuts": [1, 1], "branch-7": [0, 1]}


def test_arrivals_come_by_the_hour_without_what_was_left_unanswered(stream: Stream) -> None:
    stream.write(START + HOUR / 2)
    stream.write(START + HOUR / 3)
    stream.write(START + 5 * HOUR)
    stream.write(START, state=MentionState.CLOSED, close_reason=CloseReason.IGNORED)
    with database.reading(stream.engine) as session:
        found = report_counts.count_hours(session, BRAND, START, START + DAY)
        every = report_counts.count_hours(session, BRAND, START, START + DAY, only_worked=False)
    assert [(at.hour, count) for at, count in found] == [(21, 2), (2, 1)]
    assert sum(count for _at, count in every) == 4
    assert found[0][0].tzinfo is not None


def test_times_to_the_first_reply_come_as_a_histogram(stream: Stream) -> None:
    for minutes in (10, 10, 61):
        stream.write(START, answered_after=timedelta(minutes=minutes, seconds=40))
    stream.write(START)
    stream.write(START, answered_after=HOUR, starts_clock=False)
    stream.write(
        START,
        state=MentionState.CLOSED,
        close_reason=CloseReason.ANSWERED_ELSEWHERE,
        state_changed_at=START + 2 * HOUR,
        zone="stores",
    )
    day = spans(date(2026, 11, 3), date(2026, 11, 3))
    with database.reading(stream.engine) as session:
        found = report_replies.list_first_replies(session, BRAND, day)
        zones = report_replies.list_first_replies(session, BRAND, day, by="zone")
    assert sorted(found) == [(0, "", 10.0, 2), (0, "", 61.0, 1), (0, "", 120.0, 1)]
    assert (0, "stores", 120.0, 1) in zones
    assert len(zones) == 3


def test_what_is_overdue_and_unanswered_is_counted(stream: Stream) -> None:
    stream.write(START, sla_state=SlaState.MISSED)
    stream.write(START, sla_state=SlaState.MISSED, answered_after=HOUR)
    with database.reading(stream.engine) as session:
        assert report_replies.count_unanswered(session, BRAND, START, START + DAY) == (1, 2)


def test_handling_lasts_from_taking_a_case_to_the_last_thing_done(stream: Stream) -> None:
    anna, boris = stream.person(), stream.person()

    def note(person: object, action: str, seconds: float) -> None:
        with database.session(stream.engine) as session:
            audit.record(
                session,
                at=START + timedelta(seconds=seconds),
                actor=audit.actor_of(person),  # type: ignore[arg-type]
                action=action,
                subject=("case" if action.startswith("case") else "draft", 1),
            )

    note(anna, "case.taken", 0)
    note(boris, "case.taken", 10)
    note(anna, "draft.edited", 60)
    note(anna, "draft.approved", 92)
    note(boris, "case.released", 300)  # nothing was finished
    note(anna, "case.taken", 100)
    note(anna, "draft.approved", 8_000)  # lunch
    note(boris, "case.taken", 400)
    note(boris, "draft.rejected", 431)
    with database.reading(stream.engine) as session:
        found = report_work.list_handling_times(session, BRAND, START)
        assert report_work.list_handling_times(session, BRAND, START + 3 * HOUR) == []
    assert found == [(30.0, 1), (90.0, 1)]


def test_authors_are_counted_once_by_likeness_answer_and_what_they_wrote_next(
    stream: Stream,
) -> None:
    one, two, three, four = (stream.author() for _ in range(4))
    stream.write(START, author_id=one, answered_after=HOUR, rating=2, first_rating=2)
    stream.write(START + HOUR / 2, author_id=one)  # before the answer: not its effect
    stream.write(START + 2 * DAY, author_id=one, stance=Stance.PRAISE, rating=5)
    stream.write(START, author_id=two, rating=3, first_rating=1)  # edited, never wrote again
    stream.write(START, author_id=three)
    stream.write(START + DAY, author_id=three, stance=Stance.HEATED)
    stream.write(START, author_id=four, stance=Stance.PRAISE)  # no complaint
    with database.reading(stream.engine) as session:
        found = report_effect.list_author_counts(session, BRAND, START, START + 7 * DAY)
    seen = sorted((row.is_answered, str(row.is_calm), row.rating, row.count) for row in found)
    assert seen == [(False, "False", None, 1), (False, "None", 2.0, 1), (True, "True", 3.0, 1)]
    assert {(row.platform, row.stance, row.topic, row.week) for row in found} == {
        ("isso", "critic", "delivery", 0)
    }


def test_nobody_is_followed_for_longer_than_sixty_days(stream: Stream) -> None:
    one = stream.author()
    stream.write(START, author_id=one)
    stream.write(START + 61 * DAY, author_id=one, stance=Stance.PRAISE)
    with database.reading(stream.engine) as session:
        (row,) = report_effect.list_author_counts(session, BRAND, START, START + DAY)
    assert row.is_calm is None
