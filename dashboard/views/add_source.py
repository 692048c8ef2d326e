"""One more place to watch: choose the platform, fill in its form, look at what it asks for."""

import streamlit as st

from dashboard import frame
from dashboard.case import answering
from dashboard.i18n import _
from dashboard.plain import fill, show
from dashboard.sources import changing, checked_card, form, platform_card, watch
from dashboard.sources.lines import platform_title
from dashboard.views import open_source, pages
from otklik.enums import Role
from otklik.people import may
from otklik.platforms import AnyPlatform


def draw() -> None:
    """The page."""
    added = st.session_state.pop(form.ADDED, None)
    if added is not None:
        open_source(added)
    with st.container(key="ot-case-head", horizontal=True, vertical_alignment="center"):
        st.page_link(pages()["sources"], label=_("← Sources"))
        show(
            fill('<div class="ot-case-title"><b>{text}</b></div>', text=_("Add a source")),
            is_wide=False,
        )
    frame.notices()
    if may(frame.person(), Role.LEAD):
        _form()
    else:
        show(fill('<p class="ot-note">{text}</p>', text=_("Your role does not allow this.")))


def _form() -> None:
    left, right = st.columns([4, 3], gap="medium")
    with left, st.container(key="ot-add", border=True):
        name = st.selectbox(
            _("Platform"),
            form.offered(),
            format_func=platform_title,
            index=None,
            placeholder=_("Where do they write?"),
            key="add-platform",
            on_change=_begin_anew,
        )
        if name is not None:
            form.draw(answering.platforms()[name])
    with right:
        if name is not None:
            _beside(answering.platforms()[name])


def _begin_anew() -> None:
    st.session_state.pop(form.WRONG, None)


def _beside(kind: type[AnyPlatform]) -> None:
    config = st.session_state.pop(form.wanted_check(kind), None)
    key = f"new {kind.name}"
    if config is not None:
        with st.spinner(_("One real call to the platform…")):
            changing.check(key, kind.name, config)
    checked = st.session_state.get(changing.CHECKS, {}).get(key)
    with st.container(key="ot-platform", border=True):
        if checked is not None:
            show(checked_card.card(checked, watch.desk_time()))
        show(platform_card.card(kind))
