"""Alerts, imports, the posting switch and the audit chain."""

from datetime import datetime

import streamlit as st

from dashboard import actions, data, frame, words
from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, join, one_line, plain, show, table
from otklik.clock import now
from otklik.enums import PostingMode, Role
from otklik.errors import AuditError
from otklik.models import Person
from otklik.people import may
from otklik.store.queue import AlertLine

REFRESH_SECONDS = 5
CHAIN = "audit-report"


def draw() -> None:
    """The page."""
    frame.notices()
    who = frame.person()
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _lists()
        _machine()
    with right:
        _posting(who)
        _audit()


def _lists() -> None:
    fault = data.lists_fault()
    if fault:
        show(
            fill(
                '<div class="ot-box ot-doubt"><b>{title}</b><p>{text}</p></div>',
                title=_("The file of your own lists is wrong: the last good one stays in force."),
                text=plain(fault, shown=2000),
            )
        )


def _heading(text: str) -> Html:
    return fill('<h3 class="ot-h">{text}</h3>', text=text)


@st.fragment(run_every=REFRESH_SECONDS)
def _machine() -> None:
    room, at = data.machine_room(), now()
    show(join([_heading(_("Alerts")), _alerts(room.alerts, at)]))
    show(join([_heading(_("Rows that could not be read")), _quarantine(room, at)]))


def _none(text: str) -> Html:
    return fill('<p class="ot-fine">{text}</p>', text=text)


def _alerts(lines: list[AlertLine], at: datetime) -> Html:
    if not lines:
        return _none(_("No alert so far."))
    heads = (_("When"), _("What"), _("Delivered to"))
    return table(
        heads,
        [
            (
                words.moment(line.alert.created_at, now=at),
                fill(
                    '<span class="ot-chip">{kind}</span> {title}',
                    kind=words.name("alert", line.alert.kind),
                    title=one_line(line.alert.title, shown=160),
                ),
                _deliveries(line),
            )
            for line in lines
        ],
    )


def _deliveries(line: AlertLine) -> Html:
    return join(
        fill(
            '<div>{channel}: <span class="ot-chip ot-d-{state}">{name}</span> '
            '<span class="ot-fine">{error}</span></div>',
            channel=delivery.channel,
            state=delivery.state,
            name=words.name("delivery", delivery.state),
            error=one_line(delivery.error, shown=120),
        )
        for delivery in line.deliveries
    )


def _quarantine(room: data.MachineRoom, at: datetime) -> Html:
    if not room.quarantined:
        return _none(_("Every row so far could be read."))
    rows = table(
        (_("When"), _("Place"), _("Reason"), _("Row")),
        [
            (
                words.moment(row.created_at, now=at),
                one_line(row.place, shown=120),
                one_line(row.reason, shown=200),
                plain(row.raw, shown=160),
            )
            for row, _source_name in room.quarantine
        ],
    )
    shown = len(room.quarantine)
    note = _none(_("The latest {shown} of {total}.").format(shown=shown, total=room.quarantined))
    return join([rows, note]) if room.quarantined > shown else rows


def _posting(who: Person) -> None:
    mode = data.posting_mode()
    with st.container(key="ot-posting", border=True):
        show(
            fill(
                '<h3 class="ot-h">{title}</h3><p class="ot-mode ot-mode-{mode}">{name}</p>',
                title=_("Posting"),
                mode=mode,
                name=words.name("mode", mode),
            )
        )
        if mode is not PostingMode.STOPPED:
            st.button(
                _("Emergency stop"),
                type="primary",
                key="stop",
                disabled=not may(who, Role.APPROVER),
                on_click=actions.on_switch,
                args=(PostingMode.STOPPED,),
            )
        if may(who, Role.ADMIN):
            _switches(mode)
        else:
            show(_none(_("Only an administrator starts posting or rehearsal.")))


def _switches(mode: PostingMode) -> None:
    labels = {
        PostingMode.DRY_RUN: _("Rehearse: publish nothing"),
        PostingMode.LIVE: _("Publish approved replies"),
    }
    with st.container(horizontal=True):
        for target, label in labels.items():
            if target is mode:
                continue
            with st.popover(label):
                show(
                    _none(_("This holds for everybody from now on. Old replies stay as they are."))
                )
                st.button(
                    _("Yes, switch"),
                    type="primary",
                    key=f"switch-{target}",
                    on_click=actions.on_switch,
                    args=(target,),
                )


def _audit() -> None:
    with st.container(key="ot-audit", border=True):
        show(
            join(
                [
                    _heading(_("Audit log")),
                    _none(_("Every action is chained to the one before; a change would show.")),
                ]
            )
        )
        st.button(_("Verify the chain"), key="verify", on_click=_verify)
        if CHAIN in st.session_state:
            kind, text = st.session_state[CHAIN]
            show(
                fill(
                    '<p class="ot-notice ot-notice-{kind}" role="status">{text}</p>',
                    kind=kind,
                    text=text,
                )
            )


def _verify() -> None:
    try:
        report = data.verify_audit()
    except AuditError as error:
        text = _("The chain is broken: {reason}").format(reason=error)
        st.session_state[CHAIN] = ("problem", text)
        return
    text = ngettext("{n} event, unbroken", "{n} events, unbroken", report.length)
    st.session_state[CHAIN] = ("done", f"{text} · {report.head[:12]}…")
