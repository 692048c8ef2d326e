"""Nine weeks of a made-up shop: days and nights, a price change, answers, promises."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import audit, database
from otklik.enums import (
    Approach,
    DraftState,
    EventKind,
    IncidentKind,
    IncidentState,
    Language,
    MentionState,
    PromiseState,
    ReplyState,
    Role,
    SlaState,
    Stance,
    Topic,
)
from otklik.models import (
    Approval,
    Author,
    DatedEvent,
    DecisionRow,
    DraftRow,
    Incident,
    Mention,
    MentionVersion,
    Person,
    PolicyRevision,
    Promise,
    Reply,
    Shown,
    Source,
    SubjectEntity,
    Thread,
)

WEEKS = 9
DAILY = 26
STANCES = (Stance.CRITIC, Stance.PRAISE, Stance.QUESTION, Stance.OTHER, Stance.HATER, Stance.HEATED)
TOPICS = (Topic.DELIVERY, Topic.QUALITY, Topic.STAFF, Topic.PRICE, Topic.APP, Topic.NONE)
MATTERS = {
    Topic.DELIVERY: "no_dish",
    Topic.QUALITY: "cold_food",
    Topic.STAFF: "spill",
    Topic.PRICE: "receipt",
}
HOSTILE = '<img src=x onerror=alert(1)>=HYPERLINK("http://evil.example")'


def seed_weeks(engine: Engine, at: datetime, *, daily: int = DAILY, answers: int = 260) -> None:
    """Fill a migrated database that has a policy of digest ``pppp…`` or none."""
    source = random.Random(7)
    with database.session(engine) as session:
        place = _place(session, at)
        authors = _authors(session, 700)
        rows = list(_mentions(source, at, place, authors, daily))
        session.add_all(rows)
        session.flush()
        session.add_all(
            MentionVersion(
                mention_id=row.id or 0,
                version=1,
                content_digest="d",
                text=row.text,
                rating=row.rating,
                seen_at=row.waiting_since,
            )
            for row in rows
        )
        wanted = [row for row in rows if row.state is MentionState.ANSWERED]
        _answer(session, source, source.sample(wanted, min(answers, len(wanted))), at)
        _events(session, at)
        _people_at_work(session, source, rows, at)
        _promises(session, wanted, at)
        session.add_all(
            SubjectEntity(mention_id=row.id or 0, entity_id="oolong")
            for row in rows
            if row.topic is Topic.QUALITY
        )


def _place(session: Session, at: datetime) -> tuple[int, int]:
    source = Source(platform="vk", name="busy", next_due_at=at)
    session.add(source)
    session.flush()
    thread = Thread(source_id=source.id or 0, platform="vk", external_id="busy", title=HOSTILE)
    session.add(thread)
    if session.get(PolicyRevision, "p" * 64) is None:
        session.add(PolicyRevision(digest="p" * 64, name="p", version=1, text="…", loaded_at=at))
    session.flush()
    return source.id or 0, thread.id or 0


def _authors(session: Session, count: int) -> list[int]:
    rows = [Author(platform="vk", external_id=f"busy{n}", name=HOSTILE) for n in range(count)]
    session.add_all(rows)
    session.flush()
    return [row.id or 0 for row in rows]


def _mentions(
    source: random.Random, at: datetime, place: tuple[int, int], authors: list[int], daily: int
) -> Iterable[Mention]:
    number = 0
    for back in range(WEEKS * 7):
        day = at - timedelta(days=back)
        weekend = 0.6 if day.weekday() > 4 else 1.0
        is_after = back < 15
        for _ in range(source.randint(int(daily * weekend * 0.8), int(daily * weekend * 1.2))):
            number += 1
            moment = day - timedelta(minutes=source.triangular(0, 1439, 300))
            yield _mention(
                source,
                moment,
                place,
                author=source.choice(authors),
                number=number,
                is_after=is_after,
            )
        if is_after:
            for _ in range(int(daily * 0.3)):
                number += 1
                moment = day - timedelta(minutes=source.randint(0, 1439))
                yield _mention(
                    source,
                    moment,
                    place,
                    author=source.choice(authors),
                    number=number,
                    is_after=True,
                    topic=Topic.PRICE,
                )


def _mention(
    source: random.Random,
    moment: datetime,
    place: tuple[int, int],
    *,
    author: int,
    number: int,
    is_after: bool,
    topic: Topic | None = None,
) -> Mention:
    topic = topic or source.choices(TOPICS, (30, 22, 14, 8, 10, 16))[0]
    is_answered = source.random() < 0.7
    platform = source.choice(("vk", "vk", "wordpress", "app_store"))
    state = MentionState.ANSWERED if is_answered else MentionState.CLOSED
    in_time = source.random() < (0.7 if is_after else 0.9)
    return Mention(
        source_id=place[0],
        thread_id=place[1],
        author_id=author,
        platform=platform,
        external_id=f"busy{number}",
        content_digest="d",
        text=HOSTILE,
        rating=float(source.randint(1, 5)) if platform == "app_store" else None,
        collected_at=moment,
        waiting_since=moment,
        state=state,
        state_changed_at=moment,
        stance=source.choices(STANCES, (40, 16, 14, 14, 8, 8))[0],
        topic=topic,
        urgency=source.choice((0, 1)),
        zone={Topic.DELIVERY: "delivery", Topic.PLACE: "stores"}.get(topic, "general"),
        sla_state=(SlaState.MET if in_time else SlaState.MISSED) if is_answered else None,
    )


def _answer(session: Session, source: random.Random, rows: list[Mention], at: datetime) -> None:
    approver = Person(login="busy", name="Зоя", role=Role.APPROVER, created_at=at)
    session.add(approver)
    session.flush()
    for row in rows:
        moment = row.waiting_since + timedelta(minutes=source.lognormvariate(3.6, 0.9))
        draft = _draft(session, row, moment)
        session.add(
            Approval(
                draft_id=draft.id or 0,
                mention_id=row.id or 0,
                mention_version=1,
                text_digest="x",
                person_id=approver.id or 0,
                created_at=moment,
            )
        )
        session.flush()
        draft.state = DraftState.APPROVED
        session.flush()
        reply = Reply(
            mention_id=row.id or 0,
            mention_version=1,
            draft_id=draft.id or 0,
            text="ответ",
            text_digest="x",
            idempotency_key=f"busy{row.id}",
            state=ReplyState.QUEUED,
            queued_at=moment,
            send_after=moment,
        )
        session.add(reply)
        session.flush()
        reply.state = ReplyState.SENDING
        session.flush()
        reply.state, reply.posted_at = ReplyState.POSTED, moment
    session.flush()


def _draft(session: Session, row: Mention, moment: datetime) -> DraftRow:
    decision = DecisionRow(
        mention_id=row.id or 0,
        mention_version=1,
        rule_id="r",
        why="…",
        policy_digest="p" * 64,
        policy_version=1,
        created_at=moment,
    )
    session.add(decision)
    session.flush()
    matter: Any = MATTERS.get(row.topic or Topic.NONE, "")
    draft = DraftRow(
        mention_id=row.id or 0,
        mention_version=1,
        decision_id=decision.id or 0,
        writer="w",
        approach=Approach.ARGUE,
        language=Language.RUSSIAN,
        state=DraftState.PROPOSED,
        text="ответ",
        text_digest="x",
        points=[{"matter_id": matter, "text": "…"}],
        created_at=moment,
    )
    session.add(draft)
    session.flush()
    return draft


def _events(session: Session, at: datetime) -> None:
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    session.add_all(
        [
            DatedEvent(
                name="Цены на улун выросли <b>на 10 %</b>",
                kind=EventKind.PRICE,
                at=day - timedelta(days=14),
                created_at=at,
            ),
            DatedEvent(
                name="Чёрная пятница",
                kind=EventKind.CAMPAIGN,
                at=day,
                until=day + timedelta(days=4),
                factor=2.5,
                created_at=at,
            ),
        ]
    )
    session.add(
        Incident(
            kind=IncidentKind.FAULT,
            state=IncidentState.OPEN,
            topic=Topic.QUALITY,
            signature="busy",
            title=f"улун с запахом {HOSTILE}",
            size=14,
            first_at=at - timedelta(days=9),
            last_at=at - timedelta(hours=2),
        )
    )


def _people_at_work(
    session: Session, source: random.Random, rows: list[Mention], at: datetime
) -> None:
    names = ("Анна <b>Соколова</b>", "Борис Громов", "Вера Лис")
    people = [
        Person(login=f"busy{n}", name=name, role=Role.OPERATOR, created_at=at)
        for n, name in enumerate(names)
    ]
    session.add_all(people)
    session.flush()
    recent = [row for row in rows if row.waiting_since > at - timedelta(days=20)][:240]
    for place, row in enumerate(recent):
        is_hater = row.stance is Stance.HATER
        who = people[0] if is_hater and place % 4 else people[place % 3]
        moment = row.waiting_since + timedelta(minutes=20)
        session.add(
            Shown(person_id=who.id or 0, mention_id=row.id or 0, stance=row.stance, at=moment)
        )
    for place, row in enumerate(recent[:80]):
        who = people[place % 3]
        moment = at - timedelta(days=2) + timedelta(minutes=5 * place)
        lasts = timedelta(seconds=source.lognormvariate(5.2, 0.5))
        for action, when in (("case.taken", moment), ("draft.approved", moment + lasts)):
            audit.record(
                session,
                at=when,
                actor=audit.actor_of(who),
                action=action,
                subject=("case" if action == "case.taken" else "draft", row.id),
            )


def _promises(session: Session, rows: list[Mention], at: datetime) -> None:
    owner = session.exec(select(Person.id).where(Person.login == "busy")).one()
    states = [PromiseState.KEPT] * 5 + [PromiseState.BROKEN, PromiseState.OPEN]
    for place, state in enumerate(states):
        due = at - timedelta(days=5 + place / 4)
        promise = Promise(
            mention_id=rows[place].id or 0,
            owner_id=owner,
            text="Вернём деньги",
            due_at=due,
            created_at=due - timedelta(days=2),
        )
        session.add(promise)
        session.flush()
        if state is not PromiseState.OPEN:
            promise.state, promise.note = state, "готово"
            promise.closed_at, promise.closed_by_id = due - timedelta(hours=3), owner
    session.flush()
