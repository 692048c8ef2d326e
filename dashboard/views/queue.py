"""The queue: what waits for a person, the most urgent first."""

from dataclasses import replace
from datetime import datetime

import streamlit as st

from dashboard import chips, data, frame, words
from dashboard.i18n import _
from dashboard.plain import fill, join, show
from dashboard.views import open_case
from otklik.clock import now
from otklik.enums import Stance, Topic
from otklik.store.queue import WAITING, QueueFilter, QueuePage
from otklik.subjects import EntityKind

REFRESH_SECONDS = 5
PAGE = "queue-page"


def draw() -> None:
    """The page."""
    frame.notices()
    _head()
    wanted = _filters()
    _list(wanted)


@st.fragment(run_every=REFRESH_SECONDS)
def _head() -> None:
    found = data.pressure(now())
    numbers = [
        ("critical", words.name("urgency", 3), found.by_urgency.get(3, 0)),
        ("high", words.name("urgency", 2), found.by_urgency.get(2, 0)),
        ("normal", words.name("urgency", 1), found.by_urgency.get(1, 0)),
        ("low", words.name("urgency", 0), found.by_urgency.get(0, 0)),
        ("late", _("Overdue"), found.overdue),
    ]
    with st.container(key="ot-head", horizontal=True, vertical_alignment="center"):
        show(
            fill(
                '<div class="ot-numbers"><div class="ot-number ot-n-all"><b>{all}</b>{label}</div>'
                "{rest}</div>",
                all=found.waiting,
                label=_("wait for you"),
                rest=join(
                    fill(
                        '<div class="ot-number ot-n-{kind} {none}"><b>{count}</b>{label}</div>',
                        kind=kind,
                        none="" if count else "ot-zero",
                        count=count,
                        label=label,
                    )
                    for kind, label, count in numbers
                ),
            ),
            is_wide=False,
        )
        if st.button(
            _("Take the most urgent"),
            type="primary",
            key="take",
            shortcut="Alt+N",
            disabled=not found.waiting,
        ):
            number = data.find_next(set())
            if number is not None:
                open_case(number)


def _filters() -> QueueFilter:
    with st.container(key="ot-filters", horizontal=True, vertical_alignment="center"):
        found = st.text_input(
            _("Search"),
            placeholder=_("Search in comments"),
            label_visibility="collapsed",
            key="words",
            persist_state="session",
            type="search",
            on_change=_first_page,
            width=260,
        )
        urgencies = st.pills(
            _("Urgency"),
            [3, 2, 1, 0],
            format_func=lambda value: words.name("urgency", value),
            selection_mode="multi",
            label_visibility="collapsed",
            key="urgencies",
            persist_state="session",
            on_change=_first_page,
            width="content",
        )
        stances = st.multiselect(
            _("Stance"),
            list(Stance),
            format_func=lambda value: words.name("stance", value),
            placeholder=_("Any stance"),
            label_visibility="collapsed",
            key="stances",
            persist_state="session",
            on_change=_first_page,
            width=220,
        )
        with st.popover(_("More filters")):
            more = _more_filters()
    return replace(more, words=found or "", urgencies=tuple(urgencies), stances=tuple(stances))


def _more_filters() -> QueueFilter:
    topics = st.multiselect(
        _("Topic"),
        list(Topic),
        format_func=lambda value: words.name("topic", value),
        placeholder=_("Any"),
        key="topics",
        persist_state="session",
        on_change=_first_page,
    )
    states = st.multiselect(
        _("State"),
        list(WAITING),
        format_func=lambda value: words.name("state", value),
        placeholder=_("Any"),
        key="states",
        persist_state="session",
        on_change=_first_page,
    )
    platforms = st.multiselect(
        _("Platform"),
        data.platforms(),
        placeholder=_("Any"),
        key="platforms",
        persist_state="session",
        on_change=_first_page,
    )
    names = data.named_entities()
    entities = st.multiselect(
        _("About"),
        list(names),
        format_func=lambda key: _entity(key, names),
        placeholder=_("Any"),
        key="entities",
        persist_state="session",
        on_change=_first_page,
        disabled=not names,
    )
    unsure = st.toggle(
        _("Only where the model is not sure"),
        key="unsure",
        on_change=_first_page,
        persist_state="session",
    )
    st.toggle(_("Blur rude words"), value=True, key=frame.VEIL, persist_state="session")
    return QueueFilter(
        topics=tuple(topics),
        states=tuple(states) or WAITING,
        platforms=tuple(platforms),
        entities=tuple(entities),
        only_unsure=unsure,
    )


def _entity(key: str, names: dict[str, tuple[EntityKind, str]]) -> str:
    if key not in names:  # chosen before the lists changed
        return key
    kind, name = names[key]
    return f"{words.name('entity', kind)}: {name}"


def _first_page() -> None:
    st.session_state[PAGE] = 1


@st.fragment(run_every=REFRESH_SECONDS)
def _list(wanted: QueueFilter) -> None:
    page = data.waiting(wanted, st.session_state.get(PAGE, 1))
    if not page.rows:
        _nothing(wanted)
        return
    at = now()
    with st.container(key="ot-list", gap=None):
        for line in page.rows:
            with st.container(key=f"row-{line.id}"):
                show(chips.row(line, at, is_veiled=frame.is_veiled()))
                label = _("Open case {number}").format(number=line.id)
                if st.button(label, key=f"open-{line.id}"):
                    open_case(line.id)
    _turn(page, at)


def _turn(page: QueuePage, at: datetime) -> None:
    with st.container(key="ot-turn", horizontal=True, vertical_alignment="center"):
        if page.pages > 1:
            st.pagination(page.pages, key=PAGE, persist_state="session")
        first = (page.number - 1) * page.size + 1
        text = _("{first}–{last} of {total} · renewed at {time}")
        show(
            fill(
                '<span class="ot-fine">{text}</span>',
                text=text.format(
                    first=first,
                    last=first + len(page.rows) - 1,
                    total=page.total,
                    time=at.astimezone(words.zone()).strftime("%H:%M:%S"),
                ),
            ),
            is_wide=False,
        )


def _nothing(wanted: QueueFilter) -> None:
    is_plain = wanted == QueueFilter()
    title = _("Nobody is waiting") if is_plain else _("Nothing fits these filters")
    text = (
        _("New comments appear here by themselves.")
        if is_plain
        else _("Take a filter away or search for another word.")
    )
    show(fill('<div class="ot-empty"><b>{title}</b><p>{text}</p></div>', title=title, text=text))
