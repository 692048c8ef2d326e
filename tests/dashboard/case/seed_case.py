"""Cases with more to them: offered drafts, a past, promises, an incident, very long texts."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from otklik import audit, database
from otklik.clock import now
from otklik.enums import (
    Approach,
    DraftState,
    IncidentKind,
    IncidentState,
    MentionState,
    PromiseState,
    Stance,
    Topic,
)
from otklik.models import DraftRow, Incident, Mention, Promise
from otklik.store import replies
from otklik.store.sources import find_source
from tests.dashboard.coming import coming
from tests.dashboard.examples import Example
from tests.dashboard.seed import add_examples

OFFERS = (
    (
        Approach.ANSWER,
        f"Марина, партию 4471 проверяет лаборатория, ответ будет здесь до {coming(3)}. "
        "Пожалуйста, сохраните пачку и чек: за неё вернём деньги в любом магазине.",
    ),
    (
        Approach.APOLOGISE_AND_FIX,
        "Марина, нам нужно поговорить с вами сегодня. Напишите на care@romashka.example, "
        "тема «4471»: ответит старший смены, повторять ничего не придётся.",
    ),
)


def enrich(engine: Engine) -> dict[str, int]:
    """Add to the seeded desk; ids of what was added, by name."""
    with database.session(engine) as session:
        _offers(session, 1)
        _incident(session)
        _past(session, 1, 14)
        _promise(session, 1)
        return _long(session)


def _offers(session: Session, number: int) -> None:
    draft = replies.find_proposed_draft(session, number)
    assert draft is not None
    values = draft.model_dump(exclude={"id", "text", "text_digest", "state", "approach"})
    for approach, text in OFFERS:
        session.add(
            DraftRow(
                **values,
                approach=approach,
                text=text,
                text_digest=audit.digest(text),
                state=DraftState.OFFERED,
            )
        )
    session.flush()


def _incident(session: Session) -> None:
    at = now()
    incident = Incident(
        kind=next(iter(IncidentKind)),
        state=next(iter(IncidentState)),
        topic=Topic.QUALITY,
        signature="кешью горчит",
        title="Кешью, партия 4471: горчит, людям плохо",
        size=11,
        first_at=at - timedelta(hours=9),
        last_at=at,
    )
    session.add(incident)
    session.flush()
    mention = session.get_one(Mention, 1)
    mention.incident_id = incident.id
    session.add(mention)


def _past(session: Session, number: int, count: int) -> None:
    """So many earlier comments by the author of this one."""
    here = session.get_one(Mention, number)
    source = find_source(session, "default", "Сайт romashka.example")
    assert source is not None
    examples = [
        Example(
            "nuts",
            f"Прошлое {n}",
            f"Раньше уже писала, случай {n}: чек сохранила.",
            Stance.CRITIC,
            1,
            Topic.QUALITY,
            2000 + 500 * n,
            state=MentionState.CLOSED,
        )
        for n in range(count)
    ]
    for made in add_examples(session, source, examples, now()).values():
        row = session.get_one(Mention, made)
        row.author_id = here.author_id
        session.add(row)
    session.flush()


def _promise(session: Session, number: int) -> None:
    session.add(
        Promise(
            mention_id=number,
            text=f"ответ лаборатории здесь до {coming(3)}",
            due_at=now() - timedelta(hours=3),
            state=PromiseState.OPEN,
            created_at=now() - timedelta(days=2),
        )
    )


def _long(session: Session) -> dict[str, int]:
    """A comment of 5,000 characters, a thread of 200, an author of 300 comments."""
    source = find_source(session, "default", "Сайт romashka.example")
    assert source is not None
    sentence = "Пишу подробно, потому что короткие отзывы вы не читаете, а случай не первый. "
    text = (sentence * 70)[:4970] + " Верните деньги за заказ 77."
    examples = [
        Example(
            "long",
            f"Сосед {n}",
            f"И у меня так же, номер {n}",
            Stance.CRITIC,
            0,
            Topic.DELIVERY,
            900 - n,
            state=MentionState.CLOSED,
        )
        for n in range(200)
    ]
    long = Example(
        "long",
        "Многословный",
        text,
        Stance.CRITIC,
        2,
        Topic.DELIVERY,
        760,
        case=("Верните деньги за заказ 77",),
        state=MentionState.HELD,
    )
    made = add_examples(session, source, [*examples, long], now())
    _past(session, made["Многословный"], 300)
    return {"long": made["Многословный"]}
