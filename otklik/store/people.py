"""People, logins, invitations, switches."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, and_, col, delete, func, or_, select, update

from otklik.columns import UtcDateTime
from otklik.enums import CaseState, DraftState, PromiseState, Role
from otklik.errors import NotFound
from otklik.models import (
    Case,
    DraftRow,
    Invitation,
    LoginSession,
    Person,
    Promise,
    Switch,
)


def find_person(session: Session, login: str) -> Person | None:
    """The person of that login, or None."""
    return session.exec(select(Person).where(Person.login == login)).one_or_none()


def get_person(session: Session, person_id: int) -> Person:
    """One person as the database has them now.

    Raises:
        NotFound: there is nobody of that number.
    """
    person = session.get(Person, person_id, populate_existing=True)
    if person is None:
        raise NotFound(f"there is no person {person_id}")
    return person


def find_person_by(
    session: Session, *, email: str | None = None, subject: str | None = None
) -> Person | None:
    """The person of that address (lower case), or of that subject of an identity provider."""
    wanted = Person.email == email if subject is None else Person.subject == subject
    return session.exec(select(Person).where(wanted)).one_or_none()


def count_people(session: Session, brand_id: str) -> int:
    """How many accounts there are."""
    query = select(func.count()).select_from(Person).where(Person.brand_id == brand_id)
    return int(session.exec(query).one())


def lock_admins(session: Session, brand_id: str) -> list[Person]:
    """Administrators who can sign in, held until the transaction ends."""
    return list(
        session.exec(
            select(Person)
            .where(
                Person.brand_id == brand_id,
                Person.role == Role.ADMIN,
                col(Person.is_active),
                or_(col(Person.password_hash).is_not(None), col(Person.subject).is_not(None)),
            )
            .with_for_update()
        )
    )


def list_people(session: Session, brand_id: str) -> list[Person]:
    """Everybody with an account."""
    return list(
        session.exec(select(Person).where(Person.brand_id == brand_id).order_by(Person.login))
    )


def save_person(session: Session, person: Person) -> None:
    """Add or change."""
    session.add(person)
    session.flush()


def save_login(session: Session, login: LoginSession) -> None:
    """Remember a browser; forget the ones that have expired."""
    session.exec(delete(LoginSession).where(col(LoginSession.expires_at) < login.created_at))
    session.add(login)
    session.flush()


def find_person_of_login(
    session: Session, token_digest: str, at: datetime, idle: timedelta | None = None
) -> Person | None:
    """Whose browser it is, if the login has neither expired nor been idle for so long."""
    return session.exec(
        select(Person)
        .join(LoginSession, col(LoginSession.person_id) == Person.id)
        .where(LoginSession.token_digest == token_digest, *_living(at, idle))
    ).one_or_none()


def _living(at: datetime, idle: timedelta | None) -> list[Any]:
    conditions: list[Any] = [col(LoginSession.expires_at) > at]
    if idle is not None:
        used = func.coalesce(LoginSession.last_seen_at, LoginSession.created_at)
        conditions.append(used > bindparam("idle_since", at - idle, type_=UtcDateTime))
    return conditions


def save_seen(session: Session, token_digest: str, at: datetime, every: timedelta) -> None:
    """The browser is used now; nothing is written when that is known of this minute."""
    used = col(LoginSession.last_seen_at)
    changed = session.connection().execute(
        update(LoginSession)
        .where(
            col(LoginSession.token_digest) == token_digest, or_(used.is_(None), used <= at - every)
        )
        .values(last_seen_at=at)
        .returning(col(LoginSession.person_id))
    )
    person_id = changed.scalar_one_or_none()
    if person_id is not None:
        session.connection().execute(
            update(Person).where(col(Person.id) == person_id).values(last_seen_at=at)
        )


def list_logins(
    session: Session, person_id: int, at: datetime, idle: timedelta | None = None
) -> list[LoginSession]:
    """Living browsers of a person, the latest used first."""
    return list(
        session.exec(
            select(LoginSession)
            .where(LoginSession.person_id == person_id, *_living(at, idle))
            .order_by(col(LoginSession.last_seen_at).desc(), col(LoginSession.created_at).desc())
        )
    )


def count_logins(
    session: Session, brand_id: str, at: datetime, idle: timedelta | None = None
) -> dict[int, int]:
    """How many living browsers each person has; whoever has none is absent."""
    found = session.exec(
        select(LoginSession.person_id, func.count())
        .join(Person, col(Person.id) == LoginSession.person_id)
        .where(Person.brand_id == brand_id, *_living(at, idle))
        .group_by(col(LoginSession.person_id))
    )
    return {int(person_id): int(number) for person_id, number in found}


def delete_logins(session: Session, person_id: int, *, only: str = "", but: str = "") -> int:
    """Forget a person's browsers: all, `only` one or all `but` one, by digest. How many."""
    wanted = [col(LoginSession.person_id) == person_id]
    if only:
        wanted.append(col(LoginSession.token_digest) == only)
    if but:
        wanted.append(col(LoginSession.token_digest) != but)
    return int(session.connection().execute(delete(LoginSession).where(*wanted)).rowcount)


