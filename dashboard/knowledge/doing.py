"""What a click on the page of the knowledge does."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.doing import attempt
from dashboard.frame import say
from dashboard.i18n import N_, _, ngettext
from otklik.enums import ProposalKind
from otklik.errors import OtklikError, SecondApprovalNeeded
from otklik.models import Person, Proposal
from responder.knowledge import changing

PART, FORM, NOTE = "knowledge-part", "knowledge-form", "knowledge-note"
SEEN = "knowledge-seen"  # that the author has read what it contradicts

# what `responder.knowledge.changing` says to people
SAID = (
    N_("it contradicts what is known: mend one of them, or say that you saw it"),
    N_("it says this already"),
    N_("there is nothing of that name"),
    N_("the file is followed there already"),
    N_("it has changed since this was written"),
    N_("nobody has the login of who keeps it true"),
)
Act = Callable[[Session, Person, datetime], object]


def perform(work: Act, said: str) -> bool:
    """Run it and say so; a refusal is told in the person's words."""

    def act(session: Session, who: Person, at: datetime) -> bool:
        work(session, who, at)
        return True

    done = attempt(act)
    data.forget_house()
    if isinstance(done, SecondApprovalNeeded):
        say(_("You wrote it: another lead or an administrator activates it."), "problem")
    elif isinstance(done, OtklikError):
        say(words.refusal(done), "problem")
    else:
        say(said)
    return done is True


def open_form(kind: ProposalKind, values: dict[str, Any], base: str, *, is_new: bool) -> None:
    """Begin to write, from these values; the page shows the form until it is closed."""
    close_form()
    st.session_state[FORM] = {"kind": kind, "values": values, "base": base, "new": is_new}


def close_form() -> None:
    """Forget what stands in the form."""
    for key in [one for one in st.session_state if str(one).startswith("kform-")]:
        del st.session_state[key]
    for key in (FORM, NOTE, SEEN):
        st.session_state.pop(key, None)


def on_propose(kind: ProposalKind, values: dict[str, Any], base: str) -> None:
    """Put it before a second person."""

    def work(session: Session, who: Person, at: datetime) -> None:
        changing.propose(
            session,
            person=who,
            kind=kind,
            values=values,
            note=st.session_state.get(NOTE, ""),
            base_digest=base,
            named=data.settings().knowledge_file,
            at=at,
            accepts_contradictions=bool(st.session_state.get(SEEN)),
        )

    if perform(work, _("Proposed: a lead or an administrator brings it into force.")):
        close_form()
        st.session_state[PART] = "proposals"


def on_end(kind: ProposalKind, subject: str, base: str, note_field: str) -> None:
    """Propose to take it out at once."""
    _propose_of(changing.propose_end, kind, subject, base, note_field)


def on_file(kind: ProposalKind, subject: str, base: str, note_field: str) -> None:
    """Propose to follow the file there again."""
    _propose_of(changing.propose_file, kind, subject, base, note_field)


def _propose_of(
    way: Callable[..., Proposal], kind: ProposalKind, subject: str, base: str, note_field: str
) -> None:
    def work(session: Session, who: Person, at: datetime) -> None:
        way(
            session,
            person=who,
            kind=kind,
            subject=subject,
            note=st.session_state.get(note_field, ""),
            base_digest=base,
            named=data.settings().knowledge_file,
            at=at,
        )

    if perform(work, _("Proposed: a lead or an administrator brings it into force.")):
        st.session_state[PART] = "proposals"


def on_activate(numbers: Sequence[int]) -> None:
    """Bring proposals into force, all or none."""

    def work(session: Session, who: Person, at: datetime) -> None:
        named = data.settings().knowledge_file
        changing.activate(session, person=who, proposal_ids=numbers, named=named, at=at)

    said = ngettext(
        "{n} in force: drafts cite it from now on.",
        "{n} in force: drafts cite them from now on.",
        len(numbers),
    )
    perform(work, said)


def on_reject(number: int, reason_field: str) -> None:
    """Say no to a proposal, or take the own one back."""

    def work(session: Session, who: Person, at: datetime) -> None:
        reason = st.session_state.get(reason_field, "")
        changing.reject(session, person=who, proposal_id=number, reason=reason, at=at)

    perform(work, _("It will not come into force; that is on record."))
