"""Twenty comments judged by keys alone, as fast as keys come; how the pages look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlmodel import col, select

from otklik import database
from otklik.database import make_engine
from otklik.models import Label, Person
from tests.dashboard.conftest import Opened
from tests.dashboard.quality import filled
from tests.dashboard.seed import seed
from tests.dashboard.seed_model import seed_corrections
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium


@pytest.fixture(scope="module")
def judged(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[DeskServer, str]]:
    """A desk with rows in every table of quality, and the address of its database."""
    url = sqlite_template.copy(tmp_path_factory.mktemp("judging") / "desk.sqlite3")
    engine = make_engine(url)
    seed(engine)
    seed_corrections(engine)
    filled.settle(engine)
    filled.fill(engine)
    engine.dispose()
    with DeskServer(url) as server:
        yield server, url


def test_twenty_comments_are_judged_by_keys_and_none_is_lost(
    judged: tuple[DeskServer, str], open_desk: Opened, screenshots: Path
) -> None:
    server, url = judged
    page = open_desk(server, "operator")
    page.goto(f"{server.url}/judging")
    expect(page.locator(".ot-judge-text")).to_be_visible()
    page.screenshot(path=screenshots / "judging-ru-1440.png")
    page.keyboard.press("s")  # one is left out
    page.keyboard.press("1")
    page.keyboard.press("u")  # the stance was wrong
    for number in range(20):
        page.keyboard.press(str(number % 6 + 1))
        page.keyboard.press(str(number % 4 + 1))
    expect(page.get_by_text("Оценено: 20")).to_be_visible()
    expect(page.get_by_text("всё сохранено")).to_be_visible()
    engine = make_engine(url)
    with database.reading(engine) as session:
        who = session.exec(select(Person).where(Person.login == "operator")).one()
        told = session.exec(
            select(Label).where(Label.person_id == who.id).order_by(col(Label.id))
        ).all()
    engine.dispose()
    stances = ["critic", "heated", "hater", "praise", "question", "other"]
    recent = told[-40:]
    assert [one.value for one in recent if one.field == "stance"] == [
        stances[number % 6] for number in range(20)
    ]
    assert [one.value for one in recent if one.field == "urgency"] == [
        str(number % 4) for number in range(20)
    ]
    page.keyboard.press("u")  # the last one again, and otherwise
    page.keyboard.press("5")
    page.keyboard.press("4")
    expect(page.get_by_text("всё сохранено")).to_be_visible()
    expect(page.get_by_text("Оценено: 20")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "size"), [("ru", (1440, 900)), ("en", (1280, 720))], ids=["ru", "en"]
)
def test_the_pages_of_quality_fit_the_screen(
    judged: tuple[DeskServer, str],
    open_desk: Opened,
    screenshots: Path,
    language: str,
    size: tuple[int, int],
) -> None:
    server, _url = judged
    page = open_desk(server, "lead", language=language)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{server.url}/quality")
    for place, mark in enumerate((".ot-rates", ".ot-h", "[class*=st-key-ot-golden]", ".ot-drift")):
        if place:
            page.get_by_role("radiogroup").first.get_by_role("radio").nth(place).click()
        expect(page.locator(mark).first).to_be_visible()
        page.wait_for_timeout(500)
        page.screenshot(path=screenshots / f"quality-{place}-{language}-{size[0]}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.goto(f"{server.url}/promises")
    expect(page.locator(".ot-numbers, .ot-empty").first).to_be_visible()
    page.screenshot(path=screenshots / f"promises-{language}-{size[0]}.png")
