"""The audit log: searched by person, action, subject, time and words; exported; verified."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import data, words
from dashboard.i18n import _, current_language, ngettext
from dashboard.plain import Html, fill, one_line, plain, show, table
from dashboard.system import action_words, detail_words
from dashboard.system.reading import Sought, audit_page, audit_places, known_words
from otklik.audit import canonical
from otklik.clock import now
from otklik.enums import Role
from otklik.models import AuditEvent, Person
from otklik.people import may
from otklik.reports.tables import Table
from otklik.store.audit_subjects import Place

KEY = "audit"
BEFORE, EXPORT = "audit-before", "audit-export"
MOST = 100_000  # events of one export
MACHINES = ("machine", "cli")


def draw(who: Person) -> None:
    """The section."""
    names, actions = known_words()
    _form(names, actions)
    sought = _sought(names)
    back: list[int] = st.session_state.get(BEFORE, [])
    page = audit_page(sought, back[-1] if back else None)
    at = now()
    if page.events:
        show(
            table(
                (_("When"), _("Who"), _("What"), _("Of what"), _("Detail"), "№"),
                _lines(page.events, names, at, links_people=may(who, Role.ADMIN)),
                kind="ot-audit-log",
            )
        )
    elif page.searched_to is None:
        show(
            fill(
                '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
                title=_("Nothing fits"),
                text=_("Leave out a filter, or choose another time."),
            )
        )
    else:
        show(_fine(_("Nothing in the part looked through so far.")))
    if sought.words and page.searched_to is not None:
        text = _("Looked through down to event № {number}; what is older is still to be searched.")
        show(_fine(text.format(number=page.searched_to)))
    _turn(back, page.searched_to, len(page.events), is_search=bool(sought.words))
    _export(sought, names)


def _form(names: dict[str, str], actions: list[str]) -> None:
    kinds = sorted({action.partition(".")[0] + "." for action in actions})
    with (
        st.form(key=f"{KEY}-form", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", key="ot-audit-form"),
    ):
        st.text_input(_("Words"), key=f"{KEY}-words", placeholder=_("in any column, all of them"))
        st.selectbox(
            _("Who"),
            [*names, *MACHINES],
            format_func=lambda actor: names.get(actor, words.name("actor", actor)),
            index=None,
            placeholder=_("anybody"),
            key=f"{KEY}-actor",
        )
        st.selectbox(
            _("What"),
            [*kinds, *sorted(actions, key=action_words.action)],
            format_func=_kind_or_action,
            index=None,
            placeholder=_("anything"),
            key=f"{KEY}-action",
        )
        st.text_input(_("Of what"), key=f"{KEY}-subject", placeholder=_("comment 17"))
        st.date_input(_("From"), value=None, format="DD.MM.YYYY", key=f"{KEY}-since")
        st.date_input(_("To (inclusive)"), value=None, format="DD.MM.YYYY", key=f"{KEY}-until")
        st.form_submit_button(_("Search"), type="primary", on_click=_begin)


def _begin() -> None:
    st.session_state[BEFORE] = []
    st.session_state.pop(EXPORT, None)


def _kind_or_action(code: str) -> str:
    said = action_words.action(code)
    return _("{kind}: everything").format(kind=said) if code.endswith(".") else said


def meanings(sought: str, names: dict[str, str]) -> dict[str, frozenset[str]]:
    """By word: the actions, and the people or machines, whose shown name holds it."""
    shown = {**{code: words.name("actor", code) for code in MACHINES}, **names}
    return {
        word: action_words.matching(word, action_words.ACTIONS)
        | {actor for actor, name in shown.items() if word in name.casefold()}
        for word in sought.casefold().split()
    }


def _sought(names: dict[str, str]) -> Sought:
    state = st.session_state
    typed = str(state.get(f"{KEY}-words") or "")
    until = _midnight(state.get(f"{KEY}-until"))
    return Sought(
        words=typed,
        meanings=meanings(typed, names),
        actor=str(state.get(f"{KEY}-actor") or ""),
        action=str(state.get(f"{KEY}-action") or ""),
        subject=action_words.subject_code(str(state.get(f"{KEY}-subject") or "")),
        since=_midnight(state.get(f"{KEY}-since")),
        until=until + timedelta(days=1) if until else None,
    )


def _midnight(day: object) -> datetime | None:
    zone = ZoneInfo(data.settings().timezone)
    return datetime.combine(day, time.min, zone) if isinstance(day, date) else None


def _lines(
    events: list[AuditEvent], names: dict[str, str], at: datetime, *, links_people: bool
) -> list[tuple[object, ...]]:
    places = audit_places(events)
    if links_people:
        places |= {
            (one.subject_kind, one.subject_id): Place("person", int(one.subject_id))
            for one in events
            if one.subject_kind == "person" and one.subject_id.isdecimal()
        }
    return [
        (
            fill(
                '<time title="{exact}">{when}</time>',
                exact=f"{event.at.astimezone(words.zone()):%d.%m.%Y %H:%M:%S}",
                when=words.moment(event.at, now=at),
            ),
            one_line(_actor(event.actor, names), shown=60),
            fill(
                '<span title="{code}">{said}</span>',
                code=event.action,
                said=action_words.action(event.action),
            ),
            _subject(event, names, places.get((event.subject_kind, event.subject_id))),
            _detail(event, at),
            fill('<span class="ot-fine">{id}</span>', id=event.id),
        )
        for event in events
    ]


def _actor(actor: str, names: dict[str, str]) -> str:
    return names.get(actor) or words.name("actor", actor)


_OPENS = {
    "mention": "/case?mention={number}",
    "incident": "/incident?id={number}",
    "source": "/source?id={number}",
    "person": "/people?person={number}",
}


def _subject(event: AuditEvent, names: dict[str, str], place: Place | None) -> Html:
    kind, number = event.subject_kind, event.subject_id
    name = names.get(f"person:{number}", number) if kind == "person" else number
    told = one_line(f"{action_words.subject(kind)} {detail_words.short(name)}", shown=60)
    if place is None:
        return told
    link = _OPENS[place.kind].format(number=place.number)
    return fill('<a href="{link}" target="_self">{told}</a>', link=link, told=told)


def _detail(event: AuditEvent, at: datetime) -> Html:
    if event.detail is None:
        return _fine(_("erased; its digest stays"))
    return plain(detail_words.said(event.detail, kind=event.subject_kind, at=at), shown=400)


def _turn(back: list[int], before: int | None, count: int, *, is_search: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if back:
            st.button(_("Newest"), key="audit-newest", on_click=_begin)
            st.button(_("Newer"), key="audit-newer", on_click=_newer)
        if before is not None:
            label = _("Search further back") if is_search and not count else _("Older")
            st.button(label, key="audit-older", on_click=_older, args=(before,))


def _newer() -> None:
    st.session_state[BEFORE] = st.session_state.get(BEFORE, [])[:-1]


def _older(before: int) -> None:
    st.session_state[BEFORE] = [*st.session_state.get(BEFORE, []), before]


def _export(sought: Sought, names: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="ot-audit-export"):
        if st.button(_("Prepare what fits as CSV"), key="audit-prepare"):
            with st.spinner(_("Gathering…")):
                st.session_state[EXPORT] = csv_of(sought, names)
        ready: tuple[bytes, int] | None = st.session_state.get(EXPORT)
        if ready is not None:
            body, count = ready
            st.download_button(
                ngettext("Download {n} event", "Download {n} events", count),
                body,
                file_name=f"audit-{now():%Y%m%d-%H%M}.csv",
                mime="text/csv",
                key="audit-download",
                on_click="ignore",
            )
            if count >= MOST:
                show(_fine(_("Cut here: narrow the time for the rest.")), is_wide=False)


def csv_of(sought: Sought, names: dict[str, str], *, most: int = MOST) -> tuple[bytes, int]:
    """Up to `most` events that fit as CSV, newest first, no cell a formula; and how many."""
    rows: list[tuple[object, ...]] = []
    before: int | None = None
    zone = ZoneInfo(data.settings().timezone)
    while len(rows) < most:
        page = audit_page(sought, before, size=min(2_000, most - len(rows)))
        rows += [_row(event, names, zone) for event in page.events]
        before = page.searched_to
        if before is None:
            break
    table_out = Table("audit", _COLUMNS, tuple(rows))  # type: ignore[arg-type]
    return table_out.csv(current_language()), len(rows)


_COLUMNS = ("number", "at", "actor", "name", "action", "subject", "id", "detail", "hash")


def _row(event: AuditEvent, names: dict[str, str], zone: ZoneInfo) -> tuple[object, ...]:
    return (
        event.id,
        event.at.astimezone(zone),
        event.actor,
        names.get(event.actor, ""),
        event.action,
        event.subject_kind,
        event.subject_id,
        "" if event.detail is None else canonical(event.detail),
        event.hash,
    )


def _fine(text: str) -> Html:
    return fill('<p class="ot-fine">{text}</p>', text=text)
