"""What a click does: one transaction, in the name of whoever holds the cookie now.

Every action names ids, versions and digests that were on the screen, never a place in a list.
Rights are checked where the work is done; a refusal comes back as a notice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import streamlit as st
from sqlmodel import Session

from dashboard import answering, browser, data, words
from dashboard.frame import say
from dashboard.i18n import _, ngettext
from otklik import audit, database, people, switches
from otklik.clock import now
from otklik.enums import PostingMode, Role
from otklik.errors import OtklikError
from otklik.models import DraftRow, Person
from responder import approval, editing
from responder.lint import Finding

T = TypeVar("T")
Act = Callable[[Session, Person, datetime], T]
WithReason = Callable[[str], None]


def attempt(act: Act[T]) -> T | OtklikError:
    """Run `act` in one transaction; a refusal comes back as a value.

    The time is the desk's own: "by the 24th" in a reply means the end of the day here.
    """
    at = now().astimezone(ZoneInfo(data.settings().timezone))
    try:
        with database.session(data.engine()) as session:
            who = people.find_logged_in(session, browser.cookies().get(browser.SESSION_COOKIE), at)
            return act(session, people.require(who, Role.OPERATOR), at)
    except OtklikError as error:
        return error


def perform(act: Act[T]) -> T | None:
    """Run `act` in one transaction; a refusal becomes a notice and gives None."""
    done = attempt(act)
    if isinstance(done, OtklikError):
        say(words.refusal(done), "problem")
        return None
    return done


def save_text(case: data.CaseFile, text: str) -> DraftRow | None:
    """Make this text the draft of the case."""
    draft, mention = case.draft, case.mention

    def act(session: Session, who: Person, at: datetime) -> DraftRow:
        if draft is not None:
            return editing.edit_draft(
                session,
                person=who,
                draft_id=draft.id or 0,
                text=text,
                at=at,
                own_contacts=data.own_contacts(),
            )
        return editing.write_draft(
            session,
            person=who,
            mention_id=mention.id or 0,
            mention_version=mention.version,
            text=text,
            at=at,
            own_contacts=data.own_contacts(),
        )

    return perform(act)


def on_save(case: data.CaseFile, key: str) -> None:
    """Keep the edited text as the draft."""
    if save_text(case, st.session_state[key]) is not None:
        say(_("The text is saved and waits for approval."))


def on_approve(case: data.CaseFile, key: str, shown_digest: str) -> None:
    """Approve the text on the screen; a changed one is saved first and checked.

    Where the check finds something the person has not seen, they are asked to look first.
    """
    text = st.session_state[key]
    draft = case.draft
    if draft is None or draft.text_digest != audit.digest(text):
        draft = save_text(case, text)
        if draft is None:
            return
        findings = [Finding.model_validate(one) for one in draft.findings]
        if audit.digest(text) != shown_digest and data.is_serious(findings):
            say(_("The text is saved. Look at the remarks before you approve it."), "problem")
            return
    _approve(draft)


def _approve(draft: DraftRow) -> None:
    def act(session: Session, who: Person, at: datetime) -> approval.Approved:
        return approval.approve(
            session,
            person=who,
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            mention_version=draft.mention_version,
            at=at,
            undo=timedelta(seconds=data.settings().undo_seconds),
        )

    approved = perform(act)
    if approved is not None and approved.missing:
        say(
            ngettext(
                "Approved. {n} more person must approve it.",
                "Approved. {n} more people must approve it.",
                approved.missing,
            )
        )


def on_reject(draft: DraftRow, key: str) -> None:
    """Turn the draft down."""
    reason = st.session_state.get(key, "")

    def act(session: Session, who: Person, at: datetime) -> bool:
        editing.reject(session, person=who, draft_id=draft.id or 0, reason=reason, at=at)
        return True

    if perform(act):
        say(_("The draft is rejected. Write your own text or leave the comment unanswered."))


def on_published_by_hand(case: data.CaseFile, key: str) -> None:
    """Put on record that the text in the box now stands on the site."""
    text, mention = st.session_state[key], case.mention

    def act(session: Session, who: Person, at: datetime) -> DraftRow:
        return editing.answer_by_hand(
            session,
            person=who,
            mention_id=mention.id or 0,
            mention_version=mention.version,
            draft_id=case.draft.id if case.draft else None,
            text=text,
            at=at,
            can_post=answering.can_post(mention.platform),
            own_contacts=data.own_contacts(),
        )

    if perform(act) is not None:
        say(_("Noted: the reply is published."))


def on_ignore(mention_id: int, version: int, key: str) -> None:
    """Leave the comment without an answer."""
    reason = st.session_state.get(key, "")

    def act(session: Session, who: Person, at: datetime) -> bool:
        editing.ignore(
            session,
            person=who,
            mention_id=mention_id,
            mention_version=version,
            reason=reason,
            at=at,
        )
        return True

    if perform(act):
        say(_("Left without an answer; the reason is on record."))


def on_label(mention_id: int, version: int, field_key: str, value_key: str) -> None:
    """Say what the verdict should have been."""
    field, value = st.session_state[field_key], str(st.session_state[value_key])

    def act(session: Session, who: Person, at: datetime) -> bool:
        editing.label(
            session,
            person=who,
            mention_id=mention_id,
            mention_version=version,
            field=field,
            value=value,
            at=at,
        )
        return True

    if perform(act):
        say(_("Thank you: the correction is kept and will teach the model."))


def on_confirm(mention_id: int, version: int) -> None:
    """Say that the verdict is right where nobody has corrected it."""

    def act(session: Session, who: Person, at: datetime) -> bool:
        editing.confirm(session, person=who, mention_id=mention_id, mention_version=version, at=at)
        return True

    if perform(act):
        say(_("Thank you: what is right teaches the model, too."))


def on_undo(reply_id: int) -> None:
    """Take an approved reply back."""

    def act(session: Session, who: Person, at: datetime) -> DraftRow:
        return approval.undo(session, person=who, reply_id=reply_id, at=at)

    if perform(act) is not None:
        say(_("Taken back: nothing was published, the text is a draft again."))


def on_resolve(reply_id: int, was_posted: bool) -> None:
    """Settle an unknown outcome after looking at the page."""

    def act(session: Session, who: Person, at: datetime) -> bool:
        approval.resolve_unknown(
            session,
            person=who,
            reply_id=reply_id,
            was_posted=was_posted,
            external_id=None,
            at=at,
        )
        return True

    if perform(act):
        say(
            _("Noted: the reply is published.")
            if was_posted
            else _("Noted: it was not published, the text is a draft again.")
        )


def on_switch(mode: PostingMode) -> None:
    """Publish, rehearse or stop."""

    def act(session: Session, who: Person, at: datetime) -> bool:
        switches.set_posting_mode(
            session, person=who, mode=mode, at=at, brand_id=data.settings().brand_id
        )
        return True

    if perform(act):
        say(words.name("mode", mode))
