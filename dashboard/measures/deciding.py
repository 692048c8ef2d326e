"""What a click on a measure does: hiding, reporting, banning, withdrawing, correcting, appeals."""

from collections.abc import Callable
from datetime import datetime, timedelta

import streamlit as st
from sqlmodel import Session

from dashboard import data
from dashboard.doing import do, perform
from dashboard.frame import say
from dashboard.i18n import _, ngettext
from otklik import database
from otklik.models import Act, Appeal, Person
from responder.moderation import appeals, approving, asking, own_words
from responder.moderation.grounds import HideGround
from responder.moderation.terms import BanTerms, terms_of
from responder.policy import kept

Asking = Callable[[Session, Person, datetime, str], Act]


def ban_terms() -> BanTerms:
    """What the policy in force says of bans."""
    with database.reading(data.engine()) as session:
        return terms_of(kept.find_in_force(session, data.settings().brand_id))


def _ask(act: Asking, field: str) -> None:
    reason = st.session_state.get(field, "")

    def work(session: Session, who: Person, at: datetime) -> Act:
        return act(session, who, at, reason)

    do(work, _("Asked for: it waits for approval under “Measures”."))


def on_hide(mention_id: int, version: int, ground_field: str, field: str) -> None:
    """Ask that the comment be hidden."""
    ground = HideGround(st.session_state[ground_field])
    _ask(
        lambda session, who, at, reason: asking.ask_hide(
            session,
            person=who,
            mention_id=mention_id,
            version=version,
            ground=ground,
            reason=reason,
            at=at,
        ),
        field,
    )


def on_report(mention_id: int, version: int, field: str) -> None:
    """Ask that the comment be reported to the platform."""
    _ask(
        lambda session, who, at, reason: asking.ask_report(
            session, person=who, mention_id=mention_id, version=version, reason=reason, at=at
        ),
        field,
    )


def on_ban(mention_id: int, field: str) -> None:
    """Ask for a ban of the author."""
    terms = ban_terms()
    _ask(
        lambda session, who, at, reason: asking.ask_ban(
            session, person=who, mention_id=mention_id, reason=reason, at=at, terms=terms
        ),
        field,
    )


def on_undo(act_id: int, field: str) -> None:
    """Ask that a hiding or a ban be taken back."""
    _ask(
        lambda session, who, at, reason: asking.ask_undo(
            session, person=who, act_id=act_id, reason=reason, at=at
        ),
        field,
    )


def on_withdraw(reply_id: int, field: str) -> None:
    """Ask that our reply be taken down."""
    _ask(
        lambda session, who, at, reason: own_words.ask_withdraw(
            session, person=who, reply_id=reply_id, reason=reason, at=at
        ),
        field,
    )


def on_correct(reply_id: int, text_field: str, field: str) -> None:
    """Ask that our reply say something else."""
    text = st.session_state.get(text_field, "")
    _ask(
        lambda session, who, at, reason: own_words.ask_correction(
            session,
            person=who,
            reply_id=reply_id,
            text=text,
            reason=reason,
            at=at,
            own_contacts=data.own_contacts(),
        ),
        field,
    )


def on_approve(act_id: int) -> None:
    """Say yes to a measure."""
    terms = ban_terms()

    def work(session: Session, who: Person, at: datetime) -> int:
        return approving.approve(
            session,
            person=who,
            act_id=act_id,
            at=at,
            terms=terms,
            undo=timedelta(seconds=data.settings().undo_seconds),
        )

    missing = perform(work)
    if missing is None:
        return
    say(
        ngettext(
            "Approved. {n} more person must approve it.",
            "Approved. {n} more people must approve it.",
            missing,
        )
        if missing
        else _("Approved: it will be done.")
    )


def on_refuse(act_id: int, field: str) -> None:
    """Say no to a measure."""
    reason = st.session_state.get(field, "")

    def work(session: Session, who: Person, at: datetime) -> None:
        approving.refuse(session, person=who, act_id=act_id, reason=reason, at=at)

    do(work, _("Refused; the reason is on record."))


def on_resolve(act_id: int, was_done: bool) -> None:
    """Settle a measure of unknown outcome after looking at the page."""

    def work(session: Session, who: Person, at: datetime) -> None:
        approving.resolve(session, person=who, act_id=act_id, was_done=was_done, at=at)

    do(work, _("Noted."))


def on_appeal(act_id: int, field: str) -> None:
    """Write down what the author objects."""
    text = st.session_state.get(field, "")

    def work(session: Session, who: Person, at: datetime) -> Appeal:
        return appeals.enter_appeal(session, person=who, act_id=act_id, text=text, at=at)

    do(work, _("The objection is on record; somebody who had no part in it decides."))


def on_decide_appeal(appeal_id: int, is_overturned: bool, field: str) -> None:
    """Uphold or overturn."""
    answer = st.session_state.get(field, "")

    def work(session: Session, who: Person, at: datetime) -> None:
        appeals.decide_appeal(
            session,
            person=who,
            appeal_id=appeal_id,
            is_overturned=is_overturned,
            answer=answer,
            at=at,
        )

    do(work, _("Decided: it is taken back.") if is_overturned else _("Decided: it stands."))
