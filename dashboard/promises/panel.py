"""What can be done about a promise; the fields of a way are drawn once somebody chose it.

Every field of every promise on the page cost four times the page itself.
"""

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard.i18n import N_, _
from dashboard.promises import settling
from otklik.clock import now
from otklik.models import DraftRow, Promise

KEPT, LATER, BROKEN, GIVEN = "kept", "later", "broken", "given"
_WAYS = {
    KEPT: N_("Kept"),
    LATER: N_("Later"),
    BROKEN: N_("Not kept"),
    GIVEN: N_("Give it away"),
}


def ways(promise_id: int) -> str | None:
    """The ways out of a debt beside each other; the one that is chosen, a second click closes."""
    return st.segmented_control(
        _("What became of it?"),
        list(_WAYS),
        format_func=lambda one: _(_WAYS[one]),
        key=f"ways-{promise_id}",
        label_visibility="collapsed",
    )


def opened(debt: Promise, way: str | None, names: Mapping[int, str]) -> None:
    """The fields of the chosen way; `names` of those who may owe it, by id."""
    if way is None:
        return
    promise_id = debt.id or 0
    with st.container(key=f"ot-settle-{promise_id}"):
        if way == KEPT:
            _keep(promise_id)
        elif way == LATER:
            _postpone(debt)
        elif way == BROKEN:
            _admit(promise_id)
        else:
            _hand_over(promise_id, names)


def _keep(number: int) -> None:
    note = f"promise-note-{number}"
    st.text_area(_("What was done?"), key=note, height=80)
    _button(_("It is kept"), f"keep-{number}", settling.on_keep, (number, note))


def _postpone(debt: Promise) -> None:
    number = debt.id or 0
    day, why = f"promise-day-{number}", f"promise-why-{number}"
    first = settling.first_day_later(debt.due_at, now())
    st.date_input(
        _("New date"), key=day, min_value=first, value=first, format="DD.MM.YYYY", width=180
    )
    st.text_area(_("Why later?"), key=why, height=80)
    _button(_("Postpone"), f"later-{number}", settling.on_postpone, (number, day, why))


def _admit(number: int) -> None:
    why = f"promise-broken-{number}"
    st.text_area(_("Why was it not kept?"), key=why, height=80)
    _button(_("It is not kept"), f"broken-{number}", settling.on_admit, (number, why))


def _hand_over(number: int, names: Mapping[int, str]) -> None:
    to = f"promise-to-{number}"
    st.selectbox(_("To whom?"), list(names), key=to, format_func=lambda one: names[one], width=320)
    _button(_("Hand over"), f"debt-{number}", settling.on_hand_over, (number, to))


def _button(label: str, key: str, act: Callable[..., None], args: tuple[object, ...]) -> None:
    st.button(label, key=key, type="primary", on_click=act, args=args)


def telling(debt: Promise) -> DraftRow | None:
    """What the readers are told of a settled promise: the draft, once it is made."""
    number = debt.id or 0
    if st.session_state.get(settling.TELLING) != number:
        label = _("Make the follow-up")
        st.button(label, key=f"tell-{number}", on_click=settling.on_tell, args=(number,))
        return None
    done = st.text_input(_("What was done, for the readers"), value=debt.note, key=f"told-{number}")
    if not st.button(_("Make the follow-up"), key=f"follow-{number}", type="primary"):
        return None
    return settling.make_follow_up(number, done)
