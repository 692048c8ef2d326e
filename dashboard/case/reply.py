"""The right half of a case: the draft and what it rests on, the decision, what became of it."""

import streamlit as st

from dashboard import data, words
from dashboard.case import (
    actions,
    anew,
    answering,
    citing,
    grounds,
    holding,
    offers,
    outcome,
    reasons,
    remarks,
    story,
)
from dashboard.case.surroundings import Surroundings
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line, plain, show
from otklik import audit
from otklik.clock import now
from otklik.enums import PostingMode, ReplyState, Role
from otklik.models import DraftRow, Mention, Person
from otklik.people import may
from otklik.store.queue_filter import WAITING
from responder import editing, undoing
from responder.lint import Finding

TEXT_HEIGHT = 150


def draw(case: data.CaseFile, who: Person, around: Surroundings) -> None:
    """The half."""
    if case.mention.state in WAITING:
        if not outcome.earlier(case, who):
            _returned(case)
        story.hint(around.elsewhere)
        _editor(case, who, around)
    elif anew.is_under_way(case):
        anew.waiting(case.mention.id or 0)
    elif case.reply is not None:
        outcome.draw(case, who)
    else:
        _closed(case)


def _closed(case: data.CaseFile) -> None:
    mention = case.mention
    last = case.drafts[-1] if case.drafts else None
    if last is not None and last.reject_reason == editing.BY_HAND:
        _published_by_hand(last)
        return
    why = words.name("close", mention.close_reason) if mention.close_reason else ""
    show(
        fill(
            '<div class="ot-empty"><b>{state}</b><p>{why}</p></div>',
            state=words.name("state", mention.state),
            why=why,
        )
    )


def _published_by_hand(draft: DraftRow) -> None:
    with st.container(key="ot-outcome", border=True):
        show(
            fill(
                '<p class="ot-outcome ot-outcome-posted"><b>{state}</b></p>'
                '<h4 class="ot-sub">{title}</h4><div class="ot-said">{text}</div>',
                state=_(editing.BY_HAND),
                title=_("Our public reply"),
                text=plain(draft.text),
            )
        )


def _returned(case: data.CaseFile) -> None:
    """Why an approved text is here again."""
    last = case.reply
    if last is not None and last.error == undoing.TAKEN_BACK:
        return
    if last is not None and last.state is ReplyState.FAILED and case.draft is not None:
        show(
            fill(
                '<p class="ot-notice ot-notice-problem">{text} {error}</p>',
                text=_("The reply was not published:"),
                error=one_line(_(last.error), shown=400),
            )
        )
    elif case.mention.last_error:
        show(
            fill(
                '<p class="ot-notice ot-notice-problem">{error}</p>',
                error=one_line(_(case.mention.last_error), shown=400),
            )
        )


def _editor(case: data.CaseFile, who: Person, around: Surroundings) -> None:
    mention, draft = case.mention, case.draft
    key = f"text-{mention.id}-{mention.version}-{draft.id if draft else 0}"
    with st.container(key="ot-reply", border=True):
        show(_title(case))
        anew.notice(case)
        text = st.text_area(
            _("Our public reply"),
            value=draft.text if draft else "",
            key=key,
            height=TEXT_HEIGHT,
            label_visibility="collapsed",
            placeholder=""
            if mention.cannot_answer
            else _("Write for the readers: each point, a fact or a deed, and by when."),
            disabled=bool(mention.cannot_answer),
        )
        text = text or ""
        remarks.draw(
            key,
            text,
            lambda typed: _check(case, typed),
            lambda: holding.on_typing(mention.id or 0, draft.id if draft else None),
        )
        if draft is not None:
            citing.vouch(case, draft, key)
        if not answering.can_post(mention.platform):
            _by_hand(case, key, text)
        _decide(case, who, key, text, around)
    if draft is not None:
        offers.draw(case)
        grounds.draw(case, draft)


def _check(case: data.CaseFile, typed: str) -> list[Finding]:
    if case.draft is not None and typed == case.draft.text:
        return case.findings
    if not typed.strip():
        return []
    return data.lint(case, typed, now(), answering.checks(case.mention.platform))


