"""Who is who inside an attack: real customers are kept out of all that is done in bulk.

A person with a case is never handled as part of an attack: not for this comment, not for an
insult beside it, not when the case was told earlier or something is still owed to them. Nor is
anybody the judge is not sure of. What is left, surely hostile and without any case, is the wave.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from sqlmodel import Session

from otklik.enums import Claim, IncidentKind, Stance
from otklik.models import Incident, Label, Mention
from otklik.store import customers, histories, mentions
from otklik.store.members import WITH_A_CASE
from otklik.store.statements import get_incident
from responder.incidents.moving import OVER


class Who(StrEnum):
    """What a person inside a wave is."""

    CASE = "case"  # this comment has a case
    KNOWN = "known"  # another comment of theirs has one, or we owe them something
    UNSURE = "unsure"  # nobody has judged it with certainty
    OTHER = "other"  # neither a case nor hatred: a question, praise
    HOSTILE = "hostile"


# real customers: they stand apart at the desk, with a way to be answered
REAL = (Who.CASE, Who.KNOWN)


def sort_out(session: Session, rows: Sequence[Mention]) -> dict[int, Who]:
    """Who wrote each of these mentions; labels of people outweigh verdicts."""
    accounts = histories.list_accounts(session, {row.author_id for row in rows})
    labels = _labels(session, accounts)
    told = {one.mention_id: one.author_id for one in customers.list_told_cases(session, accounts)}
    for number, (author, said) in labels.items():
        if _is_case(said):
            told[number] = author
        elif "stance" in said:
            told.pop(number, None)
    known = {accounts[author] for author in told.values() if author in accounts}
    known |= {accounts[one] for one in customers.list_owed(session, accounts)}
    found = {}
    for row in rows:
        number, said = row.id or 0, labels.get(row.id or 0, (0, {}))[1]
        is_known = accounts.get(row.author_id) in known
        found[number] = Who.CASE if number in told else Who.KNOWN if is_known else _who(row, said)
    return found


def _who(row: Mention, said: Mapping[str, str]) -> Who:
    stance = said.get("stance") or row.stance
    if stance is None or (row.is_unsure and "stance" not in said):
        return Who.UNSURE
    return Who.HOSTILE if stance == Stance.HATER else Who.OTHER


def _labels(session: Session, accounts: Mapping[int, int]) -> dict[int, tuple[int, dict[str, str]]]:
    found: dict[int, tuple[int, dict[str, str]]] = {}
    given: Iterable[tuple[int, Label]] = histories.list_author_labels(session, accounts)
    for author, label in given:
        found.setdefault(label.mention_id, (author, {}))[1][label.field] = label.value
    return found


def _is_case(said: Mapping[str, str]) -> bool:
    stance, claim = said.get("stance"), said.get("claim")
    return stance in WITH_A_CASE or (claim == Claim.CONCRETE and stance != Stance.HATER)


def is_live(incident: Incident) -> bool:
    """Is it an attack that goes on?"""
    is_attack = incident.kind is IncidentKind.ATTACK and incident.merged_into_id is None
    return is_attack and incident.state not in OVER


def list_attackers(
    session: Session, rows: Sequence[Mention], incidents: Mapping[int, Incident]
) -> tuple[set[int], set[int]]:
    """Of mentions in attacks: the hostile ones, and those kept out of it; ids of mentions."""
    inside = [
        row
        for row in rows
        if (one := incidents.get(row.incident_id or 0)) and one.kind is IncidentKind.ATTACK
    ]
    if not inside:
        return set(), set()
    who = sort_out(session, inside)
    hostile = {number for number, one in who.items() if one is Who.HOSTILE}
    return hostile, set(who) - hostile


def list_carriers(session: Session, incident_id: int, mention_ids: Sequence[int]) -> list[int]:
    """Who of these gets the statement of an incident as a draft: all, but in an attack one in
    each thread where it does not stand yet, and nobody with a case.
    """
    incident = get_incident(session, incident_id)
    if incident.kind is not IncidentKind.ATTACK:
        return list(mention_ids)
    rows = mentions.list_mentions(session, list(mention_ids))
    who = sort_out(session, rows)
    told = customers.list_told_threads(session, incident_id)
    latest = {
        row.thread_id: row.id or 0
        for row in sorted(rows, key=lambda one: (one.waiting_since, one.id or 0))
        if who[row.id or 0] is Who.HOSTILE and row.thread_id not in told
    }
    return sorted(latest.values())
