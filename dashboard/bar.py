"""The bar over every view: pages by group, posting mode with its stop, the person.

Its menus are opened by `bar.js`, which stands in every page before the bar does.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import data, frame, tour, words
from dashboard.i18n import _, current_language
from dashboard.plain import Html, fill, join, one_line, show
from dashboard.views import Group, grouped
from otklik import database, switches
from otklik.clock import now
from otklik.enums import PostingMode, Role
from otklik.errors import OtklikError
from otklik.models import Person
from otklik.people import may


def draw(who: Person, pages: Mapping[str, Any], current: str) -> None:
    """The bar for this person; `current` is the name of the page that is open."""
    counts = data.bar_counts(now(), who)
    with st.container(key="ot-bar", horizontal=True, vertical_alignment="center", gap=None):
        _brand()
        for group in grouped(who, list(pages)):
            if group.title and len(group.pages) > 1:
                _drop(group, pages, counts, current)
            else:
                _links(group.pages, pages, counts)
        with st.container(key="ot-right", horizontal=True, vertical_alignment="center", gap=None):
            _mode(who)
            _person(who, pages)
    tour.draw(who, data.posting_mode())


def _brand() -> None:
    show(
        fill(
            '<div class="ot-brand"><span class="ot-mark" aria-hidden="true"></span>{brand}</div>',
            brand=data.settings().brand_name,
        ),
        is_wide=False,
    )


def _links(names: tuple[str, ...], pages: Mapping[str, Any], counts: Mapping[str, int]) -> None:
    for name in names:
        count = counts.get(name, 0)
        # Streamlit marks the page that is open; the number stands as a badge
        st.page_link(pages[name], label=f"{pages[name].title} **{count}**" if count else None)


def _drop(group: Group, pages: Mapping[str, Any], counts: Mapping[str, int], current: str) -> None:
    waiting = sum(counts.get(name, 0) for name in group.pages)
    is_here = "ot-here" if current in group.pages else ""
    label = fill(
        "{title}{badge}",
        title=_(group.title),
        badge=fill("<strong>{count}</strong>", count=waiting) if waiting else "",
    )
    _menu(group.name, label, is_here, lambda: _links(group.pages, pages, counts))


def _menu(name: str, label: Html, kind: str, inside: Callable[[], None]) -> None:
    with st.container(key=f"ot-menu-{name}", width="content", gap=None):
        show(
            fill(
                '<button type="button" class="ot-menu-head {kind}" aria-expanded="false">'
                "{label}</button>",
                kind=kind,
                label=label,
            ),
            is_wide=False,
        )
        with st.container(key=f"ot-drop-{name}", gap=None):
            inside()


def _mode(who: Person) -> None:
    mode = data.posting_mode()
    label = fill(
        '<span class="ot-mode ot-mode-{mode}">{name}</span>',
        mode=mode,
        name=words.name("mode_short", mode),
    )
    _menu("mode", label, "", lambda: _posting(who, mode))


def _posting(who: Person, mode: PostingMode) -> None:
    said = {
        PostingMode.DRY_RUN: _("A rehearsal: approved replies are recorded, nothing is published."),
        PostingMode.LIVE: _("Approved replies are published where they belong."),
        PostingMode.STOPPED: _("Nothing is published. An administrator starts it again."),
    }
    show(fill('<p class="ot-fine">{text}</p>', text=said[mode]))
    if mode is PostingMode.STOPPED or not may(who, Role.APPROVER):
        return
    if st.button(_("Stop publishing now"), key="stop-all", type="primary", width="stretch"):
        _stop(who)


def _stop(who: Person) -> None:
    try:
        with database.session(data.engine()) as session:
            switches.set_posting_mode(
                session,
                person=who,
                mode=PostingMode.STOPPED,
                at=now(),
                brand_id=data.settings().brand_id,
            )
    except OtklikError as error:
        frame.say(words.refusal(error), "problem")
    else:
        frame.say(_("Publishing is stopped. Nothing goes out until an administrator starts it."))
    st.rerun()


def _person(who: Person, pages: Mapping[str, Any]) -> None:
    label = fill(
        '<span class="ot-person">{name}<small>{role}</small></span>',
        name=one_line(who.name),
        role=words.name("role", who.role),
    )
    _menu("person", label, "", lambda: _own(pages))


def _own(pages: Mapping[str, Any]) -> None:
    if "account" in pages:
        st.page_link(pages["account"])
    show(_choices())


def _choices() -> Html:
    return fill(
        '<div class="ot-drop"><button type="button" class="ot-plain-button" data-otklik-tour>'
        "{walk}</button>{language}{theme}"
        '<form method="post" action="/sign-out"><button type="submit">{leave}</button></form>'
        "</div>",
        language=_choice(
            _("Language"),
            "language",
            current_language(),
            {"ru": "Русский", "en": "English"},
        ),
        theme=_choice(
            _("Theme"),
            "theme",
            frame.current_theme(),
            {"light": _("light"), "dark": _("dark"), "system": _("as the system")},
        ),
        walk=_("Show me around"),
        leave=_("Sign out"),
    )


def _choice(title: str, path: str, chosen: str, names: Mapping[str, str]) -> Html:
    links = join(
        fill(
            '<a class="{kind}" href="/{path}/{code}" target="_self"{current}>{name}</a>',
            kind="ot-chosen" if code == chosen else "",
            path=path,
            code=code,
            current=Html(' aria-current="true"') if code == chosen else "",
            name=name,
        )
        for code, name in names.items()
    )
    return fill(
        '<nav class="ot-choice" aria-label="{title}"><span>{title}</span>{links}</nav>',
        title=title,
        links=links,
    )
