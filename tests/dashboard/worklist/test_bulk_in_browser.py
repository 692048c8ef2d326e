"""Many rows at once in a real Chromium: chosen, looked at, done, taken back; a link passed on."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from otklik import database
from otklik.clock import now
from otklik.database import make_engine, reading
from otklik.enums import MentionState
from otklik.models import Mention
from responder import leases
from tests.dashboard.conftest import Opened
from tests.dashboard.worklist.conftest import open_all_cases, person
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium
PATIENCE = 60_000  # milliseconds; the machine may be busy
NAMES = "all => all.map((row) => [...row.classList].find((one) => one.startsWith('st-key-pick-')))"
RUSSIAN = """([code, key]) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", {code, key, bubbles: true, cancelable: true}))"""


def test_rows_are_chosen_done_and_taken_back(
    seeded_url: str, desk: DeskServer, open_desk: Opened, screenshots: Path
) -> None:
    engine = make_engine(seeded_url)
    open_all_cases(engine)
    with database.session(engine) as session:
        leases.take(session, person=person(session, "second"), mention_id=7, at=now())
    page = open_desk(desk, "operator")
    page.goto(f"{desk.url}/?urgencies=1&sort=newest")
    page.locator("[data-ot-scope='queue']").wait_for(timeout=PATIENCE)
    page.evaluate(RUSSIAN, ["KeyM", "ь"])  # at once, on a Russian layout: its button comes later
    expect(page.locator(".ot-shift")).to_contain_text("Вера Лис", timeout=PATIENCE)
    page.locator("[class*='st-key-pick-']").nth(3).wait_for(timeout=PATIENCE)
    rows = page.locator("[class*='st-key-pick-']").evaluate_all(NAMES)
    chosen = [rows[1], rows[3]]
    for count, row in enumerate(chosen, start=1):  # by name: places shift while rows are drawn
        page.locator(f".{row} label").click()
        expect(page.get_by_text(f"Выбрано: {count}")).to_be_visible(timeout=PATIENCE)
    numbers = [int(row.rpartition("-")[2]) for row in chosen]
    page.fill(".st-key-bulk-reason input", "Накрутка")
    page.click(".st-key-bulk-look button")
    expect(page.get_by_text("изменятся 2 обращения")).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=screenshots / "desk-bulk-ru.png")
    page.click(".st-key-bulk-do button")
    expect(page.locator(".st-key-ot-bulk-undo")).to_be_visible(timeout=PATIENCE)

    def states() -> set[MentionState]:
        with reading(engine) as session:
            return {session.get_one(Mention, one).state for one in numbers}

    assert states() == {MentionState.CLOSED}
    page.evaluate(RUSSIAN, ["KeyZ", "я"])
    expect(page.get_by_text("Отменено: 2 обращения")).to_be_visible(timeout=PATIENCE)
    assert states() == {MentionState.DRAFTED}
    page.keyboard.press("?")
    expect(page.locator("dialog.ot-keys")).to_contain_text("взять самое срочное")
    page.keyboard.press("Escape")
    assert "urgencies=1" in page.url
    assert "sort=newest" in page.url
    page.keyboard.press("2")
    expect(page.locator(".ot-case-title")).to_be_visible(timeout=PATIENCE)
    engine.dispose()
