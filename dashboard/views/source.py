"""One watched place: how it fares, and what a lead can do about it."""

from datetime import timedelta

import streamlit as st

from dashboard import chips, frame, words
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line, show, table
from dashboard.sources import change, changing, checked_card, form, lines, watch
from dashboard.views import pages
from otklik.enums import Role, SourceOrigin
from otklik.errors import NotFound
from otklik.people import may
from otklik.watching import SourceReport

REFRESH_SECONDS = 3


def draw() -> None:
    """The page."""
    asked = st.query_params.get("id", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 18 else 0
    if st.session_state.pop(change.REMOVED, None) is not None:
        st.switch_page(pages()["sources"])
    source = _find(number)
    if source is None:
        _missing()
        return
    _head(source)
    frame.notices()
    left, right = st.columns([3, 2], gap="medium")
    is_changing = st.session_state.get(form.CHANGING) == source.report.name
    with left:
        if is_changing and may(frame.person(), Role.LEAD):
            change.draw(source)
        else:
            _fares(number)
            _set_up(source)
    with right:
        if may(frame.person(), Role.LEAD):
            _acts(source)
        else:
            show(_fine(_("A lead or an administrator can check, pause and read it again.")))


def _find(number: int) -> watch.SourceFile | None:
    try:
        return watch.source_file(number, watch.desk_time())
    except NotFound:
        return None


def _missing() -> None:
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
            title=_("There is no such source"),
            text=_("Choose one in the list."),
        )
    )
    st.page_link(pages()["sources"])


def _fine(text: str) -> Html:
    return fill('<p class="ot-fine">{text}</p>', text=text)


def _head(source: watch.SourceFile) -> None:
    report = source.report
    with st.container(key="ot-case-head", horizontal=True, vertical_alignment="center"):
        st.page_link(pages()["sources"], label=_("← Sources"))
        show(
            fill(
                '<div class="ot-case-title"><b>{name}</b><span class="ot-fine">{platform} · '
                "{origin}</span></div>",
                name=one_line(report.name, shown=128),
                platform=lines.platform_title(report.platform),
                origin=words.name("origin", report.origin),
            ),
            is_wide=False,
        )


@st.fragment(run_every=REFRESH_SECONDS)
def _fares(number: int) -> None:
    source = _find(number)
    if source is None:
        return
    report, at = source.report, watch.desk_time()
    pace, following = lines.pace(report, at)
    median, most = lines.delay(report)
    facts = (
        (_("State"), lines.health_chip(report)),
        (_("Read"), _said(pace, following)),
        (_("Last reading"), _said(words.ago(report.last_ok_at, at))),
        (_("Last new comment"), _said(words.ago(report.last_new_at, at))),
        (_("New comments"), _said(_counts(report))),
        (_("Delay"), _said(median, most, lines.measured(report) if most else "")),
        (_("Month's spend"), lines.spend(report)),
    )
    with st.container(key="ot-fares", border=True):
        show(lines.troubles(report, at))
        show(join(chips.fact(label, body) for label, body in facts))


def _counts(report: SourceReport) -> str:
    return _("{today} today, {week} in 7 days").format(today=report.today, week=report.week)


def _said(*parts: str) -> Html:
    first, *rest = parts
    return fill(
        '{first} <span class="ot-fine">{rest}</span>',
        first=first,
        rest=" · ".join(part for part in rest if part),
    )


def _set_up(source: watch.SourceFile) -> None:
    with st.expander(_("Settings of this source")):
        rows = [
            (name, one_line(str(value), shown=300)) for name, value in sorted(source.config.items())
        ]
        show(
            table((_("Setting"), _("Value")), rows)
            if rows
            else _fine(_("Everything is as the platform has it by default."))
        )


def _acts(source: watch.SourceFile) -> None:
    report = source.report
    with st.container(key="ot-acts", border=True):
        show(fill('<h3 class="ot-h">{title}</h3>', title=_("What can be done")))
        with st.container(horizontal=True):
            is_asked = st.button(_("Check now"), key="check", type="primary")
            _read_now(report)
            _pause(report)
            if not source.is_file:
                _backfill(report)
            change.ways(source)
        if report.origin is SourceOrigin.SETTINGS:
            show(_fine(_("Its settings stand in otklik.toml: change or remove it there.")))
        if is_asked:
            with st.spinner(_("One real call to the platform…")):
                changing.check(report.name, report.platform, source.config, source_id=report.id)
        checked = st.session_state.get(changing.CHECKS, {}).get(report.name)
        if checked is not None:
            show(checked_card.card(checked, watch.desk_time()))
        else:
            show(_fine(_("A check makes one real call and says what the token may do.")))


def _read_now(report: SourceReport) -> None:
    if report.is_read:
        st.button(
            _("Read now"),
            key="read-now",
            on_click=changing.on_read_now,
            args=(report.name,),
        )


def _pause(report: SourceReport) -> None:
    if report.is_paused or watch.state_of(report) is watch.SourceState.OFF:
        st.button(
            _("Resume"),
            key="resume",
            type="secondary",
            on_click=changing.on_resume,
            args=(report.name,),
        )
        return
    with st.popover(_("Pause"), key="pause-pop"):
        field = f"pause-{report.id}-reason"
        st.text_area(_("Why, for those who look later"), key=field, height=80)
        st.button(
            _("Pause"),
            key="pause",
            type="primary",
            on_click=changing.on_pause,
            args=(report.name, field),
        )


def _backfill(report: SourceReport) -> None:
    today = watch.desk_time().date()
    with st.popover(_("Back-fill"), key="backfill-pop"):
        show(_fine(_("Reads everything again from this day on. Known comments are not doubled.")))
        field = f"backfill-{report.id}-day"
        st.date_input(
            _("From"),
            value=today - timedelta(days=30),
            max_value=today,
            format="DD.MM.YYYY",
            key=field,
        )
        st.button(
            _("Begin"),
            key="backfill",
            type="primary",
            on_click=changing.on_backfill,
            args=(report.name, field),
        )
