"""My work: one case on the screen, what was said on the left, our reply on the right."""

import streamlit as st

from dashboard import chips, data, frame
from dashboard.case import (
    answering,
    clock_parts,
    comment,
    holding,
    keys,
    reply,
    resting,
    shortcuts,
    start,
    surroundings,
    undo_bar,
)
from dashboard.case.surroundings import Own, Surroundings
from dashboard.i18n import _
from dashboard.plain import Html, fill, show
from dashboard.views import open_case, pages
from otklik.clock import now
from otklik.enums import ReplyState
from otklik.errors import NotFound
from otklik.models import Person
from otklik.store.past import Pulse
from otklik.store.queue_filter import WAITING

SKIPPED = "skipped"
EMPTY, NEXT, TO_QUEUE = "nothing-left", "next-case", "to-queue"
WATCHED, WATCH_SECONDS = "watched", 5


def draw() -> None:
    """The page."""
    who = frame.person()
    asked = st.query_params.get("mention", "")
    _go(asked)
    if not asked:
        _start(who)
        return
    case = _find(int(asked)) if asked.isdecimal() and len(asked) < 18 else None
    if case is None:
        _missing()
        return
    _case(case, who)


def _case(case: data.CaseFile, who: Person) -> None:
    mention, at = case.mention, now()
    around = surroundings.read(mention, at)
    own = surroundings.of_person(who, at)
    keys.listen(shortcuts.of_case(case), _scope(case))
    _head(case, who, around)
    frame.notices()
    if not _counts_down(case):
        undo_bar.draw(own)
    resting.draw(own)
    if mention.state in WAITING:
        show(answering.banner(mention.platform, mention.cannot_answer))
    with st.container(key="ot-case"):
        left, right = st.columns([5, 7], gap="small")
        with left, st.container(key="ot-case-left"):
            comment.draw(case, around, who)
        with right, st.container(key="ot-case-right"):
            reply.draw(case, who, around)
    _watch(mention.id or 0, around.pulse, st.session_state[keys.RUN])


def _go(asked: str) -> None:
    """Where the last click leads: a run that is cut short by another one must not lose it."""
    back_to = st.session_state.pop(undo_bar.GO_TO, None)
    if st.session_state.pop(TO_QUEUE, False):
        st.switch_page(pages()["queue"])
    done_with = st.session_state.pop(NEXT, None)
    if done_with is not None:
        _go_on(done_with)
    if back_to is not None and str(back_to) != asked:
        open_case(back_to)


def _wish(name: str, value: object) -> None:
    st.session_state[name] = value


def _start(who: Person) -> None:
    own: Own = surroundings.of_person(who, now())
    keys.listen(shortcuts.of_start(), "start")
    frame.notices()
    undo_bar.draw(own)
    resting.draw(own)
    with st.container(key="ot-case-head", horizontal=True, vertical_alignment="center"):
        _back()
    start.draw(who, own, is_empty=st.session_state.pop(EMPTY, False), on_next=_wish_next)


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


def _wish_next() -> None:
    _wish(NEXT, 0)


def _back() -> None:
    st.button(_("← Queue"), key="ot-back", type="tertiary", on_click=_wish, args=(TO_QUEUE, True))


def _counts_down(case: data.CaseFile) -> bool:
    """Does the reply itself show how long it can be taken back?"""
    return case.reply is not None and case.reply.state in {ReplyState.QUEUED, ReplyState.SENDING}


def _scope(case: data.CaseFile) -> str:
    """What keys are pressed for: this text of this comment."""
    return f"case-{case.mention.id}-{case.mention.version}"


def _head(case: data.CaseFile, who: Person, around: Surroundings) -> None:
    mention = case.mention
    with st.container(key="ot-case-head", horizontal=True, vertical_alignment="center"):
        _back()
        show(
            fill(
                '<div class="ot-case-title" data-ot-scope="{scope}">{urgency}{stance}'
                '<span class="ot-clock">{clock}</span>{pressure}'
                '<span class="ot-fine">№ {number}</span></div>',
                urgency=chips.urgency_chip(mention.urgency),
                stance=chips.stance_chip(mention.stance, is_unsure=mention.is_unsure),
                clock=chips.clock(
                    mention.sla_due_at, mention.sla_state, mention.waiting_since, now()
                )
                if mention.state in WAITING
                else Html(""),
                pressure=clock_parts.pressure(mention, now())
                if mention.state in WAITING
                else Html(""),
                number=mention.id,
                scope=_scope(case),
            ),
            is_wide=False,
        )
        is_done = mention.state not in WAITING
        if not is_done:
            holding.who_works(around, mention, who)
        st.button(
            _("Next most urgent"),
            key="next",
            type="primary" if is_done else "secondary",
            on_click=_wish,
            args=(NEXT, mention.id or 0),
        )


def _go_on(number: int) -> None:
    skipped: set[int] = st.session_state.setdefault(SKIPPED, set())
    if number:
        skipped.add(number)
        holding.let_go(number)
    following = holding.next_case(skipped)
    if following is None and skipped:  # everything was looked at: begin again with what waits
        skipped.clear()
        skipped.add(number)
        following = holding.next_case(skipped)
    if following is None:
        st.session_state[EMPTY] = True
        st.switch_page(pages()["case"])
    open_case(following)


@st.fragment(run_every=WATCH_SECONDS)
def _watch(number: int, drawn: Pulse | None, run: int) -> None:
    """Say that the world has moved on, instead of changing a text under somebody's hands."""
    if st.session_state.get(WATCHED) != run:  # drawn this very moment
        st.session_state[WATCHED] = run
        return
    seen = surroundings.pulse(number, now())
    if seen is None or drawn is None or seen == drawn:
        return
    is_ours = seen.state not in WAITING  # nobody is writing: simply show it
    if is_ours or st.button(_("Something changed here: show it anew"), key="renew"):
        st.rerun()
