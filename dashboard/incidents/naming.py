"""Names of what happens to incidents, as people at the desk read them."""

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from dashboard import words
from dashboard.i18n import N_, _, ngettext
from dashboard.plain import Html, fill, one_line, show
from otklik.enums import IncidentKind, IncidentState, Language, StatementState
from otklik.models import Incident

KINDS: dict[str, str] = {
    IncidentKind.FAULT: N_("A fault"),
    IncidentKind.ATTACK: N_("An attack"),
}
STATEMENTS: dict[str, str] = {
    StatementState.PROPOSED: N_("proposed"),
    StatementState.APPROVED: N_("in force"),
    StatementState.RETIRED: N_("taken back"),
}
LANGUAGES: dict[Language, str] = {
    Language.RUSSIAN: N_("Russian"),
    Language.ENGLISH: N_("English"),
}
EVENTS: dict[str, str] = {
    "incident.suspected": N_("found by the machine"),
    "incident.kind_judged": N_("the machine changed the kind"),
    "incident.replies_held": N_("replies to the hostile held"),
    "incident.replies_freed": N_("held replies let go"),
    "incident.taken": N_("taken"),
    "incident.handed_over": N_("handed over"),
    "incident.assigned": N_("department named"),
    "incident.renamed": N_("renamed"),
    "incident.named": N_("kind named"),
    "incident.closed": N_("closed"),
    "incident.reopened": N_("opened again"),
    "incident.confirmed": N_("confirmed"),
    "incident.confirmed_by_policy": N_("confirmed by policy"),
    "incident.dismissed": N_("dismissed: a false alarm"),
    "incident.batch_approved": N_("texts approved together"),
    "incident.came_back": N_("it came back by itself"),
    "incident.suspected_again": N_("suspected again: it has doubled"),
    "incident.attached": N_("comments attached by hand"),
    "incident.excluded": N_("comments taken out"),
    "incident.merged": N_("merged"),
    "incident.split": N_("split"),
    "incident.attached_undone": N_("attaching undone"),
    "incident.excluded_undone": N_("taking out undone"),
    "incident.merged_undone": N_("merging undone"),
    "incident.split_undone": N_("splitting undone"),
    "statement.proposed": N_("statement proposed"),
    "statement.approved_once": N_("statement approved once"),
    "statement.approved": N_("statement in force"),
    "statement.retired": N_("statement taken back"),
}


def event(action: str) -> str:
    """What happened."""
    known = EVENTS.get(action)
    return _(known) if known else action


def kind_chip(kind: IncidentKind) -> Html:
    """Fault or attack."""
    return fill('<span class="ot-chip ot-inc-{kind}">{name}</span>', kind=kind, name=_(KINDS[kind]))


def state_chip(state: IncidentState) -> Html:
    """Where it stands."""
    return fill(
        '<span class="ot-chip ot-inc-{state}">{name}</span>',
        state=state,
        name=words.name("incident", state),
    )


def title_of(incident: Incident) -> str:
    """What it is called; the words its members share where nobody has named it."""
    return incident.title or incident.signature or _("Incident {number}").format(number=incident.id)


def mode_head(incident: Incident, scope: str, *, key: str, on_back: Callable[[], None]) -> None:
    """The head of a page that does one thing for this incident, with the way back.

    Args:
        scope: what the keys of that page are pressed for.
    """
    with st.container(key="ot-tog-head", horizontal=True, vertical_alignment="center"):
        st.button(_("← Back to the incident"), key=key, on_click=on_back)
        head = fill(
            '<h2 class="ot-h" data-ot-scope="{scope}">{title}</h2>',
            scope=scope,
            title=one_line(title_of(incident), shown=80),
        )
        show(head, is_wide=False)


def span_of(incident: Incident) -> str:
    """How many people in how much time."""
    lasts = max(incident.last_at - incident.first_at, timedelta(hours=1))
    return ngettext("{n} person", "{n} people", incident.size) + " · " + words.lasting(lasts)
