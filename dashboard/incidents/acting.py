"""What a click on the page of an incident does."""

from datetime import datetime
from typing import Any

import streamlit as st
from sqlmodel import Session

from dashboard import data
from dashboard.doing import do, perform, say_missing
from dashboard.frame import say
from dashboard.i18n import _, ngettext
from otklik.enums import IncidentKind, Language
from otklik.models import Person, Statement
from responder import statements
from responder.incidents import membership, working

CHOSEN = "member-"


def chosen(incident_id: int) -> list[int]:
    """Members that are ticked, on every page of the list."""
    start = f"{CHOSEN}{incident_id}-"
    return sorted(
        int(str(key).removeprefix(start))
        for key, is_on in st.session_state.items()
        if str(key).startswith(start) and is_on is True
    )


def _forget_chosen(incident_id: int) -> None:
    for one in chosen(incident_id):
        st.session_state[f"{CHOSEN}{incident_id}-{one}"] = False


def run(verb: Any, said: str, **more: Any) -> bool:
    """Run one verb of an incident and say so; or say why it was refused."""

    def act(session: Session, who: Person, at: datetime) -> Any:
        return verb(session, person=who, at=at, **more)

    done = perform(act)
    if done is None:
        return False
    say(said)
    return True


def on_hand_over(incident_id: int, key: str) -> None:
    """It is somebody else's."""
    said = _("The incident has a new owner.")
    to_id = int(st.session_state[key])
    run(working.hand_over, said, incident_id=incident_id, to_id=to_id)


def on_assign(incident_id: int, key: str) -> None:
    """Who has to mend it."""
    name = str(st.session_state.get(key) or "")
    said = _("The department is noted.")
    run(working.assign, said, incident_id=incident_id, department=name)


def on_rename(incident_id: int, key: str) -> None:
    """What it is called."""
    title = str(st.session_state.get(key) or "")
    run(working.rename, _("Renamed."), incident_id=incident_id, title=title)


def on_name_kind(incident_id: int, kind: IncidentKind) -> None:
    """A fault, or an attack."""
    said = _("Noted.")
    run(working.name_kind, said, incident_id=incident_id, kind=kind)


def on_attach(incident_id: int, mention_id: int) -> None:
    """One more belongs here."""
    run(
        membership.attach,
        _("Attached."),
        incident_id=incident_id,
        mention_ids=[mention_id],
    )


def on_exclude(incident_id: int) -> None:
    """The ticked ones do not belong here."""
    ids = chosen(incident_id)
    said = ngettext("{n} comment taken out.", "{n} comments taken out.", len(ids))
    if run(membership.exclude, said, incident_id=incident_id, mention_ids=ids):
        _forget_chosen(incident_id)


def on_split(incident_id: int, key: str) -> None:
    """The ticked ones are a story of their own."""
    ids, title = chosen(incident_id), str(st.session_state.get(key) or "")
    said = ngettext(
        "{n} comment is an incident of its own now.",
        "{n} comments are an incident of their own now.",
        len(ids),
    )
    if run(membership.split, said, incident_id=incident_id, mention_ids=ids, title=title):
        _forget_chosen(incident_id)


def on_merge(incident_id: int, key: str) -> None:
    """Both are one story; the page of the one that stays is opened."""
    into_id = int(st.session_state[key])
    said = _("Merged into incident {number}.").format(number=into_id)
    if run(membership.merge, said, incident_id=incident_id, into_id=into_id):
        st.query_params["id"] = str(into_id)


def on_undo(change_id: int) -> None:
    """Everything back."""

    def act(session: Session, who: Person, at: datetime) -> None:
        membership.undo(session, person=who, change_id=change_id, at=at)

    do(act, _("Everything is as it was."))


def on_propose(incident_id: int, language: Language, key: str) -> None:
    """A statement for all."""
    text = str(st.session_state.get(key) or "")

    def act(session: Session, who: Person, at: datetime) -> Statement:
        return statements.propose(
            session,
            person=who,
            incident_id=incident_id,
            language=language,
            text=text,
            at=at,
            own_contacts=data.own_contacts(),
        )

    made = perform(act)
    if made is not None:
        st.session_state[key] = ""
        say(_("The statement is proposed; look at the remarks, somebody has to approve it."))


def on_approve(statement: Statement) -> None:
    """This exact text may be said to all."""

    def act(session: Session, who: Person, at: datetime) -> int:
        return statements.approve(
            session,
            person=who,
            statement_id=statement.id or 0,
            text_digest=statement.text_digest,
            at=at,
        )

    missing = perform(act)
    if missing:
        say_missing(missing)
    elif missing is not None:
        say(_("The statement is in force: drafts nobody has touched are written anew with it."))


def on_retire(statement: Statement, key: str) -> None:
    """It holds no more."""
    reason = str(st.session_state.get(key) or "")

    def act(session: Session, who: Person, at: datetime) -> list[int]:
        return statements.retire(
            session, person=who, statement_id=statement.id or 0, reason=reason, at=at
        )

    again = perform(act)
    if again is not None:
        say(
            ngettext(
                "Taken back; {n} draft is written anew.",
                "Taken back; {n} drafts are written anew.",
                len(again),
            )
        )
