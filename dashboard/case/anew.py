"""Write it anew: a fresh draft from what the house knows today, asked for by a person."""

from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard import data
from dashboard.case import surroundings
from dashboard.doing import do
from dashboard.i18n import _
from dashboard.plain import fill, join, one_line, show
from otklik.clock import now
from otklik.enums import MentionState
from otklik.models import Person
from responder import rewriting

TICK_SECONDS = 1
ASKED = "anew-asked"


def is_offered(case: data.CaseFile) -> bool:
    """Would the machine write here if it were asked?"""
    return rewriting.may_ask(case.mention, case.decision, case.draft)


def button(case: data.CaseFile, key: str) -> None:
    """Among the buttons under the text."""
    if is_offered(case):
        st.button(
            _("Write it anew") if case.draft is not None else _("Write a draft"),
            key=f"anew-{case.mention.id}",
            type="tertiary",
            help=_("A fresh draft from today's facts; this one is kept in the history."),
            on_click=_on_ask,
            args=(case, key),
        )


def notice(case: data.CaseFile) -> None:
    """Over the text: which facts it rests on are over, and the question before words are lost."""
    if not is_offered(case):
        st.session_state.pop(ASKED, None)
        return
    at = now()
    over = [one for one in case.facts if not one.is_valid(at)]
    if over:
        show(
            fill(
                '<p class="ot-notice ot-notice-problem" role="status">{text} {facts}. {way}</p>',
                text=_("Changed or over since this was written:"),
                facts=join([one_line(one.id, shown=60) for one in over], ", "),
                way=_("Write it anew (W)."),
            )
        )
    if st.session_state.get(ASKED) == _place(case):
        _sure(case)


def _sure(case: data.CaseFile) -> None:
    with st.container(key="ot-anew", horizontal=True, vertical_alignment="center", gap="small"):
        text = _("A person has worked on this text. A fresh draft takes its place.")
        show(fill('<span role="status">{text}</span>', text=text), is_wide=False)
        st.button(
            _("Write it anew"), key=f"anew-sure-{case.mention.id}", on_click=_ask, args=(case, True)
        )
        st.button(
            _("Keep this text"),
            key=f"anew-keep-{case.mention.id}",
            type="tertiary",
            on_click=lambda: st.session_state.pop(ASKED, None),
        )


def _place(case: data.CaseFile) -> tuple[int | None, int | None]:
    return case.mention.id, case.draft.id if case.draft else None


def _on_ask(case: data.CaseFile, key: str) -> None:
    draft = case.draft
    is_edited = draft is not None and draft.editor_id is not None
    if is_edited or st.session_state[key] != (draft.text if draft else ""):
        st.session_state[ASKED] = _place(case)
        return
    _ask(case, over_own_words=False)


def _ask(case: data.CaseFile, over_own_words: bool) -> None:
    mention, draft = case.mention, case.draft

    def act(session: Session, who: Person, at: datetime) -> None:
        rewriting.ask_anew(
            session,
            person=who,
            mention_id=mention.id or 0,
            mention_version=mention.version,
            draft_id=draft.id if draft else None,
            at=at,
            over_own_words=over_own_words,
        )

    st.session_state.pop(ASKED, None)
    do(act, _("Asked for: a fresh draft comes in a moment."))


def is_under_way(case: data.CaseFile) -> bool:
    """Is the machine about to write?"""
    return case.mention.state is MentionState.DECIDED


@st.fragment(run_every=TICK_SECONDS)
def waiting(mention_id: int) -> None:
    """In the place of the text while the machine writes; shows the draft as soon as it is there."""
    seen = surroundings.pulse(mention_id, now())
    if seen is None or seen.state is not MentionState.DECIDED:
        st.rerun()
        return
    show(
        fill(
            '<div class="ot-empty" role="status"><b>{title}</b><p>{text}</p></div>',
            title=_("A draft is being written"),
            text=_(
                "It stands here within seconds. If it does not come, see System: "
                "the scheduler may stand still."
            ),
        )
    )
