"""State: how far the machine is, how late each source comes, what the month has cost."""

from datetime import datetime

import streamlit as st

from dashboard import data, words
from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, join, one_line, plain, show, table
from dashboard.sources import lines, watch
from dashboard.system.reading import Machine, machine_room
from dashboard.views import pages
from otklik.enums import DeliveryState, MentionState, ReplyState
from otklik.store.machine import UNDER_WAY
from otklik.watching import SourceReport

REFRESH_SECONDS = 5
LATE = 120.0  # seconds a due source may wait before somebody should look at the scheduler


@st.fragment(run_every=REFRESH_SECONDS)
def draw() -> None:
    """The section; it renews itself."""
    at = watch.desk_time()
    room = machine_room(at)
    show(join([_numbers(room), *_faults(room, at)]))
    show(_sources(room.reports, at))
    st.page_link(pages()["sources"], label=_("All about sources →"))


def _numbers(room: Machine) -> Html:
    under_way = sum(room.work.get(state, 0) for state in UNDER_WAY)
    stuck = room.work.get(MentionState.STUCK, 0)
    unknown = room.replies.get(ReplyState.UNKNOWN, 0)
    failed = room.undelivered.get(DeliveryState.FAILED, 0)
    money = f"${room.spent:.2f}"
    if room.budget:
        money = _("{spent} of {money}").format(spent=money, money=f"${room.budget:.0f}")
    boxes = (
        ("normal", str(under_way), _("comments in the machine")),
        ("critical" if stuck else "", str(stuck), _("stuck in a step")),
        ("critical" if unknown else "", str(unknown), _("replies of unknown outcome")),
        ("high" if failed else "", str(failed), _("alerts not delivered")),
        ("", money, _("spent this month")),
    )
    return fill(
        '<div class="ot-numbers">{boxes}</div>',
        boxes=join(
            fill(
                '<div class="ot-number ot-n-{kind} {none}"><b>{count}</b>{name}</div>',
                kind=kind or "all",
                none="" if count != "0" else "ot-zero",
                count=count,
                name=name,
            )
            for kind, count, name in boxes
        ),
    )


def _faults(room: Machine, at: datetime) -> list[Html]:
    found = []
    waits = room.waits_since(at)
    if waits > LATE:
        text = _("A source has been due for {time} and nobody reads it: is the scheduler running?")
        found.append(_fault(text.format(time=words.span(waits)), Html("")))
    fault = data.lists_fault()
    if fault:
        text = _("The file of your own lists is wrong: the last good one stays in force.")
        found.append(_fault(text, plain(fault, shown=2000)))
    return found


def _fault(title: str, text: Html) -> Html:
    return fill(
        '<div class="ot-box ot-doubt" role="alert"><b>{title}</b><p>{text}</p></div>',
        title=title,
        text=text,
    )


def _sources(reports: list[SourceReport], at: datetime) -> Html:
    if not reports:
        return fill('<p class="ot-fine">{text}</p>', text=_("Nothing is watched yet"))
    heads = (
        _("Source"),
        _("State"),
        _("Last reading"),
        _("Half come within"),
        _("95 % come within"),
        _("Measured on"),
        _("Month's spend"),
    )
    return table(heads, [_source(report, at) for report in reports], kind="ot-delays")


def _source(report: SourceReport, at: datetime) -> tuple[object, ...]:
    half, most = (
        words.span(seconds) if seconds is not None else "–"
        for seconds in (report.delay_p50, report.delay_p95)
    )
    return (
        one_line(report.name, shown=80),
        lines.health_chip(report),
        words.ago(report.last_ok_at, at),
        half,
        fill("<b>{most}</b>", most=most),
        ngettext("{n} comment", "{n} comments", report.delays) if report.delays else "–",
        lines.spend(report),
    )
