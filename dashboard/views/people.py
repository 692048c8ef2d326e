"""Who works at the desk: accounts, roles, zones; for administrators."""

from datetime import datetime

import streamlit as st

from dashboard import frame, words
from dashboard.i18n import _, ngettext
from dashboard.people import changing, lines, panel, reading
from dashboard.plain import Html, fill, join, show
from dashboard.worklist import turning
from otklik.clock import now
from otklik.enums import Role
from otklik.people import may

KEY = "person-new"
SEARCHED_FROM = 13  # people; fewer are seen at a glance
LISTED = 50


def draw() -> None:
    """The page."""
    frame.notices()
    if not may(frame.person(), Role.ADMIN):
        show(fill('<p class="ot-note">{text}</p>', text=_("Your role does not allow this.")))
        return
    at = now()
    staff = reading.read_staff(at)
    with st.container(key="ot-people-head", horizontal=True, vertical_alignment="center"):
        show(_summary(staff, at), is_wide=False)
        # another key closes it: the link it made must not stand behind it
        turn = int(st.session_state.get(changing.ADDED, 0))
        with (
            st.container(key="person-add", width="content"),
            st.popover(_("Add a person"), type="primary", key=f"person-add-{turn}"),
        ):
            _add(staff.zones)
    _link()
    _follow_link()
    chosen = staff.find(int(st.session_state.get(changing.CHOSEN) or 0))
    left, right = st.columns([5, 3], gap="medium")
    with left:
        _list(staff, at, chosen.person.id if chosen else None)
    with right:
        if chosen is None:
            show(fill('<div class="ot-empty"><p>{text}</p></div>', text=_("Choose a person.")))
        else:
            panel.draw(chosen, staff.zones, at)


def _summary(staff: reading.Staff, at: datetime) -> Html:
    states = [lines.state_of(one, at) for one in staff.people]
    active = sum(state != "off" for state in states)
    parts = [
        ngettext("{n} at the desk now", "{n} at the desk now", states.count("in")),
        *(
            ngettext("{n} invited", "{n} invited", number)
            for number in [states.count("invited")]
            if number
        ),
        *(
            ngettext("{n} closed", "{n} closed", number)
            for number in [states.count("locked")]
            if number
        ),
    ]
    return fill(
        '<p class="ot-summary" role="status"><b>{total}</b> {parts}</p>',
        total=ngettext("{n} person", "{n} people", active),
        parts=join((fill("<span>{part}</span>", part=part) for part in parts), " "),
    )


def _add(zones: list[str]) -> None:
    with st.form(key="person-add-form", border=False, enter_to_submit=False):
        st.text_input(_("Login"), max_chars=128, key=f"{KEY}-login")
        st.text_input(_("Name"), max_chars=128, key=f"{KEY}-name")
        panel.roles(KEY, Role.OPERATOR)
        panel.pick_zones(KEY, zones, [])
        panel.address(KEY, "")
        st.form_submit_button(
            _("Add and make a link"), type="primary", on_click=changing.on_add, args=(KEY,)
        )


def _link() -> None:
    link: changing.Link | None = st.session_state.get(changing.LINK)
    if link is None:
        return
    with st.container(key="ot-invitation", border=True):
        show(
            fill(
                "<p><b>{title}</b> <span>{text}</span></p>",
                title=_("A link for {name}").format(name=link.name),
                text=_(
                    "works once, until {time}. It is shown only here: hand it over in private."
                ).format(time=words.moment(link.expires_at, now=now())),
            )
        )
        st.code(link.address, language=None)
        st.button(_("Handed over"), key="invitation-done", on_click=_forget)


def _forget() -> None:
    st.session_state.pop(changing.LINK, None)


def _follow_link() -> None:
    """Who the address names is chosen, once."""
    asked = st.query_params.pop("person", "")
    if asked.isdecimal() and len(asked) < 18:
        _choose(int(asked))


def _list(staff: reading.Staff, at: datetime, chosen: int | None) -> None:
    found = staff.people
    if len(found) >= SEARCHED_FROM:
        typed = st.text_input(
            _("Find by name, login, role, zone or address"), max_chars=128, key="people-words"
        )
        found = [one for one in found if lines.holds(one, typed, at)]
    page = _page(len(found))
    show(lines.heads())
    if not found:
        show(fill('<div class="ot-empty"><p>{text}</p></div>', text=_("Nobody fits.")))
    with st.container(key="ot-list", gap=None):
        for one in found[(page - 1) * LISTED : page * LISTED]:
            number = one.person.id or 0
            with st.container(key=f"row-{number}"):
                show(lines.row(one, at, is_chosen=number == chosen))
                st.button(
                    _("Open {name}").format(name=one.person.login.replace("_", r"\_")),
                    key=f"open-{number}",
                    on_click=_choose,
                    args=(number,),
                )
    turning.pages(-(-len(found) // LISTED), "people-page")


def _page(count: int) -> int:
    """The page chosen, or the last there is: a search may leave fewer."""
    last = max(1, -(-count // LISTED))
    page = min(int(st.session_state.get("people-page") or 1), last)
    if "people-page" in st.session_state:
        st.session_state["people-page"] = page
    return page


def _choose(number: int) -> None:
    st.session_state[changing.CHOSEN] = number
    st.session_state.pop(changing.LEAVING, None)
    st.session_state.pop(changing.LINK, None)
