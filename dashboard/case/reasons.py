"""Choosing from a short list, or in one's own words: by mouse, or by the keys 1 to 9."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard.i18n import N_, _
from dashboard.plain import label as plain_label

Act = Callable[[str], Any]  # takes the key of the field that holds the reason

IGNORE = (
    N_("A provocation without a case"),
    N_("Advertising or spam"),
    N_("The same was answered already"),
    N_("Not about us"),
    N_("Thanks that need no answer"),
)
REJECT = (
    N_("Does not answer the points"),
    N_("Wrong tone"),
    N_("A wrong or missing fact"),
    N_("Promises what we cannot keep"),
)
HOLD = (
    N_("Waiting for a colleague's answer"),
    N_("Waiting for the shop or the courier"),
    N_("Waiting for the author"),
)


def pick(options: Sequence[tuple[str, Callable[[], Any]]], key: str) -> None:
    """A list to choose from: what is shown, and what happens."""
    with st.container(key=f"ot-picks-{key}", gap=None):
        for number, (label, act) in enumerate(options, 1):
            st.button(
                plain_label(label, shown=200),
                key=f"choice-{key}-{number}",
                type="tertiary",
                width="stretch",
                on_click=act,
            )


def menu(label: str, question: str, key: str, reasons: Sequence[str], act: Act) -> None:
    """A list of reasons behind a button, with a field for another one."""
    with st.popover(label, type="tertiary", key=f"{key}-pop"):
        field = f"{key}-reason"
        pick([(_(one), reason(field, one, act)) for one in reasons], key)
        st.text_area(question, key=field, height=68, placeholder=_("In your own words"))
        st.button(label, key=key, type="primary", on_click=act, args=(field,))


def reason(field: str, said: str, act: Act) -> Callable[[], None]:
    """What happens when `said` is chosen: it becomes the reason in `field`."""

    def work() -> None:
        st.session_state[field] = said  # in English: it is translated where it is shown
        act(field)

    return work
