"""One person: what an administrator can change."""

from datetime import datetime

import streamlit as st

from dashboard import words
from dashboard.i18n import _, ngettext
from dashboard.people import changing, lines, reading
from dashboard.plain import Html, fill, join, one_line, show
from otklik.enums import Role
from otklik.staff import Colleague
from otklik.store.people import HeldWork


def draw(one: Colleague, zones: list[str], at: datetime) -> None:
    """The panel."""
    person = one.person
    number = person.id or 0
    with st.container(key="ot-person-panel", border=True):
        show(
            fill(
                '<h3 class="ot-h">{name}</h3><p class="ot-fine">{login} · {since}</p>',
                name=one_line(person.name or person.login, shown=128),
                login=one_line(person.login, shown=128),
                since=_("since {day}").format(day=words.day_of(person.created_at)),
            )
        )
        if not person.is_active:
            _off(number)
            return
        _form(one, zones)
        _ways(one, at)


def _off(number: int) -> None:
    show(_fine(_("Cannot sign in. What they did stays on record with their name.")))
    st.button(_("Let in again"), key="person-on", on_click=changing.on_switch, args=(number, True))


def _form(one: Colleague, zones: list[str]) -> None:
    person = one.person
    key = f"person-{person.id}"
    with st.form(key=key, border=False, enter_to_submit=False):
        st.text_input(_("Name"), value=person.name, max_chars=128, key=f"{key}-name")
        roles(key, person.role)
        pick_zones(key, zones, person.zones)
        address(key, person.email or "")
        st.form_submit_button(
            _("Save"), type="primary", on_click=changing.on_change, args=(person.id, key)
        )


def roles(key: str, chosen: Role) -> None:
    """The role, with what each may do."""
    st.radio(
        _("Role"),
        list(Role),
        index=list(Role).index(chosen),
        format_func=lambda role: words.name("role", role),
        captions=[_(lines.MAY[role]) for role in Role],
        key=f"{key}-role",
    )


def pick_zones(key: str, zones: list[str], chosen: list[str]) -> None:
    """Zones of the policy; others may be typed."""
    st.multiselect(
        _("Zones"),
        zones,
        default=chosen,
        placeholder=_("all zones"),
        help=_("Cases of other zones are not handed out to this person."),
        accept_new_options=True,
        key=f"{key}-zones",
    )


def address(key: str, value: str) -> None:
    """The address an identity provider knows the person by."""
    st.text_input(
        _("E-mail (for signing in with the company's account)"),
        value=value,
        max_chars=254,
        key=f"{key}-email",
    )


def _ways(one: Colleague, at: datetime) -> None:
    number = one.person.id or 0
    if one.is_locked(at):
        show(_warning(_("Closed for fifteen minutes after wrong passwords.")))
        st.button(_("Open now"), key="person-unlock", on_click=changing.on_unlock, args=(number,))
    with st.container(horizontal=True, key="ot-person-ways"):
        label = _("New link") if one.person.password_hash else _("Link once more")
        st.button(
            label,
            key="person-invite",
            on_click=changing.on_invite,
            args=(number,),
            help=_("Lets this person choose a (new) password; an earlier link is void."),
        )
        st.button(
            _("Sign out everywhere"),
            key="person-sign-out",
            on_click=changing.on_sign_out,
            args=(number,),
            disabled=not one.browsers,
        )
        if st.session_state.get(changing.LEAVING) != number:
            st.button(_("Switch off…"), key="person-leave", on_click=_ask, args=(number,))
    if st.session_state.get(changing.LEAVING) == number:
        _confirm(number, at)


def _ask(number: int | None) -> None:
    st.session_state[changing.LEAVING] = number


def _confirm(number: int, at: datetime) -> None:
    with st.container(key="ot-person-leaving", border=True):
        show(_hangs(reading.held_work(number, at)))
        with st.container(horizontal=True):
            st.button(
                _("Switch off now"),
                type="primary",
                key="person-off",
                on_click=changing.on_switch,
                args=(number, False),
            )
            st.button(_("Cancel"), key="person-stay", on_click=_ask, args=(None,))


def _hangs(held: HeldWork) -> Html:
    said = [
        ngettext("{n} case goes back to the queue", "{n} cases go back to the queue", held.cases),
        ngettext("{n} draft of theirs waits on", "{n} drafts of theirs wait on", held.drafts),
        ngettext(
            "{n} open promise has to find another owner",
            "{n} open promises have to find another owner",
            held.promises,
        ),
    ]
    shown = [text for text, count in zip(said, held[1:], strict=True) if count]
    return fill(
        "<p><b>{title}</b></p><ul>{items}</ul>",
        title=_("Signed out at once, everywhere; approvals not yet used are void."),
        items=join(fill("<li>{text}</li>", text=text) for text in shown),
    )


def _fine(text: str) -> Html:
    return fill('<p class="ot-fine">{text}</p>', text=text)


def _warning(text: str) -> Html:
    return fill('<p class="ot-notice ot-notice-problem">{text}</p>', text=text)
