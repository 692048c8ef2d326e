"""Rows of imports that could not be read: where, why, and what stood there."""

import streamlit as st

from dashboard import words
from dashboard.i18n import _
from dashboard.plain import fill, one_line, plain, show, table
from dashboard.system.reading import PAGE, bad_rows
from dashboard.worklist import turning
from otklik.clock import now


def draw() -> None:
    """The section."""
    size = PAGE // 2
    number = int(st.session_state.get("imports-page", 1))
    rows, total = bad_rows(number)
    if not total:
        show(fill('<p class="ot-fine">{text}</p>', text=_("Every row so far could be read.")))
        return
    at = now()
    show(
        table(
            (_("When"), _("Source"), _("Place"), _("Reason"), _("Row")),
            [
                (
                    words.moment(row.created_at, now=at),
                    one_line(source, shown=60),
                    one_line(row.place, shown=120),
                    one_line(row.reason, shown=200),
                    plain(row.raw, shown=160),
                )
                for row, source in rows
            ],
        )
    )
    turning.pages(-(-total // size), "imports-page")
