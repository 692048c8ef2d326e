"""Judging comments by keys: a screen for whoever teaches the model, blind to what it thinks."""

import streamlit as st

from dashboard import frame
from dashboard.i18n import _
from dashboard.plain import fill, show
from dashboard.quality import judging


def draw() -> None:
    """The page."""
    who = frame.person()
    show(
        fill(
            '<h2 class="ot-h">{title}</h2><p class="ot-fine">{text}</p>',
            title=_("Judge comments"),
            text=_(
                "One key for who writes, one for how soon. What the model thinks is not shown: "
                "your own eyes are wanted. What you say teaches it."
            ),
        )
    )
    _sitting(who.id or 0)


@st.fragment
def _sitting(_person_id: int) -> None:
    frame.notices()
    judging.draw(frame.person())
