"""One case: what was said and why it matters on the left, our reply on the right."""

import streamlit as st

from dashboard import answering, chips, comment, data, frame, reply
from dashboard.i18n import _
from dashboard.plain import Html, fill, show
from dashboard.views import open_case, pages
from otklik.clock import now
from otklik.errors import NotFound
from otklik.store.queue import WAITING

SKIPPED = "skipped"
WATCH_SECONDS = 5


def draw() -> None:
    """The page."""
    asked = st.query_params.get("mention", "")
    case = _find(int(asked)) if asked.isdecimal() and len(asked) < 18 else None
    if case is None:
        _missing()
        return
    _head(case)
    frame.notices()
    if case.mention.state in WAITING:
        show(answering.banner(case.mention.platform, case.mention.cannot_answer))
    left, right = st.columns([5, 6], gap="medium")
    with left:
        comment.draw(case)
    with right:
        reply.draw(case, frame.person())
    _watch(case.mention.id or 0, _marks(case))


def _find(number: int) -> data.CaseFile | None:
    try:
        return data.case_file(number)
    except NotFound:
        return None


def _missing() -> None:
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
            title=_("There is no such case"),
            text=_("Choose one in the queue."),
        )
    )
    st.page_link(pages()["queue"])


def _head(case: data.CaseFile) -> None:
    mention = case.mention
    with st.container(key="ot-case-head", horizontal=True, vertical_alignment="center"):
        st.page_link(pages()["queue"], label=_("← Queue"))
        show(
            fill(
                '<div class="ot-case-title">{urgency}{stance}<span class="ot-clock">{clock}</span>'
                '<span class="ot-fine">№ {number}</span></div>',
                urgency=chips.urgency_chip(mention.urgency),
                stance=chips.stance_chip(mention.stance, is_unsure=mention.is_unsure),
                clock=chips.clock(
                    mention.sla_due_at, mention.sla_state, mention.waiting_since, now()
                )
                if mention.state in WAITING
                else Html(""),
                number=mention.id,
            ),
            is_wide=False,
        )
        is_done = mention.state not in WAITING
        if st.button(
            _("Next most urgent"),
            key="next",
            shortcut="Alt+N",
            type="primary" if is_done else "secondary",
        ):
            _go_on(mention.id or 0)


def _go_on(number: int) -> None:
    skipped: set[int] = st.session_state.setdefault(SKIPPED, set())
    skipped.add(number)
    following = data.find_next(skipped)
    if following is None:  # everything was looked at: begin again with what still waits
        skipped.clear()
        skipped.add(number)
        following = data.find_next(skipped)
    if following is None:
        frame.say(_("Nobody else is waiting."))
        st.switch_page(pages()["queue"])
    open_case(following)


def _marks(case: data.CaseFile) -> tuple[object, ...]:
    """What must be drawn anew when it changes."""
    draft, reply_row = case.draft, case.reply
    return (
        case.mention.version,
        case.mention.state,
        case.mention.deleted_at,
        case.mention.cannot_answer,
        draft.id if draft else None,
        len(case.approvers),
        (reply_row.id, reply_row.state) if reply_row else None,
        len(case.lines),
    )


@st.fragment(run_every=WATCH_SECONDS)
def _watch(number: int, drawn: tuple[object, ...]) -> None:
    """Say that the world has moved on, instead of changing a text under somebody's hands."""
    case = _find(number)
    if case is None or _marks(case) == drawn:
        return
    is_ours = case.mention.state not in WAITING  # nobody is writing: simply show it
    if is_ours or st.button(_("Something changed here: show it anew"), key="renew"):
        st.rerun()
