"""People and their rights: who may act, logging in and out. Checks sit here, not on the screen."""

import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlmodel import Session

from otklik import audit
from otklik.enums import Role
from otklik.errors import InputError, NotAllowed
from otklik.models import LoginSession, Person
from otklik.store import people as rows

LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=15)
MIN_PASSWORD = 10
_ORDER = (Role.OPERATOR, Role.APPROVER, Role.LEAD, Role.ADMIN)
_hasher = PasswordHasher()


def may(person: Person | None, role: Role) -> bool:
    """Is this an active person of at least that role?"""
    if person is None or not person.is_active:
        return False
    return _ORDER.index(person.role) >= _ORDER.index(role)


def require(person: Person | None, role: Role) -> Person:
    """The person, if they may act as `role`.

    Raises:
        NotAllowed: nobody is logged in, or the role is too low.
    """
    if not may(person, role) or person is None:
        who = person.login if person else "nobody"
        raise NotAllowed(f"{who} may not act as {role}")
    return person


def add_person(
    session: Session,
    *,
    login: str,
    role: Role,
    password: str | None,
    at: datetime,
    brand_id: str,
    name: str = "",
    by: Person | None = None,
) -> Person:
    """Make an account.

    Raises:
        InputError: the login is taken or empty, or the password is too short.
    """
    if not login.strip() or rows.find_person(session, login) is not None:
        raise InputError(f"login {login!r} is empty or taken")
    person = Person(
        brand_id=brand_id,
        login=login,
        name=name or login,
        role=role,
        password_hash=None if password is None else _hash(password),
        created_at=at,
    )
    rows.save_person(session, person)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(by),
        action="person.added",
        subject=("person", person.id),
        detail={"role": role},
        brand_id=brand_id,
    )
    return person


def _hash(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise InputError(f"a password has at least {MIN_PASSWORD} characters")
    return _hasher.hash(password)


def log_in(
    session: Session, login: str, password: str, at: datetime, lasts: timedelta
) -> str | None:
    """A cookie for this browser, or None when login or password is wrong or locked out.

    The cookie is random and only its digest is stored. Failures are counted and, after
    `LOCK_AFTER` in a row, the account is closed for `LOCK_FOR`.
    """
    person = rows.find_person(session, login)
    if person is None or person.password_hash is None or not person.is_active:
        _fits(_nobody(), password)  # takes as long as a wrong password: logins cannot be guessed
        return None
    if person.locked_until is not None and person.locked_until > at:
        return None
    if not _fits(person.password_hash, password):
        _count_failure(session, person, at)
        return None
    person.failed_logins, person.locked_until = 0, None
    token = secrets.token_urlsafe(32)
    rows.save_person(session, person)
    rows.save_login(
        session,
        LoginSession(
            token_digest=audit.digest(token),
            person_id=person.id or 0,
            created_at=at,
            expires_at=at + lasts,
        ),
    )
    _note(session, person, "person.logged_in", at)
    return token


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _count_failure(session: Session, person: Person, at: datetime) -> None:
    person.failed_logins += 1
    if person.failed_logins >= LOCK_AFTER:
        person.failed_logins, person.locked_until = 0, at + LOCK_FOR
        _note(session, person, "person.locked_out", at)
    rows.save_person(session, person)


def _note(session: Session, person: Person, action: str, at: datetime) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("person", person.id),
        brand_id=person.brand_id,
    )


def find_logged_in(session: Session, token: str | None, at: datetime) -> Person | None:
    """Who this cookie belongs to, or None when unknown, expired or switched off."""
    if not token:
        return None
    person = rows.find_person_of_login(session, audit.digest(token), at)
    return person if person is not None and person.is_active else None


def log_out(session: Session, token: str) -> None:
    """Forget this browser."""
    rows.delete_login(session, audit.digest(token))
