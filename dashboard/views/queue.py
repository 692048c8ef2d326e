"""The queue: what waits for a person, filtered, kept as views, worked on alone or together."""

from datetime import datetime

import streamlit as st

from dashboard import chips, data, frame, words
from dashboard.case import holding, keys
from dashboard.i18n import _
from dashboard.plain import fill, join, show
from dashboard.views import open_case, pages
from dashboard.worklist import (
    batches,
    choosing,
    filters,
    reading,
    shift_strip,
    shortcuts,
    turning,
    views_bar,
)
from otklik.clock import now
from otklik.models import Person
from otklik.store.queue import QueuePage
from otklik.store.queue_filter import QueueFilter, SortBy

REFRESH_SECONDS = 5
PAGE = filters.PAGE


def draw() -> None:
    """The page."""
    if st.session_state.pop("bulk-go", False):
        st.switch_page(pages()["approvals"])
    who = frame.person()
    is_looked_at = st.session_state.get(choosing.PREVIEW) is not None
    found = shortcuts.of_queue(is_choosing=choosing.is_on(), is_looked_at=is_looked_at)
    keys.listen(found, shortcuts.SCOPE)
    frame.notices()
    _head()
    choices, entities = reading.choices(), filters.named_entities()
    views = reading.views(who)
    default = views.find(views.default)
    if filters.sync(default.wanted if default else None, choices, list(entities)):
        st.session_state[filters.VIEW] = views.default
    with st.container(key="ot-filters", horizontal=True, vertical_alignment="center"):
        wanted = filters.draw(choices, entities)
    with st.container(key="ot-queue-tools", horizontal=True, vertical_alignment="center"):
        wanted = filters.in_order(wanted)
        filters.clear_button(wanted)
        views_bar.draw(who, views, wanted, (choices, list(entities)))
        st.button(
            _("Choose several") if not choosing.is_on() else _("Done choosing"),
            key="bulk-toggle",
            on_click=choosing.on_toggle,
        )
        if choosing.is_on():
            batches.draw(who)
        _strip(who)
    views_bar.notes(st.session_state.get(filters.NOTES, []))
    filters.LINKED.write(wanted)
    choosing.undo_bar(who)
    if choosing.is_on():
        _list(wanted, who)  # rows stay where they are while somebody chooses
    else:
        _fresh_list(wanted, who)


@st.fragment(run_every=REFRESH_SECONDS)
def _head() -> None:
    found = data.pressure(now())
    numbers = [
        ("critical", words.name("urgency", 3), found.by_urgency.get(3, 0)),
        ("high", words.name("urgency", 2), found.by_urgency.get(2, 0)),
        ("normal", words.name("urgency", 1), found.by_urgency.get(1, 0)),
        ("low", words.name("urgency", 0), found.by_urgency.get(0, 0)),
        ("soon", _("Due within the hour"), found.soon),
        ("late", _("Overdue"), found.overdue),
    ]
    with st.container(key="ot-head", horizontal=True, vertical_alignment="center"):
        show(
            fill(
                '<div class="ot-numbers" data-ot-scope="{scope}">'
                '<div class="ot-number ot-n-all"><b>{all}</b>{label}</div>'
                "{rest}</div>",
                scope=shortcuts.SCOPE,
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
            disabled=not found.waiting,
        ):
            number = holding.next_case(set())
            if number is not None:
                open_case(number)
            frame.say(_("Nobody else is waiting."))
            st.rerun()


@st.fragment(run_every=REFRESH_SECONDS)
def _strip(who: Person) -> None:
    at = now()
    show(shift_strip.strip(reading.on_shift(at), who, at))


@st.fragment(run_every=REFRESH_SECONDS)
def _fresh_list(wanted: QueueFilter, who: Person) -> None:
    _list(wanted, who)


def _list(wanted: QueueFilter, who: Person) -> None:
    at = now()
    page, hands = reading.page(wanted, who, st.session_state.get(PAGE, 1))
    if choosing.is_on():
        choosing.draw(who, wanted, [line.id for line in page.rows], page.total)
    if not page.rows:
        _nothing(wanted)
        return
    with st.container(key="ot-list", gap=None):
        for line in page.rows:
            with st.container(key=f"row-{line.id}"):
                right = shift_strip.right(line, hands.get(line.id), who, at)
                show(chips.row(line, at, is_veiled=frame.is_veiled(), right=right))
                if choosing.is_on():
                    choosing.box(line.id)
                    continue
                label = _("Open case {number}").format(number=line.id)
                if st.button(label, key=f"open-{line.id}"):
                    open_case(line.id)
    _turn(page, at)


def _turn(page: QueuePage, at: datetime) -> None:
    with st.container(key="ot-turn", horizontal=True, vertical_alignment="center"):
        turning.pages(page.pages, PAGE)
        first = (page.number - 1) * page.size + 1
        text = _("{first}–{last} of {total} · renewed at {time}")
        show(
            fill(
                '<span class="ot-fine">{text}</span>',
                text=text.format(
                    first=first,
                    last=first + len(page.rows) - 1,
                    total=f"{page.total}+" if page.is_cut else page.total,
                    time=at.astimezone(words.zone()).strftime("%H:%M:%S"),
                ),
            ),
            is_wide=False,
        )
        st.toggle(_("Blur rude words"), value=True, key=frame.VEIL, persist_state="session")


def _nothing(wanted: QueueFilter) -> None:
    is_plain = wanted.model_copy(update={"sort": SortBy.PRESSURE}) == QueueFilter()
    title = _("Nobody is waiting") if is_plain else _("Nothing fits these filters")
    text = (
        _("New comments appear here by themselves.")
        if is_plain
        else _("Take a filter away or search for another word.")
    )
    show(fill('<div class="ot-empty"><b>{title}</b><p>{text}</p></div>', title=title, text=text))
    if not is_plain:
        with st.container(key="ot-clear", horizontal=True, horizontal_alignment="center"):
            if st.button(_("Show everything"), key="clear-filters", on_click=filters.clear):
                st.rerun()
