"""An incident in a browser: from the list to a split, a merge and back; how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from otklik.database import make_engine
from tests.dashboard.conftest import Opened
from tests.dashboard.incidents.conftest import seed_incidents
from tests.dashboard.seed import seed
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium


@pytest.fixture(scope="module")
def told(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[DeskServer, dict[str, int]]]:
    """A desk with both incidents, and their ids."""
    url = sqlite_template.copy(tmp_path_factory.mktemp("incidents") / "desk.sqlite3")
    engine = make_engine(url)
    seed(engine)
    ids = seed_incidents(engine)
    engine.dispose()
    with DeskServer(url) as server:
        yield server, ids


def settle(page: Page) -> None:
    page.wait_for_function("() => !document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(400)


def test_a_lead_splits_a_story_and_takes_it_back(
    told: tuple[DeskServer, dict[str, int]], open_desk: Opened, screenshots: Path
) -> None:
    server, ids = told
    number = ids["fault"]
    page = open_desk(server, "lead")
    page.goto(f"{server.url}/incidents")
    page.get_by_role("button", name=f"Открыть инцидент {number}").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".ot-bars i").first).to_be_visible()
    expect(page.locator("[class*=st-key-member-] label")).to_have_count(20)
    for box in page.locator("[class*=st-key-member-] label").all()[:2]:
        box.click()
    expect(page.get_by_text("отмечено 2")).to_be_visible()
    page.get_by_role("button", name="Выделить").click()
    expect(page.get_by_text("переходят 2 комментария")).to_be_visible()
    page.get_by_label("О чём новый инцидент?").fill("другая партия")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Да, выделить").click()
    expect(page.get_by_text("2 комментария теперь отдельный инцидент.")).to_be_visible()
    page.get_by_role("button", name="Отменить: выделено 2").click()
    expect(page.get_by_text("Всё как было.")).to_be_visible()


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)], ids=["wide", "small"])
def test_the_pages_fit_the_screen(
    told: tuple[DeskServer, dict[str, int]],
    open_desk: Opened,
    screenshots: Path,
    language: str,
    size: tuple[int, int],
) -> None:
    server, ids = told
    page = open_desk(server, "lead", language=language)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in ("incidents", f"incident?id={ids['fault']}", f"incident?id={ids['attack']}"):
        page.goto(f"{server.url}/{path}")
        expect(page.locator(".ot-inc-attack, .ot-inc-fault").first).to_be_visible()
        settle(page)
        name = path.replace("?id=", "-")
        page.screenshot(path=screenshots / f"{name}-{language}-{size[0]}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert page.locator("[data-testid=stException]").count() == 0
