"""How an incident begins and ends at the desk: confirmed, dismissed, solved, opened again."""

import streamlit as st

from dashboard.i18n import _, ngettext
from dashboard.incidents import moving_on, naming
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import fill, show
from otklik.enums import IncidentState, Language
from otklik.models import Person
from responder.incidents import life

_LANGUAGES = (Language.RUSSIAN, Language.ENGLISH)


def confirm(room: IncidentRoom, who: Person) -> None:
    """Only a suspected one, only a lead."""
    one = room.incident
    if one.state is IncidentState.SUSPECTED and life.may_lead(who):
        st.button(
            _("Confirm"),
            key="confirm-incident",
            type="primary",
            on_click=moving_on.on_confirm,
            args=(one.id, one.state),
        )


def dismiss(room: IncidentRoom) -> None:
    """It was none."""
    one = room.incident
    with st.popover(_("A false alarm"), key="ot-inc-dismiss"):
        show(fill('<p class="ot-fine">{text}</p>', text=_(
            "What was to be said to all is said to nobody. It rises again only when it has "
            "doubled, and counts against the budget of false alarms."
        )))  # fmt: skip
        st.text_area(_("Why is it none?"), key=f"{moving_on.WHY}{one.id}", height=80)
        st.button(
            _("Yes, dismiss"),
            key="dismiss-incident",
            type="primary",
            on_click=moving_on.on_dismiss,
            args=(one.id, one.state),
        )


def solve(room: IncidentRoom) -> None:
    """Lessons, and what all are told."""
    one = room.incident
    if one.state is IncidentState.SUSPECTED:
        return
    number = one.id or 0
    with st.popover(_("Solve"), key="ot-inc-close"):
        lessons = f"lessons-{number}"
        st.text_area(_("What was it, and what will be done otherwise?"), key=lessons, height=90)
        texts = {language: f"mended-{number}-{language}" for language in _LANGUAGES}
        for language, key in texts.items():
            st.text_area(_label(room, language), key=key, height=70)
        waiting = room.figures.waiting
        show(fill('<p class="ot-fine">{text}</p>', text=_(
            "Who was answered gets this news as a draft of their own; the {n} who wait get it "
            "with their answer. Nothing is said before people approve it. Leave both empty to "
            "tell nobody."
        ).format(n=waiting)))  # fmt: skip
        st.button(
            _("Yes, solve"),
            key="close-incident",
            type="primary",
            on_click=moving_on.on_solve,
            args=(number, lessons, texts),
        )


def _label(room: IncidentRoom, language: Language) -> str:
    people = room.to_tell.get(language, 0)
    if language is Language.RUSSIAN:
        people += room.to_tell.get(Language.OTHER, 0)
    told = ngettext("{n} person was answered", "{n} people were answered", people)
    name = _(naming.LANGUAGES[language])
    return _("It is mended, in {language} ({told})").format(language=name, told=told)


def reopen(room: IncidentRoom, who: Person) -> None:
    """It came back, or was one after all."""
    if not life.may_lead(who):
        return
    is_alarm = room.incident.state is IncidentState.DISMISSED
    st.button(
        _("It was one after all") if is_alarm else _("It came back"),
        key="reopen",
        on_click=moving_on.on_reopen,
        args=(room.incident.id,),
    )
