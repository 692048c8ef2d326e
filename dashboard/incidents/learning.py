"""What an incident costs so far, and what was learned from those like it."""

import streamlit as st

from dashboard import words
from dashboard.i18n import N_, _, ngettext, unit
from dashboard.incidents import naming
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import Html, fill, join, one_line, show
from otklik.models import Incident

_UNITS = {
    "roubles": N_("{sum} ₽"),
    "dollars": N_("{sum} $"),
    "euros": N_("{sum} €"),
    "pounds": N_("{sum} £"),
    "coins": N_("{sum} in coins"),
}


def draw(room: IncidentRoom) -> None:
    """Two short cards; the second only where there is something to learn from."""
    with st.container(key="ot-inc-effect", border=True):
        show(_effect(room))
    if room.similar:
        with st.container(key="ot-inc-similar", border=True):
            title = _("Similar ones before, and what was learned")
            show(fill('<h3 class="ot-h">{title}</h3>{items}', title=title,
                      items=join(lesson(one) for one in room.similar)))  # fmt: skip


def _effect(room: IncidentRoom) -> Html:
    claimed = room.claimed
    sums = " · ".join(
        _(_UNITS[unit]).format(sum=f"{value:,.0f}".replace(",", "\u202f"))
        for unit, value in sorted(claimed.sums.items(), key=lambda pair: -pair[1])
    )
    said = (
        ngettext("named by {n} person", "named by {n} people", claimed.people)
        if sums
        else _("nobody has named a sum")
    )
    return fill(
        '<h3 class="ot-h">{title}</h3><div class="ot-spread"><span><b>{people}</b>{name}</span>'
        '<span class="ot-claimed"><b>{sums}</b>{said}</span></div><p class="ot-fine">{note}</p>',
        title=_("Effect so far"),
        people=room.figures.people,
        name=unit("{n} person", "{n} people", room.figures.people),
        sums=sums or "–",
        said=_("claimed: {said}").format(said=said),
        note=_("Sums are what people wrote, the largest of each person once; nobody checked them."),
    )


def lesson(one: Incident) -> Html:
    """One incident that is over, with its lessons."""
    return fill(
        '<div class="ot-lesson"><a href="/incident?id={id}" target="_self">№ {id} {title}</a> '
        '<span class="ot-fine">{when}</span><div>{text}</div></div>',
        id=one.id,
        title=one_line(naming.title_of(one), shown=80),
        when=words.day_of(one.closed_at) if one.closed_at else "",
        text=one_line(one.lessons, shown=400),
    )
