"""How many people for tomorrow: the arithmetic, open to be argued with."""

from datetime import timedelta
from typing import Any

import streamlit as st

from dashboard import data
from dashboard.i18n import _, ngettext
from dashboard.plain import Html, show
from dashboard.reports import charts
from dashboard.reports.choice import Choice, stored
from dashboard.reports.figures import empty, fine, minutes, number, share, tile, tiles
from dashboard.reports.parts import beside, figures
from otklik.reports.periods import local_day
from otklik.reports.staffing import Plan, Terms, read_plan, tomorrow
from otklik.reports.tables import Table

AHEAD = 28
_TERMS = {"30": 30, "60": 60, "120": 120, "240": 240}


def draw_staffing(choice: Choice) -> None:
    """People by the hour for one day ahead."""
    asked = _asked(choice)
    brand = data.settings().brand_id
    found = stored(
        ("staffing", *asked.values(), choice.period.now),
        lambda session: read_plan(
            session,
            brand,
            asked["day"],
            now=choice.period.now,
            zone=choice.zone,
            terms=_terms(asked),
            handling_seconds=asked["handling"] * 60 if asked["handling"] else None,
        ),
    )
    if not found.like_days or not found.arrivals:
        show(
            empty(
                _("No such weekday has passed yet"),
                _(
                    "Arrivals are the mean of the same weekday in the last eight weeks. Come back "
                    "after a week of work."
                ),
            )
        )
        return
    _plan(found, asked)


def _asked(choice: Choice) -> dict[str, Any]:
    today = local_day(choice.period.now, choice.zone)
    with st.container(horizontal=True, vertical_alignment="bottom", key="ot-report-staffing"):
        return {
            "day": st.date_input(
                _("Day"),
                value=tomorrow(choice.period.now, choice.zone),
                min_value=today,
                max_value=today + timedelta(days=AHEAD),
                format="DD.MM.YYYY",
                key="staff-day",
            ),
            "within": st.selectbox(
                _("Begun within"),
                list(_TERMS),
                index=1,
                format_func=lambda one: minutes(_TERMS[one]),
                key="staff-within",
            ),
            "share": st.number_input(_("of so many, %"), 50, 99, 90, key="staff-share"),
            "hours": st.slider(_("Desk hours"), 0, 24, (9, 21), key="staff-hours"),
            "away": st.number_input(_("Breaks and talks, %"), 0, 60, 25, key="staff-away"),
            "handling": st.number_input(
                _("Minutes for one"),
                min_value=0.5,
                max_value=60.0,
                value=None,
                step=0.5,
                placeholder=_("measured"),
                key="staff-handling",
            ),
        }


def _terms(asked: dict[str, Any]) -> Terms:
    opens, closes = asked["hours"]
    return Terms(
        minutes=_TERMS[asked["within"]],
        share=asked["share"] / 100,
        shrinkage=asked["away"] / 100,
        opens=opens,
        closes=max(closes, opens + 1),
    )


def _plan(found: Plan, asked: dict[str, Any]) -> None:
    most = found.most
    if most is None:
        return
    show(
        tiles(
            tile(
                number(most.need.on_list),
                _("people on the list at {hour}:00, the busiest hour").format(hour=most.hour),
            ),
            tile(number(found.person_hours), _("hours at the desk, all together")),
            tile(number(found.arrivals), _("comments expected")),
            tile(_handling(found, asked), _("for one comment"), _handling_note(found, asked)),
        )
    )
    beside(
        lambda: charts.draw(
            charts.columns(
                [f"{one.hour}:00" for one in found.hours],
                [one.need.on_list for one in found.hours],
                [number(one.need.on_list) for one in found.hours],
            ),
            "chart-staffing",
            _("People needed by the hour"),
        ),
        figures(
            [_("Hour"), _("comments"), _("at work"), _("on the list"), _("in time"), _("busy")],
            [
                [
                    f"{one.hour}:00",
                    number(one.arrivals, 1),
                    number(one.need.at_work),
                    number(one.need.on_list),
                    share(one.need.begun_in_time),
                    share(one.need.occupancy),
                ]
                for one in found.hours
            ],
        ),
        Table(
            _("Staffing"),
            (
                *(_("Hour"), _("comments"), _("from the night"), _("factor"), _("load, erlangs")),
                *(_("at work"), _("on the list"), _("in time"), _("busy")),
            ),
            tuple(
                (
                    *(one.hour, one.arrivals, one.carried, one.factor, one.need.load),
                    *(one.need.at_work, one.need.on_list),
                    *(one.need.begun_in_time, one.need.occupancy),
                )
                for one in found.hours
            ),
        ),
        "staffing",
    )
    show(_notes(found))


def _handling(found: Plan, asked: dict[str, Any]) -> str:
    seconds = asked["handling"] * 60 if asked["handling"] else found.handling.mean
    return _("{minutes} min").format(minutes=number(seconds / 60, 1))


def _handling_note(found: Plan, asked: dict[str, Any]) -> str:
    if asked["handling"]:
        return _("as you say")
    if not found.handling.is_known:
        return _("assumed: too few cases were taken yet")
    return ngettext("measured on {n} case", "measured on {n} cases", found.handling.turns)


def _notes(found: Plan) -> Html:
    said = ngettext(
        "From {n} such weekday of the last eight weeks.",
        "From {n} such weekdays of the last eight weeks.",
        found.like_days,
    )
    said += " " + _(
        "What comes at night is worked off in the first hours. Nobody is planned busier than 85 %."
    )
    names = ", ".join(
        f"{one.name} (×{number(one.factor, 1)})" for one in found.events if one.factor is not None
    )
    if names:
        said += " " + _("Known events: {names}.").format(names=names)
    else:
        said += " " + _("No known event that day; enter sales and holidays under “Events”.")
    return fine(said)
