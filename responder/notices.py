"""What becomes an alert."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik.entries import ChannelSettings
from otklik.enums import AlertKind, EffectKind, IncidentState, ReplyState, SlaState
from otklik.limiter import month_of
from otklik.models import (
    Incident,
    Mention,
    Person,
    Promise,
    Reply,
    Source,
)
from otklik.settings import Settings
from otklik.store import alerts, mentions, promises
from responder.policy import Decision

_EXCERPT = 400


def _names(channels: Sequence[ChannelSettings], urgency: int) -> list[str]:
    return [channel.name for channel in channels if urgency >= channel.min_urgency]


def urgent_mention(
    session: Session,
    mention: Mention,
    decision: Decision,
    channels: Sequence[ChannelSettings],
    at: datetime,
) -> None:
    """Policy asks for an alert. Rows without a date start none: they may be years old."""
    effect = decision.effect(EffectKind.ALERT)
    if effect is None or not mention.starts_clock:
        return
    alerts.save_alert(
        session,
        brand_id=mention.brand_id,
        kind=AlertKind.URGENT_MENTION,
        dedup_key=f"mention:{mention.id}:{mention.version}",
        mention_id=mention.id,
        title=effect.reason or decision.why,
        body=mention.text[:_EXCERPT],
        urgency=max(mention.urgency, 2),
        channels=_names(channels, mention.urgency),
        at=at,
    )


def new_incident(
    session: Session, incident: Incident, channels: Sequence[ChannelSettings], at: datetime
) -> None:
    """Many people tell one story; told again each time it has doubled."""
    doubled = incident.size.bit_length()
    alerts.save_alert(
        session,
        brand_id=incident.brand_id,
        kind=AlertKind.INCIDENT,
        dedup_key=f"incident:{incident.id}:{doubled}",
        title=f"Похоже на общую беду: {incident.title}",
        body=incident.explanation,
        urgency=3,
        channels=_names(channels, 3),
        at=at,
        thread_key=f"incident:{incident.id}",
    )


_MOVED = {
    IncidentState.OPEN: "Инцидент подтверждён",
    IncidentState.IN_WORK: "Инцидент взят в работу",
    IncidentState.SOLVED: "Инцидент решён",
    IncidentState.REOPENED: "Инцидент вернулся",
}


def incident_moved(
    session: Session,
    incident: Incident,
    responsible: Sequence[str],
    channels: Sequence[ChannelSettings],
    at: datetime,
) -> None:
    """An incident was confirmed, solved or came back: who leads it, who has to mend it."""
    owner = session.get(Person, incident.owner_id) if incident.owner_id is not None else None
    parts = (
        incident.explanation,
        f"Ведёт: {owner.name or owner.login}" if owner else "Ведёт: пока никто",
        f"Подразделение: {incident.department}" if incident.department else "",
        f"Отвечают за это: {', '.join(responsible)}" if responsible else "",
        f"Уроки: {incident.lessons}" if incident.state is IncidentState.SOLVED else "",
    )
    alerts.save_alert(
        session,
        brand_id=incident.brand_id,
        kind=AlertKind.INCIDENT,
        dedup_key=f"incident:{incident.id}:{incident.state}:{at.isoformat()}",
        title=f"{_MOVED.get(incident.state, 'Инцидент')}: {incident.title}",
        body="\n".join(part for part in parts if part),
        urgency=2 if incident.state is IncidentState.SOLVED else 3,
        channels=_names(channels, 3),
        at=at,
        thread_key=f"incident:{incident.id}",
    )


def source_down(
    session: Session,
    source: Source,
    channels: Sequence[ChannelSettings],
    at: datetime,
    *,
    also: Sequence[str] = (),
) -> None:
    """A source stopped answering, or turned us away.

    Args:
        also: names of sources that are off for the same reason.
    """
    since = source.last_ok_at.isoformat() if source.last_ok_at else "never"
    why = [f"Что сделать: {source.to_do}"] if source.to_do else []
    why += [f"Из-за этого не читаются и: {', '.join(also)}"] if also else []
    _source_alert(
        session,
        source,
        AlertKind.SOURCE_DOWN,
        key=f"source:{source.id}:{since}:{source.health}",
        title=f"Источник не отвечает: {source.name}",
        body="\n".join([*why, source.last_error[:_EXCERPT]]),
        channels=channels,
        at=at,
    )


def source_silent(
    session: Session, source: Source, channels: Sequence[ChannelSettings], at: datetime
) -> None:
    """A source answers, but what it brings, or does not bring, looks wrong; once an episode."""
    since = source.last_new_at.isoformat() if source.last_new_at else "never"
    _source_alert(
        session,
        source,
        AlertKind.SOURCE_SILENT,
        key=f"silent:{source.id}:{since}",
        title=f"Источник подозрительно молчит: {source.name}",
        body=source.warning[:_EXCERPT],
        channels=channels,
        at=at,
    )


def budget_spent(
    session: Session, source: Source, channels: Sequence[ChannelSettings], at: datetime
) -> None:
    """The month's money of a source is spent; told once a month."""
    _source_alert(
        session,
        source,
        AlertKind.BUDGET_SPENT,
        key=f"budget:{source.id}:{month_of(at)}",
        title=f"Бюджет месяца исчерпан: {source.name}",
        body="До следующего месяца источник не читается. Больше денег: monthly_budget источника.",
        channels=channels,
        at=at,
    )


