"""The head of an incident: what it is, who leads it, and what a lead may do with it."""

import streamlit as st

from dashboard import data
from dashboard.i18n import _, current_language, unit
from dashboard.incidents import (
    acting,
    attack,
    crowd,
    ending,
    glance,
    moving_on,
    naming,
    reading,
    shortcuts,
)
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import Html, fill, join, one_line, show
from otklik.clock import now
from otklik.enums import MemberChange
from otklik.models import Incident, Person
from otklik.store.incidents import Figures
from otklik.subjects import EntityKind
from responder.incidents import emergence, membership
from responder.incidents.moving import OVER

REFRESH_SECONDS = 5


def draw(room: IncidentRoom, who: Person) -> None:
    """Title, chips, figures, what can be done."""
    one = room.incident
    show(_title(room))
    if one.merged_into_id is not None:
        show(_merged(one.merged_into_id))
        return
    with st.container(key="ot-inc-acts", horizontal=True, vertical_alignment="center", gap="small"):
        if one.state in OVER:
            ending.reopen(room, who)
        else:
            _live(room, who)
    glance.draw(room)
    undo_bar(who)


def numbers(one: Incident, figures: Figures) -> tuple[tuple[str, str], ...]:
    """What counts of an incident, each with its unit."""
    reach = one.reach if one.reach is not None else figures.reach
    return (
        (str(figures.people), unit("{n} person", "{n} people", figures.people)),
        (str(figures.mentions), unit("{n} comment", "{n} comments", figures.mentions)),
        (str(figures.waiting), _("still wait")),
        (grown(figures), _("in the last hour")),
        ("–" if reach is None else f"{reach:,}".replace(",", "\u202f"), _("followers reached")),
    )


def _title(room: IncidentRoom) -> Html:
    one, figures = room.incident, room.figures
    owner = room.people.get(one.owner_id or 0)
    return fill(
        '<header class="ot-inc-head" data-ot-scope="{scope}"><h2>{title}</h2>{kind}{state}'
        '<span class="ot-fine">{owner} · {department}</span></header>'
        '<p class="ot-fine">{why}</p><div class="ot-numbers">{tiles}</div>{lessons}',
        scope=shortcuts.scope(one, one.state, one.kind),
        title=one_line(naming.title_of(one), shown=160),
        kind=naming.kind_chip(one.kind),
        state=naming.state_chip(one.state),
        owner=one_line(owner.name or owner.login) if owner else _("nobody leads it yet"),
        department=one_line(one.department) if one.department else _("no department"),
        why=_why(room),
        tiles=join(
            fill('<div class="ot-number ot-n-all"><b>{n}</b>{name}</div>', n=number, name=name)
            for number, name in numbers(one, figures)
        ),
        lessons=fill(
            '<p class="ot-inc-lessons"><b>{title}</b> {text}</p>',
            title=_("Lessons:"),
            text=one_line(one.lessons, shown=2000),
        )
        if one.lessons
        else Html(""),
    )


def grown(figures: Figures) -> str:
    """The last hour's comments and whether that is more or fewer than the hour before."""
    return f"{figures.last_hour} {('→', '↑', '↓')[figures.grows]}"


def _why(room: IncidentRoom) -> Html:
    one = room.incident
    seen = emergence.kept_in(one.evidence)
    return fill(
        "{span} · {seen}{words}",
        span=naming.span_of(one),
        seen=_("first seen as {said} · ").format(said=seen.said(current_language()))
        if seen
        else "",
        words=one_line(_("in common: {words}").format(words=one.signature), shown=200)
        if one.signature
        else "",
    )


def _merged(into_id: int) -> Html:
    return fill(
        '<p class="ot-notice ot-notice-done">{text} <a href="/incident?id={id}" '
        'target="_self">№ {id}</a></p>',
        text=_("It was merged into another one:"),
        id=into_id,
    )


