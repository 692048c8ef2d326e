"""Quality: how well the model and people judge, and whether what it says has changed."""

from collections.abc import Callable

import streamlit as st

from dashboard import frame
from dashboard.i18n import N_, _
from dashboard.plain import fill, show
from dashboard.quality import drift_panel, model_panel, people_panel
from otklik.enums import Role
from otklik.people import may

_PARTS: dict[str, str] = {
    "model": N_("The model"),
    "people": N_("People"),
    "golden": N_("Golden items"),
    "drift": N_("Drift"),
}


def draw() -> None:
    """The page."""
    frame.notices()
    who = frame.person()
    if not may(who, Role.LEAD):
        text = _("This page is for leads and administrators.")
        show(fill('<p class="ot-fine">{text}</p>', text=text))
        return
    chosen = st.segmented_control(
        _("Part"),
        list(_PARTS),
        default="model",
        required=True,
        format_func=lambda key: _(_PARTS[key]),
        key="quality-part",
        label_visibility="collapsed",
        persist_state="session",
    )
    draws: dict[str, Callable[[], None]] = {
        "people": people_panel.draw,
        "golden": people_panel.draw_golden,
        "drift": drift_panel.draw,
    }
    draws.get(chosen or "model", lambda: model_panel.draw(who))()
