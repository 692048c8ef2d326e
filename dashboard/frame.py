"""What stands around every view: the person, the bar at the top, notices."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import browser, data, theme, words
from dashboard.i18n import _, current_language
from dashboard.plain import Html, fill, join, one_line, show
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
                '<p class="ot-note">{text} <a href="/sign-in" target="_self">{link}</a></p>',
                text=_("Your session has ended."),
                link=_("Sign in"),
            )
        )
        st.stop()
    return found


def open_page() -> None:
    """Title, width and style; before anything else is drawn."""
    st.set_page_config(
        page_title=f"{_('Desk')} · {data.settings().brand_name}",
        page_icon=str(theme.HERE / "mark.png"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    show(Html(f"<style>{theme.style()}</style>"))


def bar(who: Person, pages: Sequence[Any]) -> None:
    """Brand, pages, posting mode, language, person."""
    with st.container(key="ot-bar", horizontal=True, vertical_alignment="center", gap="small"):
        show(
            fill(
                '<div class="ot-brand"><span class="ot-mark"></span>{brand}</div>',
                brand=data.settings().brand_name,
            ),
            is_wide=False,
        )
        for page in pages:
            st.page_link(page)
        show(_right_side(who), is_wide=False)


def _right_side(who: Person) -> Html:
    mode = data.posting_mode()
    links = join(
        fill(
            '<a class="{kind}" href="/language/{code}" target="_self" lang="{code}">{label}</a>',
            kind="ot-chosen" if code == current_language() else "",
            code=code,
            label=code.upper(),
        )
        for code in browser.LANGUAGES
    )
    return fill(
        '<div class="ot-right"><span class="ot-mode ot-mode-{mode}">{mode_name}</span>'
        '<nav class="ot-lang" aria-label="{language}">{links}</nav>'
        '<span class="ot-person">{name}<small>{role}</small></span>'
        '<form method="post" action="/sign-out"><button type="submit">{leave}</button></form>'
        "</div>",
        mode=mode,
        mode_name=words.name("mode", mode),
        language=_("Language"),
        links=links,
        name=one_line(who.name),
        role=words.name("role", who.role),
        leave=_("Sign out"),
    )


def say(text: str, kind: str = "done") -> None:
    """Keep a notice for the next drawing; `kind` is `done` or `problem`."""
    st.session_state.setdefault(NOTICES, []).append((kind, text))


def notices() -> None:
    """Show what was kept, once."""
    for kind, text in st.session_state.pop(NOTICES, []):
        role = "alert" if kind == "problem" else "status"
        show(
            fill(
                '<p class="ot-notice ot-notice-{kind}" role="{role}">{text}</p>',
                kind=kind,
                role=role,
                text=text,
            )
        )


def is_veiled() -> bool:
    """Are obscene words blurred? They are, until this person wants to see them."""
    return bool(st.session_state.get(VEIL, True))
