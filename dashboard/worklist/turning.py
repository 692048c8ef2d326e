"""The numbers of pages under a list."""

import streamlit as st

PLACES = 7  # numbers at once
ROOM = 400  # pixels; fewer numbers in less room lose one between two others


def pages(count: int, key: str) -> None:
    """Numbers to turn by; wide enough that none of them is left out between two others."""
    if count < 2:
        return
    st.pagination(count, key=key, persist_state="session", max_visible_pages=PLACES, width=ROOM)
