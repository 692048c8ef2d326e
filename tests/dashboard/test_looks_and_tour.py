"""Light and dark, the menus of the bar, the emergency stop and the newcomer's walk, in Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import select

from dashboard.theme import COLOURS, OPTIONS, style
from otklik.database import make_engine, reading
from otklik.models import AuditEvent
from otklik.store.people import find_switch
from tests.dashboard.conftest import Opened
from tests.dashboard.seed import BRAND, PASSWORD
from tests.servers.browser import sign_in
from tests.servers.desk import DeskServer

HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")
CARD = ".ot-tour"


def variables(sheet: str, theme: str) -> dict[str, str]:
    start = ':root[data-theme="dark"] {' if theme == "dark" else ":root {"
    body = sheet.split(start, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", body))


def test_both_themes_give_every_colour() -> None:
    light, dark = variables(style(), "light"), variables(style(), "dark")
    assert set(light) == set(dark)
    used = set(re.findall(r"var\((--[\w-]+)", style()))
    assert used - set(light) <= {one for one in used if one.startswith("--st-")}


def test_streamlit_is_given_the_colours_of_our_sheets() -> None:
    same = {"backgroundColor": "--ground", "textColor": "--ink", "linkColor": "--accent"}
    for theme, colours in COLOURS.items():
        ours = variables(style(), theme)
        assert {name: colours[name] for name in same} == {n: ours[v] for n, v in same.items()}
        assert OPTIONS[f"theme.{theme}.primaryColor"] == ours["--accent-fill"]


def test_what_covers_a_row_covers_nothing_outside_one() -> None:
    """A button named like those of rows would lie unseen over its whole page."""
    covers = [rule for rule in style().split("}") if "st-key-open-" in rule]
    assert covers
    assert all('[class*="st-key-row-"] [class*="st-key-open-"]' in rule for rule in covers)


def test_colours_stand_in_the_two_lists_only() -> None:
    rest = style().split("\n}\n", 2)[2]
    marks = [line for line in rest.splitlines() if HEX.search(line)]
    # white on the mark of the brand, and the three modes on a bar that is dark in both themes
    assert all(".ot-mark" in line or ".ot-mode-" in line for line in marks), marks


@pytest.mark.needs_chromium
def test_a_chosen_theme_is_there_before_the_first_paint(
    quiet_desk: DeskServer, open_desk: Opened, context: BrowserContext
) -> None:
    page = open_desk(quiet_desk, "lead")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    page.click(".st-key-ot-menu-person .ot-menu-head")
    page.get_by_role("link", name="тёмная").click()
    page.wait_for_selector(".ot-row")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == (
        "rgb(17, 22, 29)"
    )
    plain = context.new_page()
    plain.route("**/*.js", lambda route: route.abort())  # what is painted before any script came
    plain.goto(quiet_desk.url)
    assert plain.evaluate(ground) == "rgb(17, 22, 29)"
    assert plain.evaluate("document.documentElement.lang") == "ru"


# the first thing that happens to what is painted, before any component of ours can have come
EARLY = """
new MutationObserver((changes, watch) => {
  const menu = document.querySelector(".st-key-ot-menu-lead .ot-menu-head");
  const title = document.querySelector("[data-ot-scope]");
  if (menu && !window.pressedMenu) { window.pressedMenu = true; menu.click(); }
  if (title && !window.pressedKey) {
    window.pressedKey = true;
    document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyT", bubbles: true }));
  }
}).observe(document, { childList: true, subtree: true });
"""


@pytest.mark.needs_chromium
def test_no_click_and_no_key_is_too_early(quiet_desk: DeskServer, open_desk: Opened) -> None:
    page = open_desk(quiet_desk, "lead")
    page.add_init_script(EARLY)
    page.goto(f"{quiet_desk.url}/")
    page.wait_for_selector(".ot-row")
    head = page.locator(".st-key-ot-menu-lead .ot-menu-head")
    expect(head).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="Отчёты")).to_be_visible()
    page.goto(f"{quiet_desk.url}/case?mention=1")
    expect(page.locator(".st-key-ot-reply textarea")).to_be_focused(timeout=60_000)


@pytest.mark.needs_chromium
def test_menus_of_the_bar_open_and_close_by_keys(quiet_desk: DeskServer, open_desk: Opened) -> None:
    page = open_desk(quiet_desk, "lead")
    head = page.locator(".st-key-ot-menu-lead .ot-menu-head")
    head.press("ArrowDown")
    expect(head).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="Отчёты")).to_be_focused()
    page.keyboard.press("Escape")
    expect(head).to_be_focused()
    expect(page.get_by_role("link", name="Отчёты")).to_have_count(0)
    head.click()
    page.get_by_role("link", name="Правила", exact=True).click()
    page.wait_for_url("**/policy")
    expect(head).to_have_attribute("aria-expanded", "false")
    expect(head).to_have_class(re.compile("ot-here"))


@pytest.mark.needs_chromium
def test_pages_of_others_are_neither_shown_nor_opened(
    quiet_desk: DeskServer, open_desk: Opened
) -> None:
    page = open_desk(quiet_desk, "operator")
    expect(page.locator(".st-key-ot-bar")).not_to_contain_text("Правила")
    page.goto(f"{quiet_desk.url}/policy")
    expect(page.get_by_role("alert")).to_contain_text("не для вашей роли", timeout=60_000)


@pytest.mark.needs_chromium
def test_a_lead_stops_all_publishing_from_the_bar(
    desk: DeskServer, open_desk: Opened, seeded_url: str
) -> None:
    page = open_desk(desk, "lead")
    page.click(".st-key-ot-menu-mode .ot-menu-head")
    page.click(".st-key-stop-all button")
    expect(page.locator(".ot-mode-stopped")).to_be_visible(timeout=60_000)
    engine = make_engine(seeded_url)
    with reading(engine) as session:
        switch = find_switch(session, BRAND, "posting")
        assert switch is not None
        assert switch.value == "stopped"
        events = session.exec(select(AuditEvent.action)).all()
        assert events.count("posting.switched") == 1
    engine.dispose()


def walk(page: Page, steps: int) -> list[str]:
    titles = []
    for _ in range(steps):
        title = page.locator(f"{CARD} h2")
        titles.append(title.inner_text())
        page.locator(f"{CARD} .ot-tour-next").press("Enter")
        expect(title).not_to_have_text(titles[-1], timeout=60_000)
    return titles


@pytest.mark.needs_chromium
def test_a_newcomer_is_shown_around_once_and_can_go_on_later(
    desk: DeskServer, context: BrowserContext
) -> None:
    page = context.new_page()
    sign_in(page, desk.url, "approver", PASSWORD, guided=True)
    expect(page.locator(CARD)).to_contain_text("Здесь то, что ждёт вас")
    walk(page, 2)
    page.keyboard.press("Escape")
    expect(page.locator(CARD)).to_have_count(0)
    page.reload()
    page.wait_for_selector(".ot-row")
    expect(page.locator(CARD)).to_have_count(0)
    page.click(".st-key-ot-menu-person .ot-menu-head")
    page.click("[data-otklik-tour]")
    expect(page.locator(CARD)).to_contain_text("3 / 10")
    walk(page, 2)  # the second opens a case
    expect(page.locator(".st-key-ot-comment")).to_be_visible(timeout=60_000)
    walk(page, 5)
    page.locator(f"{CARD} .ot-tour-next").press("Enter")
    expect(page.locator(CARD)).to_have_count(0)
