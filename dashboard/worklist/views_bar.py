"""Saved views: open, keep, share, forget; what a view names and is gone is said."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard.doing import do, perform
from dashboard.frame import say
from dashboard.i18n import _
from dashboard.plain import fill, label, one_line, show
from dashboard.worklist import filters
from dashboard.worklist.reading import Choices, Views
from otklik import saved_views
from otklik.enums import Role
from otklik.models import Person, SavedView
from otklik.people import may
from otklik.store.queue_filter import QueueFilter, read_filter

NAME, SHARED = "view-name", "view-shared"


def draw(who: Person, views: Views, wanted: QueueFilter, known: tuple[Choices, list[str]]) -> None:
    """The button with the name of the opened view, and all that can be done with views."""
    opened = views.find(st.session_state.get(filters.VIEW))
    name = _("Views") if opened is None else _name(opened, wanted, known)
    with st.popover(name, key="views-pop"):
        if not views.all:
            text = _("Set the filters you need and keep them under a name.")
            show(fill('<p class="ot-fine">{text}</p>', text=text))
        for view, owner in views.all:
            _line(who, view, owner, is_default=view.id == views.default, known=known)
        _keep(who, wanted)


def _name(opened: SavedView, wanted: QueueFilter, known: tuple[Choices, list[str]]) -> str:
    """The view's own name, and whether the filters are its own still."""
    name = label(opened.name, shown=40)
    kept, _gone = filters.fitting(read_filter(opened.wanted)[0], *known)
    return name if filters.is_same(kept, wanted) else _("{name} · changed").format(name=name)


def _line(
    who: Person, view: SavedView, owner: str, *, is_default: bool, known: tuple[Choices, list[str]]
) -> None:
    with st.container(key=f"view-{view.id}", horizontal=True, vertical_alignment="center"):
        st.button(
            label(view.name),
            key=f"view-open-{view.id}",
            type="tertiary",
            on_click=_on_open,
            args=(view, *known),
            width="stretch",
        )
        if view.is_shared:
            text = _("shared by {name}").format(name=owner)
            show(fill('<span class="ot-fine">{text}</span>', text=one_line(text)), is_wide=False)
        st.button(
            "★" if is_default else "☆",
            key=f"view-default-{view.id}",
            help=_("Do not open the queue with it") if is_default else _("Open my queue with it"),
            type="tertiary",
            on_click=_on_default,
            args=(None if is_default else view.id,),
        )
        if saved_views.may_drop(who, view):
            st.button(
                _("Delete this view"),
                key=f"view-drop-{view.id}",
                type="tertiary",
                on_click=_on_drop,
                args=(view.id,),
            )


def _keep(who: Person, wanted: QueueFilter) -> None:
    st.text_input(_("Keep these filters as"), key=NAME, max_chars=saved_views.LONGEST_NAME)
    if may(who, Role.LEAD):
        st.toggle(_("Share with everybody"), key=SHARED)
    st.button(_("Keep the view"), key="view-keep", on_click=_on_keep, args=(wanted,))


def notes(found: Sequence[str]) -> None:
    """What the opened view or link names and is not there any more."""
    if not found:
        return
    text = _("Left out, because it does not exist (any more): {what}.")
    show(
        fill(
            '<p class="ot-note-line" role="status">{text}</p>',
            text=one_line(text.format(what=", ".join(found[:8])), shown=600),
        )
    )


def _on_open(view: SavedView, choices: Choices, entities: list[str]) -> None:
    filters.put(*read_filter(view.wanted), choices, entities)
    st.session_state[filters.VIEW] = view.id


def _on_keep(wanted: QueueFilter) -> None:
    name, is_shared = st.session_state.get(NAME, ""), bool(st.session_state.get(SHARED))

    def act(session: Session, who: Person, at: datetime) -> SavedView:
        return saved_views.keep(
            session, person=who, name=name, wanted=wanted, at=at, is_shared=is_shared
        )

    kept = perform(act)
    if kept is not None:
        st.session_state[filters.VIEW], st.session_state[NAME] = kept.id, ""
        say(_("The view is kept."))


def _on_default(view_id: int | None) -> None:
    def act(session: Session, who: Person, _at: datetime) -> None:
        saved_views.choose_default(session, person=who, view_id=view_id)

    do(act, _("Your queue opens plain.") if view_id is None else _("Your queue opens with it."))


def _on_drop(view_id: int) -> None:
    def act(session: Session, who: Person, at: datetime) -> bool:
        saved_views.drop(session, person=who, view_id=view_id, at=at)
        return True

    if perform(act):
        st.session_state.pop(filters.VIEW, None)
        say(_("The view is deleted."))
