"""Haters are shared out: nobody at the desk sees many more of them than a colleague."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from otklik import wellness
from otklik.clock import now
from otklik.database import reading, session
from otklik.enums import MentionState, Role, Stance
from otklik.models import Mention, Person, Shown, Source
from otklik.people import add_person
from otklik.store import mentions
from responder import leases
from tests.responder.approval.rows import fill

BRAND = "default"
AT = now().replace(microsecond=0)
TEAM, COMMENTS = 5, 90


def open_desk(db: Session, count: int = 0) -> list[Person]:
    """A team of operators and so many comments that wait, none of them urgent."""
    db.add(Source(brand_id=BRAND, platform="fake", name="site", next_due_at=AT))
    db.flush()
    team = [
        add_person(db, login=f"p{n}", role=Role.OPERATOR, password=None, at=AT, brand_id=BRAND)
        for n in range(TEAM)
    ]
    if count:
        fill(db, count, AT)
        for row in db.exec(select(Mention)):
            row.urgency = 0
            db.add(row)
    return team


def of_stances(db: Session, seed: int) -> None:
    """Every third comment by a hater, in no order."""
    chance = random.Random(seed)
    for row in db.exec(select(Mention).order_by(col(Mention.id))):
        row.stance = Stance.HATER if chance.random() < 1 / 3 else Stance.CRITIC
        row.waiting_since = row.sla_due_at = AT - timedelta(minutes=chance.randrange(1, 600))
        db.add(row)


def work_a_shift(engine: Engine, seed: int) -> dict[int, int]:
    """Everybody works at their own speed until nothing waits; haters seen, by person.

    Two are quick with whatever they get, so that chance gives them more of everything.
    """
    chance = random.Random(seed)
    with session(engine) as db:
        team = [person.id or 0 for person in db.exec(select(Person).order_by(col(Person.id)))]
    free = dict.fromkeys(team, AT)
    speed = {person: 2 if place < 2 else 4 for place, person in enumerate(team)}
    while free:
        person = min(free, key=lambda one: (free[one], one))
        at = free[person]
        with session(engine) as db:
            who = db.get_one(Person, person)
            lease = leases.next_most_urgent(db, person=who, at=at)
            if lease is None:
                del free[person]
                continue
            row = mentions.get_mention(db, lease.mention_id)
            mentions.save_state(row, MentionState.CLOSED, at)
            db.add(row)
            leases.finish(db, row, who)
        free[person] = at + timedelta(minutes=speed[person] * chance.uniform(0.5, 1.5))
    with reading(engine) as db:
        seen = wellness.exposure(db, BRAND, AT, AT + timedelta(days=1))
    found = {one.person_id: one.haters for one in seen}
    return {person: found.get(person, 0) for person in team}


def spread(seen: dict[int, int]) -> int:
    return max(seen.values()) - min(seen.values())


@pytest.mark.parametrize("seed", [1])
def test_over_a_shift_nobody_sees_many_more_haters_than_a_colleague(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    with session(sqlite_engine) as db:
        open_desk(db, COMMENTS)
        of_stances(db, seed)
    fair = work_a_shift(sqlite_engine, seed)
    with session(sqlite_engine) as db:
        for shown in db.exec(select(Shown)):
            db.delete(shown)
        for row in db.exec(select(Mention)):
            mentions.save_state(row, MentionState.HELD, AT)
            db.add(row)
    monkeypatch.setattr(wellness, "spared", lambda *_args, **_more: wellness.Spared())
    unfair = work_a_shift(sqlite_engine, seed)
    assert sum(fair.values()) == sum(unfair.values()) > COMMENTS / 4
    assert spread(fair) <= 2, (fair, unfair)
    assert spread(unfair) > 2 * spread(fair), (fair, unfair)


def show(db: Session, person: Person, stance: Stance, at: datetime, mention: int = 1) -> None:
    db.add(
        Shown(brand_id=BRAND, person_id=person.id or 0, mention_id=mention, stance=stance, at=at)
    )
    db.flush()


def two_waiting(db: Session, *, urgency: int = 0) -> list[Person]:
    """A hater who has waited longest, and a critic."""
    team = open_desk(db, 2)
    hater, critic = db.exec(select(Mention).order_by(col(Mention.id))).all()
    hater.stance, critic.stance = Stance.HATER, Stance.CRITIC
    hater.waiting_since = hater.sla_due_at = AT - timedelta(hours=3)
    hater.urgency = urgency
    db.add_all([hater, critic])
    db.flush()
    return team


def handed(db: Session, person: Person) -> Stance | None:
    lease = leases.next_most_urgent(db, person=person, at=AT)
    assert lease is not None
    stance = db.get_one(Mention, lease.mention_id).stance
    leases.release(db, person=person, mention_id=lease.mention_id, at=AT)
    return stance


def test_who_has_seen_more_gets_the_other_case_first(engine: Engine) -> None:
    with session(engine) as db:
        first, second, *_ = two_waiting(db)
        show(db, first, Stance.HATER, AT - timedelta(minutes=9))
        show(db, second, Stance.CRITIC, AT - timedelta(minutes=5))
        assert handed(db, first) is Stance.CRITIC
        assert handed(db, second) is Stance.HATER


def test_an_urgent_hater_waits_for_nobody(engine: Engine) -> None:
    with session(engine) as db:
        first, second, *_ = two_waiting(db, urgency=2)
        show(db, first, Stance.HATER, AT - timedelta(minutes=9))
        show(db, second, Stance.CRITIC, AT - timedelta(minutes=5))
        assert handed(db, first) is Stance.HATER


def test_nobody_is_spared_for_a_colleague_who_has_gone(engine: Engine) -> None:
    with session(engine) as db:
        first, second, *_ = two_waiting(db)
        show(db, first, Stance.HATER, AT - timedelta(minutes=9))
        show(db, second, Stance.CRITIC, AT - timedelta(minutes=40))
        assert handed(db, first) is Stance.HATER


def test_nobody_is_spared_for_a_colleague_of_another_zone(engine: Engine) -> None:
    with session(engine) as db:
        first, second, *_ = two_waiting(db)
        second.zones = ["delivery"]
        db.add(second)
        show(db, first, Stance.HATER, AT - timedelta(minutes=9))
        show(db, second, Stance.CRITIC, AT - timedelta(minutes=5))
        assert handed(db, first) is Stance.HATER
        for row in db.exec(select(Mention)):
            row.zone = "delivery"
            db.add(row)
        db.flush()
        assert handed(db, first) is Stance.CRITIC


def test_a_hater_is_handed_out_where_nothing_else_is_left(engine: Engine) -> None:
    with session(engine) as db:
        first, second, *_ = two_waiting(db)
        show(db, first, Stance.HATER, AT - timedelta(minutes=9))
        show(db, second, Stance.CRITIC, AT - timedelta(minutes=5))
        for row in db.exec(select(Mention).where(Mention.stance == Stance.CRITIC)):
            mentions.save_state(row, MentionState.CLOSED, AT)
            db.add(row)
        db.flush()
        assert handed(db, first) is Stance.HATER


def test_a_comment_counts_once_however_often_it_is_taken_up_again(engine: Engine) -> None:
    with session(engine) as db:
        person = two_waiting(db)[0]
        row = db.exec(select(Mention)).first()
        assert row is not None
        for minutes in (0, 5, 10, 45):
            at = AT + timedelta(minutes=minutes)
            wellness.note_shown(db, person=person, mention=row, at=at)
        assert len(db.exec(select(Shown)).all()) == 2


def test_a_break_is_offered_after_a_run_and_once_for_each(engine: Engine) -> None:
    with session(engine) as db:
        person = two_waiting(db)[0]

        def offered(minutes: int) -> bool:
            at = AT + timedelta(minutes=minutes)
            rest = wellness.offer_break(db, person=person, at=at, after=3)
            if rest is not None:
                wellness.decline_break(db, person=person, at=at)
            return rest is not None

        for minute in (1, 2):
            show(db, person, Stance.HATER, AT + timedelta(minutes=minute))
            assert not offered(minute)
        show(db, person, Stance.CRITIC, AT + timedelta(minutes=3))
        for minute in (4, 5):
            show(db, person, Stance.HATER, AT + timedelta(minutes=minute))
            assert not offered(minute)
        show(db, person, Stance.HATER, AT + timedelta(minutes=6))
        assert offered(6)
        show(db, person, Stance.HATER, AT + timedelta(minutes=7))
        assert not offered(7)
        found = wellness.exposure(db, BRAND, AT, AT + timedelta(hours=1))
        (one,) = [one for one in found if one.person_id == person.id]
        assert (one.shown, one.haters, one.longest_run) == (7, 6, 4)
        assert (one.breaks_offered, one.breaks_taken) == (1, 0)


def test_a_break_ends_by_itself_or_when_its_taker_is_back(engine: Engine) -> None:
    with session(engine) as db:
        person = open_desk(db)[0]
        wellness.take_break(db, person=person, at=AT)
        soon, later = AT + timedelta(minutes=4), AT + timedelta(minutes=11)
        assert wellness.find_break(db, person=person, at=soon) is not None
        assert wellness.find_break(db, person=person, at=later) is None
        wellness.end_break(db, person=person, at=soon)
        assert wellness.find_break(db, person=person, at=soon) is None
