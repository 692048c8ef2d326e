"""Measures against a whole attack: preview, exceptions, asking, a yes for all, taking back."""

from datetime import datetime, timedelta

import streamlit as st
from sqlmodel import Session
from streamlit.delta_generator import DeltaGenerator

from dashboard import data, words
from dashboard.case import keys
from dashboard.doing import perform
from dashboard.frame import say
from dashboard.i18n import N_, _, ngettext
from dashboard.incidents import attack_reading, naming, shortcuts, ticks
from dashboard.incidents.reading import IncidentRoom
from dashboard.measures import deciding
from dashboard.plain import Html, fill, join, one_line, plain, show
from dashboard.worklist import choosing
from otklik.clock import now
from otklik.enums import ActKind, Role
from otklik.errors import OtklikError
from otklik.models import Act, Author, Mention, Person
from otklik.people import may
from otklik.store import acts
from responder.bulk import PART, Outcome
from responder.incidents import attack_measures
from responder.incidents.attack_measures import Line, Plan

TICK, YES = "measure-", "measure-yes-"
NAMES: dict[ActKind, str] = {
    ActKind.HIDE: N_("Hide from others"),
    ActKind.REPORT: N_("Report to the platform"),
    ActKind.BAN: N_("Ask for a ban"),
}
WHY_NOT: dict[str, str] = {
    attack_measures.NO_GROUND: N_("no ground in its words"),
    attack_measures.NOT_MET: N_("not all three criteria hold"),
    attack_measures.UNDER_WAY: N_("asked for or done already"),
}


def draw(room: IncidentRoom, who: Person) -> None:
    """The page in this mode."""
    number = room.incident.id or 0
    listener = st.container()  # drawn first of all: nothing is pressed too early
    head = st.container()
    kind = st.segmented_control(
        _("Which measure"),
        list(NAMES),
        default=ActKind.HIDE,
        required=True,
        format_func=lambda one: _(NAMES[one]),
        key=f"measure-kind-{number}",
    )
    try:
        plan, authors = attack_reading.plan(who, number, ActKind(kind or ActKind.HIDE), now())
    except OtklikError as error:
        _head(head, listener, shortcuts.scope(room.incident), room)
        show(fill('<p class="ot-wrong">{text}</p>', text=words.refusal(error)))
        return
    _head(head, listener, shortcuts.scope(room.incident, *plan.lines), room)
    show(_left_alone(plan))
    _list(plan, authors)
    _ask(number, plan)
    _waiting(number, who)


def _head(head: DeltaGenerator, listener: DeltaGenerator, scope: str, room: IncidentRoom) -> None:
    with listener:
        keys.listen(shortcuts.of_measures(), scope)
    with head:
        naming.mode_head(room.incident, scope, key="measures-back", on_back=_close)


def _close() -> None:
    st.query_params.pop("do", None)


def _left_alone(plan: Plan) -> Html:
    """Whom it does not touch and why, before whom it does."""
    said = []
    if plan.real:
        text = ngettext("{n} comment of a real customer: kept out",
                        "{n} comments of real customers: kept out", len(plan.real))  # fmt: skip
        said.append(text)
    if others := len(plan.spared) - len(plan.real):
        said.append(ngettext("{n} unsure or neutral comment: kept out",
                             "{n} unsure or neutral comments: kept out", others))  # fmt: skip
    for reason, count in plan.left_out.items():
        said.append(f"{count}: {_(WHY_NOT[reason])}")
    for platform, count in plan.cannot.items():
        said.append(_("{n} on {platform}: it has no such measure").format(
            n=count, platform=platform))  # fmt: skip
    if plan.kind is ActKind.BAN:
        said.append(ngettext("{n} ban is left this year",
                             "{n} bans are left this year", plan.bans_left))  # fmt: skip
    said.append(_("No platform lets Otklik slow a place down: do that in its own settings."))
    return fill(
        '<ul class="ot-will">{items}</ul>',
        items=join(fill("<li>{text}</li>", text=one) for one in said),
    )


def _key(line: Line) -> str:
    return f"{TICK}{line.kind}-{line.mention_id}-{line.version}"


def _list(plan: Plan, authors: dict[int, Author]) -> None:
    if not plan.lines:
        show(fill('<p class="ot-fine">{text}</p>', text=_("Nobody here to whom it applies.")))
    with st.container(key="ot-tog-list"):
        for line in plan.lines[:PART]:
            row = plan.rows[line.mention_id]
            with st.container(key=f"ot-member-m-{line.mention_id}", horizontal=True, gap="small"):
                label = _("Choose comment {number}").format(number=line.mention_id)
                ticks.box(_key(line), label)
                show(_line(row, authors.get(row.author_id), _rule(line.rule)))


def _rule(rule: str) -> str:
    if rule == attack_measures.CRITERIA:
        return _("all three criteria of a ban hold")
    return words.name("ground", rule)


