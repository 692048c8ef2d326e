"""Alerts, what became of them on each channel, and one more try for those not taken."""

from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard import words
from dashboard.doing import do
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line, plain, show
from dashboard.system import alerts_state
from dashboard.system.reading import PAGE, alert_page
from otklik import switches
from otklik.clock import now
from otklik.enums import DeliveryState, Role
from otklik.models import Alert, AlertDelivery, Person
from otklik.people import may
from responder.alerting import taking

BEFORE = "alerts-before"  # where each page further back begins
SHOWN = PAGE // 2
REFRESH_SECONDS = 10


@st.fragment(run_every=REFRESH_SECONDS)
def draw(who: Person) -> None:
    """The section; it renews itself."""
    alerts_state.draw()
    only = st.toggle(_("Only those a channel did not take"), key="alerts-only", on_change=_newest)
    back: list[int] = st.session_state.get(BEFORE, [])
    found = alert_page(only_undelivered=only, before_id=back[-1] if back else None)
    if not found:
        show(fill('<p class="ot-fine">{text}</p>', text=_("No alert so far.")))
    at, holders = now(), alerts_state.holders([alert for alert, _told in found])
    with st.container(key="ot-alerts", gap=None):
        for alert, deliveries in found[:SHOWN]:
            _line(who, alert, deliveries, at, holders.get(alert.taken_by_id or 0, ""))
    with st.container(horizontal=True):
        if back:
            st.button(_("Newest"), key="alerts-newest", on_click=_newest)
        if len(found) > SHOWN:
            last = found[SHOWN - 1][0].id or 0
            st.button(_("Older"), key="alerts-older", on_click=_older, args=(last,))


def _newest() -> None:
    st.session_state[BEFORE] = []


def _older(before: int) -> None:
    st.session_state[BEFORE] = [*st.session_state.get(BEFORE, []), before]


def _line(
    who: Person, alert: Alert, deliveries: list[AlertDelivery], at: datetime, holder: str
) -> None:
    with st.container(
        key=f"ot-alert-{alert.id}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        show(
            fill(
                '<div class="ot-alert ot-alert-{urgency}"><span class="ot-fine">{when}</span>'
                '<div><span class="ot-chip">{kind}</span> <b>{title}</b>'
                '<div class="ot-fine">{body}</div>{taken}</div><div>{deliveries}</div></div>',
                urgency=alert.urgency,
                when=words.moment(alert.created_at, now=at),
                kind=words.name("alert", alert.kind),
                title=one_line(alert.title, shown=160),
                body=plain(alert.body, shown=240),
                taken=alerts_state.taken(alert, holder, at),
                deliveries=join(_delivery(one, at) for one in deliveries),
            )
        )
        if alert.taken_at is None and at - alert.created_at < alerts_state.TAKEN_WITHIN:
            st.button(_("I take it"), key=f"take-{alert.id}", on_click=on_take, args=(alert.id,))
        for one in deliveries:
            if one.state is DeliveryState.FAILED and may(who, Role.LEAD):
                st.button(
                    _("Send again: {channel}").format(channel=one.channel.replace("_", r"\_")),
                    key=f"again-{one.id}",
                    on_click=on_send_again,
                    args=(one.id,),
                )


def _delivery(one: AlertDelivery, at: datetime) -> Html:
    return fill(
        '<div>{channel}: <span class="ot-chip ot-d-{state}">{name}</span> '
        '<span class="ot-fine">{when} {error}</span></div>',
        when=alerts_state.when(one, at),
        channel=one.channel,
        state=one.state,
        name=words.name("delivery", one.state),
        error=one_line(one.error, shown=120),
    )


def on_send_again(delivery_id: int) -> None:
    """Have the channel tried again."""

    def act(session: Session, who: Person, at: datetime) -> None:
        switches.send_alert_again(session, person=who, delivery_id=delivery_id, at=at)

    do(act, _("It is sent once more, within seconds."))


def on_take(alert_id: int) -> None:
    """Say that whoever clicked has it."""

    def act(session: Session, who: Person, at: datetime) -> Person:
        return taking.take(
            session, person=who, alert_id=alert_id, at=at, lasts=alerts_state.lease()
        )

    do(act, _("The alert is taken: nobody else is called."))
