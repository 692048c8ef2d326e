"""What an alert says: what, where, why it is urgent, who has it, one link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from otklik.alerts import AlertMessage
from otklik.enums import AlertKind
from otklik.models import Alert, Mention, Person, Source
from otklik.store import cases, judgements, people
from otklik.store.deliveries import Outgoing
from responder.alerting.about_incidents import about

_LISTED, _PARTS, _LONGEST = 10, 3, 120
_WHY = {
    "harm": "здоровье и безопасность",
    "threat": "угроза расправы",
    "self_harm": "угроза себе",
    "money": "деньги",
    "legal": "суд или надзор",
    "journalist": "пресса",
    "outage": "сбой у многих",
    "down_now": "не работает прямо сейчас",
    "repeated_contact": "пишет не впервые",
    "churn": "уходит",
    "dishonesty": "обман",
    "rudeness": "грубость сотрудников",
    "data_leak": "личные данные",
}
_KINDS = {
    AlertKind.URGENT_MENTION: "Срочные комментарии",
    AlertKind.INCIDENT: "Общие беды",
    AlertKind.SOURCE_DOWN: "Источники не отвечают",
    AlertKind.SOURCE_SILENT: "Источники молчат",
    AlertKind.SLA_MISSED: "Сроки ответа прошли",
    AlertKind.PROMISE_DUE: "Пора сдержать обещания",
    AlertKind.REPLY_UNKNOWN: "Неизвестно, опубликованы ли ответы",
    AlertKind.REPLY_FAILED: "Ответы не опубликованы",
    AlertKind.PROMISE_SOON: "Скоро срок обещаний",
    AlertKind.FACT_EXPIRES: "Факты устаревают",
    AlertKind.ACT_FAILED: "Не удались меры",
    AlertKind.TERM_RUNS_OUT: "Сроки на исходе",
    AlertKind.BUDGET_SPENT: "Бюджеты исчерпаны",
    AlertKind.CHANNEL_DOWN: "Каналы оповещений не работают",
    AlertKind.MONITOR_STOPPED: "Монитор",
    AlertKind.REPORT_FAILED: "Отчёты не уходят",
}


class _Told(TypedDict):
    title: str
    body: str
    link: str
    facts: list[str]


def message_of(session: Session, going: Outgoing, *, desk_url: str, at: datetime) -> AlertMessage:
    """The message of a delivery as things stand now."""
    alert, base = going.alert, desk_url.rstrip("/")
    told = _one(session, alert, base, at) if not going.folded else _many(going, base)
    people = _names(session, going.delivery.people)
    facts = [*told["facts"], *([f"Кого зовём: {', '.join(people)}"] if people else [])]
    if going.delivery.step:
        facts.insert(0, f"Никто не взял за {going.delivery.step} мин.")
    taken = session.get(Person, alert.taken_by_id) if alert.taken_by_id else None
    return AlertMessage(
        kind=alert.kind,
        title=told["title"],
        body=told["body"],
        link=told["link"],
        urgency=max(one.urgency for one in (alert, *going.folded)),
        alert_id=alert.id or 0,
        key=f"{alert.brand_id}-{alert.id}-{going.delivery.id}",
        facts=tuple(facts),
        taken_by=(taken.name or taken.login) if taken else "",
        can_take=alert.taken_at is None,
        thread=going.thread,
    )


def _one(session: Session, alert: Alert, base: str, at: datetime) -> _Told:
    mention = session.get(Mention, alert.mention_id) if alert.mention_id else None
    facts = list(_facts(session, mention, at)) if mention else list(about(session, alert))
    link = alert.link
    if not link and base:
        link = _address(alert, base)
    return {"title": alert.title, "body": alert.body, "link": link, "facts": facts}


def _address(alert: Alert, base: str) -> str:
    if alert.mention_id is not None:
        return f"{base}/case?mention={alert.mention_id}"
    kind, _, number = alert.thread_key.partition(":")
    return f"{base}/incident?id={number}" if kind == "incident" else f"{base}/system"


def _many(going: Outgoing, base: str) -> _Told:
    told = [going.alert, *going.folded]
    kinds = {one.kind for one in told}
    what = _KINDS.get(going.alert.kind, going.alert.title) if len(kinds) == 1 else "Сводка"
    lines = [f"{number}. {one.title}"[:_LONGEST] for number, one in enumerate(told[:_LISTED], 1)]
    if len(told) > _LISTED:
        lines.append(f"… и ещё {len(told) - _LISTED}")
    link = f"{base}/system" if base else ""
    title = f"{what}: {len(told)}"
    return {"title": title, "body": "\n".join(lines), "link": link, "facts": []}


def _facts(session: Session, mention: Mention, at: datetime) -> Iterator[str]:
    source = session.get(Source, mention.source_id)
    yield f"Где: {source.name if source else mention.platform}, зона {mention.zone}"
    if parts := _parts(session, mention):
        yield f"Почему срочно: {', '.join(parts)}"
    holder = cases.list_holders(session, [mention.id or 0], at).get(mention.id or 0)
    yield f"У кого: {holder.name}" if holder else "У кого: пока ни у кого"


def _parts(session: Session, mention: Mention) -> list[str]:
    verdict = judgements.list_verdicts(session, [mention]).get(mention.id or 0)
    strong: dict[str, float] = (verdict.value.get("urgency_parts") or {}) if verdict else {}
    ordered = sorted(((part, name) for name, part in strong.items() if part >= 0.5), reverse=True)
    return list(dict.fromkeys(_WHY.get(name, name) for _, name in ordered))[:_PARTS]


def _names(session: Session, logins: Sequence[str]) -> list[str]:
    if not logins:
        return []
    found = filter(None, (people.find_person(session, login) for login in logins))
    named = {one.login: one.name or one.login for one in found}
    return [named.get(login, login) for login in logins]
