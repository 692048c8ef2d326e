"""The weekly report: last week's page for whoever asks, and what went out by itself."""

from datetime import date

import streamlit as st

from dashboard import data, words
from dashboard.i18n import _
from dashboard.plain import one_line, show
from dashboard.reports.choice import Choice
from dashboard.reports.figures import empty, fine, heading
from dashboard.reports.parts import figures
from otklik import database
from otklik.clock import now
from otklik.reports.periods import local_day, monday, week_name
from otklik.reports.sending import make_page
from otklik.reports.weekly import WEEK
from otklik.store.events import list_sendings

_WEEKS = 8


def draw_weekly(choice: Choice) -> None:
    """The page of a week as a file, and the list of those sent."""
    this = monday(local_day(choice.period.now, choice.zone))
    weeks = [this - number * WEEK for number in range(1, _WEEKS + 1)]
    with st.container(horizontal=True, vertical_alignment="bottom", key="ot-report-week"):
        chosen = st.selectbox(_("Week"), weeks, format_func=_named, key="report-week", width=260)
        first: date = chosen or weeks[0]
        st.download_button(
            _("Save the page"),
            lambda: _page(first),
            file_name=f"otklik-{week_name(first)}.html",
            mime="text/html",
            key="report-week-page",
            on_click="ignore",
            type="primary",
        )
    show(
        fine(
            _(
                "One page for whoever decides: what changed, why, what was promised, what to "
                "decide. It needs nothing else: print it, or send it on."
            )
        )
    )
    _sent()


def _named(first: date) -> str:
    last = first + WEEK - (WEEK / 7)
    return f"{words.day(first)} – {words.day(last)}"


def _page(first: date) -> bytes:
    return make_page(data.engine(), data.settings(), first, now()).page.encode()


def _sent() -> None:
    with database.reading(data.engine()) as session:
        rows = list_sendings(session, data.settings().brand_id)
    show(heading(_("Sent by itself")))
    if not rows:
        show(
            empty(
                _("No weekly report was sent yet"),
                _("An administrator says when and where to in [reports] of the settings file."),
            )
        )
        return
    at = now()
    show(
        figures(
            [_("Week"), _("State"), _("When"), _("Where to"), _("What went wrong")],
            [
                [
                    row.week,
                    words.name("delivery", row.state),
                    words.moment(row.sent_at or row.next_attempt_at, now=at),
                    one_line(row.where_to),
                    one_line(row.error),
                ]
                for row in rows
            ],
        )
    )
