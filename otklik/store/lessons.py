"""What was learned from incidents that are over, found again when it is needed."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from otklik.enums import IncidentState
from otklik.models import Incident

LOOKED_AT = 500  # the latest solved ones: words are compared here, in any case of letters


def list_lessons(
    session: Session, brand_id: str, words: Sequence[str] = (), *, limit: int = 20
) -> list[Incident]:
    """Solved incidents with lessons, the latest first; those that hold all of these words."""
    wanted = [word.casefold() for word in words]
    found = [
        one for one in _solved(session, brand_id) if all(word in _said(one) for word in wanted)
    ]
    return found[:limit]


def list_similar(session: Session, incident: Incident, *, limit: int = 3) -> list[Incident]:
    """Solved incidents like this one, with their lessons: the most shared words first."""
    words = {word for word in incident.signature.casefold().split() if len(word) > 2}
    scored = []
    for one in _solved(session, incident.brand_id):
        shared = len(words & set(one.signature.casefold().split()))
        score = 2 * shared + (one.topic is incident.topic and one.kind is incident.kind)
        if one.id != incident.id and score > 0:
            scored.append((score, one))
    scored.sort(key=lambda pair: -pair[0])
    return [one for _score, one in scored[:limit]]


def _solved(session: Session, brand_id: str) -> list[Incident]:
    query = (
        select(Incident)
        .where(
            Incident.brand_id == brand_id,
            Incident.state == IncidentState.SOLVED,
            Incident.lessons != "",
            col(Incident.merged_into_id).is_(None),
        )
        .order_by(col(Incident.last_at).desc(), col(Incident.id).desc())
    )
    return list(session.exec(query.limit(LOOKED_AT)))


def _said(one: Incident) -> str:
    return " ".join((one.title, one.signature, one.lessons, one.department)).casefold()
