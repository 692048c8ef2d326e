"""What a click on a text that waits does: yes, or back with a reason; then the next one."""

from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard.case import actions
from dashboard.doing import perform, say_missing
from dashboard.frame import say
from dashboard.i18n import _
from otklik.models import DraftRow, Person
from responder import approval, editing, second_pair

OPEN, LAST = "approvals-open", "approvals-last"


def on_approve(draft: DraftRow, following: int | None) -> None:
    """Say yes to the text on the screen and open the next one."""
    done = actions.approve(draft)
    if done is None:
        return
    on_open(following)
    if done.missing:
        say_missing(done.missing)
        return
    st.session_state[LAST] = done.reply_id
    say(_("Approved: case {number}.").format(number=draft.mention_id))


def on_turn_down(draft: DraftRow, field: str, following: int | None) -> None:
    """Send the text back to who wrote it; a machine's draft is rejected, a person writes anew."""
    reason = st.session_state.get(field, "")

    def act(session: Session, who: Person, at: datetime) -> bool:
        if draft.editor_id is None:
            editing.reject(session, person=who, draft_id=draft.id or 0, reason=reason, at=at)
            return True
        second_pair.send_back(
            session,
            person=who,
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            reason=reason,
            at=at,
        )
        return True

    if not perform(act):
        return
    on_open(following)
    say(
        _("Rejected: the comment waits for a person's own text.")
        if draft.editor_id is None
        else _("Sent back with your reason; who wrote it sees it at the case.")
    )


def on_undo(reply_id: int) -> None:
    """Take the last approval back while the reply waits."""

    def act(session: Session, who: Person, at: datetime) -> DraftRow:
        return approval.undo(session, person=who, reply_id=reply_id, at=at)

    again = perform(act)
    if again is not None:
        st.session_state.pop(LAST, None)
        on_open(again.id)
        say(_("Taken back: nothing was published, the text is a draft again."))


def on_open(draft_id: int | None) -> None:
    """Show this text; None: the first that waits."""
    if draft_id is None:
        st.session_state.pop(OPEN, None)
    else:
        st.session_state[OPEN] = draft_id
