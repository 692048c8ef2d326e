"""A prepared statement for a bad day: choose, fill in three things, propose or approve."""

from datetime import datetime, timedelta

import streamlit as st

from dashboard import data, words
from dashboard.case import remarks
from dashboard.i18n import N_, _, current_language
from dashboard.incidents import moving_on
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import fill, plain, show
from otklik import audit, database
from otklik.clock import now
from otklik.enums import IncidentKind, Language, Role, Severity
from otklik.errors import OtklikError, PolicyError
from otklik.models import Person
from otklik.people import may
from responder.incidents import prepared
from responder.incidents.prepared import Filled, Prepared

_HOURS = {1: N_("in an hour"), 2: N_("in 2 hours"), 6: N_("in 6 hours"), 24: N_("in a day")}
_HALF = 30
ATTACK = "attack"  # id of the statement prepared for one


def draw(room: IncidentRoom, language: Language, who: Person, *, is_open: bool) -> None:
    """One expander; nothing where the house has prepared nothing."""
    try:
        known = {one.id: one for one in prepared.open_prepared(data.settings().knowledge_file)}
    except PolicyError as error:
        show(fill('<p class="ot-wrong">{text}</p>', text=words.refusal(error)))
        return
    if not known:
        return
    number = room.incident.id or 0
    is_attack = room.incident.kind is IncidentKind.ATTACK and ATTACK in known
    title = _("One statement instead of replies") if is_attack else _("Prepared for a bad day")
    with st.expander(title, expanded=is_open):
        filled = _fields(known, number, language, first=ATTACK if is_attack else None)
        if filled is not None:
            _ready(number, filled, who)


def _fields(
    known: dict[str, Prepared], number: int, language: Language, first: str | None
) -> Filled | None:
    screen = Language.RUSSIAN if current_language() == "ru" else Language.ENGLISH
    start = f"storm-{number}-{language}"
    chosen = st.segmented_control(
        _("What has happened"),
        sorted(known, key=lambda one: one != first),
        default=first,
        format_func=lambda one: known[one].name(screen),
        key=f"{start}-kind",
    )
    if chosen is None:
        return None
    what = st.text_input(_("What exactly"), key=f"{start}-what", max_chars=prepared.LONGEST)
    where = st.text_input(_("Where"), key=f"{start}-where", max_chars=prepared.LONGEST)
    hours = st.segmented_control(
        _("When we write again"),
        list(_HOURS),
        default=2,
        required=True,
        format_func=lambda one: _(_HOURS[one]),
        key=f"{start}-by",
    )
    return Filled(known[chosen], language, what or "", where or "", _round(hours or 2))


def _round(hours: int) -> datetime:
    """So many hours from now, up to the next half hour, in the desk's own time."""
    at = now().astimezone(words.zone()) + timedelta(hours=hours)
    late = timedelta(minutes=-at.minute % _HALF)
    return at.replace(second=0, microsecond=0) + late


def _ready(number: int, filled: Filled, who: Person) -> None:
    at = now().astimezone(words.zone())
    if not filled.what.strip() or not filled.where.strip():
        show(fill('<p class="ot-fine">{text}</p>', text=_("Fill in what and where.")))
        return
    try:
        text = filled.text(at)
        with database.reading(data.engine()) as session:
            found = prepared.check(
                session,
                incident_id=number,
                filled=filled,
                at=at,
                own_contacts=data.own_contacts(),
            )
    except OtklikError as error:
        show(fill('<p class="ot-wrong">{text}</p>', text=words.refusal(error)))
        return
    show(fill('<div class="ot-statement ot-statement-proposed"><div>{text}</div></div>',
              text=plain(text)))  # fmt: skip
    show(remarks.findings(found, text))
    digest = audit.digest(text)
    is_clean = all(one.severity is not Severity.BLOCK for one in found)
    with st.container(horizontal=True):
        for label, key, approve in (
            (_("Approve as shown"), "storm-approve", True),
            (_("Propose"), "storm-propose", False),
        ):
            if not approve or (is_clean and may(who, Role.APPROVER)):
                st.button(
                    label,
                    key=f"{key}-{filled.language}",
                    type="primary" if approve else "secondary",
                    on_click=moving_on.on_prepared,
                    args=(number, filled, digest),
                    kwargs={"approve": approve},
                )
