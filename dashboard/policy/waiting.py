"""Proposals: what waits for a second person, and what became of earlier ones."""

import streamlit as st

from dashboard import words
from dashboard.i18n import N_, _
from dashboard.plain import Html, fill, one_line, plain, show
from dashboard.policy import doing, reading, rehearsal, versions
from dashboard.policy.reading import Standing, Waiting
from dashboard.refusing import no
from otklik.clock import now
from otklik.enums import ProposalState
from otklik.models import Person, Proposal

STATES = {
    ProposalState.PROPOSED: N_("waits for a second person"),
    ProposalState.ACTIVE: N_("in force"),
    ProposalState.REJECTED: N_("not taken"),
    ProposalState.RETIRED: N_("was in force"),
}
_ENDED = (ProposalState.ACTIVE, ProposalState.RETIRED, ProposalState.REJECTED)


def draw(who: Person, standing: Standing) -> None:
    """Those that wait, each with its changes and its rehearsal; then the others."""
    found = reading.waiting(who)
    waiting = [row for row in found.rows if row.state is ProposalState.PROPOSED]
    if not waiting:
        _empty()
    for row in waiting:
        _card(row, found, who, standing)
    ended = [row for row in found.rows if row.state in _ENDED]
    if ended:
        show(fill('<h3 class="ot-sub">{text}</h3>', text=_("Decided")))
    for row in ended:
        show(_line(row, found))


def _empty() -> None:
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
            title=_("No proposal waits"),
            text=_("Write one under “Change it”: a second person brings it into force."),
        )
    )


def _head(row: Proposal, found: Waiting) -> Html:
    name = _("version {n}").format(n=row.version) if row.text else _("follow the file again")
    return fill(
        '<header class="ot-reply-head"><b>{name}</b><span class="ot-chip ot-p-{state}">{said}'
        '</span>{shadow}<span class="ot-fine">{by} · {at}</span></header>'
        '<div class="ot-said ot-note-of">{note}</div>',
        name=name,
        state=row.state,
        said=_(STATES[row.state]),
        shadow=fill('<span class="ot-chip ot-u-normal">{text}</span>', text=_("in the shadow"))
        if row.is_shadowed
        else "",
        by=one_line(found.names.get(row.author_id, ""), shown=80),
        at=words.moment(row.created_at, now=now()),
        note=plain(row.note, shown=1200),
    )


def _card(row: Proposal, found: Waiting, who: Person, standing: Standing) -> None:
    with st.container(key=f"ot-proposal-{row.id}", border=True):
        show(_head(row, found))
        is_stale = row.base_digest != found.in_force
        if is_stale:
            text = _(
                "Written for an older policy: what is in force has changed since. Its author "
                "takes it up again, or it is refused."
            )
            show(fill('<p class="ot-wrong">{text}</p>', text=text))
        _ways(row, who, is_stale=is_stale, is_alone=found.is_alone)
        text = row.text or (standing.file.text if standing.file else "")
        policy = reading.check(text).policy
        versions.changes(standing.policy, policy)
        tried = found.rehearsals.get(row.digest)
        if tried is not None:
            with st.expander(_("Its rehearsal")):
                rehearsal.result(tried, policy, standing.policy, key=f"p{row.id}")
        else:
            text = _("Nobody has rehearsed this text.")
            show(fill('<p class="ot-fine">{text}</p>', text=text))


def _ways(row: Proposal, who: Person, *, is_stale: bool, is_alone: bool) -> None:
    is_mine, number = row.author_id == who.id, row.id or 0
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not is_mine or is_alone:
            st.button(
                _("Bring into force"),
                key=f"activate-{number}",
                type="primary",
                disabled=is_stale,
                on_click=doing.on_activate,
                args=(number,),
            )
        if row.text:
            st.button(
                _("Out of the shadow") if row.is_shadowed else _("Into the shadow"),
                key=f"shadow-{number}",
                help=_("It decides beside the policy in force; nothing follows from it"),
                on_click=doing.on_shadow,
                args=(number, not row.is_shadowed),
            )
        no(number, doing.on_reject, is_mine=is_mine)
        if is_mine:
            text = _("You wrote it: another lead or an administrator activates it.")
            if is_alone:
                text = _(
                    "You are the only lead here: you bring it into force alone, and it is on "
                    "record."
                )
            show(fill('<p class="ot-fine">{text}</p>', text=text))


def _line(row: Proposal, found: Waiting) -> Html:
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
