"""What a click does: one transaction, in the name of whoever holds the cookie now.

Every action names ids, versions and digests that were on the screen, never a place in a list.
Rights are checked where the work is done; a refusal comes back as a notice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.case import answering
from dashboard.doing import do, perform, say_missing
from dashboard.frame import say
from dashboard.i18n import _
from otklik import audit, switches
from otklik.enums import PostingMode
from otklik.models import DraftRow, Person
from otklik.verdicts import Span
from responder import approval, choosing, editing, labelling, vouching
from responder.lint import Finding

WithReason = Callable[[str], None]


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
                **answering.checks(mention.platform),
            )
        return editing.write_draft(
            session,
            person=who,
            mention_id=mention.id or 0,
            mention_version=mention.version,
            text=text,
            at=at,
            **answering.checks(mention.platform),
        )

    return perform(act)


def on_save(case: data.CaseFile, key: str) -> None:
    """Keep the edited text as the draft."""
    save_text(case, st.session_state[key])


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
    approved = approve(draft)
    if approved is not None and approved.missing:
        say_missing(approved.missing)


def approve(draft: DraftRow) -> approval.Approved | None:
    """Say yes to this exact text; None: it was refused, and the person was told."""

    def act(session: Session, who: Person, at: datetime) -> approval.Approved:
        return approval.approve(
            session,
            person=who,
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            mention_version=draft.mention_version,
            at=at,
            undo=timedelta(seconds=data.settings().undo_seconds),
            promise_days=data.settings().promise_days,
        )

    return perform(act)


def on_cite(case: data.CaseFile, key: str, fact_id: str) -> None:
    """Rest the text on one more fact of the house."""

    def act(session: Session, who: Person, at: datetime, draft_id: int) -> DraftRow:
        return vouching.cite(
            session,
            person=who,
            draft_id=draft_id,
            fact_id=fact_id,
            knowledge=data.knowledge(),
            at=at,
            **answering.checks(case.mention.platform),
        )

    if _ground(case, key, act) is not None:
        say(_("The fact is cited."))


def on_vouch(case: data.CaseFile, key: str, start: int, end: int) -> None:
    """Stand for a deed the text tells of; the record keeps who did."""

    def act(session: Session, who: Person, at: datetime, draft_id: int) -> DraftRow:
        return vouching.vouch(
            session,
            person=who,
            draft_id=draft_id,
            span=Span(start=start, end=end),
            at=at,
            **answering.checks(case.mention.platform),
        )

    if _ground(case, key, act) is not None:
        say(_("You vouch for it: your name and these words are on record."))


def _ground(
    case: data.CaseFile, key: str, act: Callable[[Session, Person, datetime, int], DraftRow]
) -> DraftRow | None:
    """What was typed since is saved first: the ground is given to the text on the screen."""
    draft, text = case.draft, st.session_state[key]
    if draft is None or draft.text != text:
        draft = save_text(case, text)
    if draft is None:
        return None
    number = draft.id or 0
    return perform(lambda session, who, at: act(session, who, at, number))


def on_choose(other: DraftRow) -> None:
    """Put another offered draft in the place of the proposed one."""

    def act(session: Session, who: Person, at: datetime) -> DraftRow:
        return choosing.choose(session, person=who, draft_id=other.id or 0, at=at)

    perform(act)


def on_reject(draft: DraftRow, key: str) -> None:
    """Turn the draft down."""
    reason = st.session_state.get(key, "")

    def act(session: Session, who: Person, at: datetime) -> None:
        editing.reject(session, person=who, draft_id=draft.id or 0, reason=reason, at=at)

    do(act, _("The draft is rejected. Write your own text or leave the comment unanswered."))


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
            **answering.checks(mention.platform),
        )

    do(act, _("Noted: the reply is published."))


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

    perform(act)


def on_label(mention_id: int, version: int, field_key: str, value_key: str) -> None:
    """Say what the verdict should have been."""
    field, value = st.session_state[field_key], str(st.session_state[value_key])
    on_label_as(mention_id, version, field, value)


def on_label_as(mention_id: int, version: int, field: str, value: str) -> None:
    """Say that this field of the verdict should have been so."""

    def act(session: Session, who: Person, at: datetime) -> bool:
        labelling.label(
            session,
            person=who,
            mention_id=mention_id,
            mention_version=version,
            field=field,
            value=value,
            at=at,
        )
        return True

    perform(act)


def on_confirm(mention_id: int, version: int) -> None:
    """Say that the verdict is right where nobody has corrected it."""

    def act(session: Session, who: Person, at: datetime) -> None:
        labelling.confirm(
            session, person=who, mention_id=mention_id, mention_version=version, at=at
        )

    do(act, _("Thank you: what is right teaches the model, too."))


def on_undo(reply_id: int) -> None:
    """Take an approved reply back."""

    def act(session: Session, who: Person, at: datetime) -> DraftRow:
        return approval.undo(session, person=who, reply_id=reply_id, at=at)

    do(act, _("Taken back: nothing was published, the text is a draft again."))


def on_resolve(reply_id: int, was_posted: bool) -> None:
    """Settle an unknown outcome after looking at the page."""

    def act(session: Session, who: Person, at: datetime) -> None:
        approval.resolve_unknown(
            session,
            person=who,
            reply_id=reply_id,
            was_posted=was_posted,
            external_id=None,
            at=at,
        )

    do(
        act,
        _("Noted: the reply is published.")
        if was_posted
        else _("Noted: it was not published, the text is a draft again."),
    )


def on_switch(mode: PostingMode) -> None:
    """Publish, rehearse or stop."""

    def act(session: Session, who: Person, at: datetime) -> None:
        switches.set_posting_mode(
            session, person=who, mode=mode, at=at, brand_id=data.settings().brand_id
        )

    do(act, words.name("mode", mode))
