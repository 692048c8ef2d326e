"""From a filtered list into a case and back by the browser's button."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import Opened
from tests.servers.browser import wait_until_drawn
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium
PATIENCE = 60_000  # milliseconds; the machine may be busy


@pytest.mark.parametrize("view", ["", "answered"], ids=["queue", "answered"])
def test_the_back_button_brings_the_filtered_list_back(
    quiet_desk: DeskServer, open_desk: Opened, view: str
) -> None:
    page = open_desk(quiet_desk, "operator")
    page.goto(f"{quiet_desk.url}/{view}?stances=critic")
    row = page.locator("[class*='st-key-open-'] button").first
    row.wait_for(state="attached", timeout=PATIENCE)
    wait_until_drawn(page)
    before = page.locator(".ot-row").count()
    row.click(timeout=PATIENCE)
    page.locator(".ot-case-title").wait_for(timeout=PATIENCE)
    page.go_back()
    expect(page.locator(".ot-row")).to_have_count(before, timeout=PATIENCE)
    assert "stances=critic" in page.url
    key = "stances" if not view else "answered-stances"
    expect(page.locator(f".st-key-{key}")).to_contain_text("критик", ignore_case=True)
