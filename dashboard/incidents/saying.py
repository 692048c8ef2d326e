"""What is said to everybody in an incident, in two languages, and how far it has come."""

import streamlit as st

from dashboard import data, words
from dashboard.case import remarks
from dashboard.i18n import _, ngettext
from dashboard.incidents import acting, naming, storm
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import Html, fill, join, one_line, plain, show
from otklik import database
from otklik.clock import now
from otklik.enums import Language, Role, StatementState
from otklik.models import Person, Statement
from otklik.people import may
from otklik.store.incidents import Spread
from responder import statements
from responder.incidents.moving import OVER
from responder.lint import Finding

_SHOWN = (Language.RUSSIAN, Language.ENGLISH)


def draw(room: IncidentRoom, who: Person) -> None:
    """A tab for each language."""
    with st.container(key="ot-inc-statement", border=True):
        show(fill('<h3 class="ot-h">{title}</h3>', title=_("What is said to all")))
        chosen = st.segmented_control(
            _("Language"),
            _SHOWN,
            default=_SHOWN[0],
            required=True,
            format_func=lambda one: _mark(room, one),
            key=f"statement-language-{room.incident.id}",
            label_visibility="collapsed",
        )
        _language(room, chosen or _SHOWN[0], who)


def _mark(room: IncidentRoom, language: Language) -> str:
    name = _(naming.LANGUAGES[language])
    if room.statement(language, StatementState.APPROVED):
        return f"{name} ✓"
    return f"{name} …" if room.statement(language, StatementState.PROPOSED) else name


def _language(room: IncidentRoom, language: Language, who: Person) -> None:
    in_force = room.statement(language, StatementState.APPROVED)
    proposed = room.statement(language, StatementState.PROPOSED)
    if in_force is not None:
        show(_text(in_force, room))
        show(_spread(room.spread.get(in_force.id or 0, Spread()), room.figures.waiting))
        _retire(in_force, who)
    if proposed is not None:
        _proposed(proposed, room, who)
    if in_force is None and proposed is None:
        show(
            fill(
                '<p class="ot-fine">{text}</p>',
                text=_(
                    "No statement yet. One text that people approve becomes the draft of everybody "
                    "who waits and whom nobody has answered in their own words."
                ),
            )
        )
    if room.incident.state not in OVER:
        storm.draw(room, language, who, is_open=in_force is None and proposed is None)
        _propose(room, language, is_open=in_force is None and proposed is None)
    _earlier(room, language)


def _text(statement: Statement, room: IncidentRoom) -> Html:
    names = [
        room.people[one].name
        for one in (statement.approved_by_id, statement.second_by_id)
        if one in room.people
    ]
    return fill(
        '<div class="ot-statement ot-statement-{state}"><span class="ot-chip">{name}</span> '
        '<span class="ot-fine">{by}</span><div>{text}</div></div>',
        state=statement.state,
        name=_(naming.STATEMENTS[statement.state]),
        by=one_line(", ".join(names)) if names else "",
        text=plain(statement.text),
    )


def _spread(found: Spread, waiting: int) -> Html:
    figures = (
        (found.drafts, _("drafts rest on it")),
        (found.queued, _("on their way")),
        (found.published, _("stand in public")),
        (waiting, _("still wait")),
    )
    return fill(
        '<div class="ot-spread">{items}</div>',
        items=join(
            fill("<span><b>{n}</b> {name}</span>", n=count, name=name) for count, name in figures
        ),
    )


def _proposed(statement: Statement, room: IncidentRoom, who: Person) -> None:
    show(_text(statement, room))
    found = [Finding.model_validate(one) for one in statement.findings]
    show(remarks.findings(found, statement.text))
    anew = room.anew.get(statement.id or 0, 0)
    told = ngettext(
        "Approving writes {n} machine draft anew; each still needs its own approval.",
        "Approving writes {n} machine drafts anew; each still needs its own approval.",
        anew,
    )
    show(fill('<p class="ot-fine">{text}</p>', text=told))
    given = 1 if statement.approved_by_id else 0
    if not may(who, Role.APPROVER):
        show(fill('<p class="ot-fine">{text}</p>', text=_("An approver has to look at it.")))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Approve the statement ({given} of {needed})").format(
                given=given, needed=statement.approvals_needed
            ),
            key=f"approve-statement-{statement.id}",
            type="primary",
            on_click=acting.on_approve,
            args=(statement,),
        )
        _retire(statement, who)


def _retire(statement: Statement, who: Person) -> None:
    if not may(who, Role.APPROVER):
        return
    key = f"retire-why-{statement.id}"
    with st.popover(_("Take the statement back"), type="tertiary", key=f"ot-retire-{statement.id}"):
        show(
            fill(
                '<p class="ot-fine">{text}</p>',
                text=_(
                    "Drafts that rest on it are void and written anew; what is queued is not sent. "
                    "What is published stays: correct it one by one."
                ),
            )
        )
        st.text_area(_("Why?"), key=key, height=80)
        st.button(
            _("Yes, take it back"),
            key=f"retire-{statement.id}",
            type="primary",
            on_click=acting.on_retire,
            args=(statement, key),
        )


def _propose(room: IncidentRoom, language: Language, *, is_open: bool) -> None:
    key = f"statement-{room.incident.id}-{language}"
    with st.expander(
        _("Write a statement") if is_open else _("Write a better one"), expanded=is_open
    ):
        kept = st.text_area(
            _("Text for everybody, in {language}").format(language=_(naming.LANGUAGES[language])),
            key=key,
            height=120,
        )
        remarks.draw(key, kept or "", lambda typed: _check(room, language, typed), lambda: None)
        st.button(
            _("Propose"),
            key=f"propose-{language}",
            type="primary" if is_open else "secondary",
            on_click=acting.on_propose,
            args=(room.incident.id, language, key),
        )


def _check(room: IncidentRoom, language: Language, typed: str) -> list[Finding]:
    with database.reading(data.engine()) as session:
        return statements.check(
            session,
            incident_id=room.incident.id or 0,
            language=language,
            text=typed,
            at=now().astimezone(words.zone()),
            own_contacts=data.own_contacts(),
        )


def _earlier(room: IncidentRoom, language: Language) -> None:
    found = [
        one
        for one in room.statements
        if one.language is language and one.state is StatementState.RETIRED
    ]
    if found:
        with st.expander(_("Earlier statements: {n}").format(n=len(found))):
            show(join(_text(one, room) for one in found[:10]))
