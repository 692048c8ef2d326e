"""Nobody acts without a role; logging in."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import Engine
from sqlmodel import select

from otklik import people
from otklik.database import session
from otklik.enums import Role
from otklik.errors import InputError, NotAllowed
from otklik.models import LoginSession, Person

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOURS = timedelta(hours=12)
SECRET = "a long enough phrase"


def add(engine: Engine, role: Role = Role.OPERATOR, login: str = "anna") -> Person:
    with session(engine) as db:
        return people.add_person(
            db, login=login, role=role, password=SECRET, at=AT, brand_id="default"
        )


def log_in(engine: Engine, password: str = SECRET, at: datetime = AT) -> str | None:
    with session(engine) as db:
        return people.log_in(db, "anna", password, at, HOURS)


def who(engine: Engine, token: str | None, at: datetime = AT) -> Person | None:
    with session(engine) as db:
        return people.find_logged_in(db, token, at)


def test_the_right_password_opens_and_the_cookie_is_not_stored(engine: Engine) -> None:
    add(engine)
    token = log_in(engine)
    found = who(engine, token)
    assert found is not None
    assert found.login == "anna"
    with session(engine) as db:
        assert db.exec(select(LoginSession.token_digest)).one() != token
        assert SECRET not in str(db.exec(select(Person.password_hash)).one())


def test_a_guess_costs_what_owasp_asks_for(quick_passwords: PasswordHasher) -> None:
    asked = extract_parameters(quick_passwords.hash(SECRET))
    assert asked.type is Type.ID
    assert asked.memory_cost >= 19 * 1024  # KiB; "Password Storage Cheat Sheet", argon2id
    assert asked.time_cost >= 2


def test_a_hash_of_lesser_cost_is_made_anew_at_the_next_login(
    engine: Engine, quick_passwords: PasswordHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(engine)
    monkeypatch.setattr(people, "_hasher", quick_passwords)
    assert log_in(engine) is not None
    with session(engine) as db:
        kept = db.exec(select(Person.password_hash)).one()
    assert kept is not None
    assert not quick_passwords.check_needs_rehash(kept)


@pytest.mark.parametrize("password", ["", "wrong password", SECRET + " "])
def test_a_wrong_password_opens_nothing(engine: Engine, password: str) -> None:
    add(engine)
    assert log_in(engine, password) is None


def test_an_unknown_login_or_cookie_opens_nothing(engine: Engine) -> None:
    assert log_in(engine) is None
    assert who(engine, "guess") is None
    assert who(engine, None) is None


def test_a_login_expires_and_ends_on_logging_out(engine: Engine) -> None:
    add(engine)
    token = log_in(engine)
    assert token is not None
    assert who(engine, token, AT + HOURS) is None
    with session(engine) as db:
        people.log_out(db, token)
    assert who(engine, token) is None


def test_guessing_locks_the_account_for_a_while(engine: Engine) -> None:
    add(engine)
    for _ in range(people.LOCK_AFTER):
        assert log_in(engine, "a wrong guess") is None
    assert log_in(engine) is None
    assert log_in(engine, at=AT + people.LOCK_FOR + timedelta(seconds=1)) is not None


def test_a_switched_off_person_is_out_at_once(engine: Engine) -> None:
    person = add(engine)
    token = log_in(engine)
    with session(engine) as db:
        db.get_one(Person, person.id).is_active = False
    assert who(engine, token) is None
    assert log_in(engine) is None


def test_short_passwords_and_taken_logins_are_refused(engine: Engine) -> None:
    add(engine)
    with pytest.raises(InputError, match="taken"):
        add(engine)
    with pytest.raises(InputError, match="at least"), session(engine) as db:
        people.add_person(
            db, login="new", role=Role.ADMIN, password="short", at=AT, brand_id="default"
        )


def test_each_role_may_do_what_the_ones_before_it_may() -> None:
    order = list(Role)
    for held in order:
        person = Person(login="x", role=held, created_at=AT)
        for asked in order:
            assert people.may(person, asked) == (order.index(held) >= order.index(asked))
    assert not people.may(None, Role.OPERATOR)
    with pytest.raises(NotAllowed, match="nobody"):
        people.require(None, Role.OPERATOR)
