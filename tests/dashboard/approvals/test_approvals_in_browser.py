"""A text of one, approved by two others, by keyboard in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from otklik import database
from otklik.clock import now
from otklik.database import make_engine, reading
from otklik.models import Mention, Reply
from responder import leases
from tests.dashboard.approvals.conftest import RISKY, hand_over, person
from tests.dashboard.conftest import Opened
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium
PATIENCE = 60_000  # milliseconds; the machine may be busy


def test_two_people_approve_one_text_after_it_came_back(
    seeded_url: str, desk: DeskServer, open_desk: Opened, screenshots: Path
) -> None:
    engine = make_engine(seeded_url)
    with database.session(engine) as session:
        leases.take(session, person=person(session, "operator"), mention_id=1, at=now())
        hand_over(session, 1, RISKY)
    page = open_desk(desk, "approver")
    page.goto(f"{desk.url}/approvals")
    expect(page.locator(".ot-wording del").first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Одобрений: 0 из 2")).to_be_visible()
    page.screenshot(path=screenshots / "desk-approvals-ru.png")
    page.keyboard.press("r")
    box = page.locator("[class*='st-key-turn-down-'][class*='-reason'] textarea")
    expect(box).to_be_visible(timeout=PATIENCE)
    page.keyboard.type("passport!")  # plain letters go into its field, they command nothing
    expect(box).to_have_value("passport!")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Вашего одобрения ничто не ждёт")).to_be_visible(timeout=PATIENCE)
    with database.session(engine) as session:
        assert "passport!" in session.get_one(Mention, 1).last_error
        hand_over(session, 1, RISKY + " Ждём вас.")
    page.reload()
    for login, said in (("approver", "нужен ещё кто-то"), ("second", "ничто не ждёт")):
        if login != "approver":
            page.context.clear_cookies()
            page.close()
            page = open_desk(desk, login)
            page.goto(f"{desk.url}/approvals")
        page.locator("[data-ot-scope^='text-']").wait_for(timeout=PATIENCE)
        page.keyboard.press("Control+Enter")  # at once: the text is there, its button may not be
        expect(page.get_by_text(said)).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=screenshots / "desk-approvals-done-ru.png")
    with reading(engine) as session:
        reply = session.exec(select(Reply).where(Reply.mention_id == 1)).one()
        assert reply.text == RISKY + " Ждём вас."
    engine.dispose()
