"""Links that let somebody in once: a colleague's first day, a lost password, the first admin.

Whoever holds the link chooses the password, so that nobody else ever knows it. Only the digest
of its token is stored; it works once, and not for long.
"""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from otklik import audit, people
from otklik.enums import Role
from otklik.errors import NotAllowed, NotFound
from otklik.models import Invitation, Person
from otklik.store import people as rows

LASTS = timedelta(days=3)
FIRST_LASTS = timedelta(hours=24)
PATH = "/invitation"
CLI = "cli"  # the actor of what is done at the command line


class Invited(NamedTuple):
    """Whom a link lets in: a person, or None for the first administrator of this desk."""

    brand_id: str
    person: Person | None
    expires_at: datetime


def invite(
    session: Session, *, person: Person | None, whom: Person, at: datetime, lasts: timedelta = LASTS
) -> str:
    """The token of a new link for this person; an earlier one is void from now on.

    Args:
        person: the administrator who asks; None at the command line.

    Raises:
        NotAllowed: the role is too low, or the account is switched off.
    """
    if person is not None:
        people.require(person, Role.ADMIN)
    if not whom.is_active:
        raise NotAllowed(f"{whom.login} is switched off")
    by = audit.actor_of(person) if person else CLI
    token = _keep(session, whom.brand_id, whom.id, by, (at, at + lasts))
    audit.record(
        session,
        at=at,
        actor=by,
        action="person.invited",
        subject=("person", whom.id),
        brand_id=whom.brand_id,
    )
    return token


def invite_first(session: Session, brand_id: str, at: datetime) -> str | None:
    """The token of a link that makes the first administrator; None once there is an account."""
    if rows.count_people(session, brand_id):
        return None
    return _keep(session, brand_id, None, audit.MACHINE, (at, at + FIRST_LASTS))


def _keep(
    session: Session,
    brand_id: str,
    person_id: int | None,
    by: str,
    times: tuple[datetime, datetime],
) -> str:
    token = secrets.token_urlsafe(32)
    rows.save_invitation(
        session,
        Invitation(
            token_digest=audit.digest(token),
            brand_id=brand_id,
            person_id=person_id,
            made_by=by,
            created_at=times[0],
            expires_at=times[1],
        ),
    )
    return token


def find_invited(session: Session, token: str, at: datetime) -> Invited | None:
    """Whom this link lets in, or None when it was used, replaced, or is too old."""
    found = rows.find_invitation(session, audit.digest(token), at)
    if found is None:
        return None
    if found.person_id is None:
        is_first = not rows.count_people(session, found.brand_id)
        return Invited(found.brand_id, None, found.expires_at) if is_first else None
    person = rows.get_person(session, found.person_id)
    return Invited(found.brand_id, person, found.expires_at) if person.is_active else None


def accept(
    session: Session, token: str, *, password: str, at: datetime, login: str = "", name: str = ""
) -> Person:
    """Choose the password; the link is used up, other browsers of the person are signed out.

    Args:
        login, name: of the first administrator; a person who was invited has both already.

    Raises:
        NotFound: the link was used, replaced, or is too old.
        InputError: the password is too short, or the login is no login.
    """
    invited = find_invited(session, token, at)
    if invited is None or not rows.void_invitation(session, audit.digest(token), at):
        raise NotFound("this link was used before, or is too old")
    if invited.person is None:
        return people.add_person(
            session,
            login=login.strip(),
            name=name,
            role=Role.ADMIN,
            password=password,
            at=at,
            brand_id=invited.brand_id,
        )
    person = invited.person
    person.password_hash = people.hash_password(password)
    person.failed_logins, person.locked_until = 0, None
    rows.save_person(session, person)
    rows.delete_logins(session, person.id or 0)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="person.password_set",
        subject=("person", person.id),
        brand_id=person.brand_id,
    )
    return person
