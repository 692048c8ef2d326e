"""What was dealt with: replies and what became of them, silence and its reasons."""

import streamlit as st

from dashboard import chips, data, frame, words
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, show, web_address
from dashboard.views import open_case
from otklik.clock import now
from otklik.models import Reply
from otklik.store.queue import DONE, QueueFilter, QueueRow

REFRESH_SECONDS = 10
PAGE = "answered-page"


def draw() -> None:
    """The page."""
    frame.notices()
    with st.container(key="ot-filters", horizontal=True, vertical_alignment="center"):
        found = st.text_input(
            _("Search"),
            placeholder=_("Search in comments"),
            label_visibility="collapsed",
            key="answered-words",
            type="search",
            width=260,
        )
        states = st.pills(
            _("State"),
            list(DONE),
            format_func=lambda value: words.name("state", value),
            selection_mode="multi",
            label_visibility="collapsed",
            key="answered-states",
            width="content",
        )
    _list(QueueFilter(states=tuple(states) or DONE, words=found or ""))


@st.fragment(run_every=REFRESH_SECONDS)
def _list(wanted: QueueFilter) -> None:
    page, last, unknown = data.done(wanted, st.session_state.get(PAGE, 1))
    if unknown:
        _unknown(unknown)
    if not page.rows:
        show(
            fill(
                '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
                title=_("Nothing here yet"),
                text=_("Approved replies and comments left unanswered gather here."),
            )
        )
        return
    with st.container(key="ot-list", gap=None):
        for line in page.rows:
            with st.container(key=f"row-{line.id}"):
                right = _what_became(line, last.get(line.id))
                show(chips.row(line, now(), is_veiled=frame.is_veiled(), right=right))
                label = _("Open case {number}").format(number=line.id)
                if st.button(label, key=f"open-{line.id}"):
                    open_case(line.id)
    if page.pages > 1:
        st.pagination(page.pages, key=PAGE)


def _unknown(replies: list[Reply]) -> None:
    with st.container(key="ot-unknown", horizontal=True, vertical_alignment="center"):
        show(
            fill(
                '<p class="ot-notice ot-notice-problem">{text}</p>',
                text=_("Of these replies nobody knows whether they were published:"),
            ),
            is_wide=False,
        )
        for reply in replies:
            label = _("Settle case {number}").format(number=reply.mention_id)
            if st.button(label, key=f"settle-{reply.id}"):
                open_case(reply.mention_id)


def _what_became(line: QueueRow, reply: Reply | None) -> Html:
    when = fill(
        '<span class="ot-waits">{time}</span>', time=words.moment(line.state_changed_at, now=now())
    )
    if reply is None:
        why = words.name("close", line.close_reason) if line.close_reason else ""
        return join([when, fill('<span class="ot-sla ot-sla-calm">{why}</span>', why=why)])
    state = fill(
        '<span class="ot-sla ot-outcome-{kind}">{name}</span>',
        kind=reply.state,
        name=words.name("reply", reply.state),
    )
    address = web_address(reply.url)
    link = (
        fill(
            '<a class="ot-public" href="{url}" target="_blank">{text} ↗</a>',
            url=address,
            text=_("in public"),
        )
        if address
        else Html("")
    )
    return join([when, state, link])
