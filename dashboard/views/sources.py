"""Every watched place, the broken ones first, and the line that says how they are."""

import streamlit as st

from dashboard import answering, frame, source_chips, source_form, watch
from dashboard.i18n import _
from dashboard.plain import fill, join, show
from dashboard.views import open_source, pages
from otklik.enums import Role
from otklik.people import may

REFRESH_SECONDS = 5


def draw() -> None:
    """The page."""
    frame.notices()
    who = frame.person()
    with st.container(key="ot-sources-head", horizontal=True, vertical_alignment="center"):
        _summary()
        if may(who, Role.LEAD):
            label = _("Add a source")
            if st.button(label, type="primary", key="add-source-open"):
                st.switch_page(pages()["add_source"])
    _list()


@st.fragment(run_every=REFRESH_SECONDS)
def _summary() -> None:
    counts = watch.count_states(watch.list_reports(watch.desk_time()))
    total, parts = watch.summary(counts)
    show(
        fill(
            '<p class="ot-summary" role="status"><b>{total}</b> {parts}</p>',
            total=f"{total}:" if parts else total,
            parts=join(
                (
                    fill('<span class="ot-sum-{kind}">{text}</span>', kind=kind, text=text)
                    for kind, text in parts
                ),
                " ",
            ),
        ),
        is_wide=False,
    )


@st.fragment(run_every=REFRESH_SECONDS)
def _list() -> None:
    at = watch.desk_time()
    reports = watch.list_reports(at)
    if not reports:
        _nothing()
        return
    show(source_chips.heads())
    with st.container(key="ot-list", gap=None):
        for report in reports:
            with st.container(key=f"row-{report.id}"):
                show(source_chips.row(report, at))
                label = _("Open source {name}").format(name=report.id)
                if st.button(label, key=f"open-{report.id}"):
                    open_source(report.id)
    _renewed()


def _renewed() -> None:
    text = _("renewed at {time}").format(time=watch.desk_time().strftime("%H:%M:%S"))
    show(fill('<p class="ot-fine">{text}</p>', text=text))


def _nothing() -> None:
    titles = [answering.platforms()[name].title or name for name in source_form.offered()]
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p>'
            '<p class="ot-chips">{places}</p></div>',
            title=_("Nothing is watched yet"),
            text=_("Say where people write about you; the first comments come within a minute."),
            places=join((fill('<span class="ot-chip">{t}</span>', t=one) for one in titles), " "),
        )
    )
