"""The posting switch and the emergency stop, over everything else of the page."""

import streamlit as st

from dashboard import data, words
from dashboard.case import actions
from dashboard.i18n import _
from dashboard.plain import Html, fill, show
from otklik.enums import PostingMode, Role
from otklik.models import Person
from otklik.people import may


def draw(who: Person) -> None:
    """What is in force, and what this person may switch."""
    mode = data.posting_mode()
    with st.container(
        key="ot-posting", border=True, horizontal=True, vertical_alignment="center", gap="small"
    ):
        show(
            fill(
                '<div><h3 class="ot-h">{title}</h3><p class="ot-mode ot-mode-{mode}">{name}</p>'
                "</div>",
                title=_("Posting"),
                mode=mode,
                name=words.name("mode", mode),
            ),
            is_wide=False,
        )
        show(_fine(_meaning(mode)), is_wide=False)
        if mode is not PostingMode.STOPPED:
            _stop(who)
        if may(who, Role.ADMIN):
            _switches(mode)
        else:
            show(_fine(_("Only an administrator starts posting or rehearsal.")), is_wide=False)


def _meaning(mode: PostingMode) -> str:
    if mode is PostingMode.LIVE:
        return _("Approved replies go out.")
    if mode is PostingMode.DRY_RUN:
        return _("Approved replies are rehearsed and never sent later.")
    return _("Everything is held, approved replies too.")


def _stop(who: Person) -> None:
    is_barred = not may(who, Role.APPROVER)
    with st.popover(_("Emergency stop"), type="primary", key="stop-pop", disabled=is_barred):
        show(_fine(_("Within a second nothing goes out any more. What is approved waits.")))
        st.button(
            _("Stop everything now"),
            type="primary",
            key="stop",
            disabled=is_barred,
            on_click=actions.on_switch,
            args=(PostingMode.STOPPED,),
        )


def _switches(mode: PostingMode) -> None:
    labels = {
        PostingMode.DRY_RUN: _("Rehearse: publish nothing"),
        PostingMode.LIVE: _("Publish approved replies"),
    }
    for target, label in labels.items():
        if target is mode:
            continue
        with st.popover(label, key=f"switch-pop-{target}"):
            show(_fine(_("This holds for everybody from now on. Old replies stay as they are.")))
            st.button(
                _("Yes, switch"),
                type="primary",
                key=f"switch-{target}",
                on_click=actions.on_switch,
                args=(target,),
            )


def _fine(text: str) -> Html:
    return fill('<p class="ot-fine">{text}</p>', text=text)
