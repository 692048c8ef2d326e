"""People, logins, switches."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from otklik.models import LoginSession, Person, Switch


def find_person(session: Session, login: str) -> Person | None:
    """The person of that login, or None."""
    return session.exec(select(Person).where(Person.login == login)).one_or_none()


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


def find_person_of_login(session: Session, token_digest: str, at: datetime) -> Person | None:
    """Whose browser it is, if the login has not expired."""
    return session.exec(
        select(Person)
        .join(LoginSession, col(LoginSession.person_id) == Person.id)
        .where(LoginSession.token_digest == token_digest, LoginSession.expires_at > at)
    ).one_or_none()


def delete_login(session: Session, token_digest: str) -> None:
    """Forget a browser."""
    session.exec(delete(LoginSession).where(col(LoginSession.token_digest) == token_digest))


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
