"""What a click on the page of the policy does."""

import threading
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.doing import attempt
from dashboard.frame import say
from dashboard.i18n import N_, _
from dashboard.policy import faults
from otklik import database
from otklik.enums import ProposalKind, Role
from otklik.errors import OtklikError, PolicyError
from otklik.models import Person, Proposal, Rehearsal, WorkingText
from otklik.people import require
from otklik.store import proposals
from responder.policy import Policy, proposing, rehearsing

TEXT = "policy-text"
NOTE = "policy-note"
PART = "policy-part"
_GENERATION = "policy-generation"


# what `responder.policy.proposing` and `rehearsing` say to people
SAID = (
    N_("say in a note what changes and why"),
    N_("this text is in force already"),
    N_("the file of the settings is followed already"),
    N_("whoever wrote it cannot activate it: somebody else must"),
    N_("the file has changed since this was proposed"),
    N_("only a text of the desk can decide in the shadow"),
    N_("this proposal is decided on already"),
    N_("the policy in force has changed since this was written"),
    N_("another rehearsal is running: wait for it"),
    N_("replaced by the author"),
)


def _perform(work: Callable[[Session, Person, datetime], object]) -> bool:
    """Run it; what is wrong with a text is told with its line, anything else as everywhere."""

    def act(session: Session, who: Person, at: datetime) -> bool:
        work(session, who, at)
        return True

    done = attempt(act)
    if isinstance(done, PolicyError):
        place = _("line {line}").format(line=done.line)
        said = _("Not done: {reason}.").format(reason=f"{place}, {faults.said(done.message)}")
        say(said, "problem")
    elif isinstance(done, OtklikError):
        say(words.refusal(done), "problem")
    return done is True


def keep(text: str, base_digest: str) -> None:
    """Keep what this person is writing, right or wrong."""

    def work(session: Session, who: Person, at: datetime) -> None:
        require(who, Role.LEAD)
        row = proposals.find_working_text(session, who.id or 0, ProposalKind.POLICY)
        if row is None:
            row = WorkingText(
                brand_id=who.brand_id,
                person_id=who.id or 0,
                kind=ProposalKind.POLICY,
                subject=proposals.POLICY,
                text="",
                base_digest=base_digest,
                saved_at=at,
            )
        row.text, row.saved_at = text, at
        proposals.save_working_text(session, row)

    _perform(work)


def generation() -> int:
    """Counts texts put into the box by us: what was heard of one before is not of this one."""
    return int(st.session_state.get(_GENERATION, 0))


def _put(text: str) -> None:
    st.session_state[TEXT] = text
    st.session_state[_GENERATION] = generation() + 1


def take_up(text: str, base_digest: str) -> None:
    """Begin to write from this text, for what is in force now."""
    throw_away()
    keep(text, base_digest)
    _put(text)
    st.session_state[PART] = "edit"


def on_take(text: str, base_digest: str) -> None:
    """The same with a version that may follow."""
    with database.reading(data.engine()) as session:
        version = proposing.find_next_version(session, data.settings().brand_id, text)
    take_up(proposing.with_version(text, version), base_digest)
    say(_("The text is in the editor, with version {n}.").format(n=version))


def throw_away() -> None:
    """Forget what this person is writing."""

    def work(session: Session, who: Person, _at: datetime) -> None:
        row = proposals.find_working_text(session, who.id or 0, ProposalKind.POLICY)
        if row is not None:
            proposals.delete_working_text(session, row)

    _perform(work)
    st.session_state.pop(TEXT, None)
    st.session_state[_GENERATION] = generation() + 1


def on_throw_away() -> None:
    """Begin anew from what is in force."""
    throw_away()
    say(_("Thrown away: the editor shows what is in force."))


def on_version(version: int, base_digest: str) -> None:
    """Give the text a version that may follow."""
    text = proposing.with_version(st.session_state.get(TEXT, ""), version)
    _put(text)
    keep(text, base_digest)


def on_rebase(in_force: str) -> None:
    """Go on with the own text, having seen what changed meanwhile."""
    text = st.session_state.get(TEXT, "")
    throw_away()
    keep(text, in_force)
    _put(text)


def on_propose(base_digest: str) -> None:
    """Put the text before a second person."""
    text, note = st.session_state.get(TEXT, ""), st.session_state.get(NOTE, "")

    def work(session: Session, who: Person, at: datetime) -> Proposal:
        return proposing.propose(
            session, person=who, text=text, note=note, base_digest=base_digest, at=at
        )

    if _perform(work):
        st.session_state.pop(TEXT, None)
        st.session_state[_GENERATION] = generation() + 1
        st.session_state.pop(NOTE, None)
        st.session_state[PART] = "proposals"
        say(_("Proposed: another lead or an administrator activates it."))


def on_propose_file(note_field: str) -> None:
    """Propose to follow the file of the settings again."""
    note = st.session_state.get(note_field, "")

    def work(session: Session, who: Person, at: datetime) -> Proposal:
        file = data.settings().policy_file
        return proposing.propose_file(session, person=who, file=file, note=note, at=at)

    if _perform(work):
        st.session_state[PART] = "proposals"
        say(_("Proposed: another lead or an administrator activates it."))


def on_activate(proposal_id: int) -> None:
    """Bring a colleague's proposal into force."""

    def work(session: Session, who: Person, at: datetime) -> Policy:
        file = data.settings().policy_file
        return proposing.activate(session, person=who, proposal_id=proposal_id, at=at, file=file)

    if _perform(work):
        say(_("In force: the next comment is decided by it."))


def on_reject(proposal_id: int, reason_field: str) -> None:
    """Say no to a proposal, or take the own one back."""
    reason = st.session_state.get(reason_field, "")

    def work(session: Session, who: Person, at: datetime) -> None:
        proposing.reject(session, person=who, proposal_id=proposal_id, reason=reason, at=at)

    if _perform(work):
        say(_("It will not come into force; that is on record."))


def on_shadow(proposal_id: int, is_on: bool) -> None:
    """Let a proposal decide beside the policy in force, or no longer."""

    def work(session: Session, who: Person, at: datetime) -> None:
        proposing.set_shadow(session, person=who, proposal_id=proposal_id, is_on=is_on, at=at)

    if _perform(work):
        said = _("It decides in the shadow now: nothing follows from it.")
        say(said if is_on else _("It decides in the shadow no longer."))


def on_rehearse(days_field: str) -> None:
    """Try the text on what was decided, beside everything else this process does."""
    text, days = st.session_state.get(TEXT, ""), int(st.session_state[days_field])
    ready: list[tuple[Rehearsal, Policy]] = []

    def work(session: Session, who: Person, at: datetime) -> None:
        policy = proposing.read_text(text)
        started = rehearsing.start(session, person=who, policy=policy, days=days, at=at)
        ready.append((started, policy))

    if not _perform(work):
        return
    zone = ZoneInfo(data.settings().timezone)
    for started, policy in ready:
        threading.Thread(
            target=rehearsing.run,
            args=(data.engine(), started, policy, zone),
            name=f"rehearsal-{started.id}",
            daemon=True,
        ).start()
