"""Half a minute to think again: what was done last stands in a bar, on the next case, too."""

from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard import frame
from dashboard.case import surroundings
from dashboard.case.surroundings import Own
from dashboard.doing import perform
from dashboard.i18n import N_, _
from dashboard.plain import fill, show
from otklik.clock import now
from otklik.models import Person
from responder import undoing
from responder.undoing import Step

GO_TO = "go-to-case"

_DONE = {
    "mention.ignored": N_("Left without an answer, with the reason on record: № {number}."),
    "mention.labelled": N_("Verdict corrected, thank you: № {number}."),
    "draft.rejected": N_("Draft turned down: № {number}."),
    "draft.edited": N_("Handed over for approval: № {number}."),
    "draft.approved": N_("Approved: № {number}."),
    "draft.chosen": N_("Another draft taken: № {number}."),
    "case.held": N_("Put aside: № {number}."),
    "case.handed_over": N_("Handed over to a colleague: № {number}."),
    "act.asked": N_("A measure asked for: № {number}."),
}


def draw(own: Own) -> None:
    """The bar, as long as there is something to take back."""
    step = own.step
    if step is None:
        return
    left = max(0.0, (step.until - now()).total_seconds())
    with st.container(key="ot-undo", horizontal=True, vertical_alignment="center", gap="small"):
        show(
            fill(
                "<style>.st-key-ot-undo{{animation-duration:{left}s}}"
                ".st-key-ot-undo .ot-undo-left{{animation-duration:{left}s}}</style>"
                '<span class="ot-notice-done" role="status">{text}</span>'
                '<i class="ot-undo-left"></i>',
                left=f"{left:.1f}",
                text=_(_DONE[step.action]).format(number=step.mention_id),
            ),
            is_wide=False,
        )
        st.button(
            _("Take it back"),
            key=f"undo-step-{step.event_id}",
            on_click=_on_undo,
            args=(step.event_id,),
        )


def _on_undo(event_id: int) -> None:
    def work(session: Session, who: Person, at: datetime) -> Step:
        return undoing.undo(
            session, person=who, event_id=event_id, at=at, sending=surroundings.sending()
        )

    step = perform(work)
    if step is not None:
        frame.say(_("Taken back. You work on it again."))
        st.session_state[GO_TO] = step.mention_id
