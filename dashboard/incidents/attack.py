"""An attack on its page: real customers apart and first, held replies with the way on."""

import streamlit as st

from dashboard.i18n import _, ngettext
from dashboard.incidents import crowd
from dashboard.incidents.attack_reading import Inside, inside
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import Html, fill, show
from dashboard.views import open_case
from responder.incidents.attack_people import is_live

MEASURES = "measures"


def draw(room: IncidentRoom) -> None:
    """Who is answered one by one, and why the others are not."""
    found = inside(room.incident)
    if found.real:
        with st.container(key="ot-inc-real", border=True):
            _real(found)
    if is_live(room.incident):
        with st.container(key="ot-inc-held", border=True):
            _held(found)


def _real(found: Inside) -> None:
    count = len(found.real)
    title = ngettext(
        "{n} comment of a real customer inside: answer it by itself",
        "{n} comments of real customers inside: answer them one by one",
        count,
    )
    text = _(
        "They have a case, here or earlier. Nothing that is done in bulk against the attack "
        "reaches them: no hiding, no ban, no common silence."
    )
    show(_head(title, text))
    for line in found.lines:
        with st.container(
            key=f"ot-member-real-{line.id}", horizontal=True, vertical_alignment="top", gap="small"
        ):
            show(crowd.line_of(line))
            if st.button(
                _("Answer {number}").format(number=line.id), key=f"see-real-{line.id}",
                type="secondary",
            ):  # fmt: skip
                open_case(line.id)
    if count > len(found.lines):
        more = _("{n} more follow").format(n=count - len(found.lines))
        show(fill('<p class="ot-fine">{text}</p>', text=more))


def _held(found: Inside) -> None:
    title = ngettext("{n} reply is held", "{n} replies are held", found.held)
    text = _(
        "Whoever only insults is not answered one by one: one statement stands for all, once in "
        "each thread. Nothing is lost: held replies come back when this is no attack, is over, "
        "or when you take a comment out of it."
    )
    show(_head(title, text))


def measures(room: IncidentRoom) -> None:
    """The way to measures against all of it, while it goes on."""
    if is_live(room.incident):
        st.button(_("Measures in bulk"), key="attack-measures", on_click=_open)


def _open() -> None:
    st.query_params["do"] = MEASURES


def _head(title: str, text: str) -> Html:
    return fill(
        '<h3 class="ot-h">{title}</h3><p class="ot-fine">{text}</p>', title=title, text=text
    )
