"""An administrator's path in Chromium: invites, switches off, stops posting."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from otklik.database import make_engine, reading
from otklik.enums import PostingMode, Role
from otklik.models import LoginSession, Person
from otklik.store.people import find_person, find_switch
from tests.dashboard.conftest import Opened
from tests.dashboard.seed import BRAND
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium
SECRET = "four words of hers"
READY = ".st-key-ot-bar"


def person(url: str, login: str) -> Person:
    engine = make_engine(url)
    with reading(engine) as session:
        found = find_person(session, login)
    engine.dispose()
    assert found is not None
    return found


def invite(page: Page, url: str) -> str:
    """Add Nina; the link for her."""
    page.goto(f"{url}/people")
    page.locator(".st-key-person-add button").first.click()
    page.get_by_label("Логин").fill("nina")
    page.locator(".st-key-person-new-name input").fill("Нина")
    page.get_by_role("button", name="Добавить и сделать ссылку").click()
    page.wait_for_selector(".st-key-ot-invitation code", timeout=60_000)
    return page.locator(".st-key-ot-invitation code").inner_text().strip()


def test_an_administrator_invites_switches_off_and_stops_posting(
    desk: DeskServer,
    open_desk: Opened,
    browser: Browser,
    screenshots: Path,
    seeded_url: str,
) -> None:
    admin = open_desk(desk, "admin")
    link = invite(admin, desk.url)
    admin.screenshot(path=screenshots / "people-invited-ru.png")

    hers = browser.new_context(viewport={"width": 1280, "height": 720}, locale="ru-RU")
    nina = hers.new_page()
    nina.goto(link)
    nina.screenshot(path=screenshots / "invitation-ru.png")
    nina.fill("input[name=password]", SECRET)
    nina.fill("input[name=again]", SECRET)
    nina.click("button[type=submit]")
    nina.wait_for_selector(".st-key-take", timeout=60_000)
    assert person(seeded_url, "nina").role is Role.OPERATOR
    nina.click(".st-key-take button")
    nina.wait_for_selector(".st-key-ot-comment", timeout=60_000)
    nina.goto(f"{desk.url}/people")
    expect(nina.get_by_role("alert")).to_be_visible(timeout=60_000)
    nina.goto(link)  # it worked once
    expect(nina.get_by_role("alert")).to_be_visible()
    nina.goto(f"{desk.url}/")
    nina.wait_for_selector(".st-key-take", timeout=60_000)

    number = person(seeded_url, "nina").id
    admin.reload()
    admin.wait_for_selector(READY)
    admin.locator(f".st-key-open-{number} button").click()
    admin.locator(".st-key-person-leave button").click()
    admin.locator(".st-key-person-off button").click()
    expect(admin.locator(".st-key-person-on button")).to_be_visible(timeout=60_000)
    engine = make_engine(seeded_url)
    with reading(engine) as session:
        whose = session.exec(select(LoginSession.person_id)).all()
    engine.dispose()
    assert number not in whose
    # the page that is open somewhere else is empty, nobody having touched it
    expect(nina.locator(".ot-row")).to_have_count(0, timeout=60_000)
    nina.screenshot(path=screenshots / "session-ended-ru.png")
    nina.goto(f"{desk.url}/")
    assert "/sign-in" in nina.url
    hers.close()

    admin.goto(f"{desk.url}/system")
    admin.locator(".st-key-stop-pop button").first.click()
    admin.locator(".st-key-stop button").click()
    expect(admin.locator(".st-key-ot-posting .ot-mode-stopped")).to_be_visible(timeout=60_000)
    engine = make_engine(seeded_url)
    with reading(engine) as session:
        switch = find_switch(session, BRAND, "posting")
    engine.dispose()
    assert switch is not None
    assert switch.value == PostingMode.STOPPED
