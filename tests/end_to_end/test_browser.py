"""From a comment on a real page to our reply under it, by hand, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.end_to_end.shop import open_first_case, open_shop
from tests.servers.browser import chromium

pytestmark = pytest.mark.needs_chromium
ADDED = "Разбираем это прямо сейчас, пишет смена чайного двора."
PATIENCE = 60_000  # milliseconds; the machine may be busy


def test_the_most_urgent_case_is_edited_approved_and_stands_on_the_page(
    tmp_path: Path, artefacts: Path
) -> None:
    screenshots = artefacts / "screenshots"
    screenshots.mkdir(exist_ok=True)
    with open_shop(tmp_path) as shop, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE)
        open_first_case(page, shop)
        page.screenshot(path=screenshots / "demo-case-ru.png")
        box = page.locator(".st-key-ot-reply textarea")
        box.fill(f"{box.input_value()} {ADDED}")
        box.blur()
        expect(page.locator("[class*='st-key-save-'] button")).to_be_enabled(timeout=PATIENCE)
        page.screenshot(path=screenshots / "demo-edited-ru.png")
        page.click("[class*='st-key-approve-'] button")
        expect(page.locator("p.ot-outcome-posted")).to_be_visible(timeout=PATIENCE)
        page.screenshot(path=screenshots / "demo-posted-ru.png")
        address = page.locator(".st-key-ot-outcome a.ot-public").get_attribute("href")
        assert address is not None
        public = browser.new_page(viewport={"width": 1280, "height": 900})
        public.goto(address)
        reply = public.locator(".isso-comment").filter(has_text=ADDED).last
        expect(reply).to_be_visible(timeout=PATIENCE)
        reply.scroll_into_view_if_needed()
        public.screenshot(path=screenshots / "demo-public-reply.png")
        page.keyboard.press("Alt+n")
        expect(page.locator(".st-key-ot-reply textarea")).to_be_visible(timeout=PATIENCE)
        page.goto(f"{shop.desk}/language/en")
        page.goto(f"{shop.desk}/answered")
        expect(page.locator(".ot-row")).not_to_have_count(0, timeout=PATIENCE)
        page.screenshot(path=screenshots / "demo-answered-en.png")
