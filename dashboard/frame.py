"""What stands around every view: the person, notices."""

import streamlit as st

from dashboard import browser, data, theme
from dashboard.i18n import _
from dashboard.plain import fill, join, show
from otklik.clock import now
from otklik.models import Person

NOTICES = "notices"
VEIL = "veil"


def person() -> Person:
    """Who is at the desk, read anew on every run; nobody ends the run."""
    found = data.find_person(browser.cookies().get(browser.SESSION_COOKIE), now())
    if found is None:
        show(
            fill(
                '<div class="ot-empty ot-ended" role="alert"><b>{text}</b>'
                '<p><a href="/sign-in" target="_self">{link}</a></p></div>',
                text=_("Your session has ended."),
                link=_("Sign in"),
            )
        )
        st.stop()
    return found


def open_page() -> None:
    """Title and width; before anything else is drawn."""
    st.set_page_config(
        page_title=f"{_('Desk')} · {data.settings().brand_name}",
        page_icon=str(theme.HERE / "mark.png"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )


def current_theme() -> str:
    """The theme this browser chose: `light`, `dark` or `system`."""
    chosen = browser.cookies().get(browser.THEME_COOKIE, "")
    return chosen if chosen in browser.THEMES else "system"


def refuse() -> None:
    """Say that a page is not for this person's role."""
    show(
        fill(
            '<div class="ot-empty" role="alert"><b>{title}</b><p>{text}</p></div>',
            title=_("This page is not for your role"),
            text=_("Ask an administrator if you need it for your work."),
        )
    )


def say(text: str, kind: str = "done") -> None:
    """Keep a notice for the next drawing; `kind` is `done` or `problem`."""
    st.session_state.setdefault(NOTICES, []).append((kind, text))


def notices() -> None:
    """Show what was kept, once; in sight wherever the page is scrolled to."""
    told = [
        fill(
            '<p class="ot-notice ot-notice-{kind}" role="{role}">{text}</p>',
            kind=kind,
            role="alert" if kind == "problem" else "status",
            text=text,
        )
        for kind, text in st.session_state.pop(NOTICES, [])
    ]
    if told:
        show(fill('<div class="ot-notices">{told}</div>', told=join(told)))


def is_veiled() -> bool:
    """Are obscene words blurred? They are, until this person wants to see them."""
    return bool(st.session_state.get(VEIL, True))
