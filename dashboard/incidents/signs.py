"""What speaks for an attack and what against it: sign, share, from when on, reading."""

import streamlit as st

from dashboard.i18n import N_, _, current_language
from dashboard.incidents import acting
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import Html, fill, join, show
from otklik.enums import IncidentKind, IncidentState
from otklik.models import Person
from responder.incidents import membership
from responder.incidents.attack_signs import ENOUGH, Evidence, Sign, Speaks

SPEAKS: dict[Speaks, str] = {
    Speaks.FOR: N_("for"),
    Speaks.AGAINST: N_("against"),
    Speaks.NEITHER: N_("neither"),
    Speaks.UNKNOWN: N_("not known"),
}


def draw(room: IncidentRoom, who: Person) -> None:
    """Only where there is something to be seen."""
    found = room.evidence
    if found is None:
        return
    with st.container(key="ot-inc-signs", border=True):
        show(_signs(found, is_attack=room.is_attack))
        if membership.may_shape(who) and room.incident.state is not IncidentState.SOLVED:
            _decide(room)


def _decide(room: IncidentRoom) -> None:
    number = room.incident.id or 0
    is_attack = room.incident.kind is IncidentKind.ATTACK
    other = IncidentKind.FAULT if is_attack else IncidentKind.ATTACK
    st.button(
        _("It is no attack") if is_attack else _("It is an attack"),
        key=f"kind-{number}",
        on_click=acting.on_name_kind,
        args=(number, other),
    )


def _signs(found: Evidence, *, is_attack: bool) -> Html:
    title = _("What speaks for an attack") if is_attack else _("Is it an attack?")
    heads = join(fill("<th>{name}</th>", name=one) for one in (_("Sign"), _("Share"), _("Speaks")))
    verdict = (
        _("Points together: {n}; an attack begins at {needed}.")
        if found.looks_like_attack
        else _("Points together: {n}; the signs do not make an attack, that begins at {needed}.")
    )
    note = _("Of the newest people ({n}). A person decides, not these figures.")
    return fill(
        '<h3 class="ot-h">{title}</h3><div class="ot-table-wrap"><table class="ot-table">'
        "<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="ot-fine">{verdict} {note}</p>',
        title=title,
        heads=heads,
        rows=join(_row(one) for one in found.signs),
        verdict=verdict.format(n=found.points, needed=ENOUGH),
        note=note.format(n=found.sample),
    )


def _row(sign: Sign) -> Html:
    share = "–" if sign.value is None else f"{sign.value:.0%}"
    bound = f"{'≤' if sign.rule.is_low else '≥'} {sign.rule.speaks_for:.0%}"
    points = f" {sign.points:+d}" if sign.points else ""
    return fill(
        '<tr><td>{name}</td><td><b>{share}</b> <span class="ot-fine">({bound})</span></td>'
        "<td>{speaks}{points}</td></tr>",
        name=sign.words(current_language()),
        share=share,
        bound=bound,
        speaks=_(SPEAKS[sign.speaks]),
        points=points,
    )
