"""The right half of a case: the draft and what it rests on, the decision, what became of it."""

from datetime import datetime

import streamlit as st

from dashboard import actions, answering, data, outcome, words
from dashboard.i18n import _, current_language, ngettext
from dashboard.plain import Html, fill, join, one_line, plain, show
from otklik import audit
from otklik.clock import now
from otklik.enums import PostingMode, ReplyState, Role
from otklik.models import DraftRow, Mention, Person
from otklik.people import may
from otklik.store.queue import WAITING
from responder import editing
from responder.lint import Finding

TEXT_HEIGHT = 190


def draw(case: data.CaseFile, who: Person) -> None:
    """The half."""
    if case.mention.state in WAITING:
        _returned(case)
        _editor(case, who)
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
                error=one_line(case.mention.last_error, shown=400),
            )
        )


def _editor(case: data.CaseFile, who: Person) -> None:
    mention, draft = case.mention, case.draft
    key = f"text-{mention.id}-{mention.version}-{draft.id if draft else 0}"
    with st.container(key="ot-reply", border=True):
        show(_title(case))
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
        is_changed = text != (draft.text if draft else "")
        findings = data.lint(case, text, now()) if is_changed and text.strip() else case.findings
        show(_findings(findings, text))
        if not answering.can_post(mention.platform):
            _by_hand(case, key, text)
        _decide(case, who, key, text)
    if draft is not None:
        _grounds(case, draft)


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


def _findings(findings: list[Finding], text: str) -> Html:
    if not text.strip():
        return Html("")
    if not findings:
        return fill('<p class="ot-clean">✓ {text}</p>', text=_("No remarks on this text"))
    items = [
        fill(
            '<li class="ot-finding ot-finding-{kind}"><b>{severity}.</b> {message} '
            '<span class="ot-fine">{way_out}</span>{quote}</li>',
            kind=finding.severity,
            severity=words.name("severity", finding.severity),
            message=_in_language(finding.message_ru, finding.message_en),
            way_out=_in_language(finding.way_out_ru, finding.way_out_en),
            quote=_quote(text, finding),
        )
        for finding in findings
    ]
    return fill('<ul class="ot-findings">{items}</ul>', items=join(items))


def _in_language(russian: str, english: str) -> str:
    return russian if current_language() == "ru" else english


def _quote(text: str, finding: Finding) -> Html:
    piece = text[finding.span.start : finding.span.end]
    if not piece or len(piece) == len(text):
        return Html("")
    return fill(' <q class="ot-quote">{text}</q>', text=one_line(piece, shown=80))


def _decide(case: data.CaseFile, who: Person, key: str, text: str) -> None:
    with st.container(key="ot-decide", horizontal=True, vertical_alignment="center", gap="small"):
        if not case.mention.cannot_answer:
            _say_yes(case, who, key, text)
        if case.draft is not None:
            draft = case.draft
            _with_reason(
                _("Reject"),
                _("What is wrong with the draft?"),
                f"reject-{draft.id}",
                lambda field: actions.on_reject(draft, field),
            )
        _leave(case.mention)


def _leave(mention: Mention) -> None:
    is_here = not mention.cannot_answer
    _with_reason(
        _("Leave unanswered") if is_here else _("Close the case"),
        _("Why is silence better here?") if is_here else _("What was done, or why nothing?"),
        f"ignore-{mention.id}",
        lambda field: actions.on_ignore(mention.id or 0, mention.version, field),
    )


def _say_yes(case: data.CaseFile, who: Person, key: str, text: str) -> None:
    mention, draft = case.mention, case.draft
    is_changed = text != (draft.text if draft else "")
    may_approve = may(who, Role.APPROVER) and answering.can_post(mention.platform)
    is_own = draft is not None and draft.approvals_needed > 1 and draft.editor_id == who.id
    if may_approve:
        st.button(
            _approve_label(),
            type="primary",
            key=f"approve-{mention.id}",
            shortcut="Ctrl+Enter",
            disabled=not text.strip() or (is_own and not is_changed),
            on_click=actions.on_approve,
            args=(case, key, audit.digest(text)),
        )
    hands_over = not may_approve and answering.can_post(mention.platform)
    st.button(
        _("Save and hand over for approval") if hands_over else _("Save text"),
        type="primary" if hands_over else "secondary",
        key=f"save-{mention.id}",
        disabled=not (is_changed and text.strip()),
        on_click=actions.on_save,
        args=(case, key),
    )


def _approve_label() -> str:
    mode = data.posting_mode()
    if mode is PostingMode.DRY_RUN:
        return _("Approve (rehearsal)")
    return _("Approve and publish") if mode is PostingMode.LIVE else _("Approve (posting stopped)")


def _with_reason(label: str, question: str, key: str, act: actions.WithReason) -> None:
    with st.popover(label, type="tertiary", key=f"{key}-pop"):
        field = f"{key}-reason"
        st.text_area(question, key=field, height=80)
        st.button(label, key=key, type="primary", on_click=act, args=(field,))


def _grounds(case: data.CaseFile, draft: DraftRow) -> None:
    with st.container(key="ot-grounds", border=True):
        show(join([_points(draft), _facts(case, now())]))


def _points(draft: DraftRow) -> Html:
    if not draft.points:
        return Html("")
    items = join(
        fill(
            '<li class="ot-point ot-point-{kind}"><b>{state}</b> {text}</li>',
            kind=point.get("state", ""),
            state=words.name("point", point.get("state", "")),
            text=one_line(str(point.get("text", "")), shown=160),
        )
        for point in draft.points
    )
    open_points = sum(point.get("state") == "gap" for point in draft.points)
    note = (
        fill(
            ' <span class="ot-chip ot-u-high">{text}</span>',
            text=ngettext("{n} point left open", "{n} points left open", open_points),
        )
        if open_points
        else Html("")
    )
    return fill(
        '<h4 class="ot-sub">{title}{note}</h4><ul class="ot-points">{items}</ul>',
        title=_("Points of the comment"),
        note=note,
        items=items,
    )


def _facts(case: data.CaseFile, at: datetime) -> Html:
    title = fill('<h4 class="ot-sub">{title}</h4>', title=_("Facts the draft rests on"))
    if not case.facts:
        return join(
            [title, fill('<p class="ot-fine">{text}</p>', text=_("The draft cites no fact."))]
        )
    items = join(
        fill(
            '<li class="ot-cited"><div>{text}</div><span class="ot-fine {stale}">'
            "{owner} · {until} · {source}</span></li>",
            text=plain(_in_language(fact.text_ru, fact.text_en), shown=400),
            stale="" if fact.is_valid(at) else "ot-stale",
            owner=fact.owner,
            until=_("valid until {day}").format(
                day=fact.valid_until.astimezone(words.zone()).strftime("%d.%m.%Y")
            )
            if fact.valid_until
            else _("since {day}").format(
                day=fact.valid_from.astimezone(words.zone()).strftime("%d.%m.%Y")
            ),
            source=one_line(fact.source, shown=120),
        )
        for fact in case.facts
    )
    return join([title, fill('<ul class="ot-facts">{items}</ul>', items=items)])
