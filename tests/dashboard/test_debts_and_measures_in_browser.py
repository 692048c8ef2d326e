"""Promises, measures and leases on the desk, in a real Chromium."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlmodel import Session, col, select

from otklik import database
from otklik.clock import now
from otklik.database import make_engine, reading
from otklik.enums import ActState, PromiseState, ReplyState
from otklik.models import Act, Case, Person, Promise, Reply
from responder import promises
from responder.moderation import own_words
from tests.dashboard.conftest import Opened
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium


def person(session: Session, login: str) -> Person:
    return session.exec(select(Person).where(Person.login == login)).one()


def posted(session: Session) -> Reply:
    return session.exec(
        select(Reply).where(Reply.state == ReplyState.POSTED, col(Reply.external_id).is_not(None))
    ).first() or pytest.fail("the seed has no posted reply")


@pytest.fixture
def owed(seeded_url: str) -> str:
    """A promise given by phone under an answered comment."""
    engine = make_engine(seeded_url)
    with database.session(engine) as session:
        at = now()
        promises.enter_by_hand(
            session,
            person=person(session, "approver"),
            mention_id=posted(session).mention_id,
            text="Вернём деньги за пачку",
            due_at=at + timedelta(hours=20),
            at=at,
        )
    engine.dispose()
    return seeded_url


def test_a_kept_promise_becomes_a_follow_up_for_the_readers(
    owed: str, desk: DeskServer, open_desk: Opened, screenshots: Path
) -> None:
    page = open_desk(desk, "approver")
    page.goto(f"{desk.url}/promises")
    expect(page.get_by_text("Вернём деньги за пачку")).to_be_visible(timeout=60_000)
    page.screenshot(path=screenshots / "desk-promises-ru.png")
    card = page.locator("[class*='st-key-ot-promise-']", has_text="Вернём деньги за пачку")
    card.get_by_text("Выполнено", exact=True).click()
    page.fill("[class*='st-key-promise-note-'] textarea", "Деньги вернули на карту")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Обещание выполнено").click()
    follow = page.get_by_role("button", name="Написать итог")
    expect(follow).to_be_visible(timeout=60_000)
    page.screenshot(path=screenshots / "desk-promise-kept-ru.png")
    follow.click()
    box = page.locator(".st-key-ot-reply textarea")
    expect(box).to_contain_text("Деньги вернули на карту", timeout=60_000)
    page.screenshot(path=screenshots / "desk-follow-up-ru.png")
    engine = make_engine(owed)
    with reading(engine) as session:
        query = select(Promise.state).where(Promise.text == "Вернём деньги за пачку")
        assert session.exec(query).one() is PromiseState.KEPT
    engine.dispose()


def test_what_one_asks_another_approves(
    seeded_url: str, desk: DeskServer, open_desk: Opened, screenshots: Path
) -> None:
    engine = make_engine(seeded_url)
    with database.session(engine) as session:
        own_words.ask_withdraw(
            session,
            person=person(session, "operator"),
            reply_id=posted(session).id or 0,
            reason="Ответили не тому человеку",
            at=now(),
        )
    page = open_desk(desk, "approver")
    page.goto(f"{desk.url}/measures")
    expect(page.get_by_text("Ответили не тому человеку")).to_be_visible(timeout=60_000)
    page.screenshot(path=screenshots / "desk-measures-ru.png")
    page.get_by_role("button", name="Одобрить").click()
    expect(page.get_by_text("Одобрено")).not_to_have_count(0, timeout=60_000)
    with reading(engine) as session:
        assert session.exec(select(Act.state)).one() is ActState.APPROVED
    engine.dispose()


def test_a_case_in_work_shows_who_has_it_and_a_lead_may_take_it(
    desk: DeskServer, open_desk: Opened, seeded_url: str, screenshots: Path
) -> None:
    page = open_desk(desk, "approver")
    page.click(".st-key-take button")
    expect(page.locator(".ot-held-mine")).to_be_visible(timeout=60_000)
    address = page.url
    page.context.clear_cookies()
    page.close()
    page = open_desk(desk, "lead")
    page.goto(address)
    expect(page.locator(".ot-held")).to_contain_text("Борис Громов", timeout=60_000)
    page.screenshot(path=screenshots / "desk-held-ru.png")
    page.get_by_role("button", name="Забрать себе").click()
    expect(page.locator(".ot-held-mine")).to_be_visible(timeout=60_000)
    engine = make_engine(seeded_url)
    with reading(engine) as session:
        holders = session.exec(
            select(Case.leased_by_id).where(col(Case.leased_by_id).is_not(None))
        ).all()
        assert holders == [person(session, "lead").id]
    engine.dispose()
