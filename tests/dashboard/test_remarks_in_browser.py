"""Remarks while typing, in a real Chromium: the box keeps its words, the remarks follow."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.dashboard.conftest import Opened
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium


def test_a_remark_appears_while_the_hands_are_still_on_the_keys(
    quiet_desk: DeskServer, open_desk: Opened, screenshots: Path
) -> None:
    page = open_desk(quiet_desk, "approver")
    page.click(".st-key-take button")
    box = page.locator(".st-key-ot-reply textarea")
    box.wait_for()
    page.wait_for_timeout(1500)
    box.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Ваше мнение очень важно для нас.")
    expect(page.locator(".ot-finding", has_text="Штамп")).to_be_visible(timeout=60_000)
    page.screenshot(path=screenshots / "desk-remark-typed-ru.png")
    expect(box).to_be_focused()
    for _ in range(len(" Ваше мнение очень важно для нас.")):
        page.keyboard.press("Backspace")
    expect(page.locator(".ot-finding", has_text="Штамп")).to_have_count(0, timeout=60_000)
    expect(box).to_be_focused()
