"""The boxes of a list that is done at once: ticked at first, all off and on again by one click."""

from collections.abc import Sequence

import streamlit as st

from dashboard.i18n import _


def box(key: str, label: str, *, is_free: bool = True) -> None:
    """One box; what is not free is never ticked."""
    st.session_state.setdefault(key, is_free)
    if not is_free:
        st.session_state[key] = False
    st.checkbox(label, key=key, disabled=not is_free, label_visibility="collapsed", width="content")


def is_on(key: str) -> bool:
    """Is it ticked?"""
    return bool(st.session_state.get(key))


def all_or_none(keys: Sequence[str], name: str) -> None:
    """The button after the boxes; `name` begins its key."""
    is_any = any(is_on(key) for key in keys)
    st.button(
        _("Untick all") if is_any else _("Tick all"),
        key=f"{name}-all",
        disabled=not keys,
        on_click=_put,
        args=(list(keys), not is_any),
    )


def _put(keys: Sequence[str], to: bool) -> None:
    for key in keys:
        st.session_state[key] = to
