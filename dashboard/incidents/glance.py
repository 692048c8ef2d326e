"""The head of an incident at one glance: how large, growing or not, what we say, what is next."""

import streamlit as st

from dashboard.i18n import _, ngettext
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import Html, fill, one_line, show
from otklik.enums import IncidentState, Language, StatementState
from otklik.models import Statement
from responder.incidents.moving import OVER

TOGETHER = "together"
_LANGUAGES = (Language.RUSSIAN, Language.ENGLISH)


def draw(room: IncidentRoom) -> None:
    """What we say and what is next, with the way there."""
    with st.container(key="ot-inc-glance", horizontal=True, vertical_alignment="center"):
        show(fill('<div class="ot-glance">{say}{next}</div>', say=_say(room), next=_next(room)))
        if room.together:
            label = ngettext("Look at {n} text together", "Look at {n} texts together",
                             room.together)  # fmt: skip
            st.button(label, key="together-open", type="primary", on_click=_open, args=(TOGETHER,))


def _open(mode: str) -> None:
    st.query_params["do"] = mode


def in_force(room: IncidentRoom) -> list[Statement]:
    """What is said to all now, Russian first."""
    found = (room.statement(one, StatementState.APPROVED) for one in _LANGUAGES)
    return [one for one in found if one is not None]


def _say(room: IncidentRoom) -> Html:
    said = in_force(room)
    waits = any(room.statement(one, StatementState.PROPOSED) for one in _LANGUAGES)
    text: str | Html
    if said:
        text, kind = one_line(said[0].text, shown=220), "ot-glance-good"
    elif room.incident.state in OVER:
        text, kind = _("nothing any more"), ""
    else:
        text = _("nothing yet: a statement waits for a yes") if waits else _("nothing yet")
        kind = "ot-glance-bad"
    return fill(
        '<div class="{kind}"><b>{title}</b> <span>{text}</span></div>',
        kind=kind,
        title=_("We say:"),
        text=text,
    )


def _next(room: IncidentRoom) -> Html:
    return fill(
        '<div class="ot-glance-next"><b>{title}</b> <span>{text}</span></div>',
        title=_("Next:"),
        text=next_step(room),
    )


def next_step(room: IncidentRoom) -> str:
    """The one thing to do now, in words."""
    state = room.incident.state
    if state is IncidentState.DISMISSED:
        return _("nothing: it was a false alarm")
    if state is IncidentState.SUSPECTED:
        return _("is it one story? Confirm it, take it, or dismiss it")
    proposed = any(room.statement(one, StatementState.PROPOSED) for one in _LANGUAGES)
    if proposed:
        return _("approve the statement")
    if room.together:
        return ngettext(
            "approve {n} text that carries the statement",
            "approve {n} texts that carry the statement",
            room.together,
        )
    if state is IncidentState.SOLVED:
        return _("nothing: it is over")
    if not in_force(room):
        return _("say something to all: a prepared statement takes a minute")
    if room.incident.owner_id is None:
        return _("somebody has to lead it")
    return _("keep them informed; when it is mended, solve it and all are told")
