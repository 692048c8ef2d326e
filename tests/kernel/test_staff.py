"""Invitations, sessions that end, and what an administrator does with accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from otklik import audit, invitations, people, staff
from otklik.database import reading, session
from otklik.enums import Role
from otklik.errors import InputError, NotAllowed, NotFound
from otklik.models import AuditEvent, Invitation, LoginSession, Person
from otklik.store import people as rows

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOURS = timedelta(hours=12)
IDLE = timedelta(hours=1)
SECRET = "a long enough phrase"


def made(engine: Engine, login: str, role: Role, password: str | None = SECRET) -> Person:
    with session(engine) as db:
        return people.add_person(
            db, login=login, role=role, password=password, at=AT, brand_id="default"
        )


def cookie(engine: Engine, login: str, password: str = SECRET) -> str:
    with session(engine) as db:
        token = people.log_in(db, login, password, AT, HOURS, agent="Firefox")
    assert token is not None
    return token


def test_the_first_administrator_is_made_by_a_link_that_works_once(engine: Engine) -> None:
    with session(engine) as db:
        token = invitations.invite_first(db, "default", AT)
    assert token is not None
    with session(engine) as db:
        assert db.exec(select(Invitation.token_digest)).one() == audit.digest(token)
        made_one = invitations.accept(db, token, password=SECRET, at=AT, login=" ada ", name="Ада")
        assert (made_one.login, made_one.name, made_one.role) == ("ada", "Ада", Role.ADMIN)
    with pytest.raises(NotFound), session(engine) as db:
        invitations.accept(db, token, password=SECRET, at=AT, login="eve")
    with session(engine) as db:
        assert invitations.invite_first(db, "default", AT) is None


def test_a_first_link_is_dead_once_somebody_has_an_account(engine: Engine) -> None:
    with session(engine) as db:
        token = invitations.invite_first(db, "default", AT)
    assert token is not None
    made(engine, "anna", Role.ADMIN)
    with reading(engine) as db:
        assert invitations.find_invited(db, token, AT) is None


def test_a_new_start_voids_the_link_of_the_one_before(engine: Engine) -> None:
    with session(engine) as db:
        old = invitations.invite_first(db, "default", AT)
        new = invitations.invite_first(db, "default", AT)
    with reading(engine) as db:
        assert invitations.find_invited(db, old or "", AT) is None
        assert invitations.find_invited(db, new or "", AT) is not None
        too_late = AT + invitations.FIRST_LASTS
        assert invitations.find_invited(db, new or "", too_late) is None


def test_whoever_is_invited_chooses_the_password_and_a_weak_one_wastes_no_link(
    engine: Engine,
) -> None:
    admin = made(engine, "ada", Role.ADMIN)
    with session(engine) as db:
        anna = staff.add(
            db, person=admin, brand_id="default", login="anna", role=Role.OPERATOR, at=AT
        )
        token = invitations.invite(db, person=admin, whom=anna, at=AT)
    with session(engine) as db:
        assert people.log_in(db, "anna", "", AT, HOURS) is None
    with pytest.raises(InputError, match="at least"), session(engine) as db:
        invitations.accept(db, token, password="short", at=AT)
    with session(engine) as db:
        invitations.accept(db, token, password=SECRET, at=AT)
    assert cookie(engine, "anna")
    with pytest.raises(NotFound), session(engine) as db:
        invitations.accept(db, token, password=SECRET, at=AT)
    with reading(engine) as db:
        actions = db.exec(select(AuditEvent.action).order_by(col(AuditEvent.id))).all()
    assert list(actions)[-4:] == [
        *("person.added", "person.invited", "person.password_set", "person.logged_in")
    ]


def test_an_idle_browser_is_let_in_no_more_and_a_used_one_is(engine: Engine) -> None:
    made(engine, "anna", Role.OPERATOR)
    token = cookie(engine, "anna")
    with session(engine) as db:
        assert people.find_logged_in(db, token, AT + IDLE, idle=IDLE) is None
        people.note_seen(db, token, AT + IDLE / 2)
        assert people.find_logged_in(db, token, AT + IDLE, idle=IDLE) is not None
        assert people.find_logged_in(db, token, AT + HOURS, idle=HOURS) is None


def test_being_seen_is_written_once_a_minute(engine: Engine) -> None:
    person = made(engine, "anna", Role.OPERATOR)
    token = cookie(engine, "anna")
    with session(engine) as db:
        people.note_seen(db, token, AT + timedelta(seconds=59))
        assert db.exec(select(LoginSession.last_seen_at)).one() == AT
        people.note_seen(db, token, AT + timedelta(seconds=60))
    with reading(engine) as db:
        later = AT + timedelta(seconds=60)
        assert db.exec(select(LoginSession.last_seen_at)).one() == later
        assert rows.get_person(db, person.id or 0).last_seen_at == later


def test_a_new_password_ends_the_other_browsers(engine: Engine) -> None:
    person = made(engine, "anna", Role.OPERATOR)
    here, there = cookie(engine, "anna"), cookie(engine, "anna")
    fresh = SECRET + " indeed"
    with session(engine) as db:
        assert not people.change_password(
            db, person, old="not it at all", new=fresh, at=AT, token=here
        )
    with session(engine) as db:
        assert rows.get_person(db, person.id or 0).failed_logins == 1
        assert people.change_password(db, person, old=SECRET, new=fresh, at=AT, token=here)
        assert people.find_logged_in(db, here, AT) is not None
        assert people.find_logged_in(db, there, AT) is None
        assert people.log_in(db, "anna", SECRET, AT, HOURS) is None
    assert cookie(engine, "anna", fresh)


def test_ones_own_browsers_are_listed_and_ended_one_by_one_or_all(engine: Engine) -> None:
    person = made(engine, "anna", Role.OPERATOR)
    other = made(engine, "oleg", Role.OPERATOR)
    first, second, foreign = (cookie(engine, who) for who in ("anna", "anna", "oleg"))
    with session(engine) as db:
        assert len(people.list_browsers(db, person, AT)) == 2
        # somebody else's browser is not one's own to end
        assert people.log_out_browsers(db, person, at=AT, only=audit.digest(foreign)) == 0
        assert people.log_out_browsers(db, person, at=AT, only=audit.digest(first)) == 1
        assert [one.token_digest for one in people.list_browsers(db, person, AT)] == [
            audit.digest(second)
        ]
        assert people.log_out_browsers(db, person, at=AT) == 1
        assert len(people.list_browsers(db, other, AT)) == 1


def _demote(db: Session, admin: Person) -> object:
    return staff.change(db, person=admin, whom=admin, role=Role.LEAD, at=AT)


def _leave(db: Session, admin: Person) -> object:
    return staff.switch_off(db, person=admin, whom=admin, at=AT)


@pytest.mark.parametrize("act", [_demote, _leave])
def test_the_last_administrator_stays(
    engine: Engine, act: Callable[[Session, Person], object]
) -> None:
    admin = made(engine, "ada", Role.ADMIN)
    made(engine, "later", Role.ADMIN, password=None)  # invited, cannot sign in yet
    with pytest.raises(NotAllowed, match="last administrator"), session(engine) as db:
        act(db, admin)
    second = made(engine, "second", Role.ADMIN)
    with session(engine) as db:
        staff.switch_off(db, person=second, whom=admin, at=AT)
    with reading(engine) as db:
        assert not rows.get_person(db, admin.id or 0).is_active


def test_who_is_switched_off_is_signed_out_and_the_link_is_void(engine: Engine) -> None:
    admin = made(engine, "ada", Role.ADMIN)
    anna = made(engine, "anna", Role.OPERATOR)
    token = cookie(engine, "anna")
    with session(engine) as db:
        link = invitations.invite(db, person=admin, whom=anna, at=AT)
        staff.switch_off(db, person=admin, whom=anna, at=AT)
        assert people.find_logged_in(db, token, AT) is None
        assert rows.list_logins(db, anna.id or 0, AT) == []
        assert invitations.find_invited(db, link, AT) is None
        assert people.log_in(db, "anna", SECRET, AT, HOURS) is None
        staff.switch_on(db, person=admin, whom=anna, at=AT)
    assert cookie(engine, "anna")


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER, Role.LEAD])
def test_only_an_administrator_deals_with_accounts(engine: Engine, role: Role) -> None:
    person = made(engine, "anna", role)
    whom = made(engine, "oleg", Role.OPERATOR)
    acts: list[Callable[[Session], object]] = [
        lambda db: staff.add(
            db, person=person, brand_id="default", login="x", role=Role.ADMIN, at=AT
        ),
        lambda db: staff.change(db, person=person, whom=person, role=Role.ADMIN, at=AT),
        lambda db: staff.switch_off(db, person=person, whom=whom, at=AT),
        lambda db: staff.switch_on(db, person=person, whom=whom, at=AT),
        lambda db: staff.unlock(db, person=person, whom=whom, at=AT),
        lambda db: staff.sign_out(db, person=person, whom=whom, at=AT),
        lambda db: invitations.invite(db, person=person, whom=whom, at=AT),
    ]
    for act in acts:
        with pytest.raises(NotAllowed), session(engine) as db:
            act(db)


def test_zones_are_kept_without_doubles_and_none_means_all(engine: Engine) -> None:
    anna = made(engine, "anna", Role.OPERATOR)
    assert people.zones_of(anna) is None
    with session(engine) as db:
        changed = staff.change(
            db, person=None, whom=anna, zones=["money", " food ", "money", ""], at=AT
        )
    assert people.zones_of(changed) == ("food", "money")
    with reading(engine) as db:
        assert people.zones_of(rows.get_person(db, anna.id or 0)) == ("food", "money")


def test_two_people_cannot_have_one_address(engine: Engine) -> None:
    anna, oleg = made(engine, "anna", Role.OPERATOR), made(engine, "oleg", Role.OPERATOR)
    with session(engine) as db:
        staff.change(db, person=None, whom=anna, email="Anna@Shop.Example", at=AT)
        assert rows.get_person(db, anna.id or 0).email == "anna@shop.example"
    with pytest.raises(InputError, match="somebody else"), session(engine) as db:
        staff.change(db, person=None, whom=oleg, email="anna@shop.example", at=AT)
    with pytest.raises(InputError, match="no e-mail"), session(engine) as db:
        staff.change(db, person=None, whom=oleg, email="<b>x</b>@y", at=AT)


def test_a_closed_account_is_opened_by_an_administrator(engine: Engine) -> None:
    anna = made(engine, "anna", Role.OPERATOR)
    for _ in range(people.LOCK_AFTER):
        with session(engine) as db:
            people.log_in(db, "anna", "a wrong guess", AT, HOURS)
    with session(engine) as db:
        assert people.log_in(db, "anna", SECRET, AT, HOURS) is None
        (one,) = staff.list_colleagues(db, "default", AT)
        assert one.is_locked(AT)
        staff.unlock(db, person=None, whom=anna, at=AT)
    assert cookie(engine, "anna")


@pytest.mark.parametrize("login", ["", " ", "two words", "x" * 129, "<b>", "a\nb"])
def test_a_login_is_a_word(engine: Engine, login: str) -> None:
    with pytest.raises(InputError), session(engine) as db:
        people.add_person(
            db, login=login, role=Role.OPERATOR, password=SECRET, at=AT, brand_id="default"
        )
