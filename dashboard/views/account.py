"""One's own account: password, browsers."""

from datetime import datetime

import streamlit as st

from dashboard import frame, words
from dashboard.i18n import _
from dashboard.people import changing, lines, reading
from dashboard.plain import Html, fill, one_line, show
from otklik.clock import now
from otklik.models import LoginSession, Person
from otklik.people import MIN_PASSWORD

KEY = "own-password"


def draw() -> None:
    """The page."""
    frame.notices()
    who, at = frame.person(), now()
    show(_who(who))
    left, right = st.columns([3, 4], gap="medium")
    with left:
        _password(who)
    with right:
        _browsers(who, at)


def _who(who: Person) -> Html:
    return fill(
        '<div class="ot-own"><h2>{name}</h2><p>{login} · {role}</p>'
        '<p class="ot-chips">{zones}</p></div>',
        name=one_line(who.name or who.login, shown=128),
        role=words.name("role", who.role),
        login=one_line(who.login, shown=128),
        zones=lines.zones(who.zones),
    )


def _password(who: Person) -> None:
    with st.container(key="ot-own-password", border=True):
        show(fill('<h3 class="ot-h">{title}</h3>', title=_("Password")))
        if who.password_hash is None:
            text = _("You sign in with the company's account; there is no password here.")
            show(fill('<p class="ot-fine">{text}</p>', text=text))
            return
        with st.form(key=KEY, border=False, clear_on_submit=True):
            st.text_input(_("The one of now"), type="password", key=f"{KEY}-old")
            st.text_input(
                _("A new one, at least {n} characters").format(n=MIN_PASSWORD),
                type="password",
                key=f"{KEY}-new",
            )
            st.text_input(_("The same once more"), type="password", key=f"{KEY}-again")
            st.form_submit_button(
                _("Change the password"),
                type="primary",
                on_click=changing.on_own_password,
                args=(KEY,),
            )


def _browsers(who: Person, at: datetime) -> None:
    found, this = reading.own_browsers(who, at)
    with st.container(key="ot-own-browsers", border=True):
        show(fill('<h3 class="ot-h">{title}</h3>', title=_("Where you are signed in")))
        for place, one in enumerate(found):
            _browser(one, at, place, is_this=one.token_digest == this)
        if len(found) > 1:
            st.button(
                _("Sign out everywhere else"),
                key="end-others",
                on_click=changing.on_end_browser,
                kwargs={"but": this},
            )


def _browser(one: LoginSession, at: datetime, place: int, *, is_this: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"ot-browser-{place}"):
        show(
            fill(
                '<p class="ot-browser"><b>{agent}</b> <small>{seen}</small></p>',
                agent=reading.agent_name(one.agent) or _("another program"),
                seen=_("this browser")
                if is_this
                else _("last used {time}").format(time=words.ago(one.last_seen_at, at)),
            )
        )
        if not is_this:
            st.button(
                _("Sign out"),
                key=f"end-{place}",
                on_click=changing.on_end_browser,
                args=(one.token_digest,),
            )