def delete_login(session: Session, token_digest: str) -> None:
    """Forget a browser."""
    session.exec(delete(LoginSession).where(col(LoginSession.token_digest) == token_digest))


def save_invitation(session: Session, invitation: Invitation) -> None:
    """Keep a new one; what the same person (or the first administrator) had before is void."""
    delete_invitations(session, invitation.brand_id, invitation.person_id)
    session.add(invitation)
    session.flush()


def delete_invitations(session: Session, brand_id: str, person_id: int | None) -> int:
    """Void a person's invitations; None: those of the first administrator. How many."""
    whose = col(Invitation.person_id)
    same = whose.is_(None) if person_id is None else whose == person_id
    wanted = delete(Invitation).where(col(Invitation.brand_id) == brand_id, same)
    return int(session.connection().execute(wanted).rowcount)


def find_invitation(session: Session, token_digest: str, at: datetime) -> Invitation | None:
    """An invitation that can still be used."""
    return session.exec(
        select(Invitation).where(
            Invitation.token_digest == token_digest, col(Invitation.expires_at) > at
        )
    ).one_or_none()


def void_invitation(session: Session, token_digest: str, at: datetime) -> bool:
    """Take it out of the world; False: somebody was faster, or it has expired."""
    used = session.connection().execute(
        delete(Invitation).where(
            col(Invitation.token_digest) == token_digest, col(Invitation.expires_at) > at
        )
    )
    return bool(used.rowcount)


def list_invitations(session: Session, brand_id: str, at: datetime) -> dict[int, Invitation]:
    """Open invitations by person."""
    found = session.exec(
        select(Invitation).where(
            Invitation.brand_id == brand_id,
            col(Invitation.expires_at) > at,
            col(Invitation.person_id).is_not(None),
        )
    )
    return {one.person_id: one for one in found if one.person_id is not None}


class HeldWork(NamedTuple):
    """What hangs on a person: cases they work on or own, their drafts, promises they owe."""

    leases: int = 0
    cases: int = 0
    drafts: int = 0
    promises: int = 0


def count_work(session: Session, person_id: int, at: datetime) -> HeldWork:
    """What would have to be handed on if this person left."""
    is_open = col(Case.state) == CaseState.OPEN
    leased = and_(col(Case.leased_by_id) == person_id, col(Case.lease_until) > at)
    counts = [
        select(func.count()).select_from(Case).where(leased),
        select(func.count()).select_from(Case).where(col(Case.owner_id) == person_id, is_open),
        select(func.count())
        .select_from(DraftRow)
        .where(DraftRow.editor_id == person_id, DraftRow.state == DraftState.PROPOSED),
        select(func.count())
        .select_from(Promise)
        .where(Promise.owner_id == person_id, Promise.state == PromiseState.OPEN),
    ]
    return HeldWork(*(int(session.exec(one).one()) for one in counts))


def delete_claims(session: Session, person_id: int) -> tuple[int, int]:
    """Free the cases this person works on, and give back those they own: how many of each."""
    connection = session.connection()
    leased = connection.execute(
        update(Case)
        .where(col(Case.leased_by_id) == person_id)
        .values(leased_by_id=None, lease_until=None)
    )
    owned = connection.execute(
        update(Case)
        .where(col(Case.owner_id) == person_id, col(Case.state) == CaseState.OPEN)
        .values(owner_id=None)
    )
    return int(leased.rowcount), int(owned.rowcount)


def find_switch(session: Session, brand_id: str, name: str) -> Switch | None:
    """A switch as it was last set, or None."""
    return session.get(Switch, (brand_id, name))


def save_switch(
    session: Session, brand_id: str, name: str, value: str, *, by: str, at: datetime
) -> None:
    """Set a switch."""
    row = find_switch(session, brand_id, name)
    if row is None:
        row = Switch(brand_id=brand_id, name=name, value=value, changed_at=at)
    row.value, row.changed_by, row.changed_at = value, by, at
    session.add(row)
    session.flush()
