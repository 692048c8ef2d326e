"""Proposed facts and powers: what waits for a second person, and what became of earlier ones."""

from typing import Any

import streamlit as st

from dashboard import words
from dashboard.i18n import N_, _, ngettext
from dashboard.knowledge import doing, reading
from dashboard.knowledge.fields import LABELS, named_value
from dashboard.knowledge.reading import Known, Waiting
from dashboard.plain import Html, fill, join, one_line, plain, show, table
from dashboard.refusing import no
from otklik.clock import now
from otklik.enums import ProposalKind, ProposalState, Role
from otklik.models import Person, Proposal
from otklik.people import may
from responder.knowledge.house import is_taking_out

STATES = {
    ProposalState.PROPOSED: N_("waits for a second person"),
    ProposalState.ACTIVE: N_("in force"),
    ProposalState.REJECTED: N_("not taken"),
    ProposalState.RETIRED: N_("was in force"),
}


def draw(who: Person, known: Known) -> None:
    """Those that wait, each with what it changes; then what became of the others."""
    found = reading.waiting(who)
    rows = [row for row in found.rows if row.state is ProposalState.PROPOSED]
    if not rows:
        title, text = _("No proposal waits"), _("Change a fact, or add one, under “Facts”.")
        show(
            fill('<div class="ot-empty"><b>{title}</b><p>{text}</p></div>', title=title, text=text)
        )
    _all_at_once(rows, found, who, known)
    for row in rows:
        _card(row, found, who, known)
    ended = [row for row in found.rows if row.state is not ProposalState.PROPOSED]
    if ended:
        show(fill('<h3 class="ot-sub">{text}</h3>', text=_("Decided")))
    for row in ended[:20]:
        show(_decided(row, found))


def _all_at_once(rows: list[Proposal], found: Waiting, who: Person, known: Known) -> None:
    fit = [row for row in rows if _may_activate(row, found, who) and not is_stale(row, known)]
    if len(fit) < 2:
        return
    with st.popover(ngettext("Bring all {n} into force", "Bring all {n} into force", len(fit))):
        text = _("All of them, or none if one cannot be.")
        show(fill("<p>{text}</p>", text=text))
        st.button(
            _("Yes, all of them"),
            key="knowledge-activate-all",
            type="primary",
            on_click=doing.on_activate,
            args=([row.id or 0 for row in fit],),
        )


def _may_activate(row: Proposal, found: Waiting, who: Person) -> bool:
    return may(who, Role.LEAD) and (row.author_id != who.id or found.is_alone)


def is_stale(row: Proposal, known: Known) -> bool:
    """Has what is in force changed since this was written?"""
    house = known.house
    return house is not None and house.digest(row.kind, row.subject) != row.base_digest


def _card(row: Proposal, found: Waiting, who: Person, known: Known) -> None:
    number, stale = row.id or 0, is_stale(row, known)
    with st.container(key=f"ot-kprop-{number}", border=True):
        show(_head(row, found))
        if stale:
            text = _("It was changed since this was written: its author writes it anew.")
            show(fill('<p class="ot-wrong">{text}</p>', text=text))
        show(_changes(row, known))
        for line in reading.quarrels_of(row, known):
            show(fill('<p class="ot-wrong">{text}</p>', text=one_line(line, shown=300)))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if _may_activate(row, found, who):
                st.button(
                    _("Bring into force"),
                    key=f"kactivate-{number}",
                    type="primary",
                    disabled=stale,
                    on_click=doing.on_activate,
                    args=([number],),
                )
            if may(who, Role.LEAD) or row.author_id == who.id:
                no(number, doing.on_reject, is_mine=row.author_id == who.id, key="krefuse")
            _why(row, found, who)


def _why(row: Proposal, found: Waiting, who: Person) -> None:
    """Who may bring it into force, where that is not this person, or nobody else is there."""
    text = ""
    if row.author_id == who.id and found.is_alone:
        text = _("You are the only lead here: you bring it into force alone, and it is on record.")
    elif row.author_id == who.id or not may(who, Role.LEAD):
        text = _("Another lead or an administrator brings it into force.")
    if text:
        show(fill('<p class="ot-fine">{text}</p>', text=text))


def _what(row: Proposal) -> str:
    if not row.text:
        return _("follow the file again")
    if is_taking_out(row.text):
        return _("take it out")
    return _("power") if row.kind is ProposalKind.POWER else _("fact")


def _head(row: Proposal, found: Waiting) -> Html:
    return fill(
        '<header class="ot-reply-head"><b>{what}</b> <code>{id}</code>'
        '<span class="ot-chip ot-p-{state}">{said}</span>'
        '<span class="ot-fine">{by} · {at}</span></header>'
        '<div class="ot-said ot-note-of">{note}</div>',
        what=_what(row),
        id=row.subject,
        state=row.state,
        said=_(STATES[row.state]),
        by=one_line(found.names.get(row.author_id, ""), shown=80),
        at=words.moment(row.created_at, now=now()),
        note=plain(row.note, shown=1200),
    )


def _changes(row: Proposal, known: Known) -> Html:
    """Field by field: what it says now, and what it is to say."""
    before, after = reading.both_sides(row, known)
    keys = [key for key in LABELS if before.get(key) != after.get(key)]
    others = sorted({*before, *after} - {*LABELS, "id"})
    keys += [key for key in others if before.get(key) != after.get(key)]
    if not keys or is_taking_out(row.text):
        return Html("")
    rows = [[_name(key), _cell(key, before.get(key)), _cell(key, after.get(key))] for key in keys]
    heads = [_("Field"), _("In force now"), _("Proposed")]
    return table(heads, rows, kind="ot-kchanges")


def _name(key: str) -> str:
    return _(LABELS[key]) if key in LABELS else key


def _cell(key: str, value: Any) -> Html:
    lines = named_value(key, value)
    if not lines:
        return fill('<span class="ot-fine">—</span>')
    return join((fill("<div>{line}</div>", line=plain(line, shown=600)) for line in lines), "")


def _decided(row: Proposal, found: Waiting) -> Html:
    decided = _("decided by {name}, {at}").format(
        name=found.names.get(row.decided_by_id or 0, "—"),
        at=words.moment(row.decided_at, now=now()) if row.decided_at else "—",
    )
    alone = f" · {_('alone: there was no other lead')}" if row.is_alone else ""
    return fill(
        '<div class="ot-proposal-line">{head}<p class="ot-fine">{decided} {reason}</p></div>',
        head=_head(row, found),
        decided=one_line(decided + alone),
        reason=one_line(_(row.reason), shown=300) if row.reason else "",
    )
