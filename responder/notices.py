"""What becomes an alert, and how one is delivered."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from otklik.alerts import AlertMessage, Channel
from otklik.enums import AlertKind, EffectKind, ReplyState, SlaState
from otklik.errors import AccessDenied, OtklikError, RateLimited, Rejected
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
    session: Session, source: Source, channels: Sequence[ChannelSettings], at: datetime
) -> None:
    """A source stopped answering, or turned us away."""
    since = source.last_ok_at.isoformat() if source.last_ok_at else "never"
    alerts.save_alert(
        session,
        brand_id=source.brand_id,
        kind=AlertKind.SOURCE_DOWN,
        dedup_key=f"source:{source.id}:{since}",
        title=f"Источник не отвечает: {source.name}",
        body=source.last_error[:_EXCERPT],
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
