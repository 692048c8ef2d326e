"""The members of an incident: pages of them, who is chosen, and attaching by hand."""

import streamlit as st

from dashboard import chips, frame, words
from dashboard.i18n import _, ngettext
from dashboard.incidents import acting, reading
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import Html, fill, join, one_line, plain, show, veil
from dashboard.views import open_case
from dashboard.worklist import turning
from otklik.clock import now
from otklik.enums import Stance
from otklik.models import Person
from otklik.store.members import MEMBERS, WITH_A_CASE, MemberLine
from responder.incidents import membership
from responder.incidents.moving import OVER

_REST = (Stance.PRAISE, Stance.QUESTION, Stance.OTHER, None)


def draw(room: IncidentRoom, who: Person) -> None:
    """Everybody in it; in an attack `attack.draw` shows those with a case first and apart."""
    with st.container(key="ot-inc-crowd", border=True):
        wanted, count = _filter(room)
        _list(room, wanted, "crowd", count)
        if room.incident.state not in OVER:
            _with_chosen(room, who)
            _attach(room)


def _filter(room: IncidentRoom) -> tuple[tuple[Stance | None, ...], int]:
    counts = room.stances
    groups: dict[str, tuple[tuple[Stance | None, ...], str]] = {
        "all": ((), _("All")),
        "case": (WITH_A_CASE, _("With a case")),
        "haters": ((Stance.HATER,), _("Haters")),
        "rest": (_REST, _("Others")),
    }
    sizes = {
        key: sum(counts.get(one, 0) for one in stances) if stances else sum(counts.values())
        for key, (stances, _name) in groups.items()
    }
    chosen = (
        st.segmented_control(
            _("Who"),
            list(groups),
            default="haters" if room.is_attack and sizes["haters"] else "all",
            required=True,
            format_func=lambda key: f"{groups[key][1]} {sizes[key]}",
            key=f"crowd-{room.incident.id}",
            label_visibility="collapsed",
        )
        or "all"
    )
    return groups[chosen][0], sizes[chosen]


def _list(room: IncidentRoom, stances: tuple[Stance | None, ...], name: str, count: int) -> None:
    number = room.incident.id or 0
    place = f"ot-turn-{name}-{number}"
    lines = reading.lines(number, stances, int(st.session_state.get(place, 1)))
    if not lines:
        show(fill('<p class="ot-fine">{text}</p>', text=_("Nobody here.")))
    for line in lines:
        _row(line, number, name)
    turning.pages(-(-count // MEMBERS), place)


def _row(line: MemberLine, incident_id: int, name: str) -> None:
    with st.container(
        key=f"ot-member-{name}-{line.id}", horizontal=True, vertical_alignment="top", gap="small"
    ):
        if name == "crowd":
            st.checkbox(
                _("Choose comment {number}").format(number=line.id),
                key=f"{acting.CHOSEN}{incident_id}-{line.id}",
                label_visibility="collapsed",
                width="content",
                persist_state="session",
            )
        show(line_of(line))
        if st.button(
            _("Open case {number}").format(number=line.id),
            key=f"see-{name}-{line.id}",
            type="tertiary",
        ):
            open_case(line.id)


def line_of(line: MemberLine) -> Html:
    """One comment in a list of members."""
    marks = veil(line.excerpt) if frame.is_veiled() else []
    return fill(
        '<div class="ot-member"><header>{stance}<b>{author}</b><span class="ot-fine">{platform} · '
        '{when} · {state}</span></header><div class="ot-excerpt">{text}{more}</div></div>',
        stance=chips.stance_chip(line.stance, is_unsure=False),
        author=one_line(line.author_name or _("Guest"), shown=60),
        platform=line.platform,
        when=words.moment(line.waiting_since, now=now()),
        state=chips.state_of(line.state, line.said_of_state),
        text=plain(line.excerpt, marks) if line.excerpt.strip() else chips.wordless(None, ()),
        more="…" if line.is_cut else "",
    )


def _with_chosen(room: IncidentRoom, who: Person) -> None:
    number = room.incident.id or 0
    ids = acting.chosen(number)
    with st.container(key="ot-inc-chosen", horizontal=True, vertical_alignment="center"):
        if not ids:
            show(
                fill(
                    '<span class="ot-fine">{text}</span>',
                    text=_("Tick comments to take them out or to make a story of their own."),
                ),
                is_wide=False,
            )
            return
        show(
            fill("<b>{text}</b>", text=ngettext("{n} chosen", "{n} chosen", len(ids))),
            is_wide=False,
        )
        with st.popover(_("Take out"), key=f"ot-exclude-pop-{number}"):
            show(consequences(reading.preview(ids, None, now())))
            show(
                fill(
                    '<p class="ot-fine">{text}</p>',
                    text=_("The machine will not put them back; you can."),
                )
            )
            st.button(
                _("Yes, take out"),
                key=f"exclude-{number}",
                type="primary",
                on_click=acting.on_exclude,
                args=(number,),
            )
        if membership.may_shape(who):
            _split(number, ids)


def _split(number: int, ids: list[int]) -> None:
    with st.popover(_("Split off"), key=f"ot-split-pop-{number}"):
        show(consequences(reading.preview(ids, None, now())))
        key = f"split-title-{number}"
        st.text_input(_("What is the new incident about?"), key=key, max_chars=255)
        st.button(
            _("Yes, split off"),
            key=f"split-{number}",
            type="primary",
            on_click=acting.on_split,
            args=(number, key),
        )


def consequences(found: membership.Preview) -> Html:
    """What a change of members would do, in plain words."""
    items = [
        ngettext("{n} comment moves", "{n} comments move", len(found.moved))
        + ", "
        + ngettext("of {n} person", "of {n} people", found.people)
    ]
    if found.anew:
        items.append(
            ngettext(
                "{n} machine draft is written anew",
                "{n} machine drafts are written anew",
                len(found.anew),
            )
        )
    if found.held:
        items.append(
            ngettext(
                "{n} edited reply is held: look at it again",
                "{n} edited replies are held: look at them again",
                len(found.held),
            )
        )
    if not found.anew and not found.held:
        items.append(_("no reply changes"))
    return fill(
        '<ul class="ot-will">{items}</ul>',
        items=join(fill("<li>{text}</li>", text=item) for item in items),
    )


def _attach(room: IncidentRoom) -> None:
    number = room.incident.id or 0
    with st.expander(_("Attach comments by hand")):
        asked = st.text_input(
            _("Number of a case, or words of the comment"), key=f"attach-words-{number}"
        )
        if not asked.strip():
            return
        found = reading.search(asked, number)
        if not found:
            show(fill('<p class="ot-fine">{text}</p>', text=_("Nothing else fits.")))
        for line in found:
            with st.container(key=f"ot-member-found-{line.id}", horizontal=True, gap="small"):
                show(line_of(line))
                st.button(
                    _("Attach {number}").format(number=line.id),
                    key=f"attach-{line.id}",
                    on_click=acting.on_attach,
                    args=(number, line.id),
                )
