"""Reports: what came, why, how well it was answered, and how many people tomorrow needs."""

from collections.abc import Callable

import streamlit as st

from dashboard import frame
from dashboard.i18n import N_, _
from dashboard.plain import show
from dashboard.reports import (
    events_room,
    service_room,
    staffing_room,
    volume_room,
    weekly_room,
)
from dashboard.reports.choice import Choice, choose
from dashboard.reports.figures import fine
from otklik.enums import Role
from otklik.people import may

SECTIONS: dict[str, tuple[str, Callable[[Choice], None]]] = {
    "volume": (N_("Volume"), volume_room.draw_volume),
    "reasons": (N_("Reasons"), volume_room.draw_reasons),
    "events": (N_("Events"), events_room.draw_events),
    "replies": (N_("Replies"), service_room.draw_service),
    "effect": (N_("Effect of replies"), service_room.draw_effect),
    "staffing": (N_("Staffing"), staffing_room.draw_staffing),
    "people": (N_("People"), service_room.draw_people),
    "weekly": (N_("Weekly report"), weekly_room.draw_weekly),
}
NO_PERIOD = ("events", "staffing", "weekly")
NO_FILTERS = ("staffing", "people", "weekly")


def draw() -> None:
    """The page."""
    frame.notices()
    if not may(frame.person(), Role.LEAD):
        show(fine(_("This page is for leads and administrators.")))
        return
    section = st.segmented_control(
        _("Report"),
        list(SECTIONS),
        default="volume",
        required=True,
        format_func=lambda one: _(SECTIONS[one][0]),
        key="report-section",
        label_visibility="collapsed",
        persist_state="session",
    )
    name = str(section or "volume")
    choice = choose(has_period=name not in NO_PERIOD, has_filters=name not in NO_FILTERS)
    SECTIONS[name][1](choice)
