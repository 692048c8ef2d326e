"""The filters of the queue: widgets, the link that carries them, and what of it is gone."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboard import data, words
from dashboard.i18n import _, ngettext
from dashboard.worklist.linking import Linked
from dashboard.worklist.reading import Choices
from otklik.enums import Stance, Topic
from otklik.store.queue_filter import ME, NOBODY, WAITING, QueueFilter, SortBy, read_filter
from otklik.subjects import EntityKind

PAGE = "queue-page"
NOTES = "queue-notes"  # what of a link was left out
VIEW = "queue-view"  # the saved view that was opened last
DAYS = (0, 1, 3, 7, 30, -1)  # -1: between two days
WAITS = (0, 30, 60, 240, 1440, 4320)
_KEYS = {  # field of the filter → key of its widget
    "words": "words",
    "urgencies": "urgencies",
    "stances": "stances",
    "topics": "topics",
    "states": "states",
    "platforms": "platforms",
    "zones": "zones",
    "entities": "entities",
    "owners": "owners",
    "only_unsure": "unsure",
    "is_overdue": "overdue",
    "runs_out": "runs-out",
    "days": "days",
    "since": "since",
    "until": "until",
    "waits_minutes": "waits",
    "sort": "sort",
    "incident": "incident",
}
LINKED = Linked(_KEYS, PAGE, "queue-link")
_ALWAYS_SEEN = ("words", "urgencies", "stances", "owners", "since", "until", "sort")
_WITHIN = tuple(key for name, key in _KEYS.items() if name not in _ALWAYS_SEEN)


def sync(default: Mapping[str, Any] | None, choices: Choices, entities: Sequence[str]) -> bool:
    """Before the widgets: take over a link somebody followed, or one's default view.

    Returns:
        Was it the default view?
    """
    found = LINKED.followed()
    if found is not None:
        number = st.session_state[PAGE]
        put(*found, choices, entities)
        st.session_state[PAGE] = number
    elif LINKED.is_new() and default is not None:
        put(*read_filter(default), choices, entities)
        return True
    return False


def fitting(
    wanted: QueueFilter, choices: Choices, entities: Sequence[str]
) -> tuple[QueueFilter, list[str]]:
    """The filter as the widgets can show it, and what of it does not exist any more."""
    known: dict[str, set[str]] = {
        "zones": set(choices.zones),
        "platforms": set(choices.platforms),
        "owners": {ME, NOBODY, *(str(one) for one in choices.people)},
        "entities": set(entities),
    }
    gone: list[str] = []
    kept: dict[str, Any] = {}
    for name, real in known.items():
        gone += [f"{name}={one}" for one in getattr(wanted, name) if one not in real]
        kept[name] = tuple(one for one in getattr(wanted, name) if one in real)
    if wanted.since or wanted.until:
        kept["days"] = 0
    elif wanted.days not in DAYS:
        kept["days"] = min(DAYS[:-1], key=lambda one: abs(one - wanted.days))
    if wanted.waits_minutes not in WAITS:
        kept["waits_minutes"] = min(WAITS, key=lambda one: abs(one - wanted.waits_minutes))
    return wanted.model_copy(update=kept), gone


def is_same(one: QueueFilter, other: QueueFilter) -> bool:
    """Do both ask for the same? In which order several things were chosen means nothing."""
    return _in_any_order(one) == _in_any_order(other)


def _in_any_order(wanted: QueueFilter) -> dict[str, Any]:
    values = wanted.model_dump().items()
    return {name: sorted(one) if isinstance(one, tuple) else one for name, one in values}


def put(
    wanted: QueueFilter, left_out: Sequence[str], choices: Choices, entities: Sequence[str]
) -> None:
    """Set the widgets to a filter; what does not exist any more is left out and said."""
    st.session_state.pop(VIEW, None)
    shown, gone = fitting(wanted, choices, entities)
    for name, key in _KEYS.items():
        value: Any = getattr(shown, name)
        if name == "states" and value == WAITING:
            value = ()
        st.session_state[key] = list(value) if isinstance(value, tuple) else value
    if shown.since or shown.until:
        st.session_state["days"] = -1
    st.session_state[NOTES] = [*left_out, *gone]
    st.session_state[PAGE] = 1


def clear() -> None:
    """The plain queue again, in the order that was chosen."""
    for name, key in _KEYS.items():
        if name == "sort":
            continue
        value = QueueFilter.model_fields[name].default
        is_list = isinstance(value, tuple)
        st.session_state[key] = [] if is_list else value
    first_page()
    st.session_state[NOTES] = []
    st.session_state.pop(VIEW, None)


def first_page() -> None:
    """A changed filter is shown from its beginning."""
    st.session_state[PAGE] = 1


def more_name(keys: Sequence[str]) -> str:
    """What stands on the button of further filters: how many of these widgets are set."""
    count = sum(_is_set(key) for key in keys)
    return _("More filters · {count}").format(count=count) if count else _("More filters")


def _is_set(key: str) -> bool:
    value = st.session_state.get(key)
    if value == -1:  # between two days: nothing is left out before a day is given
        return bool(st.session_state.get("since") or st.session_state.get("until"))
    return bool(value)


def clear_button(wanted: QueueFilter) -> None:
    """One click takes every filter off; shown only where one is set."""
    if wanted.model_copy(update={"sort": SortBy.PRESSURE}) != QueueFilter():
        st.button(_("Clear the filters"), key="filters-off", type="tertiary", on_click=clear)


def draw(choices: Choices, entities: dict[str, tuple[EntityKind, str]]) -> QueueFilter:
    """The line of filters that everybody uses."""
    found = st.text_input(
        _("Search"),
        placeholder=_("Search in comments"),
        label_visibility="collapsed",
        key="words",
        persist_state="session",
        type="search",
        on_change=first_page,
        width=200,
        max_chars=200,
    )
    urgencies = st.pills(
        _("Urgency"),
        [3, 2, 1, 0],
        format_func=lambda value: words.name("urgency", value),
        selection_mode="multi",
        label_visibility="collapsed",
        key="urgencies",
        persist_state="session",
        on_change=first_page,
        width="content",
    )
    with st.container(width=145):
        stances = several("stances", _("Stance"), list(Stance), "stance", is_bare=True)
    with st.container(width=125):
        owners = _owners(choices)
    more = _more(choices, entities)
    chosen = {
        "words": found or "",
        "urgencies": tuple(urgencies),
        "stances": tuple(stances),
        "owners": tuple(owners),
    }
    return more.model_copy(update=chosen)


def in_order(wanted: QueueFilter) -> QueueFilter:
    """The filter with the order that is chosen."""
    sort = st.selectbox(
        _("Order"),
        list(SortBy),
        format_func=lambda one: _sorts()[one],
        label_visibility="collapsed",
        key="sort",
        persist_state="session",
        on_change=first_page,
        width=190,
    )
    return wanted.model_copy(update={"sort": sort or SortBy.PRESSURE})


def _sorts() -> dict[SortBy, str]:
    return {
        SortBy.PRESSURE: _("handing-out order"),
        SortBy.URGENCY: _("the most urgent first"),
        SortBy.DUE: _("due first"),
        SortBy.NEWEST: _("newest first"),
        SortBy.OLDEST: _("oldest first"),
        SortBy.REACH: _("most followers first"),
        SortBy.RATING: _("fewest stars first"),
    }


def several(
    key: str,
    label: str,
    options: Sequence[Any],
    kind: str = "",
    *,
    is_bare: bool = False,
    on_change: Callable[[], None] = first_page,
) -> list[Any]:
    """A choice of several, named as things of `kind`; bare: without a label of its own."""
    return st.multiselect(
        label,
        options,
        format_func=lambda value: words.name(kind, value) if kind else str(value),
        placeholder=label if is_bare else _("Any"),
        label_visibility="collapsed" if is_bare else "visible",
        key=key,
        persist_state="session",
        on_change=on_change,
    )


def _owners(choices: Choices) -> list[str]:
    names = {ME: _("Mine"), NOBODY: _("Nobody's")}
    names |= {str(one): name for one, name in choices.people.items()}
    return st.multiselect(
        _("Whose"),
        list(names),
        format_func=lambda one: names[one],
        placeholder=_("Whose"),
        label_visibility="collapsed",
        key="owners",
        persist_state="session",
        on_change=first_page,
    )


def _more(choices: Choices, entities: dict[str, tuple[EntityKind, str]]) -> QueueFilter:
    with st.popover(more_name(_WITHIN), key="filters-more"):
        left, right = st.columns(2)
        with left:
            chosen: dict[str, Any] = {
                "topics": tuple(several("topics", _("Topic"), list(Topic), "topic")),
                "states": tuple(several("states", _("State"), list(WAITING), "state")) or WAITING,
                "platforms": tuple(several("platforms", _("Platform"), choices.platforms)),
            }
        with right:
            chosen["zones"] = tuple(several("zones", _("Zone"), choices.zones))
            chosen |= _time()
        chosen |= _rest(entities)
    return QueueFilter(**chosen)


def _time() -> dict[str, Any]:
    days = st.selectbox(
        _("Published"),
        DAYS,
        format_func=days_name,
        key="days",
        persist_state="session",
        on_change=first_page,
    )
    chosen: dict[str, Any] = {"days": max(0, days or 0)}
    if days == -1:
        for name, label in (("since", _("From this day")), ("until", _("To, this day too"))):
            given = st.date_input(
                label,
                value=None,
                key=name,
                min_value=date(1990, 1, 1),
                max_value=date(2999, 1, 1),
                format="DD.MM.YYYY",
                persist_state="session",
                on_change=first_page,
            )
            chosen[name] = given if isinstance(given, date) else None
    chosen["waits_minutes"] = st.selectbox(
        _("Waits longer than"),
        WAITS,
        format_func=_waits,
        key="waits",
        persist_state="session",
        on_change=first_page,
    )
    return chosen


def days_name(days: int) -> str:
    """A stretch of days, in words."""
    if days == -1:
        return _("between two days…")
    return ngettext("in the last {n} day", "in the last {n} days", days) if days else _("any time")


def _waits(minutes: int) -> str:
    if not minutes:
        return _("any time")
    if minutes < 60:
        return ngettext("{n} minute", "{n} minutes", minutes)
    return ngettext("{n} hour", "{n} hours", minutes // 60)


def _rest(entities: dict[str, tuple[EntityKind, str]]) -> dict[str, Any]:
    named = st.multiselect(
        _("About"),
        list(entities),
        format_func=lambda key: _entity(key, entities),
        placeholder=_("Any"),
        key="entities",
        persist_state="session",
        on_change=first_page,
        disabled=not entities,
    )
    overdue = st.toggle(
        _("Only what is overdue"), key="overdue", on_change=first_page, persist_state="session"
    )
    runs_out = st.toggle(
        _("Only what runs out of its term within the hour"),
        key="runs-out",
        on_change=first_page,
        persist_state="session",
    )
    unsure = st.toggle(
        _("Only where the model is not sure"),
        key="unsure",
        on_change=first_page,
        persist_state="session",
    )
    incident = st.session_state.get("incident")
    if incident is not None:
        label = _("Incident {number}: show all").format(number=incident)
        st.button(label, key="incident-off", on_click=_no_incident)
    return {
        "entities": tuple(named),
        "is_overdue": overdue,
        "runs_out": runs_out,
        "only_unsure": unsure,
        "incident": incident,
    }


def _no_incident() -> None:
    st.session_state["incident"] = None
    first_page()


def _entity(key: str, names: dict[str, tuple[EntityKind, str]]) -> str:
    if key not in names:  # chosen before the lists changed
        return key
    kind, name = names[key]
    return f"{words.name('entity', kind)}: {name}"


def named_entities() -> dict[str, tuple[EntityKind, str]]:
    """What of ours the mentions name."""
    return data.named_entities()
