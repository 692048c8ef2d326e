"""What people at the desk were shown, their breaks, and cases put aside."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import case as when
from sqlmodel import Session, col, func, select

from otklik.enums import Stance
from otklik.models import AuditEvent, Hold, Mention, Person, Rest, Shown

_LATEST = 1000  # so many events the whole desk writes in half a minute at most
_IS_HATER = when((col(Shown.stance) == Stance.HATER, 1), else_=0)


def save_shown(session: Session, shown: Shown) -> None:
    """Add."""
    session.add(shown)
    session.flush()


def find_last_shown(session: Session, person_id: int) -> Shown | None:
    """What this person was handed last."""
    return session.exec(
        select(Shown)
        .where(Shown.person_id == person_id)
        .order_by(col(Shown.at).desc(), col(Shown.id).desc())
        .limit(1)
    ).first()


class Load(NamedTuple):
    """What one person was shown in a time."""

    shown: int
    haters: int
    last_at: datetime


def list_loads(session: Session, brand_id: str, since: datetime) -> dict[int, Load]:
    """By person, since then; who was shown nothing is absent."""
    found = session.exec(
        select(Shown.person_id, func.count(), func.sum(_IS_HATER), func.max(col(Shown.at)))
        .where(Shown.brand_id == brand_id, Shown.at >= since)
        .group_by(col(Shown.person_id))
    )
    return {person: Load(shown, int(haters), last) for person, shown, haters, last in found}


def list_with_loads(
    session: Session, brand_id: str, since: datetime
) -> list[tuple[Person, Load | None]]:
    """Everybody who works here, by name, with what they were shown since then; None: nothing."""
    seen = (
        select(
            col(Shown.person_id).label("person"),
            func.count().label("shown"),
            func.sum(_IS_HATER).label("haters"),
            func.max(col(Shown.at)).label("last_at"),
        )
        .where(Shown.brand_id == brand_id, Shown.at >= since)
        .group_by(col(Shown.person_id))
        .subquery()
    )
    found: Any = session.execute(
        select(Person, seen.c.shown, seen.c.haters, seen.c.last_at)
        .outerjoin(seen, seen.c.person == Person.id)
        .where(Person.brand_id == brand_id, col(Person.is_active).is_(True))
        .order_by(col(Person.login))
    )
    return [
        (person, Load(shown, int(haters), last_at) if shown else None)
        for person, shown, haters, last_at in found
    ]


def list_people(session: Session, person_ids: Collection[int]) -> list[Person]:
    """Those of them who still work here, by id."""
    return list(
        session.exec(
            select(Person)
            .where(col(Person.id).in_(person_ids), col(Person.is_active).is_(True))
            .order_by(col(Person.id))
        )
    )


def count_run(session: Session, person_id: int, since: datetime) -> int:
    """Haters in a row this person was shown last, none but haters, since then."""
    other = (
        select(func.max(Shown.id))
        .where(
            Shown.person_id == person_id,
            Shown.at >= since,
            (col(Shown.stance) != Stance.HATER) | col(Shown.stance).is_(None),
        )
        .scalar_subquery()
    )
    return session.exec(
        select(func.count())
        .select_from(Shown)
        .where(
            Shown.person_id == person_id,
            Shown.at >= since,
            col(Shown.id) > func.coalesce(other, 0),
        )
    ).one()


def list_longest_runs(
    session: Session, brand_id: str, since: datetime, until: datetime
) -> dict[int, int]:
    """The longest row of nothing but haters, by person; who saw none is absent."""
    order = (col(Shown.at), col(Shown.id))
    place = func.row_number().over(partition_by=col(Shown.person_id), order_by=order)
    of_kind = func.row_number().over(partition_by=(col(Shown.person_id), _IS_HATER), order_by=order)
    islands = (
        select(
            col(Shown.person_id).label("person"),
            _IS_HATER.label("hater"),
            (place - of_kind).label("island"),
        )
        .where(Shown.brand_id == brand_id, Shown.at >= since, Shown.at < until)
        .subquery()
    )
    runs = (
        select(islands.c.person, func.count().label("length"))
        .where(islands.c.hater == 1)
        .group_by(islands.c.person, islands.c.island)
        .subquery()
    )
    found = session.execute(select(runs.c.person, func.max(runs.c.length)).group_by(runs.c.person))
    return {int(person): int(length) for person, length in found}


def list_shown_between(
    session: Session, brand_id: str, since: datetime, until: datetime
) -> dict[int, tuple[str, int, int]]:
    """Name, comments shown and haters among them, by person."""
    found = session.execute(
        select(Person.id, Person.name, func.count(), func.sum(_IS_HATER))
        .join(Shown, col(Shown.person_id) == Person.id)
        .where(Shown.brand_id == brand_id, Shown.at >= since, Shown.at < until)
        .group_by(col(Person.id), col(Person.name))
        .order_by(col(Person.id))
    )
    return {person: (name, shown, int(haters)) for person, name, shown, haters in found}


# ---- breaks --------------------------------------------------------------------------------


def save_rest(session: Session, rest: Rest) -> Rest:
    """Add or change."""
    session.add(rest)
    session.flush()
    return rest


def find_last_rest(session: Session, person_id: int) -> Rest | None:
    """The break offered last to this person."""
    return session.exec(
        select(Rest)
        .where(Rest.person_id == person_id)
        .order_by(col(Rest.offered_at).desc(), col(Rest.id).desc())
        .limit(1)
    ).first()


def count_rests(
    session: Session, brand_id: str, since: datetime, until: datetime
) -> dict[int, tuple[int, int]]:
    """Breaks offered and taken, by person."""
    found = session.execute(
        select(Rest.person_id, func.count(), func.count(col(Rest.taken_at)))
        .where(Rest.brand_id == brand_id, Rest.offered_at >= since, Rest.offered_at < until)
        .group_by(col(Rest.person_id))
    )
    return {person: (offered, taken) for person, offered, taken in found}


# ---- cases put aside -----------------------------------------------------------------------


def find_hold(session: Session, case_id: int | None) -> Hold | None:
    """Who put a case aside and until when; None: nobody has."""
    return session.get(Hold, case_id) if case_id is not None else None


def list_holds(session: Session, case_ids: Collection[int | None]) -> list[Hold]:
    """What is put aside of these cases."""
    return list(session.exec(select(Hold).where(col(Hold.case_id).in_(case_ids))))


def save_hold(session: Session, hold: Hold) -> Hold:
    """Put aside; an earlier hold of the same case goes."""
    earlier = session.get(Hold, hold.case_id)
    if earlier is not None:
        session.delete(earlier)
        session.flush()
    session.add(hold)
    session.flush()
    return hold


def delete_hold(session: Session, case_id: int | None) -> bool:
    """Take up again; False: it was not put aside."""
    hold = find_hold(session, case_id)
    if hold is None:
        return False
    session.delete(hold)
    session.flush()
    return True


def list_own_holds(session: Session, person_id: int) -> list[tuple[Hold, Mention]]:
    """What this person put aside, the soonest due first, with the case's latest comment."""
    latest = (
        select(func.max(Mention.id))
        .where(col(Mention.case_id) == col(Hold.case_id))
        .correlate(Hold)
        .scalar_subquery()
    )
    return list(
        session.exec(
            select(Hold, Mention)
            .join(Mention, col(Mention.id) == latest)
            .where(Hold.person_id == person_id)
            .order_by(col(Hold.until))
        )
    )


# ---- what was done last --------------------------------------------------------------------


def list_latest_events(session: Session, actor: str, since: datetime) -> list[AuditEvent]:
    """What this actor did since then, the latest first; looks at the end of the log only."""
    newest = select(func.max(AuditEvent.id)).scalar_subquery()
    return list(
        session.exec(
            select(AuditEvent)
            .where(
                col(AuditEvent.id) > newest - _LATEST,
                AuditEvent.actor == actor,
                AuditEvent.at >= since,
            )
            .order_by(col(AuditEvent.id).desc())
        )
    )
