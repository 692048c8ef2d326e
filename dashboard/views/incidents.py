"""Incidents and attacks: many people, one story; the one alive last first."""

from datetime import datetime

import streamlit as st

from dashboard import frame, words
from dashboard.i18n import N_, _
from dashboard.incidents import leading, learning, naming, reading
from dashboard.plain import Html, fill, join, one_line, show
from dashboard.views import open_incident
from dashboard.worklist import turning
from otklik.clock import now
from otklik.enums import IncidentState
from otklik.store.incidents import LIVE, IncidentLine, IncidentPage

PAGE = "incidents-page"
REFRESH_SECONDS = 15
_WANTED: dict[str, tuple[str, tuple[IncidentState, ...]]] = {
    "live": (N_("Alive"), LIVE),
    "solved": (N_("Solved"), (IncidentState.SOLVED,)),
    "dismissed": (N_("False alarms"), (IncidentState.DISMISSED,)),
    "all": (N_("All"), tuple(IncidentState)),
}


def draw() -> None:
    """The page."""
    frame.notices()
    with st.container(key="ot-inc-list-head", horizontal=True, vertical_alignment="center"):
        show(fill('<h2 class="ot-h">{title}</h2>', title=_("Incidents and attacks")), is_wide=False)
        chosen = st.segmented_control(
            _("Which"),
            list(_WANTED),
            default="live",
            required=True,
            format_func=lambda key: _(_WANTED[key][0]),
            key="incidents-which",
            label_visibility="collapsed",
            on_change=_first_page,
        )
    if chosen == "solved" and _lessons():
        return
    _list(chosen or "live")


def _lessons() -> bool:
    """What was learned, by words; False while nothing is looked for."""
    asked = st.text_input(_("Search in lessons"), key="lessons-words", max_chars=200)
    if not asked or not asked.strip():
        return False
    found = reading.learned(asked)
    if not found:
        show(fill('<p class="ot-fine">{text}</p>', text=_("No lesson holds these words.")))
    show(join(learning.lesson(one) for one in found))
    return True


def _first_page() -> None:
    st.session_state[PAGE] = 1


@st.fragment(run_every=REFRESH_SECONDS)
def _list(chosen: str) -> None:
    at = now()
    page = reading.page(_WANTED[chosen][1], int(st.session_state.get(PAGE, 1)), at)
    if not page.lines:
        _nothing(chosen)
        return
    with st.container(key="ot-inc-list", gap=None):
        for line in page.lines:
            number = line.incident.id or 0
            with st.container(key=f"row-incident-{number}"):
                show(_line(line, at))
                label = _("Open incident {number}").format(number=number)
                if st.button(label, key=f"open-incident-{number}"):
                    open_incident(number)
    _turn(page)


def _turn(page: IncidentPage) -> None:
    turning.pages(page.pages, PAGE)


def _line(line: IncidentLine, at: datetime) -> Html:
    one, figures = line.incident, line.figures
    return fill(
        '<article class="ot-inc ot-inc-row-{kind}"><div class="ot-inc-name">'
        "<header>{chip}{state}</header><b>{title}</b>"
        '<span class="ot-fine">{owner} · {department}</span></div>'
        '<div class="ot-inc-cells">{cells}</div>'
        '<div class="ot-inc-times"><span class="ot-fine">{last}</span><b>{last_at}</b>'
        '<span class="ot-fine">{first}</span><b class="ot-first">{first_at}</b></div>'
        "</article>",
        kind=one.kind,
        chip=naming.kind_chip(one.kind),
        state=naming.state_chip(one.state),
        title=one_line(naming.title_of(one), shown=120),
        owner=one_line(line.owner) if line.owner else _("nobody leads it yet"),
        department=one_line(one.department) if one.department else words.name("topic", one.topic),
        cells=join(
            fill(
                '<span class="{kind}"><b>{n}</b>{name}</span>',
                kind=_zero(count),
                n=count,
                name=name,
            )
            for count, name in leading.numbers(one, figures)
        ),
        last=_("last"),
        last_at=words.moment(one.last_at, now=at),
        first=_("first"),
        first_at=words.moment(one.first_at, now=at),
    )


def _zero(count: str) -> str:
    return "ot-zero" if count in {"0", "–"} else ""


def _nothing(chosen: str) -> None:
    title = _("No incident is alive") if chosen == "live" else _("No incident here")
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
            title=title,
            text=_(
                "When several people write of the same trouble, they gather here by themselves. "
                "Comments can also be attached by hand."
            ),
        )
    )
