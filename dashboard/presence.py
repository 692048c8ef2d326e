"""Somebody is at the desk: noted while they do something, and looked at while they do nothing."""

import streamlit as st

from dashboard import browser, data
from otklik import database, people
from otklik.clock import now

LOOK_SECONDS = 10
NOTED = "seen-noted"


def draw() -> None:
    """Called on every run of the whole page: only a person's own doing runs it."""
    token, at = browser.cookies().get(browser.SESSION_COOKIE), now()
    noted = st.session_state.get(NOTED)
    if token and (noted is None or at - noted >= people.SEEN_EVERY):
        st.session_state[NOTED] = at
        with database.session(data.engine()) as session:
            people.note_seen(session, token, at)
    _look()


@st.fragment(run_every=LOOK_SECONDS)
def _look() -> None:
    """Whose login has ended meanwhile sees nothing more."""
    if data.find_person(browser.cookies().get(browser.SESSION_COOKIE), now()) is None:
        st.rerun()
