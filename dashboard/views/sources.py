"""Every watched place, the broken ones first, and the line that says how they are."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from dashboard import frame
from dashboard.case import answering
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, show
from dashboard.sources import form, lines, watch
from dashboard.views import open_source, pages
from otklik.enums import Role
from otklik.people import may
from otklik.watching import SourceReport

REFRESH_SECONDS = 5


def draw() -> None:
    """The page."""
    frame.notices()
    _fares(may(frame.person(), Role.LEAD))


@st.fragment(run_every=REFRESH_SECONDS)
def _fares(may_add: bool) -> None:
    at = watch.desk_time()
    reports = watch.list_reports(at)
    with st.container(key="ot-sources-head", horizontal=True, vertical_alignment="center"):
        show(_summary(reports), is_wide=False)
        label = _("Add a source")
        if may_add and st.button(label, type="primary", key="add-source-open"):
            st.switch_page(pages()["add_source"])
    if reports:
        _list(reports, at)
    else:
        _nothing()


def _summary(reports: Sequence[SourceReport]) -> Html:
    total, parts = watch.summary(watch.count_states(reports))
    chips = (
        fill('<span class="ot-sum-{kind}">{text}</span>', kind=kind, text=text)
        for kind, text in parts
    )
    return fill(
        '<p class="ot-summary" role="status"><b>{total}</b> {parts}</p>',
        total=f"{total}:" if parts else total,
        parts=join(chips, " "),
    )


def _list(reports: Sequence[SourceReport], at: datetime) -> None:
    show(lines.heads())
    with st.container(key="ot-list", gap=None):
        for report in reports:
            with st.container(key=f"row-{report.id}"):
                show(lines.row(report, at))
                label = _("Open source {name}").format(name=report.id)
                if st.button(label, key=f"open-{report.id}"):
                    open_source(report.id)
    text = _("renewed at {time}").format(time=at.strftime("%H:%M:%S"))
    show(fill('<p class="ot-fine">{text}</p>', text=text))


def _nothing() -> None:
    titles = [answering.platforms()[name].title or name for name in form.offered()]
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p>'
            '<p class="ot-chips">{places}</p></div>',
            title=_("Nothing is watched yet"),
            text=_("Say where people write about you; the first comments come within a minute."),
            places=join((fill('<span class="ot-chip">{t}</span>', t=one) for one in titles), " "),
        )
    )
