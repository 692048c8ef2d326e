"""One incident: who is in it, who leads it, what is said to all, what happened."""

import streamlit as st

from dashboard import frame
from dashboard.case import keys
from dashboard.i18n import _
from dashboard.incidents import (
    approving,
    attack,
    attack_bulk,
    crowd,
    glance,
    leading,
    learning,
    reading,
    saying,
    shortcuts,
    signs,
    timeline,
)
from dashboard.plain import fill, show
from otklik.clock import now
from otklik.errors import NotFound


def draw() -> None:
    """The page."""
    frame.notices()
    who, at = frame.person(), now()
    number = st.query_params.get("id", "")
    try:
        room = reading.room(int(number) if number.isdecimal() and len(number) < 19 else 0, at)
    except NotFound:
        _nothing()
        return
    if st.query_params.get("do") == glance.TOGETHER:
        approving.draw(room, who)
        return
    if st.query_params.get("do") == attack.MEASURES:
        attack_bulk.draw(room, who)
        return
    one = room.incident
    keys.listen(shortcuts.of_room(), shortcuts.scope(one, one.state, one.kind))
    with st.container(key="ot-inc-top", border=True):
        leading.draw(room, who)
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        if room.is_attack:
            attack.draw(room)
        with st.container(key="ot-inc-time", border=True):
            show(timeline.chart(room))
        crowd.draw(room, who)
    with right:
        saying.draw(room, who)
        signs.draw(room, who)
        learning.draw(room)
        with st.container(key="ot-inc-events", border=True):
            show(fill('<h3 class="ot-h">{title}</h3>', title=_("What happened")))
            show(timeline.events(room, at))


def _nothing() -> None:
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p><a href="/incidents" target="_self">{text}</a>'
            "</p></div>",
            title=_("There is no such incident"),
            text=_("All incidents"),
        )
    )