def _source_alert(
    session: Session,
    source: Source,
    kind: AlertKind,
    *,
    key: str,
    title: str,
    body: str,
    channels: Sequence[ChannelSettings],
    at: datetime,
) -> None:
    alerts.save_alert(
        session,
        brand_id=source.brand_id,
        kind=kind,
        dedup_key=key,
        title=title,
        body=body,
        urgency=3,
        channels=_names(channels, 3),
        at=at,
        thread_key=f"source:{source.id}",
    )


def reply_outcome(
    session: Session, reply: Reply, channels: Sequence[ChannelSettings], at: datetime
) -> None:
    """A reply failed, or nobody knows whether it was posted."""
    kinds = {
        ReplyState.UNKNOWN: (AlertKind.REPLY_UNKNOWN, "Неизвестно, опубликован ли ответ"),
        ReplyState.FAILED: (AlertKind.REPLY_FAILED, "Ответ не опубликован"),
    }
    if reply.state not in kinds:
        return
    kind, title = kinds[reply.state]
    alerts.save_alert(
        session,
        brand_id=reply.brand_id,
        kind=kind,
        dedup_key=f"reply:{reply.id}:{reply.state}:{reply.attempts}",
        mention_id=reply.mention_id,
        title=title,
        body=reply.error[:_EXCERPT],
        urgency=3,
        channels=_names(channels, 3),
        at=at,
    )


def fallen_due(session: Session, settings: Settings, at: datetime) -> None:
    """Clocks that ran out, and promises whose day has come or comes soon."""
    brand_id, channels = settings.brand_id, settings.channels
    remind = timedelta(hours=settings.promise_reminder_hours)
    for mention in mentions.list_waiting(session, brand_id, at):
        mention.sla_state = SlaState.MISSED
        session.add(mention)
        alerts.save_alert(
            session,
            brand_id=brand_id,
            kind=AlertKind.SLA_MISSED,
            dedup_key=f"sla:{mention.id}",
            mention_id=mention.id,
            title="Срок первого ответа прошёл",
            body=mention.text[:_EXCERPT],
            urgency=mention.urgency,
            channels=_names(channels, mention.urgency),
            at=at,
        )
    for promise in promises.list_soon_promises(session, brand_id, at, remind):
        _promise(session, promise, AlertKind.PROMISE_SOON, channels, at)
    for promise in promises.list_due_promises(session, brand_id, at):
        _promise(session, promise, AlertKind.PROMISE_DUE, channels, at)


_PROMISE_TITLES = {
    AlertKind.PROMISE_SOON: ("Скоро срок обещания", 2),
    AlertKind.PROMISE_DUE: ("Пора сдержать обещание", 3),
}


def _promise(
    session: Session,
    promise: Promise,
    kind: AlertKind,
    channels: Sequence[ChannelSettings],
    at: datetime,
) -> None:
    title, urgency = _PROMISE_TITLES[kind]
    owner = session.get(Person, promise.owner_id) if promise.owner_id else None
    alerts.save_alert(
        session,
        brand_id=promise.brand_id,
        kind=kind,
        dedup_key=promises.alert_key(kind, promise),
        mention_id=promise.mention_id,
        title=f"{title}: {owner.name}" if owner else title,
        body=f"до {promise.due_at.astimezone(at.tzinfo):%d.%m %H:%M}: {promise.text}"[:_EXCERPT],
        urgency=urgency,
        channels=_names(channels, urgency),
        at=at,
    )
