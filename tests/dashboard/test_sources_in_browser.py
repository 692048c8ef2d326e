"""A source's whole life in a real Chromium, on a real Isso: added, read, paused, read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from otklik import clock
from otklik.database import make_engine, session
from otklik.desk import Desk
from otklik.knowing import FixedKnowledge
from otklik.pipeline import collect
from otklik.platforms import load_platform
from otklik.policies import Fixed
from otklik.settings import Settings
from responder.drafting import DeterministicWriter
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.dashboard.conftest import Opened
from tests.dashboard.seed import seed_people
from tests.dashboard.seed_sources import seed_sources
from tests.fakes import RuleJudge
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer
from tests.servers.isso import IssoServer

pytestmark = pytest.mark.needs_chromium


@pytest.fixture(scope="module")
def isso() -> Iterator[IssoServer]:
    with IssoServer() as server:
        yield server


@pytest.fixture
def bare_url(sqlite_url: str) -> str:
    """A database with people and nothing to watch."""
    engine = make_engine(sqlite_url)
    with session(engine) as db:
        seed_people(db, clock.now())
    engine.dispose()
    return sqlite_url


@pytest.fixture
def machine(bare_url: str) -> Iterator[Desk]:
    """What the scheduler works with, stepped by the test instead."""
    engine = make_engine(bare_url)
    knowledge = shipped_knowledge()
    yield Desk(
        settings=Settings(database_url=bare_url),
        engine=engine,
        platforms={"isso": load_platform("isso")},
        classifier=RuleJudge(),
        policies=Fixed(shipped_policy()),
        known=FixedKnowledge(knowledge),
        writer=DeterministicWriter(knowledge),
        channels={},
    )
    engine.dispose()


def fill_in(page: Page, name: str, value: str) -> None:
    box = page.locator(f".st-key-add-isso-{name}").locator("input, textarea")
    box.fill(value)
    box.blur()


def add_isso(page: Page, isso: IssoServer, screenshots: Path) -> None:
    expect(page.locator(".ot-empty")).to_be_visible(timeout=60_000)
    page.screenshot(path=screenshots / "sources-empty-ru.png")
    page.click(".st-key-add-source-open button")
    page.click(".st-key-add-platform input")
    page.get_by_role("option", name="Isso").click()
    fill_in(page, "name", "Комментарии блога")
    page.click(".st-key-add button")
    expect(page.locator(".ot-wrong")).to_contain_text("uris", timeout=60_000)
    fill_in(page, "uris", "/post/1")
    fill_in(page, "base_url", isso.url)
    page.get_by_text("Ещё настройки").click()
    page.locator(".st-key-add-isso-allow_private_hosts label").click()
    page.click(".st-key-try button")
    expect(page.locator(".ot-checked-ok")).to_be_in_viewport(timeout=60_000)
    page.screenshot(path=screenshots / "sources-form-ru.png")
    page.click(".st-key-add button")
    page.wait_for_selector(".st-key-ot-fares", timeout=60_000)


def test_a_source_is_added_by_the_form_read_paused_and_resumed(
    bare_url: str, machine: Desk, isso: IssoServer, open_desk: Opened, screenshots: Path
) -> None:
    isso.add_comment("Где мой заказ 4471?")
    isso.add_comment("Чай пришёл рассыпанный", author="Вера")
    with DeskServer(bare_url) as desk:
        page = open_desk(desk, "lead")
        page.goto(f"{desk.url}/sources")
        add_isso(page, isso, screenshots)
        fares = page.locator(".st-key-ot-fares")
        expect(fares.locator(".ot-h-new")).to_be_visible(timeout=60_000)

        assert collect(machine).done == 2
        expect(fares.locator(".ot-h-ok")).to_be_visible(timeout=60_000)
        expect(fares).to_contain_text("2 за 7 дней")

        page.click(".st-key-pause-pop button")
        page.locator("[class*='st-key-pause-'] textarea").fill("Переезд сайта")
        page.click(".st-key-pause button")
        expect(fares.locator(".ot-h-paused")).to_be_visible(timeout=60_000)
        expect(fares).to_contain_text("Переезд сайта")
        isso.add_comment("А пока вы молчите, чай горчит")
        assert collect(machine).done == 0

        page.click(".st-key-resume button")
        expect(fares.locator(".ot-h-ok")).to_be_visible(timeout=60_000)
        assert collect(machine).done == 1
        expect(fares).to_contain_text("3 за 7 дней", timeout=60_000)
        page.goto(f"{desk.url}/sources")
        expect(page.locator(".ot-summary")).to_contain_text("1 источник: 1 в порядке")
        page.click("[class*='st-key-open-'] button")
        expect(page.locator(".st-key-ot-fares")).to_be_visible(timeout=60_000)
        assert "Traceback" not in desk.log()


@pytest.fixture(scope="module")
def watching_desk(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskServer]:
    """A desk with a dozen sources in every state, to be looked at."""
    url = sqlite_template.copy(tmp_path_factory.mktemp("watching") / "desk.sqlite3")
    engine = make_engine(url)
    with session(engine) as db:
        seed_people(db, clock.now())
    seed_sources(engine)
    engine.dispose()
    with DeskServer(url) as server:
        yield server


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_pages_of_sources_stand_without_sideways_scrolling(
    watching_desk: DeskServer, open_desk: Opened, screenshots: Path, language: str
) -> None:
    page = open_desk(watching_desk, "lead", language=language)
    for width, height in ((1440, 900), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        for view, mark in (
            ("sources", ".ot-source"),
            ("source?id=1", ".st-key-ot-fares"),
            ("source?id=11", ".ot-trouble-to-do"),
            ("add-source", ".st-key-add-platform"),
        ):
            page.goto(f"{watching_desk.url}/{view}")
            page.wait_for_selector(mark, timeout=60_000)
            page.wait_for_timeout(700)  # the picture only: nothing below waits for it
            name = view.replace("?id=", "-")
            page.screenshot(path=screenshots / f"desk-{name}-{language}-{width}.png")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (view, width)


def test_what_is_broken_is_seen_without_scrolling(
    watching_desk: DeskServer, open_desk: Opened
) -> None:
    page = open_desk(watching_desk, "operator")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{watching_desk.url}/sources")
    page.wait_for_selector(".ot-source")
    for mark in (".ot-summary", ".ot-source-to-do", ".ot-source-failing", ".ot-source-suspect"):
        box = page.locator(mark).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 720, mark
