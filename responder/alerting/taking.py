"""What a messenger's button does: "mine", with the same rights and the same lease as the desk."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from otklik import audit
from otklik.database import all_or_none
from otklik.enums import Role
from otklik.errors import ApprovalError, NotAllowed, OtklikError
from otklik.models import Alert, Person
from otklik.people import require
from otklik.store import channels, deliveries
from otklik.store.people import get_person
from responder import leases
from responder.alerting import linking

STRANGER = (
    "Я вас пока не знаю. Попросите код (`otklik people link-chat ЛОГИН`) и пришлите его мне "
    "личным сообщением: после этого кнопки будут работать."
)
NO_CODE = "Такого кода нет, или он устарел. Новый: otklik people link-chat ЛОГИН."


def take(
    session: Session, *, person: Person, alert_id: int, at: datetime, lasts: timedelta
) -> Person:
    """The person has it: its case is leased, nobody else is told, its messages say who.

    Returns:
        Who has it: the person, or whoever was first.

    Raises:
        NotAllowed: role too low, or switched off. ApprovalError: a colleague works on the case.
    """
    if not person.is_active:
        raise NotAllowed(f"{person.login} is switched off")
    require(person, Role.OPERATOR)
    alert = session.get(Alert, alert_id, with_for_update=True)
    if alert is None or alert.brand_id != person.brand_id:
        raise NotAllowed("there is no such alert")
    if alert.taken_by_id is not None:
        return get_person(session, alert.taken_by_id)
    if alert.mention_id is not None:
        leases.take(session, person=person, mention_id=alert.mention_id, at=at, lasts=lasts)
    together = deliveries.list_told_together(session, alert_id)
    deliveries.save_taken(session, together, person.id or 0, at)
    deliveries.save_stale(session, together)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="alert.taken",
        subject=("alert", alert_id),
        detail={"together": len(together)},
        brand_id=person.brand_id,
    )
    return get_person(session, person.id or 0)


def answer_press(
    session: Session,
    brand_id: str,
    *,
    kind: str,
    account: str,
    alert_id: int,
    at: datetime,
    lasts: timedelta = leases.LASTS,
) -> str:
    """What the messenger says to whoever pressed "take"; a refusal changes nothing."""
    person = channels.find_person_of_chat(session, brand_id, kind, account)
    if person is None:
        return STRANGER
    try:
        with all_or_none(session):
            holder = take(session, person=person, alert_id=alert_id, at=at, lasts=lasts)
    except NotAllowed:
        return "Вашей роли это не позволено."
    except ApprovalError:
        return "Этим уже занимается коллега: откройте случай, чтобы увидеть, кто."
    except OtklikError:
        return "Этого случая больше нет."
    if holder.id == person.id:
        return "Теперь это ваше."
    return f"Уже взято: {holder.name or holder.login}."


def answer_text(
    session: Session, brand_id: str, *, kind: str, account: str, text: str, at: datetime
) -> str:
    """What the bot says to a private message: a code links, anything else is explained."""
    words = [word for word in text.split() if not word.startswith("/")]
    if words:
        person = linking.link(
            session, brand_id, kind=kind, account=account, code="".join(words[:2])[:40], at=at
        )
        if person is not None:
            return f"Готово: вы {person.name or person.login}. Кнопки под оповещениями работают."
    known = channels.find_person_of_chat(session, brand_id, kind, account)
    if known is not None:
        return f"Вы {known.name or known.login}. Кнопка «Взять» стоит под оповещениями."
    return NO_CODE if words else STRANGER
