"""From a comment on a real page to our reply under it, by hand, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.shop import Shop, open_first_case, open_shop

pytestmark = pytest.mark.needs_chromium
ADDED = "Разбираем это прямо сейчас, пишет смена чайного двора."
PATIENCE = 90_000  # milliseconds; the machine may be busy


def desk_of(browser: Browser, shop: Shop, login: str) -> Page:
    """The most urgent case, in a browser profile of this person's own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    open_first_case(page, shop, login)
    return page


def approve(page: Page) -> None:
    page.locator("[class*='st-key-approve-'] button").click()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The demo, running."""
    with open_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


def test_the_most_urgent_case_is_edited_approved_and_stands_on_the_page(
    shop: Shop, browser: Browser, artefacts: Path
) -> None:
    """An operator edits, and as many others approve as the policy asks for."""
    screenshots = artefacts / "screenshots"
    screenshots.mkdir(exist_ok=True)
    operator = desk_of(browser, shop, "operator")
    operator.screenshot(path=screenshots / "demo-case-ru.png")
    box = operator.locator(".st-key-ot-reply textarea")
    text = f"{box.input_value()} {ADDED}".strip()
    box.fill(text)
    box.blur()
    operator.locator("[class*='st-key-save-'] button").click()
    expect(operator.locator(".ot-notice-done")).to_be_visible(timeout=PATIENCE)
    operator.screenshot(path=screenshots / "demo-handed-over-ru.png")

    lead = operator
    for login in ("approver", "lead"):  # the policy says whether one of them is enough
        lead = desk_of(browser, shop, login)
        lead.goto(operator.url)
        expect(lead.locator(".st-key-ot-reply textarea")).to_have_value(text, timeout=PATIENCE)
        approve(lead)
        done = lead.locator("p.ot-outcome, .ot-notice-done")
        expect(done.first).to_be_visible(timeout=PATIENCE)
        if lead.locator("p.ot-outcome").count():
            break
    expect(lead.locator("p.ot-outcome-posted")).to_be_visible(timeout=PATIENCE)
    lead.screenshot(path=screenshots / "demo-posted-ru.png")
    address = lead.locator(".st-key-ot-outcome a.ot-public").get_attribute("href")
    assert address is not None

    public = browser.new_page(viewport={"width": 1280, "height": 900})
    public.goto(address)
    reply = public.locator(".isso-comment").filter(has_text=ADDED).last
    expect(reply).to_be_visible(timeout=PATIENCE)
    reply.scroll_into_view_if_needed()
    public.screenshot(path=screenshots / "demo-public-reply.png")

    lead.goto(f"{shop.desk}/language/en")
    lead.goto(f"{shop.desk}/answered")
    expect(lead.locator(".ot-row")).not_to_have_count(0, timeout=PATIENCE)
    lead.screenshot(path=screenshots / "demo-answered-en.png")


def test_an_ordinary_case_takes_one_person_and_one_click(shop: Shop, browser: Browser) -> None:
    page = desk_of(browser, shop, "approver")
    page.goto(f"{shop.desk}/")
    page.wait_for_selector(".ot-row")
    page.fill(".st-key-words input", "чай")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Сегодня").click()
    others = page.locator(".ot-row-critical, .ot-row-high, .ot-row-low")
    expect(others).to_have_count(0, timeout=PATIENCE)
    ordinary = (
        page.locator("[class*='st-key-row-']")
        .filter(has=page.locator(".ot-row-normal"))
        .filter(has=page.locator(".ot-s-critic, .ot-s-question"))
        .filter(has_not=page.locator(".ot-state"))
    )
    ordinary.first.get_by_role("button").click()
    page.wait_for_selector(".st-key-ot-reply textarea")
    text = page.locator(".st-key-ot-reply textarea").input_value()
    approve(page)
    expect(page.locator("p.ot-outcome-posted")).to_be_visible(timeout=PATIENCE)
    public = browser.new_page()
    public.goto(page.locator("a.ot-public").get_attribute("href") or "")
    first_words = text.splitlines()[0][:60]
    reply = public.locator(".isso-comment").filter(has_text=first_words).last
    expect(reply).to_be_visible(timeout=PATIENCE)
