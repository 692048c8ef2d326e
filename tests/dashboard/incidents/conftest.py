"""A desk with two incidents: a fault of the nuts, and an attack with two real customers inside."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import database
from otklik.clock import now
from otklik.enums import IncidentKind, IncidentState, Stance, Topic
from otklik.models import Incident, Source
from otklik.store import members
from tests.dashboard.examples import Example
from tests.dashboard.seed import BRAND, add_examples

DRAFT = "Спасибо, что написали. Разбираемся и ответим здесь до конца дня."
FAULT = "У кешью жареного странный вкус, горчит, партия 4471, раньше такого не было: {name}"
INSULT = "Позорная контора воров и жуликов, бойкот!!! <b>всем</b> [ссылка](http://e.example)"
REAL = "Курьер опоздал на три часа, заказ 88 привезли без двух позиций, верните деньги. {name}"


def _example(number: int, text: str, stance: Stance, minutes: int, name: str) -> Example:
    return Example(
        page="nuts",
        author=f"{name} {number}",
        text=text.format(name=number),
        stance=stance,
        urgency=2 if stance is Stance.CRITIC else 0,
        topic=Topic.QUALITY,
        minutes=minutes,
        draft=DRAFT,
    )


def add_incident(
    session: Session, source: Source, kind: IncidentKind, title: str, examples: list[Example]
) -> int:
    """An incident of these comments; its id."""
    at = now()
    made = add_examples(session, source, examples, at)
    one = Incident(
        brand_id=BRAND,
        kind=kind,
        state=IncidentState.SUSPECTED,
        topic=Topic.QUALITY,
        signature=title,
        title=title,
        first_at=at,
        last_at=at,
    )
    session.add(one)
    session.flush()
    members.save_members(session, list(made.values()), one.id)
    session.expire_all()
    members.save_counts(session, one)
    return one.id or 0


def seed_incidents(engine: Engine) -> dict[str, int]:
    """Ids of the two."""
    with database.session(engine) as session:
        source = session.exec(select(Source).where(Source.platform == "isso")).one()
        fault = [_example(n, FAULT, Stance.CRITIC, 60 + 47 * n, "Покупатель") for n in range(24)]
        wave = [_example(n, INSULT, Stance.HATER, 5 + n, "user") for n in range(9)]
        real = [_example(n, REAL, Stance.CRITIC, 8 + n, "Клиент") for n in range(2)]
        return {
            "fault": add_incident(
                session, source, IncidentKind.FAULT, "кешью · вкус · горчит", fault
            ),
            "attack": add_incident(
                session, source, IncidentKind.ATTACK, "контора · воров", [*wave, *real]
            ),
        }


@pytest.fixture
def incidents(desk_engine: Engine) -> dict[str, int]:
    """Ids of the two incidents on the desk of `open_app`."""
    return seed_incidents(desk_engine)
