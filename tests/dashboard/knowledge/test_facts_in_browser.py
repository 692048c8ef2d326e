"""From a gap to a cited fact in a real Chromium: two people, one open case, no restart."""

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
from otklik.enums import DraftState
from otklik.knowing import FollowingKnowledge
from otklik.models import DraftRow, Person
from otklik.settings import Settings
from responder.drafting import DeterministicWriter
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.dashboard.conftest import Opened
from tests.fakes import Stage, make_stage
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium
COMMENT = "Заказ третий день не едет. Сколько стоит самовар напрокат?"

FIELDS = {
    "kform-ru": "Самовар напрокат стоит 900 рублей в сутки, залог 3000 рублей.",
    "kform-en": "A samovar for hire is 900 roubles a day, with a deposit of 3000 roubles.",
    "kform-keywords": "самовар, samovar",
    "kform-owner": "управляющий кафе",
    "kform-source": "прейскурант",
    "knowledge-note": "Об этом спрашивают",
}

TABLE = """text;topic;keywords;owner;until
Прокат палатки стоит 500 рублей в сутки.;price;палатка;управляющий кафе;2027-12-31
"""


def running(engine: Engine, url: str) -> Stage:
    """The pipeline as it runs beside the desk; people of its own have other logins."""
    with database.session(engine) as session:
        for person in session.exec(select(Person)):
            person.login = f"{person.login}-away"
    stage = make_stage(engine, shipped_policy(), shipped_knowledge())
    rename(engine, "", "s-")
    rename(engine, "-away", "")
    known = FollowingKnowledge(engine, Settings(database_url=url), now())
    stage.clock.at = now()
    desk = replace(stage.desk, known=known, writer=DeterministicWriter(known))
    return replace(stage, desk=desk)


def rename(engine: Engine, ending: str, before: str) -> None:
    """The stage's own people step aside, then the desk's come back."""
    with database.session(engine) as session:
        for person in session.exec(select(Person)):
            if ending and person.login.endswith(ending):
                person.login = person.login.removesuffix(ending)
            elif not ending and not person.login.endswith("-away"):
                person.login, person.is_active = f"{before}{person.login}", False


def cited(engine: Engine) -> set[str]:
    with reading(engine) as session:
        query = select(DraftRow).where(DraftRow.state == DraftState.PROPOSED)
        row = session.exec(query.order_by(col(DraftRow.id).desc())).first()
        assert row is not None
        return {fact["id"] for fact in row.facts}


def part(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="Раздел страницы").get_by_text(name, exact=True).click()


def test_a_gap_becomes_a_fact_that_the_open_case_cites(
    seeded_url: str, open_desk: Opened, screenshots: Path
) -> None:
    engine = make_engine(seeded_url)
    stage = running(engine, seeded_url)
    stage.site.add(COMMENT, "oleg")
    pipeline.drain(stage.desk)
    with reading(engine) as session:
        newest = session.exec(select(DraftRow).order_by(col(DraftRow.id).desc())).first()
        number = newest.mention_id if newest else 0
    before = cited(engine)
    with DeskServer(seeded_url) as desk:
        page = open_desk(desk, "lead")
        page.goto(f"{desk.url}/knowledge?gap={number}")
        box = page.locator(".st-key-kform-ru textarea")
        expect(box).to_be_visible(timeout=60_000)
        expect(page.locator(".st-key-kform-asked textarea")).to_have_value(
            "Сколько стоит самовар напрокат?", timeout=60_000
        )
        for name, text in FIELDS.items():
            field = page.locator(f".st-key-{name}").locator("textarea, input").first
            field.fill(text)
            field.press("Tab")
            page.wait_for_timeout(400)  # the form is drawn anew after each field
        expect(page.get_by_text("Можно говорить как есть")).to_be_visible(timeout=60_000)
        page.screenshot(path=screenshots / "knowledge-form-ru.png")
        page.set_viewport_size({"width": 1280, "height": 720})
        page.screenshot(path=screenshots / "knowledge-form-small-ru.png")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.get_by_role("button", name="Предложить", exact=True).click()
        expect(page.get_by_text("В действие вводит другой")).to_be_visible(timeout=60_000)
        page.context.clear_cookies()
        page.close()
        page = open_desk(desk, "admin")
        page.emulate_media(color_scheme="dark")
        page.goto(f"{desk.url}/knowledge")
        part(page, "Предложения")
        expect(page.get_by_text("Об этом спрашивают")).to_be_visible(timeout=60_000)
        page.screenshot(path=screenshots / "knowledge-proposal-dark-ru.png")
        page.get_by_role("button", name="Ввести в действие").click()
        expect(page.get_by_text("действует: черновики")).to_be_visible(timeout=60_000)
        part(page, "Факты")
        expect(page.locator(".ot-known-fact").first).to_be_visible(timeout=60_000)
        page.screenshot(path=screenshots / "knowledge-facts-dark-ru.png")
        part(page, "Загрузить")
        page.locator("input[type=file]").set_input_files(
            {"name": "facts.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
        )
        expect(page.get_by_text("Можно предложить: 1")).to_be_visible(timeout=60_000)
    pipeline.drain(stage.desk)
    (fresh,) = cited(engine) - before
    assert "samovar" in fresh
    engine.dispose()
