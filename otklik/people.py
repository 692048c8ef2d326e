"""People and their rights: who may act, logging in and out. Checks sit here, not on the screen."""

import re
import secrets
from collections.abc import Iterable, Sequence
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
MIN_PASSWORD, MAX_PASSWORD = 10, 1024
SEEN_EVERY = timedelta(minutes=1)  # no finer: each time is a write
_ORDER = (Role.OPERATOR, Role.APPROVER, Role.LEAD, Role.ADMIN)
_LOGIN = re.compile(r"[\w.@+-]{1,128}")
_ADDRESS = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+")
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


def is_only_lead(session: Session, person: Person) -> bool:
    """Is this the only active lead or administrator of the desk? Then no second one can agree."""
    if not may(person, Role.LEAD):
        return False
    others = rows.list_people(session, person.brand_id)
    return not any(may(one, Role.LEAD) and one.id != person.id for one in others)


def zones_of(person: Person) -> tuple[str, ...] | None:
    """The zones this person works in; None: all of them."""
    return tuple(person.zones) or None


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
    zones: Sequence[str] = (),
    email: str | None = None,
) -> Person:
    """Make an account; without a password it opens by an invitation or by OIDC only.

    Raises:
        InputError: login or address is taken or not one, or the password is too short.
    """
    if not _LOGIN.fullmatch(login) or rows.find_person(session, login) is not None:
        raise InputError(f"login {login!r} is empty, taken or has signs that no login has")
    person = Person(
        brand_id=brand_id,
        login=login,
        name=name.strip()[:128] or login,
        role=role,
        password_hash=None if password is None else hash_password(password),
        created_at=at,
        zones=clean_zones(zones),
        email=free_address(session, email),
    )
    rows.save_person(session, person)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(by),
        action="person.added",
        subject=("person", person.id),
        detail={"role": role, "login": login, "zones": person.zones},
        brand_id=brand_id,
    )
    return person


def clean_zones(zones: Iterable[str]) -> list[str]:
    """Zones without doubles and blanks, in order."""
    return sorted({zone.strip()[:64] for zone in zones if zone.strip()})


def free_address(session: Session, email: str | None, *, of: Person | None = None) -> str | None:
    """An e-mail address as it is stored: lower case; None for an empty one.

    Raises:
        InputError: it is none, or somebody else (than `of`) has it.
    """
    address = (email or "").strip().lower()
    if not address:
        return None
    if not _ADDRESS.fullmatch(address) or len(address) > 254:
        raise InputError(f"{address!r} is no e-mail address")
    holder = rows.find_person_by(session, email=address)
    if holder is not None and (of is None or holder.id != of.id):
        raise InputError(f"{address!r} belongs to somebody else here")
    return address


def hash_password(password: str) -> str:
    """argon2id with a salt of its own.

    Raises:
        InputError: the password is too short, or longer than anybody types.
    """
    if len(password) < MIN_PASSWORD:
        raise InputError(f"a password has at least {MIN_PASSWORD} characters")
    if len(password) > MAX_PASSWORD:
        raise InputError(f"a password has at most {MAX_PASSWORD} characters")
    return _hasher.hash(password)


def log_in(
    session: Session,
    login: str,
    password: str,
    at: datetime,
    lasts: timedelta,
    *,
    agent: str = "",
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
    if _hasher.check_needs_rehash(person.password_hash):
        person.password_hash = _hasher.hash(password)
    return let_in(session, person, at, lasts, via="password", agent=agent)


def let_in(
    session: Session, person: Person, at: datetime, lasts: timedelta, *, via: str, agent: str = ""
) -> str:
    """A cookie for a browser whose person is known by now; `via` says how.

    Raises:
        NotAllowed: the account is switched off.
    """
    if not person.is_active:
        raise NotAllowed(f"{person.login} is switched off")
    token = secrets.token_urlsafe(32)
    person.last_seen_at = at
    rows.save_person(session, person)
    rows.save_login(
        session,
        LoginSession(
            token_digest=audit.digest(token),
            person_id=person.id or 0,
            created_at=at,
            expires_at=at + lasts,
            last_seen_at=at,
            agent=agent[:200],
            via=via,
        ),
    )
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="person.logged_in",
        subject=("person", person.id),
        detail={"via": via},
        brand_id=person.brand_id,
    )
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


def find_logged_in(
    session: Session, token: str | None, at: datetime, *, idle: timedelta | None = None
) -> Person | None:
    """Who this cookie belongs to, or None when unknown, expired, idle or switched off.

    Args:
        idle: a browser nobody used for longer is let in no more; None: for as long as it lasts.
    """
    if not token:
        return None
    person = rows.find_person_of_login(session, audit.digest(token), at, idle)
    return person if person is not None and person.is_active else None


def note_seen(session: Session, token: str, at: datetime) -> None:
    """The person does something: the browser is not idle. Written once in `SEEN_EVERY`."""
    rows.save_seen(session, audit.digest(token), at, SEEN_EVERY)


def log_out(session: Session, token: str) -> None:
    """Forget this browser."""
    rows.delete_login(session, audit.digest(token))


def list_browsers(
    session: Session, person: Person, at: datetime, *, idle: timedelta | None = None
) -> list[LoginSession]:
    """The person's own living sessions, the latest used first."""
    return rows.list_logins(session, person.id or 0, at, idle)


def log_out_browsers(
    session: Session, person: Person, *, at: datetime, only: str = "", but: str = ""
) -> int:
    """End one's own sessions: all, `only` one, or all `but` one; these are digests. How many."""
    ended = rows.delete_logins(session, person.id or 0, only=only, but=but)
    if ended:
        audit.record(
            session,
            at=at,
            actor=audit.actor_of(person),
            action="person.logged_out",
            subject=("person", person.id),
            detail={"browsers": ended},
            brand_id=person.brand_id,
        )
    return ended


def change_password(
    session: Session, person: Person, *, old: str, new: str, at: datetime, token: str = ""
) -> bool:
    """One's own password; every other browser has to sign in again. False: `old` is wrong.

    A wrong one counts like a failed log-in: a borrowed desk is no place to try passwords.

    Args:
        token: the cookie of the browser that stays.

    Raises:
        NotAllowed: switched off, or closed after wrong passwords.
        InputError: the new one is too short, or the same.
    """
    person = rows.get_person(session, person.id or 0)
    if not person.is_active or (person.locked_until is not None and person.locked_until > at):
        raise NotAllowed(f"{person.login} is closed for now")
    if not _fits(person.password_hash or _nobody(), old):
        _count_failure(session, person, at)
        return False
    if new == old:
        raise InputError("the new password is the old one")
    person.password_hash, person.failed_logins = hash_password(new), 0
    rows.save_person(session, person)
    _note(session, person, "person.password_changed", at)
    rows.delete_logins(session, person.id or 0, but=audit.digest(token) if token else "")
    return True
