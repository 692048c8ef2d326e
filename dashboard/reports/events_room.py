"""Dated events: what the stream of comments did before and after; leads enter them here."""

from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from dashboard import data, frame, words
from dashboard.i18n import N_, _
from dashboard.plain import fill, one_line, show
from dashboard.reports import charts
from dashboard.reports.choice import Choice, stored
from dashboard.reports.figures import (
    change,
    day,
    empty,
    fine,
    heading,
    interval,
    number,
    tile,
    tiles,
)
from dashboard.reports.parts import beside, figures
from dashboard.reports.volume_room import named
from otklik import database
from otklik.clock import now
from otklik.enums import EventKind, Role
from otklik.errors import OtklikError
from otklik.models import DatedEvent
from otklik.people import may
from otklik.reports import events
from otklik.reports.counting import Change
from otklik.reports.events import BeforeAfter
from otklik.reports.tables import Table
from otklik.store import events as rows

KINDS = {
    EventKind.CAMPAIGN: N_("campaign"),
    EventKind.PRICE: N_("prices or terms"),
    EventKind.LAUNCH: N_("launch"),
    EventKind.OUTAGE: N_("outage"),
    EventKind.HOLIDAY: N_("holiday"),
    EventKind.OTHER: N_("something else"),
}
LENGTHS = (7, 14, 28, 56)
_VERDICTS = {
    Change.MORE: N_("More comments than before: {range}."),
    Change.FEWER: N_("Fewer comments than before: {range}."),
    Change.SAME: N_("No difference seen: {range}. That is not a proof that there is none."),
    Change.TOO_FEW: N_("Too few comments to say anything."),
    Change.UNWATCHED: N_("The days before were not watched: there is nothing to compare with."),
}


def draw_events(choice: Choice) -> None:
    """One event, and the list of all with the form."""
    found = _listed()
    past = [one for one in found if one.at < now() - timedelta(days=1)]
    if past:
        _compared(past, choice)
    else:
        show(
            empty(
                _("No event that is over a day old"),
                _(
                    "Enter a campaign, a price change or a launch: the days before and after are "
                    "compared here. Coming ones count in staffing."
                ),
            )
        )
    _list(found)


def _listed() -> list[DatedEvent]:
    with database.reading(data.engine()) as session:
        return rows.list_events(session, data.settings().brand_id, limit=100)


def _compared(past: list[DatedEvent], choice: Choice) -> None:
    by_id = {one.id or 0: one for one in past}
    with st.container(horizontal=True, vertical_alignment="bottom", key="ot-event-choice"):
        chosen = st.selectbox(
            _("Event"),
            list(by_id),
            format_func=lambda one: f"{words.day_of(by_id[one].at)} · {by_id[one].name}",
            key="report-event",
        )
        length = st.segmented_control(
            _("Days on each side, at most"),
            LENGTHS,
            default=28,
            required=True,
            key="report-event-days",
        )
    event = by_id[chosen or past[0].id or 0]
    brand = data.settings().brand_id
    found = stored(
        ("event", event.id, length, *choice.key[2:]),
        lambda session: events.read_before_after(
            session,
            brand,
            event.at,
            choice.period.now,
            choice.zone,
            length=int(length or 28),
            wanted=choice.wanted,
        ),
    )
    if found is not None:
        _before_after(event, found)


def _before_after(event: DatedEvent, found: BeforeAfter) -> None:
    show(
        tiles(
            tile(
                number(found.whole.before),
                _("before: {first} – {last}").format(
                    first=day(found.before[0]), last=day(found.before[1])
                ),
            ),
            tile(
                number(found.whole.after),
                _("from then on: {first} – {last}").format(
                    first=day(found.after[0]), last=day(found.after[1])
                ),
                change(found.whole),
            ),
        )
    )
    show(
        fill(
            '<p class="ot-verdict ot-verdict-{kind}">{text}</p>',
            kind=found.whole.change,
            text=_(_VERDICTS[found.whole.change]).format(range=interval(found.whole)),
        )
    )
    parts = [("stance", *one) for one in found.stances.items()]
    parts += [("topic", *one) for one in found.topics.items() if one[0] not in ("", "none")]
    beside(
        lambda: _chart(event, found),
        figures(
            [_("Part"), _("before"), _("after"), _("trend")],
            [
                [
                    one_line(named(by, key)),
                    number(one.before),
                    number(one.after),
                    change(one),
                ]
                for by, key, one in parts
            ],
        ),
        Table(
            _("Before and after"),
            (_("Part"), _("before"), _("after"), _("ratio"), _("from"), _("to")),
            tuple(
                (named(by, key), one.before, one.after, one.ratio, one.low, one.high)
                for by, key, one in parts
            ),
        ),
        "event",
    )
    show(fine(_said(found)))


