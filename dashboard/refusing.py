"""The no to a proposal: its author takes it back, others refuse it with a reason."""

from collections.abc import Callable

import streamlit as st

from dashboard.i18n import _


def no(
    number: int, on_reject: Callable[[int, str], None], *, is_mine: bool, key: str = "refuse"
) -> None:
    """The button and what it asks.

    Args:
        on_reject: told the number of the proposal and the field of the reason.
        key: begins the keys of the widgets; another one on each page.
    """
    label, field = (_("Take back") if is_mine else _("Refuse")), f"{key}-{number}-reason"
    with st.popover(label, type="tertiary", key=f"{key}-pop-{number}"):
        if not is_mine:
            st.text_area(_("Why not?"), key=field, height=80)
        st.button(
            label,
            key=f"{key}-{number}",
            type="primary",
            on_click=on_reject,
            args=(number, field),
        )
