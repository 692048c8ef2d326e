"""Ways from a fact or power to its change, and where it comes from."""

from typing import Any

import streamlit as st

from dashboard.i18n import _, in_language
from dashboard.knowledge import doing
from dashboard.knowledge.reading import Known
from dashboard.plain import fill, show
from otklik.enums import ProposalKind, Role
from otklik.models import Person
from otklik.people import may
from responder.knowledge import Fact
from responder.knowledge.changing import may_propose


def origin(kind: ProposalKind, subject: str, place: str, known: Known) -> str:
    """Where it comes from: a file and line, or the desk; and whether the file says otherwise."""
    house = known.house
    if house is None:
        return place
    found = house.origin(kind, subject)
    if not found.proposal_id:
        return _("From the file {place}").format(place=place)
    text = _("Kept at the desk, proposal {n}").format(n=found.proposal_id)
    if found.is_in_file and found.file_digest != house.digest(kind, subject):
        text = f"{text} · {_('the file says otherwise and is not followed')}"
    return text


def ways(kind: ProposalKind, subject: str, known: Known, who: Person, fact: Fact | None) -> None:
    """Change it, take it out, follow the file: for whoever may propose that."""
    house = known.house
    if house is None or not may_propose(who, kind, fact):
        return
    base = house.digest(kind, subject)
    st.button(
        _("Change"),
        key=f"kchange-{kind.value}-{subject}",
        type="tertiary",
        on_click=doing.open_form,
        args=(kind, house.values(kind, subject), base),
        kwargs={"is_new": False},
    )
    _with_note(_("Take out"), "out", kind, subject, base)
    found = house.origin(kind, subject)
    if found.proposal_id and may(who, Role.LEAD):
        _with_note(_("Follow the file again"), "file", kind, subject, base)


def _with_note(label: str, what: str, kind: ProposalKind, subject: str, base: str) -> None:
    field = f"knote-{what}-{kind.value}-{subject}"
    with st.popover(label, type="tertiary", key=f"kpop-{what}-{kind.value}-{subject}"):
        text = (
            _("Nothing may cite it from the moment a second person agrees; texts that rest on it "
              "are not sent.")
            if what == "out"
            else _("What the file says counts again, once a second person agrees.")
        )  # fmt: skip
        show(fill("<p>{text}</p>", text=text))
        st.text_area(_("What changes, and why"), key=field, height=80)
        st.button(
            _("Propose"),
            key=f"kdo-{what}-{kind.value}-{subject}",
            type="primary",
            on_click=doing.on_end if what == "out" else doing.on_file,
            args=(kind, subject, base, field),
        )


def taken_out(known: Known, who: Person) -> None:
    """What the desk took out, with the way back."""
    if not known.out or known.house is None:
        return
    show(fill('<h3 class="ot-sub">{text}</h3>', text=_("Taken out: nothing cites them")))
    for subject in known.out:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            show(fill("<code>{id}</code>", id=subject), is_wide=False)
            if may(who, Role.LEAD):
                _with_note(_("Follow the file again"), "file", ProposalKind.FACT, subject, "")


def powers(known: Known, who: Person) -> None:
    """Under the table of powers: change one, add one."""
    house = known.house
    if house is None or not may(who, Role.LEAD):
        return
    names: dict[str, Any] = {
        one.id: in_language(next(iter(one.says.ru), ""), next(iter(one.says.en), ""))
        for one in known.powers
    }
    with st.container(key="ot-powers-ways", horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Which power"),
            list(names),
            key="knowledge-power",
            format_func=lambda key: f"{names[key]} ({key})",
        )
        if chosen:
            ways(ProposalKind.POWER, chosen, known, who, None)
