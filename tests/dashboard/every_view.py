"""Every view of the desk, found in its code, so that a new page is looked at without being told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

DESK = Path(__file__).resolve().parents[2] / "dashboard"
_PAGE = re.compile(r'"(\w+)": st\.Page\(\s*\w+\.draw,.*?url_path="([\w-]+)"', re.DOTALL)
# pages that show one thing need to be told which
QUERIES = {"case": "?mention=1", "incident": "?id=1", "source": "?id=1"}
_READY = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return app?.dataset.testScriptState === 'notRunning'
    && document.querySelector('.st-key-ot-bar [data-testid="stPageLink"]')
    && !document.querySelector('[data-testid="stSkeleton"]');
}"""
# what stands beside the page, though nothing makes its box scroll
_OUTSIDE = """() => [...document.querySelectorAll('[data-testid="stMainBlockContainer"] *')]
  .filter(one => {
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height || box.right <= innerWidth + 1) return false;
    for (let up = one.parentElement; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.overflowX !== 'visible' || style.contain.includes('paint')) {
        if (up.getBoundingClientRect().right <= innerWidth + 1) return false;
      }
    }
    return !one.closest('[data-testid="stPopoverBody"], .st-key-ot-bar');
  }).slice(0, 5).map(one => `${one.tagName}.${one.className}`.slice(0, 160))"""
# px between the bar and the first thing that is painted under it
_BAND = """() => {
  const bar = document.querySelector('.st-key-ot-bar');
  const painted = one => {
    const style = getComputedStyle(one);
    return style.borderTopWidth !== '0px' || style.backgroundColor !== 'rgba(0, 0, 0, 0)'
      || [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  };
  const tops = [...document.querySelectorAll('[data-testid="stMainBlockContainer"] *')]
    .filter(one => !bar.contains(one) && !one.contains(bar) && one.checkVisibility({
      opacityProperty: true, visibilityProperty: true }))
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => box.width > 1 && box.height > 1 && painted(one))
    .map(([one, box]) => box.top);
  return Math.min(...tops) - bar.getBoundingClientRect().bottom;
}"""
BAND = 22
# what somebody needs to answer with, as far as it stands off the screen while nothing is scrolled
_REPLY = """() => {
  document.querySelector('[data-testid="stMain"]').scrollTo(0, 0);
  return [...document.querySelectorAll('.st-key-ot-reply textarea, .st-key-ot-decide button')]
    .filter(one => one.checkVisibility())
    .map(one => [one.getAttribute('aria-label') || one.textContent, one.getBoundingClientRect()])
    .filter(([name, box]) => box.top < 0 || box.bottom > innerHeight || box.right > innerWidth)
    .map(([name, box]) => `${name}: ${Math.round(box.bottom)} of ${innerHeight} px`);
}"""
_FOREIGN = """() => [...document.querySelectorAll('.ot-plain *')]
  .filter(one => !['SPAN', 'BDI', 'BR'].includes(one.tagName))
  .map(one => one.outerHTML.slice(0, 200))"""


def views() -> dict[str, str]:
    """Path of every view by name; what shows one thing shows the first."""
    code = (DESK / "views" / "__init__.py").read_text("utf-8")
    found = {name: "" if path == "queue" else path for name, path in _PAGE.findall(code)}
    assert {"queue", "case", "system"} <= set(found)
    return {name: path + QUERIES.get(name, "") for name, path in found.items()}


def open_view(page: Page, url: str) -> None:
    """Open an address of the desk and wait until it is drawn."""
    page.goto(url, wait_until="commit")
    page.wait_for_function(_READY, timeout=60_000)
    page.wait_for_timeout(350)  # what loads later, and what a fragment adds
    page.wait_for_function(_READY, timeout=60_000)


def layout_faults(page: Page) -> Iterator[str]:
    """What does not fit beside the others, or did not come at all."""
    for one in page.locator('[data-testid="stException"]').all():
        yield f"an error: {one.inner_text()[:80]}"
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        yield f"the page is {wide} px too wide"
    band = page.evaluate(_BAND)
    if band > BAND:
        yield f"{band:.0f} px under the bar are empty"
    for one in page.evaluate(_OUTSIDE):
        yield f"stands outside: {one}"


def reply_faults(page: Page) -> Iterator[str]:
    """The box of the reply and its buttons, where a case on 1440×900 pushes them off the screen."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.locator(".st-key-ot-decide button").count() > 3
    yield from page.evaluate(_REPLY)
    page.set_viewport_size(size)


def foreign_markup(page: Page) -> list[str]:
    """Elements that a stranger's text has become."""
    return list(page.evaluate(_FOREIGN))


class Watch:
    """Everything a page asked for, opened or complained about; nothing foreign gets an answer."""

    def __init__(self, page: Page, host: str) -> None:
        self.host = host
        self.trouble: list[str] = []
        page.route(lambda url: not self._is_ours(url), lambda route: route.abort())
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("dialog", lambda dialog: self._note(f"dialog {dialog.message}", dialog.dismiss))
        page.on("popup", lambda popup: self._note(f"popup {popup.url}", popup.close))
        page.on("pageerror", lambda error: self.trouble.append(f"error {error}"))
        page.on("console", lambda line: self._said(line.type, line.text))

    def _is_ours(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in {"data", "blob", "about"} or parts.netloc == self.host

    def _asked(self, url: str) -> None:
        if not self._is_ours(url):
            self.trouble.append(f"asked {url[:200]}")

    def _note(self, what: str, close: object) -> None:
        self.trouble.append(what)
        if callable(close):
            close()

    def _said(self, kind: str, text: str) -> None:
        # a page of Streamlit asks for files beside its address that are not there
        if kind == "error" and "404" not in text:
            self.trouble.append(f"console {text[:300]}")
