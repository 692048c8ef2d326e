"""Debian's Chromium, quiet: it calls nobody by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 90_000  # milliseconds; a desk on a busy machine takes its time to draw the first page

# whether something appears is what is asked, not how soon: `make bench` measures that
expect.set_options(timeout=60_000)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, closed at the end."""
    found = shutil.which("chromium") or shutil.which("chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


def sign_in(
    page: Page, url: str, login: str, password: str, *, language: str = "ru", guided: bool = False
) -> None:
    """Sign in at the desk and wait for the queue; a newcomer's tour only where it is asked for."""
    if not guided:
        page.add_init_script("localStorage.setItem('otklik-tour-off', '1')")
    page.goto(f"{url}/language/{language}")
    page.goto(f"{url}/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_selector(".st-key-take", timeout=PATIENCE)


def wait_until_drawn(page: Page) -> None:
    """Once something of the page stands: wait for the rest, which comes piece by piece."""
    app = page.locator("[data-testid='stApp']")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=PATIENCE)
