"""Beside the alerts: whether the monitor lives, how each channel fares, who took what."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dashboard import data, words
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line, show
from otklik import database
from otklik.clock import now
from otklik.enums import DeliveryState
from otklik.heart import spans
from otklik.models import Alert, AlertDelivery, ChannelState
from otklik.pulse import Fault, Pulse, judge
from otklik.store import channels, heartbeats
from otklik.store.people import list_people

TAKEN_WITHIN = timedelta(days=7)  # older ones are nobody's business any more


def draw() -> None:
    """One line about the monitor, one for each channel that fails."""
    settings, at = data.settings(), now()
    with database.reading(data.engine()) as session:
        pulse = heartbeats.find_pulse(session, settings.brand_id)
        states = channels.list_channel_states(session, settings.brand_id)
    fault = judge(pulse, at, **spans(settings.heartbeat))
    failing = [one for one in states if one.failing_since is not None]
    show(join([_monitor(pulse, fault, at), *(_failing(one, at) for one in failing)]))


def _monitor(pulse: Pulse | None, fault: Fault | None, at: datetime) -> Html:
    if pulse is None or fault is None:
        text = (
            _("Monitor: sign of life {ago}").format(ago=words.ago(pulse.beat_at, at))
            if (pulse)
            else _("The monitor has given no sign of life yet: start `otklik run`.")
        )
        return fill('<p class="ot-fine">{text}</p>', text=text)
    return fill(
        '<p class="ot-fine"><span class="ot-chip ot-d-failed">{what}</span> {detail} {ago}</p>',
        what=_HOW[fault.what](),
        detail=one_line(fault.detail, shown=160),
        ago=words.ago(fault.since, at),
    )


_HOW = {
    "silent": lambda: _("The monitor gives no sign of life"),
    "stopped": lambda: _("The monitor was stopped"),
    "hung": lambda: _("A step of the monitor hangs"),
}


def _failing(one: ChannelState, at: datetime) -> Html:
    return fill(
        '<p class="ot-fine"><span class="ot-chip ot-d-{state}">{name}</span> {since}: {error}</p>',
        state="failed" if one.dead_at else "pending",
        name=one.name,
        since=words.ago(one.failing_since, at),
        error=one_line(one.error, shown=160),
    )


def holders(alerts: Sequence[Alert]) -> dict[int, str]:
    """Names of those who took these alerts; no question where nobody did."""
    if not any(one.taken_by_id for one in alerts):
        return {}
    with database.reading(data.engine()) as session:
        people = list_people(session, data.settings().brand_id)
    return {one.id or 0: one.name or one.login for one in people}


def taken(alert: Alert, holder: str, at: datetime) -> Html:
    """Who has it, since when; empty while nobody has."""
    if alert.taken_at is None:
        return fill("")
    return fill(
        '<div class="ot-fine">{said} {name}, {when}</div>',
        said=_("Taken by"),
        name=one_line(holder, shown=60),
        when=words.moment(alert.taken_at, now=at),
    )


def when(one: AlertDelivery, at: datetime) -> str:
    """When it was sent, or is tried next."""
    if one.sent_at is not None:
        return words.moment(one.sent_at, now=at)
    if one.state is DeliveryState.PENDING:
        return _("next try {when}").format(when=words.moment(one.next_attempt_at, now=at))
    return ""


def lease() -> timedelta:
    """How long a case is theirs who takes its alert."""
    return timedelta(minutes=data.settings().lease_minutes)
