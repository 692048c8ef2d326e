"""What a click does to the life of an incident: confirm, solve, approve together and back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.doing import perform
from dashboard.frame import say
from dashboard.i18n import _, ngettext
from dashboard.incidents import acting
from otklik.enums import IncidentState, Language
from otklik.models import Person, Statement
from responder import statements
from responder.incidents import life, prepared, together, working

APPROVED, TICK, WHY = "incident-approved", "together-", "dismiss-why-"


def house() -> life.House:
    """Where alerts go and who is responsible for what."""
    return life.House(data.settings().channels, data.knowledge())


def on_take(incident_id: int) -> None:
    """It is mine."""
    said = _("You lead this incident now.")
    acting.run(working.take, said, incident_id=incident_id, house=house())


def on_confirm(incident_id: int, seen: IncidentState) -> None:
    """It is one story indeed."""
    said = _("Confirmed: those responsible are told.")
    acting.run(life.confirm, said, incident_id=incident_id, house=house(), seen=seen)


def on_dismiss(incident_id: int, seen: IncidentState) -> None:
    """It was none."""
    reason = str(st.session_state.get(f"{WHY}{incident_id}") or "")
    said = _("Dismissed; it counts as a false alarm.")
    acting.run(life.dismiss, said, incident_id=incident_id, reason=reason, seen=seen)


def on_solve(incident_id: int, lessons: str, texts: dict[Language, str]) -> None:
    """It is mended; `lessons` and `texts` hold keys of fields."""
    mended = {one: str(st.session_state.get(key) or "") for one, key in texts.items()}
    learned = str(st.session_state.get(lessons) or "")

    def act(session: Session, who: Person, at: datetime) -> tuple[int, int]:
        done = life.solve(
            session,
            person=who,
            incident_id=incident_id,
            lessons=learned,
            at=at,
            mended=mended,
            house=house(),
        )
        return len(done.in_force), len(done.waiting)

    done = perform(act)
    if done is None:
        return
    if done[1]:
        say(_("Solved. What all are told has remarks: two others have to approve it first."))
    elif done[0]:
        say(_("Solved. In a moment the news for each person waits for approval."))
    else:
        say(_("The incident is closed. Who still waits stays in the queue."))


def on_reopen(incident_id: int) -> None:
    """It came back."""
    said = _("The incident is open again.")
    acting.run(life.reopen, said, incident_id=incident_id, house=house())


def on_prepared(incident_id: int, filled: prepared.Filled, digest: str, *, approve: bool) -> None:
    """A prepared statement, as it was shown; with a yes to it where one is enough."""

    def act(session: Session, who: Person, at: datetime) -> Statement:
        made = prepared.propose(
            session,
            person=who,
            incident_id=incident_id,
            filled=filled,
            at=at,
            own_contacts=data.own_contacts(),
        )
        if approve and made.approvals_needed < 2:
            number = made.id or 0
            statements.approve(session, person=who, statement_id=number, text_digest=digest, at=at)
        return made

    made = perform(act)
    if made is not None:
        is_in_force = made.approved_at is not None
        say(
            _("The statement is in force: drafts nobody has touched are written anew with it.")
            if is_in_force
            else _("The statement is proposed; look at the remarks, somebody has to approve it.")
        )


def on_approve_together(incident_id: int, shown: Sequence[together.Shown]) -> None:
    """The ticked ones of what was shown, each by itself."""
    chosen = [one for one in shown if st.session_state.get(f"{TICK}{one.draft_id}", False)]

    def act(session: Session, who: Person, at: datetime) -> together.Outcome:
        return together.approve_shown(
            session,
            person=who,
            incident_id=incident_id,
            shown=chosen,
            at=at,
            undo=timedelta(seconds=data.settings().undo_seconds),
            promise_days=data.settings().promise_days,
        )

    done = perform(act)
    if done is None:
        return
    st.session_state[APPROVED] = [*st.session_state.get(APPROVED, []), *done.queued]
    said = [ngettext("{n} text approved.", "{n} texts approved.", len(done.queued))]
    if done.once:
        said.append(ngettext("{n} needs a second yes.", "{n} need a second yes.", len(done.once)))
    if done.left_out:
        count = len(done.left_out)
        said.append(
            ngettext("{n} was left out:", "{n} were left out:", count)
            + " "
            + "; ".join(sorted({words.said(one) for one in done.left_out.values()}))
        )
    say(" ".join(said), "problem" if done.left_out else "done")


def on_undo_together(reply_ids: list[int]) -> None:
    """All that one click approved, back as drafts."""

    def act(session: Session, who: Person, at: datetime) -> tuple[list[int], dict[int, str]]:
        return together.undo_shown(session, person=who, reply_ids=reply_ids, at=at)

    done = perform(act)
    st.session_state.pop(APPROVED, None)
    if done is not None:
        back, late = done
        said = ngettext("{n} text taken back.", "{n} texts taken back.", len(back))
        tail = ngettext("{n} was sent already.", "{n} were sent already.", len(late))
        say(f"{said} {tail}" if late else said)
