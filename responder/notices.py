"""What becomes an alert, and how one is delivered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from otklik.alerts import AlertMessage, Channel
from otklik.enums import AlertKind, EffectKind, ReplyState, SlaState
from otklik.errors import AccessDenied, OtklikError, RateLimited, Rejected
from otklik.limiter import month_of
from otklik.models import Alert, AlertDelivery, Incident, Mention, Reply, Source
from otklik.settings import ChannelSettings
from otklik.store import alerts, mentions, replies
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


def fallen_due(
    session: Session, brand_id: str, channels: Sequence[ChannelSettings], at: datetime
) -> None:
    """Clocks that ran out and promises whose day has come."""
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
    for promise in replies.list_due_promises(session, brand_id, at):
        alerts.save_alert(
            session,
            brand_id=brand_id,
            kind=AlertKind.PROMISE_DUE,
            dedup_key=f"promise:{promise.id}",
            mention_id=promise.mention_id,
            title="Пора сдержать обещание",
            body=promise.text[:_EXCERPT],
            urgency=3,
            channels=_names(channels, 3),
            at=at,
        )


def deliver(
    channels: Mapping[str, tuple[ChannelSettings, Channel]],
    delivery: AlertDelivery,
    alert: Alert,
    *,
    desk_url: str,
) -> OtklikError | None:
    """Send one alert on one channel; what went wrong comes back as a value."""
    known = channels.get(delivery.channel)
    if known is None:
        return Rejected(f"no channel is named {delivery.channel!r} any more")
    link = alert.link
    if not link and desk_url and alert.mention_id is not None:
        link = f"{desk_url.rstrip('/')}/case?mention={alert.mention_id}"
    message = AlertMessage(
        kind=alert.kind,
        title=alert.title,
        body=alert.body,
        link=link,
        urgency=alert.urgency,
        alert_id=alert.id or 0,
    )
    try:
        known[1].send(message)
    except OtklikError as error:
        return error
    return None


def save_outcome(
    session: Session, delivery_id: int, error: OtklikError | None, at: datetime
) -> None:
    """Commit what became of one delivery."""
    if error is None:
        alerts.save_delivered(session, delivery_id, at)
        return
    alerts.save_delivery_failure(
        session,
        delivery_id,
        f"{type(error).__name__}: {error}",
        at,
        retry_after=error.retry_after if isinstance(error, RateLimited) else None,
        final=isinstance(error, Rejected | AccessDenied),
    )