def _line(row: Mention, author: Author | None, rule: str) -> Html:
    return fill(
        '<div class="ot-member"><header><span class="ot-chip">{rule}</span><b>{author}</b>'
        '<span class="ot-fine">{place} · {when}</span></header>'
        '<div class="ot-excerpt">{text}</div></div>',
        rule=rule,
        author=one_line((author.name if author else "") or _("Guest"), shown=60),
        place=row.platform,
        when=words.moment(row.waiting_since, now=now()),
        text=plain(row.text),
    )


def _ask(number: int, plan: Plan) -> None:
    shown = plan.lines[:PART]
    ticked = [line for line in shown if ticks.is_on(_key(line))]
    if not shown:
        return
    with st.container(key="ot-tog-foot", horizontal=True, vertical_alignment="bottom"):
        key = f"measure-why-{number}"
        st.text_input(_("Why? The author may read it."), key=key, max_chars=400)
        label = ngettext("Ask for {n} measure", "Ask for {n} measures", len(ticked))
        st.button(
            label,
            key="ask-measures",
            type="primary",
            disabled=not ticked,
            on_click=on_ask,
            args=(number, ticked, key),
        )
        ticks.all_or_none([_key(line) for line in shown], "measures")
        if len(plan.lines) > len(shown):
            more = _("{n} more follow").format(n=len(plan.lines) - len(shown))
            show(fill('<span class="ot-fine">{text}</span>', text=more), is_wide=False)


def _waiting(number: int, who: Person) -> None:
    """What was asked for, in full, and one click for all of it; each gets its own yes."""
    found = attack_reading.asked(who, number, now())
    if found.batch is not None:
        label = ngettext("Take {n} measure back", "Take {n} measures back", len(found.batch.rows))
        st.button(
            label,
            key="undo-measures",
            on_click=choosing.take_back,
            args=(found.batch.id,),
        )
    shown = found.acts[:PART]
    if not shown:
        return
    title = ngettext("{n} measure waits for a yes", "{n} measures wait for a yes", len(found.acts))
    show(fill('<h3 class="ot-h">{title}</h3>', title=title))
    free = [act for act in shown if acts.own_yes_counts(act) or act.asked_by_id != who.id]
    if may(who, Role.APPROVER) and not free:
        text = _("You asked for these: somebody else says yes or no.")
        show(fill('<p class="ot-fine">{text}</p>', text=text))
    for act in shown:
        with st.container(key=f"ot-member-a-{act.id}", horizontal=True, gap="small"):
            if may(who, Role.APPROVER):
                label = _("Approve measure {number}").format(number=act.id)
                ticks.box(f"{YES}{act.id}", label, is_free=act in free)
            row = found.rows[act.mention_id or 0]
            show(_line(row, found.authors.get(row.author_id), _told(act)))
    if may(who, Role.APPROVER) and free:
        _say_yes([act.id or 0 for act in free])


def _say_yes(ids: list[int]) -> None:
    ticked = [one for one in ids if ticks.is_on(f"{YES}{one}")]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            ngettext("Approve {n} as shown", "Approve {n} as shown", len(ticked)),
            key="approve-measures",
            type="primary",
            disabled=not ticked,
            on_click=on_approve,
            args=(ticked,),
        )
        ticks.all_or_none([f"{YES}{one}" for one in ids], "asked")


def _told(act: Act) -> str:
    kind = _(NAMES[act.kind]) if act.kind in NAMES else words.name("act", act.kind)
    return f"{kind} · {act.reason}"


def on_ask(number: int, lines: list[Line], key: str) -> None:
    """Each becomes a measure that waits for approval."""
    reason, terms = str(st.session_state.get(key) or ""), deciding.ban_terms()

    def work(session: Session, who: Person, at: datetime) -> Outcome:
        return attack_measures.ask(
            session,
            person=who,
            incident_id=number,
            lines=lines,
            reason=reason,
            at=at,
            terms=terms,
        )

    done = perform(work)
    if done is not None:
        st.session_state[key] = ""
        said = ngettext("{n} measure waits for approval.", "{n} measures wait for approval.",
                        len(done.done))  # fmt: skip
        say(said + _left(done.left_out))


def on_approve(act_ids: list[int]) -> None:
    """A yes to each."""
    terms = deciding.ban_terms()

    def work(session: Session, who: Person, at: datetime) -> tuple[list[int], dict[int, str]]:
        return attack_measures.approve(
            session,
            person=who,
            act_ids=act_ids,
            at=at,
            terms=terms,
            undo=timedelta(seconds=data.settings().undo_seconds),
        )

    done = perform(work)
    if done is not None:
        given, left = done
        said = ngettext("{n} measure has your yes.", "{n} measures have your yes.", len(given))
        say(said + _left(left), "done" if given else "problem")


def _left(left: dict[int, str]) -> str:
    if not left:
        return ""
    reasons = "; ".join(sorted({words.said(one) for one in left.values()}))
    return " " + _("Left out: {n} ({why}).").format(n=len(left), why=reasons)
