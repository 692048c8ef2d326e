"""What was dealt with: replies and what became of them, silence and its reasons."""

from typing import Any

import streamlit as st

from dashboard import chips, frame, words
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, show, web_address
from dashboard.views import open_case
from dashboard.worklist import filters, reading, turning
from dashboard.worklist.linking import Linked
from dashboard.worklist.reading import Choices
from otklik.clock import now
from otklik.enums import Stance, Topic
from otklik.models import Person, Reply
from otklik.store.queue import QueueRow
from otklik.store.queue_filter import DONE, QueueFilter

REFRESH_SECONDS = 10
PAGE = "answered-page"
USUAL_DAYS = 30
DAYS = [one for one in filters.DAYS if one >= 0]
_FIELDS = ("words", "states", "days", "stances", "topics", "zones", "platforms")
_KEYS = {name: f"answered-{name}" for name in _FIELDS}
_LINKED = Linked(_KEYS, PAGE, "answered-link", QueueFilter(states=DONE, days=USUAL_DAYS))


def draw() -> None:
    """The page."""
    frame.notices()
    who = frame.person()
    with st.container(key="ot-filters", horizontal=True, vertical_alignment="center"):
        choices = reading.choices()
        _follow(choices)
        wanted = _filters(choices)
    _LINKED.write(wanted)
    _list(wanted, who)


def _follow(choices: Choices) -> None:
    """Before the widgets: a link somebody followed; what does not exist any more is left out."""
    found = _LINKED.followed()
    if found is None:
        if _LINKED.is_new():
            st.session_state[_KEYS["days"]] = USUAL_DAYS
        return
    wanted, _left_out = found
    known = {"zones": choices.zones, "platforms": choices.platforms}
    for name, key in _KEYS.items():
        value: Any = getattr(wanted, name)
        if isinstance(value, tuple):
            value = [one for one in value if one in known.get(name, value)]
        if name == "states" and set(value) == set(DONE):
            value = []
        if name == "days" and value not in DAYS:
            value = USUAL_DAYS
        st.session_state[key] = value


def _filters(choices: Choices) -> QueueFilter:
    found = st.text_input(
        _("Search"),
        placeholder=_("Search in comments"),
        label_visibility="collapsed",
        key=_KEYS["words"],
        persist_state="session",
        type="search",
        on_change=_first_page,
        width=200,
        max_chars=200,
    )
    states = st.pills(
        _("State"),
        list(DONE),
        format_func=lambda value: words.name("state", value),
        selection_mode="multi",
        label_visibility="collapsed",
        key=_KEYS["states"],
        persist_state="session",
        on_change=_first_page,
        width="content",
    )
    days = st.selectbox(
        _("Dealt with"),
        DAYS,
        format_func=filters.days_name,
        label_visibility="collapsed",
        key=_KEYS["days"],
        persist_state="session",
        on_change=_first_page,
        width=215,
    )
    chosen: dict[str, Any] = {"states": tuple(states) or DONE, "words": found or ""}
    with st.container(width=145):
        chosen["stances"] = _several("stances", _("Stance"), list(Stance), "stance", is_bare=True)
    further = [_KEYS[name] for name in ("topics", "zones", "platforms")]
    with st.popover(filters.more_name(further), key="answered-more"):
        chosen["topics"] = _several("topics", _("Topic"), list(Topic), "topic")
        chosen["zones"] = _several("zones", _("Zone"), choices.zones)
        chosen["platforms"] = _several("platforms", _("Platform"), choices.platforms)
    return QueueFilter(days=days or 0, **chosen)


def _several(name: str, label: str, *rest: Any, is_bare: bool = False) -> tuple[Any, ...]:
    key = _KEYS[name]
    return tuple(filters.several(key, label, *rest, is_bare=is_bare, on_change=_first_page))


def _first_page() -> None:
    st.session_state[PAGE] = 1


@st.fragment(run_every=REFRESH_SECONDS)
def _list(wanted: QueueFilter, who: Person) -> None:
    page, last, unknown = reading.done(wanted, who, st.session_state.get(PAGE, 1))
    if unknown:
        _unknown(unknown)
    if not page.rows:
        _nothing(wanted)
        return
    with st.container(key="ot-list", gap=None):
        for line in page.rows:
            with st.container(key=f"row-{line.id}"):
                right = _what_became(line, last.get(line.id))
                show(chips.row(line, now(), is_veiled=frame.is_veiled(), right=right))
                label = _("Open case {number}").format(number=line.id)
                if st.button(label, key=f"open-{line.id}"):
                    open_case(line.id)
    with st.container(key="ot-turn", horizontal=True, vertical_alignment="center"):
        turning.pages(page.pages, PAGE)
        total = f"{page.total}+" if page.is_cut else str(page.total)
        text = _("{total} in all").format(total=total)
        show(fill('<span class="ot-fine">{text}</span>', text=text), is_wide=False)


def _nothing(wanted: QueueFilter) -> None:
    is_plain = wanted == QueueFilter(states=DONE, days=wanted.days)
    text = (
        _("Approved replies and comments left unanswered gather here.")
        if is_plain
        else _("Take a filter away or search for another word.")
    )
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
            title=_("Nothing here yet") if is_plain else _("Nothing fits these filters"),
            text=text,
        )
    )


def _unknown(replies: list[Reply]) -> None:
    with st.container(key="ot-unknown", horizontal=True, vertical_alignment="center"):
        show(
            fill(
                '<p class="ot-notice ot-notice-problem">{text}</p>',
                text=_("Of these replies nobody knows whether they were published:"),
            ),
            is_wide=False,
        )
        for reply in replies:
            label = _("Settle case {number}").format(number=reply.mention_id)
            if st.button(label, key=f"settle-{reply.id}"):
                open_case(reply.mention_id)


def _what_became(line: QueueRow, reply: Reply | None) -> Html:
    when = fill(
        '<span class="ot-waits">{time}</span>', time=words.moment(line.state_changed_at, now=now())
    )
    if reply is None:
        why = words.name("close", line.close_reason) if line.close_reason else ""
        return join([when, fill('<span class="ot-sla ot-sla-calm">{why}</span>', why=why)])
    state = fill(
        '<span class="ot-sla ot-outcome-{kind}">{name}</span>',
        kind=reply.state,
        name=words.name("reply", reply.state),
    )
    address = web_address(reply.url)
    link = (
        fill(
            '<a class="ot-public" href="{url}" target="_blank">{text} ↗</a>',
            url=address,
            text=_("in public"),
        )
        if address
        else Html("")
    )
    return join([when, state, link])
