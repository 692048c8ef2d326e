"""Measures that wait for a yes, those of unknown outcome, and what was done, with its evidence."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import frame, words
from dashboard.i18n import _
from dashboard.measures import deciding, reading
from dashboard.plain import Html, fill, join, one_line, plain, show, veil
from dashboard.views import open_case
from otklik.clock import now
from otklik.enums import ActKind, ActState, AppealState, Role
from otklik.models import Act, Appeal, Person
from otklik.people import may

_REVERSIBLE = {ActKind.HIDE, ActKind.BAN}
_BEFORE = (ActState.ASKED, ActState.APPROVED, ActState.DOING, ActState.UNKNOWN)
SHOWN_EVIDENCE = 12


def draw() -> None:
    """The page."""
    frame.notices()
    who = frame.person()
    show(_figures())
    lines = reading.measures()
    waiting = [line for line in lines if line.act.state in _BEFORE]
    done = [line for line in lines if line.act.state not in _BEFORE]
    show(fill('<h3 class="ot-sub">{text}</h3>', text=_("Waiting for a decision")))
    if not waiting:
        _empty()
    for line in waiting:
        card(line, who)
    if done:
        show(fill('<h3 class="ot-sub">{text}</h3>', text=_("Decided")))
        for line in done:
            card(line, who)


def _figures() -> Html:
    """Thirty days in one line: hiding must stay rare, and what was overturned is seen."""
    found = reading.report(deciding.ban_terms(), now())
    hidden = next(one for one in found.kinds if one.kind is ActKind.HIDE)
    rate = sum(one.overturned for one in found.kinds), sum(one.appeals for one in found.kinds)
    return fill(
        '<p class="ot-fine">{text}</p>',
        text=_(
            "In 30 days: {asked} asked to be hidden, {appeals} objections, {overturned} of them "
            "overturned. Bans in a year: {bans} of {budget}."
        ).format(
            asked=hidden.asked,
            appeals=rate[1],
            overturned=rate[0],
            bans=found.bans_used,
            budget=found.yearly_budget,
        ),
    )


def _empty() -> None:
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
            title=_("Nobody asks for a measure"),
            text=_("Hiding, reports, bans and changes of our own replies gather here."),
        )
    )


def card(line: reading.MeasureLine, who: Person) -> None:
    """One measure, with what can be done about it."""
    act = line.act
    with st.container(key=f"ot-measure-{act.id}", border=True):
        show(join([_head(line), _about(line), _evidence(act)]))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if act.mention_id is not None:
                number = act.mention_id
                if st.button(
                    _("Open case {number}").format(number=number), key=f"to-case-{act.id}"
                ):
                    open_case(number)
            _decide(act, who)
        for appeal in line.view.appeals:
            _appeal(appeal, who)


def _appeal(appeal: Appeal, who: Person) -> None:
    show(
        fill(
            '<div class="ot-line"><b>{title}</b> <span class="ot-chip">{state}</span>'
            "<div>{text}</div><div>{answer}</div></div>",
            title=_("The author objects"),
            state=words.name("appeal", appeal.state),
            text=plain(appeal.text, shown=600),
            answer=plain(appeal.answer, shown=600) if appeal.answer else "",
        )
    )
    if appeal.state is not AppealState.OPEN or not may(who, Role.APPROVER):
        return
    key = f"appeal-{appeal.id}"
    st.text_area(_("What the author is told, and why"), key=f"{key}-answer", height=80)
    with st.container(horizontal=True):
        for is_overturned, label in ((False, _("It stands")), (True, _("Take it back"))):
            st.button(
                label,
                key=f"{key}-{is_overturned}",
                on_click=deciding.on_decide_appeal,
                args=(appeal.id, is_overturned, f"{key}-answer"),
            )


def _head(line: reading.MeasureLine) -> Html:
    act = line.act
    approvers = ", ".join(person.name or person.login for person in line.view.approvers)
    return fill(
        '<header class="ot-reply-head"><b>{kind}</b><span class="ot-chip">{state}</span>'
        '<span class="ot-fine">{when} · {asker}</span><span class="ot-fine">{approvers}</span>'
        "</header>",
        kind=words.name("act", act.kind),
        state=words.name("act_state", act.state),
        when=words.moment(act.asked_at, now=now()),
        asker=one_line(line.asker) if line.asker else _("asked for by the policy"),
        approvers=_("approved by {names}, {done} of {needed}").format(
            names=approvers or "—", done=len(line.view.approvers), needed=act.approvals_needed
        ),
    )


def _about(line: reading.MeasureLine) -> Html:
    act = line.act
    said = plain(line.text, veil(line.text) if frame.is_veiled() else [], shown=600)
    new = (
        fill(
            '<h4 class="ot-sub">{title}</h4><div class="ot-said">{text}</div>',
            title=_("New text"),
            text=plain(act.text),
        )
        if act.text
        else Html("")
    )
    return fill(
        '<p class="ot-fine">{author}</p><div class="ot-said">{said}</div>'
        "<p><b>{why}</b> {reason}</p>{new}{error}",
        author=one_line(line.author or _("Guest"), shown=80),
        said=said,
        why=_("Because:"),
        reason=one_line(act.reason, shown=600),
        new=new,
        error=fill('<p class="ot-fine">{text}</p>', text=one_line(_(act.error), shown=400))
        if act.error
        else Html(""),
    )


def _evidence(act: Act) -> Html:
    if not act.evidence:
        return Html("")
    items = join(
        fill("<li>{text}</li>", text=one_line(_told(one), shown=300))
        for one in act.evidence[:SHOWN_EVIDENCE]
    )
    more = len(act.evidence) - SHOWN_EVIDENCE
    return fill(
        '<details class="ot-evidence"><summary>{title}</summary><ul>{items}</ul>{more}</details>',
        title=_("What it rests on: {n}").format(n=len(act.evidence)),
        items=items,
        more=_("and {n} more").format(n=more) if more > 0 else "",
    )


def _told(one: dict[str, Any]) -> str:
    return " · ".join(f"{key}: {value}" for key, value in one.items() if value not in (None, ""))


def _decide(act: Act, who: Person) -> None:
    if not may(who, Role.APPROVER):
        return
    if act.state is ActState.ASKED:
        st.button(
            _("Approve"),
            type="primary",
            key=f"act-approve-{act.id}",
            on_click=deciding.on_approve,
            args=(act.id,),
        )
    if act.state in (ActState.ASKED, ActState.APPROVED):
        _reasoned(_("Refuse"), _("Why not?"), f"act-refuse-{act.id}", deciding.on_refuse, act)
    if act.state is ActState.UNKNOWN:
        for was_done, label in ((True, _("It is done")), (False, _("It was not done"))):
            st.button(
                label,
                key=f"act-resolve-{act.id}-{was_done}",
                on_click=deciding.on_resolve,
                args=(act.id, was_done),
            )
    if act.state is ActState.DONE and act.kind in _REVERSIBLE:
        _reasoned(
            _("Take it back"),
            _("Why is it taken back?"),
            f"act-undo-{act.id}",
            deciding.on_undo,
            act,
        )
        _reasoned(
            _("The author objects"),
            _("What does the author say?"),
            f"act-appeal-{act.id}",
            deciding.on_appeal,
            act,
        )


def _reasoned(label: str, question: str, key: str, act_on: Callable[..., None], act: Act) -> None:
    with st.popover(label, type="tertiary", key=f"{key}-pop"):
        st.text_area(question, key=f"{key}-reason", height=80)
        st.button(
            label,
            key=key,
            type="primary",
            on_click=act_on,
            args=(act.id, f"{key}-reason"),
        )