def _live(room: IncidentRoom, who: Person) -> None:
    one = room.incident
    number = one.id or 0
    ending.confirm(room, who)
    attack.measures(room)
    if one.owner_id != who.id:
        st.button(_("I take it"), key="take-incident", on_click=moving_on.on_take, args=(number,))
    if one.owner_id == who.id or membership.may_shape(who):
        _hand_over(room)
    _name(room)
    if membership.may_shape(who):
        _merge(room)
        ending.dismiss(room)
        ending.solve(room)


def _hand_over(room: IncidentRoom) -> None:
    number = room.incident.id or 0
    names = {key: one.name or one.login for key, one in room.people.items() if one.is_active}
    names.pop(room.incident.owner_id or 0, None)
    with st.popover(_("Hand over"), key="ot-inc-give"):
        key = f"incident-to-{number}"
        st.selectbox(_("To whom?"), list(names), key=key, format_func=lambda one: names[one])
        st.button(
            _("Yes, hand over"),
            key="give-incident",
            type="primary",
            on_click=acting.on_hand_over,
            args=(number, key),
        )


def _name(room: IncidentRoom) -> None:
    number = room.incident.id or 0
    with st.popover(_("Name and department"), key="ot-inc-name"):
        title, place = f"incident-title-{number}", f"incident-department-{number}"
        st.text_input(
            _("What is it about?"), value=naming.title_of(room.incident), key=title, max_chars=255
        )
        st.button(
            _("Rename"), key="rename-incident", on_click=acting.on_rename, args=(number, title)
        )
        known = [
            name for kind, name in data.named_entities().values() if kind is EntityKind.DEPARTMENT
        ]
        now_is = room.incident.department
        options = sorted({*known, *([now_is] if now_is else [])})
        st.selectbox(
            _("Department that has to mend it"),
            options,
            index=options.index(now_is) if now_is else None,
            key=place,
            accept_new_options=True,
            placeholder=_("Choose or write"),
        )
        st.button(
            _("Note the department"),
            key="assign-incident",
            on_click=acting.on_assign,
            args=(number, place),
        )


def _merge(room: IncidentRoom) -> None:
    number = room.incident.id or 0
    names = {key: f"№ {key} · {title[:60]}" for key, title in room.others}
    with st.popover(_("Merge"), key="ot-inc-merge", disabled=not names):
        key = f"merge-into-{number}"
        into = st.selectbox(
            _("Into which one? It stays, this one ends."),
            list(names),
            index=None,
            key=key,
            format_func=lambda one: names[one],
            placeholder=_("Choose"),
        )
        if into is None:
            return
        show(crowd.consequences(reading.preview_merge(number, into, now())))
        show(
            fill(
                '<p class="ot-fine">{text}</p>',
                text=_(
                    "All are told the statement of the one that stays. This one's statement is "
                    "said to nobody any more."
                ),
            )
        )
        st.button(
            _("Yes, merge"),
            key="merge-incident",
            type="primary",
            on_click=acting.on_merge,
            args=(number, key),
        )


@st.fragment(run_every=REFRESH_SECONDS)
def undo_bar(who: Person) -> None:
    """The last change, as long as it can be undone."""
    change = reading.undoable(who, now())
    if change is None:
        return
    with st.container(key="ot-inc-undo", horizontal=True, vertical_alignment="center"):
        left = (change.created_at + membership.UNDO - now()).total_seconds()
        if st.button(
            _undo_label(change.kind, len(change.moved)),
            key=f"undo-{change.id}",
        ):
            acting.on_undo(change.id or 0)
            if change.kind is MemberChange.SPLIT and change.other_id is not None:
                st.query_params["id"] = str(change.other_id)
            st.rerun()
        show(
            fill(
                '<span class="ot-fine">{text}</span>',
                text=_("{n} s left").format(n=max(0, round(left))),
            ),
            is_wide=False,
        )


def _undo_label(kind: MemberChange, count: int) -> str:
    names = {
        MemberChange.ATTACHED: _("Undo: attached {n}"),
        MemberChange.EXCLUDED: _("Undo: taken out {n}"),
        MemberChange.MERGED: _("Undo: merged {n}"),
        MemberChange.SPLIT: _("Undo: split off {n}"),
    }
    return names[kind].format(n=count)