def _by_hand(case: data.CaseFile, key: str, text: str) -> None:
    """The text to be taken along: a person puts it on the site and says so."""
    if not text.strip() or case.mention.cannot_answer:
        return
    show(fill('<p class="ot-fine">{text}</p>', text=_("Copy the text and publish it there:")))
    st.code(text, language=None, wrap_lines=True)
    st.button(
        _("Published on the site"),
        type="primary",
        key=f"by-hand-{case.mention.id}",
        help=_("Press it once the text stands there: it is recorded as our answer."),
        on_click=actions.on_published_by_hand,
        args=(case, key),
    )


def _title(case: data.CaseFile) -> Html:
    draft = case.draft
    if case.mention.cannot_answer:
        state = ""
    elif draft is None:
        state = _("No draft: policy wants your own words, or silence.")
    elif draft.approvals_needed > 1:
        state = _("Two others than the editor must approve: {done} of {needed}.").format(
            done=len(case.approvers), needed=draft.approvals_needed
        )
    else:
        state = ""
    by = join([one_line(name) for name in case.approvers], ", ")
    note = "ot-second" if state else ""
    return fill(
        '<header class="ot-reply-head"><b>{title}</b><span class="ot-fine">{writer}</span>'
        '<span class="ot-fine {note}">{state} {by}</span></header>',
        title=_("Our public reply"),
        writer=_writer(draft) if draft else "",
        state=state,
        note=note,
        by=by,
    )


def _writer(draft: DraftRow) -> str:
    return _("edited by a person") if draft.editor_id else _("machine draft")


def _decide(case: data.CaseFile, who: Person, key: str, text: str, around: Surroundings) -> None:
    with st.container(key="ot-decide", horizontal=True, vertical_alignment="center", gap="small"):
        if not case.mention.cannot_answer:
            _say_yes(case, who, key, text)
        if case.draft is not None:
            draft = case.draft
            reasons.menu(
                _("Reject"),
                _("What is wrong with the draft?"),
                f"reject-{draft.id}",
                reasons.REJECT,
                lambda field: actions.on_reject(draft, field),
            )
            citing.menu(case, draft, key)
        anew.button(case, key)
        _leave(case.mention)
        holding.draw(case.mention, who, around)


def _leave(mention: Mention) -> None:
    is_here = not mention.cannot_answer
    reasons.menu(
        _("Leave unanswered") if is_here else _("Close the case"),
        _("Why is silence better here?") if is_here else _("What was done, or why nothing?"),
        f"ignore-{mention.id}",
        reasons.IGNORE if is_here else (),
        lambda field: actions.on_ignore(mention.id or 0, mention.version, field),
    )


def _say_yes(case: data.CaseFile, who: Person, key: str, text: str) -> None:
    mention, draft = case.mention, case.draft
    is_changed = text != (draft.text if draft else "")
    can_post = answering.can_post(mention.platform)
    is_own = draft is not None and draft.approvals_needed > 1 and draft.editor_id == who.id
    if may(who, Role.APPROVER) and can_post:
        st.button(
            _approve_label(),
            type="primary",
            key=f"approve-{mention.id}",
            shortcut="Ctrl+Enter",
            disabled=not text.strip() or (is_own and not is_changed),
            on_click=actions.on_approve,
            args=(case, key, audit.digest(text)),
        )
        _save(case, key, is_ready=is_changed and bool(text.strip()))
    elif can_post:
        _hand_up(case, who, key, text)
    else:
        _save(case, key, is_ready=is_changed and bool(text.strip()))


def _hand_up(case: data.CaseFile, who: Person, key: str, text: str) -> None:
    """An operator's yes: the text as it stands goes to those who approve."""
    draft = case.draft
    waits = draft is not None and draft.editor_id is not None and text == draft.text
    with st.container(key=f"hand-up-{case.mention.id}", width="content"):
        st.button(
            _("Waits for approval") if waits else _("For approval"),
            type="primary",
            key=f"save-{case.mention.id}",
            shortcut="Ctrl+Enter",
            disabled=waits or not text.strip(),
            on_click=actions.on_save,
            args=(case, key),
        )


def _save(case: data.CaseFile, key: str, *, is_ready: bool) -> None:
    st.button(
        _("Save"),
        key=f"save-{case.mention.id}",
        type="tertiary",
        disabled=not is_ready,
        on_click=actions.on_save,
        args=(case, key),
    )


def _approve_label() -> str:
    mode = data.posting_mode()
    if mode is PostingMode.DRY_RUN:
        return _("Approve (rehearsal)")
    return _("Approve and publish") if mode is PostingMode.LIVE else _("Approve (posting stopped)")
