"""The pages of the desk, one file each."""

from typing import Any, NamedTuple

import streamlit as st

from dashboard.i18n import N_, _
from otklik.enums import Role
from otklik.models import Person
from otklik.people import may

INSIDE = (
    "account",
    "incident",
    "source",
    "add_source",
)  # reached from other pages, not from the bar
OF_LEADS = ("policy", "quality", "reports")  # for leads and administrators only
OF_ADMINS = ("people",)


class Group(NamedTuple):
    """Pages that stand together in the bar; a group without a title stands open in it."""

    name: str
    title: str
    pages: tuple[str, ...]


# a page that is named nowhere here stands at the end of "lead"
GROUPS = (
    Group(
        "work", "", ("case", "queue", "approvals", "incidents", "promises", "measures", "answered")
    ),
    Group("lead", N_("Manage"), ("reports", "quality", "judging", "policy", "knowledge")),
    Group("system", N_("Set-up"), ("sources", "people", "system")),
)


def is_for(person: Person, name: str) -> bool:
    """May this person see the page at all? What they may do there is asked where it is done."""
    if name in OF_ADMINS:
        return may(person, Role.ADMIN)
    return name not in OF_LEADS or may(person, Role.LEAD)


def grouped(person: Person, names: list[str]) -> list[Group]:
    """The groups of the bar with those of `names` that this person may see, in order."""
    seen = [name for name in names if name not in INSIDE and is_for(person, name)]
    known = {name for group in GROUPS for name in group.pages}
    others = tuple(name for name in seen if name not in known)
    found = [
        group._replace(
            pages=tuple(
                name
                for name in (*group.pages, *(others if group.name == "lead" else ()))
                if name in seen
            )
        )
        for group in GROUPS
    ]
    return [group for group in found if group.pages]


def pages() -> dict[str, Any]:
    """Every page by name, in the order of the bar; made on each run, in the chosen language."""
    from dashboard.views import (
        account,
        add_source,
        answered,
        approvals,
        case,
        incident,
        incidents,
        judging,
        knowledge,
        measures,
        people,
        policy,
        promises,
        quality,
        queue,
        reports,
        source,
        sources,
        system,
    )

    return {
        "queue": st.Page(queue.draw, title=_("Queue"), url_path="queue", default=True),
        "case": st.Page(case.draw, title=_("My work"), url_path="case"),
        "approvals": st.Page(approvals.draw, title=_("Approvals"), url_path="approvals"),
        "answered": st.Page(answered.draw, title=_("Answered"), url_path="answered"),
        "incidents": st.Page(incidents.draw, title=_("Incidents"), url_path="incidents"),
        "incident": st.Page(incident.draw, title=_("Incident"), url_path="incident"),
        "promises": st.Page(promises.draw, title=_("Promises"), url_path="promises"),
        "measures": st.Page(measures.draw, title=_("Measures"), url_path="measures"),
        "reports": st.Page(reports.draw, title=_("Reports"), url_path="reports"),
        "sources": st.Page(sources.draw, title=_("Sources"), url_path="sources"),
        "source": st.Page(source.draw, title=_("Source"), url_path="source"),
        "add_source": st.Page(add_source.draw, title=_("Add a source"), url_path="add-source"),
        "quality": st.Page(quality.draw, title=_("Quality"), url_path="quality"),
        "judging": st.Page(judging.draw, title=_("Judging"), url_path="judging"),
        "knowledge": st.Page(knowledge.draw, title=_("Knowledge"), url_path="knowledge"),
        "policy": st.Page(policy.draw, title=_("Policy rules"), url_path="policy"),
        "people": st.Page(people.draw, title=_("People"), url_path="people"),
        "account": st.Page(account.draw, title=_("My account"), url_path="account"),
        "system": st.Page(system.draw, title=_("System"), url_path="system"),
    }


def open_case(mention_id: int) -> None:
    """Go to the case of a mention."""
    st.switch_page(pages()["case"], query_params={"mention": str(mention_id)})


def open_incident(incident_id: int) -> None:
    """Go to the page of an incident."""
    st.switch_page(pages()["incident"], query_params={"id": str(incident_id)})


def open_source(source_id: int) -> None:
    """Go to the page of a source."""
    st.switch_page(pages()["source"], query_params={"id": str(source_id)})
