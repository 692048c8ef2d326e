"""Quality with rows in every table: settled and golden comments, looks, labels of pairs, drift."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import database, looking, quality
from otklik.clock import now
from otklik.enums import Abuse, Claim, Language, LookKind, Stance, Topic
from otklik.models import Look, Mention, Person, VerdictRow
from otklik.store import looks
from otklik.store.people import find_person
from responder import labelling
from tests.dashboard.seed import BRAND

CANDIDATES = 4


def person(session: Session, login: str) -> Person:
    found = find_person(session, login)
    assert found is not None
    return found


def judge(session: Session, login: str, number: int, stance: str, urgency: str = "1") -> None:
    """Somebody says who writes and how soon."""
    for field, value in (("stance", stance), ("urgency", urgency)):
        labelling.label(
            session,
            person=person(session, login),
            mention_id=number,
            mention_version=1,
            field=field,
            value=value,
            at=now(),
        )


def settle(engine: Engine, count: int = CANDIDATES) -> list[int]:
    """Comments a lead has judged and nobody else has: what could be golden."""
    with database.session(engine) as session:
        found = [one.id or 0 for one in _plain(session)[:count]]
        for number in found:
            judge(session, "lead", number, "critic")
        assert {one.mention_id for one in looking.list_candidates(session, BRAND)} >= set(found)
    return found


def fill(engine: Engine) -> None:
    """Golden items answered, second looks taken, two people over the same comments, drift."""
    with database.session(engine) as session:
        rest = [one.id or 0 for one in _plain(session)[CANDIDATES:]]
        for number in rest[:3]:
            judge(session, "lead", number, "critic")
            _make_golden(session, number)
        for place, number in enumerate(rest[:3]):
            _answer(session, "operator", number, "critic")
            _answer(session, "second", number, "hater" if place else "critic")
        for place, number in enumerate(rest[3:18]):
            judge(session, "second", number, "critic" if place % 2 else "question")
            judge(session, "approver", number, "critic" if place % 3 else "question")
        _second_looks(session)
        _verdicts(session, now())
        assert quality.golden_marks(session, BRAND, now() - timedelta(days=1))


def _plain(session: Session) -> list[Mention]:
    """Comments nobody has labelled, older first: the newest are left for the screen of keys."""
    found = looks.list_newest_judged(session, BRAND)
    said = {one[0] for one in looks.list_words(session, BRAND, now() - timedelta(days=60))}
    return [one for one in reversed(found) if one.id not in said and not one.is_unsure]


def _make_golden(session: Session, number: int) -> None:
    looking.make_golden(
        session, person=person(session, "lead"), brand_id=BRAND, mention_id=number, at=now()
    )


def _answer(session: Session, login: str, number: int, stance: str) -> None:
    looking.answer(
        session,
        person=person(session, login),
        mention_id=number,
        mention_version=1,
        stance=stance,
        urgency="1",
        at=now(),
    )


def _second_looks(session: Session) -> None:
    """All of what is done is drawn; the lead agrees with one and not with the next."""
    looking.draw_second_looks(session, BRAND, 1.0, now())
    waiting = session.exec(select(Look).where(Look.kind == LookKind.SECOND)).all()
    assert len(waiting) >= 2
    for place, look in enumerate(waiting[:4]):
        stance = look.expected["stance"] if place % 2 else "hater"
        _answer(session, "lead", look.mention_id, stance)


def _verdicts(session: Session, at: datetime) -> None:
    """Of 120 verdicts this week every second, of 400 before every tenth says *hater*."""
    found = session.exec(select(Mention)).all()
    for place in range(520):
        mention, is_new = found[place % len(found)], place < 120
        is_hater = place % (2 if is_new else 10) == 0
        stance = Stance.HATER if is_hater else Stance.CRITIC
        session.add(
            VerdictRow(
                brand_id=BRAND,
                mention_id=mention.id or 0,
                mention_version=1,
                model_version=f"before-{place}",
                claim=Claim.NONE if is_hater else Claim.CONCRETE,
                abuse=Abuse.INSULT if is_hater else Abuse.NONE,
                stance=stance,
                urgency=place % 4,
                topic=Topic.QUALITY,
                language=Language.RUSSIAN,
                abstained=place % 7 == 0,
                value={"stance_proba": {str(stance): 0.55 + (place % 40) / 100}},
                created_at=at - timedelta(days=place % 6 + (0 if is_new else 8)),
            )
        )
    session.flush()
