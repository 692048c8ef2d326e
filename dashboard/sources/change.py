"""Other settings for a source, or its end: what stands in `otklik.toml` is changed there."""

import streamlit as st

from dashboard.i18n import _
from dashboard.plain import fill, show
from dashboard.sources import changing, checked_card, form, watch
from otklik.enums import SourceOrigin
from otklik.platforms import find_platform

REMOVED = "source-removed"


def ways(source: watch.SourceFile) -> None:
    """The buttons."""
    report = source.report
    if report.origin is SourceOrigin.SETTINGS:
        return
    kind = find_platform(report.platform)
    if report.origin is SourceOrigin.DESK and kind is not None:
        st.button(
            _("Change…"),
            key="change-open",
            on_click=form.begin_change,
            args=(kind, report.name, source.config, source.interval),
        )
    with st.popover(_("Remove…"), key="remove-pop"):
        text = _("It is watched no more. Its comments, replies and promises stay; so does the log.")
        show(fill('<p class="ot-fine">{text}</p>', text=text))
        st.button(
            _("Remove it"),
            key="remove",
            type="primary",
            on_click=_on_remove,
            args=(report.name,),
        )


def _on_remove(name: str) -> None:
    changing.on_remove(name)
    st.session_state[REMOVED] = name


def draw(source: watch.SourceFile) -> None:
    """The form; what it asks for is checked by one real call, and saved when that went well."""
    report = source.report
    kind = find_platform(report.platform)
    if kind is None:
        return
    with st.container(key="ot-add", border=True):
        show(fill('<h3 class="ot-h">{title}</h3>', title=_("Settings of this source")))
        form.draw_change(kind, report.name)
    wanted = st.session_state.get(form.CHANGE)
    if wanted is None:
        return
    _name, interval, config = wanted
    key = f"change {report.name}"
    checks = st.session_state.get(changing.CHECKS, {})
    if st.session_state.get(_TRIED) != wanted:
        with st.spinner(_("One real call to the platform…")):
            changing.check(key, report.platform, config, source_id=report.id)
        st.session_state[_TRIED] = wanted
        checks = st.session_state.get(changing.CHECKS, {})
        if key in checks and checks[key].is_ok:
            _save(report.name, config, interval)
            st.rerun()
    if key in checks:
        show(checked_card.card(checks[key], watch.desk_time()))
        st.button(
            _("Save all the same"),
            key="change-anyway",
            on_click=_save,
            args=(report.name, config, interval),
        )


_TRIED = "change-source-tried"


def _save(name: str, config: dict[str, object], interval: float) -> None:
    wrong = changing.change(name, config, interval)
    st.session_state.pop(_TRIED, None)
    if wrong:
        st.session_state[form.WRONG] = wrong
        st.session_state.pop(form.CHANGE, None)
    else:
        form.end_change()
