"""What speaks for an attack, each share beside what it means."""

import streamlit as st

from dashboard.i18n import _
from dashboard.incidents import acting
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import Html, fill, join, show
from otklik.enums import IncidentKind, IncidentState
from otklik.models import Person
from responder.incidents import membership
from responder.incidents.attacks import Evidence


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
    known = (
        (_("haters"), found.haters),
        (_("nearly the same words"), found.copies),
        (_("with a concrete case"), found.claims),
        (_("within the busiest half hour"), found.tight),
        (_("accounts younger than 30 days"), found.young),
        (_("accounts without name and followers"), found.empty),
    )
    bars = join(
        fill(
            '<li><span>{name}</span><i><b style="width:{width}%"></b></i><em>{share}</em></li>',
            name=name,
            width=round(100 * share) if share is not None else 0,
            share=_("not known") if share is None else f"{share:.0%}",
        )
        for name, share in known
    )
    title = _("What speaks for an attack") if is_attack else _("Is it an attack?")
    return fill(
        '<h3 class="ot-h">{title}</h3><ul class="ot-signs">{bars}</ul>'
        '<p class="ot-fine">{note}</p>',
        title=title,
        bars=bars,
        note=_("Of the newest {n} comments. A person decides, not these figures.").format(
            n=found.sample
        ),
    )
