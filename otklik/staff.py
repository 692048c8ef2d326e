"""What an administrator does with accounts; nobody may do away with the last administrator.

At the command line, where whoever may run it may do everything, the person is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik import audit, people
from otklik.enums import Role
from otklik.errors import InputError, NotAllowed
from otklik.models import Invitation, Person
from otklik.store import people as rows
from otklik.store.people import HeldWork

CLI = "cli"  # the actor of what is done at the command line


@dataclass(frozen=True)
class Colleague:
    """A person as an administrator sees them; `browsers` are their living sessions."""

    person: Person
    browsers: int
    invitation: Invitation | None

    def is_locked(self, at: datetime) -> bool:
        """Is the account closed after wrong passwords?"""
        until = self.person.locked_until
        return until is not None and until > at


def list_colleagues(
    session: Session, brand_id: str, at: datetime, *, idle: timedelta | None = None
) -> list[Colleague]:
    """Everybody with an account: who may act before who was switched off, then by name."""
    browsers = rows.count_logins(session, brand_id, at, idle)
    invited = rows.list_invitations(session, brand_id, at)
    found = [
        Colleague(one, browsers.get(one.id or 0, 0), invited.get(one.id or 0))
        for one in rows.list_people(session, brand_id)
    ]
    return sorted(found, key=lambda one: (not one.person.is_active, one.person.name.casefold()))


def add(
    session: Session,
    *,
    person: Person | None,
    brand_id: str,
    login: str,
    role: Role,
    at: datetime,
    name: str = "",
    zones: Sequence[str] = (),
    email: str | None = None,
) -> Person:
    """Make an account without a password: an invitation or OIDC opens it.

    Raises:
        NotAllowed: the role is too low.
        InputError: login or address is taken, or none.
    """
    _admin(person)
    return people.add_person(
        session,
        login=login.strip(),
        name=name,
        role=role,
        password=None,
        zones=zones,
        email=email,
        at=at,
        brand_id=brand_id,
        by=person,
    )


def change(
    session: Session,
    *,
    person: Person | None,
    whom: Person,
    at: datetime,
    name: str | None = None,
    role: Role | None = None,
    zones: Sequence[str] | None = None,
    email: str | None = None,
) -> Person:
    """Change name, role, zones or address; None leaves a thing as it is, "" takes the address.

    Another address unties the account from its identity provider, until that names the new one.

    Raises:
        NotAllowed: the role is too low, or `whom` is the last administrator.
        InputError: the name is empty, the address is none or somebody else's.
    """
    _admin(person)
    whom = rows.get_person(session, whom.id or 0)
    changed: dict[str, object] = {}
    if name is not None and name.strip() != whom.name:
        if not name.strip():
            raise InputError("a person needs a name")
        whom.name = changed["name"] = name.strip()[:128]
    if role is not None and role is not whom.role:
        if whom.role is Role.ADMIN:
            _require_another_admin(session, whom)
        changed |= {"role": role, "role_before": whom.role}
        whom.role = role
    if zones is not None and people.clean_zones(zones) != whom.zones:
        whom.zones = changed["zones"] = people.clean_zones(zones)
    if email is not None and (email.strip().lower() or None) != whom.email:
        whom.email = people.free_address(session, email, of=whom)
        whom.subject = None
        changed["email"] = whom.email
    if changed:
        rows.save_person(session, whom)
        _note(session, person, "person.changed", whom, at, **changed)
    return whom


def switch_off(session: Session, *, person: Person | None, whom: Person, at: datetime) -> HeldWork:
    """Let somebody in no more; their browsers are signed out, their work is free for others.

    Drafts they edited stay proposed, approvals they gave count no more (the database sees to
    it), promises they owe stay theirs until somebody takes them over.

    Returns:
        What hung on them.

    Raises:
        NotAllowed: the role is too low, or `whom` is the last administrator.
    """
    _admin(person)
    whom = rows.get_person(session, whom.id or 0)
    if whom.role is Role.ADMIN:
        _require_another_admin(session, whom)
    held = rows.count_work(session, whom.id or 0, at)
    leases, cases = rows.delete_claims(session, whom.id or 0)
    whom.is_active = False
    rows.save_person(session, whom)
    browsers = rows.delete_logins(session, whom.id or 0)
    rows.delete_invitations(session, whom.brand_id, whom.id)
    freed = {"leases": leases, "cases": cases, "browsers": browsers}
    _note(session, person, "person.switched_off", whom, at, **freed)
    return held


def switch_on(session: Session, *, person: Person | None, whom: Person, at: datetime) -> Person:
    """Let somebody in again.

    Raises:
        NotAllowed: the role is too low.
    """
    _admin(person)
    whom = rows.get_person(session, whom.id or 0)
    whom.is_active, whom.failed_logins, whom.locked_until = True, 0, None
    rows.save_person(session, whom)
    _note(session, person, "person.switched_on", whom, at)
    return whom


def unlock(session: Session, *, person: Person | None, whom: Person, at: datetime) -> Person:
    """Open an account that was closed after wrong passwords.

    Raises:
        NotAllowed: the role is too low.
    """
    _admin(person)
    whom = rows.get_person(session, whom.id or 0)
    whom.failed_logins, whom.locked_until = 0, None
    rows.save_person(session, whom)
    _note(session, person, "person.unlocked", whom, at)
    return whom


def sign_out(session: Session, *, person: Person | None, whom: Person, at: datetime) -> int:
    """End all of somebody's sessions; how many there were.

    Raises:
        NotAllowed: the role is too low.
    """
    _admin(person)
    ended = rows.delete_logins(session, whom.id or 0)
    _note(session, person, "person.signed_out", whom, at, browsers=ended)
    return ended


def _admin(person: Person | None) -> None:
    if person is not None:
        people.require(person, Role.ADMIN)


def _require_another_admin(session: Session, whom: Person) -> None:
    admins = rows.lock_admins(session, whom.brand_id)
    if whom.is_active and not [one for one in admins if one.id != whom.id]:
        raise NotAllowed(f"{whom.login} is the last administrator who can sign in")


def _note(
    session: Session,
    person: Person | None,
    action: str,
    whom: Person,
    at: datetime,
    **detail: object,
) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person) if person else CLI,
        action=action,
        subject=("person", whom.id),
        detail=detail,
        brand_id=whom.brand_id,
    )