def _said(found: BeforeAfter) -> str:
    said = _("Windows of equal length with the same weekdays, {days} days each.").format(
        days=found.length
    )
    if found.dispersion > 1.5:
        said += " " + _(
            "Comments come in bunches here (variance {times} of chance), so the interval is wide."
        ).format(times="×" + number(found.dispersion, 1))
    return said


def _chart(event: DatedEvent, found: BeforeAfter) -> None:
    half = found.length
    values = [count for _day, count in found.daily]
    figure = charts.lines(
        [one for one, _count in found.daily], [charts.Line("", values, charts.GREY)]
    )
    figure.update_layout(margin={"r": 20})
    every = [one for one, _count in found.daily]
    charts.with_level(figure, every[:half], 0, found.whole.before / half, charts.BLUE)
    charts.with_level(figure, every[half:], half, found.whole.after / half, charts.RED)
    charts.with_event(figure, half, event.name)
    charts.draw(figure, "chart-event", _("Comments by day before and after the event"))


def _list(found: list[DatedEvent]) -> None:
    show(heading(_("All events")))
    is_lead = may(frame.person(), Role.LEAD)
    for event in found:
        with st.container(horizontal=True, vertical_alignment="center", key=f"ot-event-{event.id}"):
            show(_line(event))
            if is_lead:
                st.button(
                    _("Remove"),
                    key=f"remove-event-{event.id}",
                    type="tertiary",
                    on_click=_on_remove,
                    args=(event.id or 0,),
                )
    if is_lead:
        _form()


def _line(event: DatedEvent) -> Any:
    until = f" – {words.day_of(event.until)}" if event.until else ""
    factor = f" · ×{number(event.factor, 1)}" if event.factor else ""
    return fill(
        '<span class="ot-event"><b>{name}</b> <span class="ot-chip">{kind}</span> '
        '<span class="ot-fine">{when}{factor}</span></span>',
        name=one_line(event.name),
        kind=_(KINDS[event.kind]),
        when=f"{words.day_of(event.at)}{until}",
        factor=factor,
    )


def _form() -> None:
    nothing: Any = ()  # a range that nobody has chosen yet
    with st.expander(_("Enter an event")), st.form(key="report-event-form", border=False):
        st.text_input(_("Name"), key="event-name", max_chars=events.LONGEST_NAME)
        left, middle, right = st.columns(3)
        with left:
            st.selectbox(
                _("Kind"), list(KINDS), format_func=lambda one: _(KINDS[one]), key="event-kind"
            )
        with middle:
            st.date_input(
                _("First and last day"), value=nothing, format="DD.MM.YYYY", key="event-days"
            )
        with right:
            st.number_input(
                _("How many times as many comments?"),
                min_value=0.1,
                max_value=events.MOST_TIMES,
                value=None,
                step=0.1,
                key="event-factor",
                help=_(
                    "For staffing: 2 means twice as many as on a usual day. Leave it empty when "
                    "nobody knows."
                ),
            )
        st.form_submit_button(_("Keep the event"), type="primary", on_click=_on_add)


def _on_add() -> None:
    state = st.session_state
    days: tuple[date, ...] = state["event-days"] or ()
    if not days:
        frame.say(_("Not done: choose the day the event began."), "problem")
        return
    zone = words.zone()
    until = datetime.combine(days[-1] + timedelta(days=1), time(), zone) if len(days) > 1 else None
    try:
        with database.session(data.engine()) as session:
            events.add(
                session,
                person=frame.person(),
                name=state["event-name"],
                kind=state["event-kind"],
                at=datetime.combine(days[0], time(), zone),
                until=until,
                factor=state["event-factor"],
                now=now(),
            )
    except OtklikError as error:
        frame.say(words.refusal(error), "problem")
        return
    frame.say(_("The event is kept."))


def _on_remove(event_id: int) -> None:
    try:
        with database.session(data.engine()) as session:
            events.remove(session, person=frame.person(), event_id=event_id, now=now())
    except OtklikError as error:
        frame.say(words.refusal(error), "problem")
        return
    frame.say(_("The event is removed; it stays in the audit log."))
