"""A lead changes the policy in a real Chromium, a second person activates it, a mention follows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import database, pipeline
from otklik.clock import now
from otklik.database import make_engine, reading
from otklik.models import DecisionRow, Person
from otklik.policies import Following
from otklik.settings import Settings
from responder.knowledge.file import shipped_knowledge
from tests.dashboard.conftest import Opened
from tests.dashboard.policy.policies import SHOP, changed, decide_all
from tests.fakes import make_stage
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium
BOX = ".st-key-policy-text textarea"


def part(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="Раздел страницы").get_by_text(name).click()


def test_a_lead_changes_the_policy_and_the_next_mention_is_decided_by_it(
    seeded_url: str, open_desk: Opened, screenshots: Path
) -> None:
    engine = make_engine(seeded_url)
    with database.session(engine) as session:
        decide_all(session)
    policies = Following(engine, Settings(database_url=seeded_url, policy_file="shop"), now())
    assert policies.current.digest == SHOP.digest
    with DeskServer(seeded_url) as desk:
        page = open_desk(desk, "lead")
        page.goto(f"{desk.url}/policy")
        expect(page.locator(".ot-rule").first).to_be_visible(timeout=60_000)
        page.screenshot(path=screenshots / "policy-rules-ru.png")
        part(page, "Изменить")
        box = page.locator(BOX)
        expect(box).to_be_visible(timeout=60_000)
        broken = changed(7).replace("  - id: praise\n", "  - idd: praise\n")
        box.fill(broken)  # without leaving the box: remarks come while typing
        link = page.locator(".ot-goto").first
        expect(link).to_contain_text("Строка 3", timeout=60_000)
        page.screenshot(path=screenshots / "policy-error-ru.png")
        link.click()
        assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
        box.fill(changed(7))
        expect(page.locator(".ot-clean")).to_be_visible(timeout=60_000)
        page.get_by_role("button", name="Отрепетировать").click()
        expect(page.get_by_text("решались бы иначе")).to_be_visible(timeout=60_000)
        page.screenshot(path=screenshots / "policy-rehearsal-ru.png", full_page=True)
        page.fill(".st-key-policy-note textarea", "За похвалу с оговоркой не благодарим")
        page.get_by_role("button", name="Предложить").click()
        expect(page.get_by_text("Это писали вы")).to_be_visible(timeout=60_000)
        page.context.clear_cookies()
        page.close()
        page = open_desk(desk, "admin")
        page.goto(f"{desk.url}/policy")
        part(page, "Предложения")
        expect(page.get_by_text("За похвалу с оговоркой")).to_be_visible(timeout=60_000)
        page.screenshot(path=screenshots / "policy-proposal-ru.png")
        page.get_by_role("button", name="Ввести в действие").click()
        expect(page.get_by_text("Действует: следующий")).to_be_visible(timeout=60_000)
        part(page, "Версии")
        expect(page.locator(".ot-diff")).to_be_visible(timeout=60_000)
        page.screenshot(path=screenshots / "policy-versions-ru.png")
    _decides(engine, policies)
    engine.dispose()


def _decides(engine: Engine, policies: Following) -> None:
    """The pipeline that was running all the while takes it up."""
    with database.session(engine) as session:
        for person in session.exec(select(Person)):
            person.login = f"desk-{person.login}"  # the stage brings people of these logins
    stage = make_stage(engine, SHOP, shipped_knowledge())
    stage.clock.at = now()
    stage.site.add("Чай пришёл мокрым", "oleg")
    pipeline.drain(replace(stage.desk, policies=policies))
    with reading(engine) as session:
        last = session.exec(select(DecisionRow).order_by(col(DecisionRow.id).desc())).first()
        assert last is not None
        assert last.policy_version == 7
