"""One Chromium at a desk: each action timed from its click to the frame that shows it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from playwright.sync_api import Page

from tests.bench.desk_taken import Taken
from tests.dashboard.every_view import open_view, views

_LINKS = '.st-key-ot-bar [data-testid="stPageLink"] a:not(.st-key-ot-menu-person *)'
_MENU = "xpath=ancestor::*[contains(@class, 'st-key-ot-menu-')]"
_CASE = ".st-key-ot-comment"
_ROW = "[class*='st-key-open-'] button"
# when the page last asked its server, and was last answered after that
LISTEN = """(() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (said) {
    if (!this.otklikHeard) {
      this.otklikHeard = true;
      this.addEventListener('message', () => { window.otklikGot = performance.now(); });
    }
    window.otklikSent = performance.now();
    return send.call(this, said);
  };
})()"""
# quick runs change the page's state and back within one frame: being answered is the sign of a run
_CLOCK = """([path, selector]) => { window.otklikTook = new Promise(done => {
  let began = 0;
  for (const kind of ['click', 'keydown'])
    addEventListener(kind, () => { began ||= performance.now(); }, { capture: true, once: true });
  const look = () => {
    const app = document.querySelector('[data-testid="stApp"]');
    const is = began && window.otklikSent >= began && window.otklikGot > began
      && app?.dataset.testScriptState === 'notRunning'
      && (!path || location.pathname === path) && (!selector || document.querySelector(selector));
    requestAnimationFrame(is ? () => setTimeout(() => done(performance.now() - began)) : look);
  };
  look();
  setTimeout(() => done(-1), 60000);
}); }"""
_STATE = "data-test-script-state"
MINUTE = 60_000.0
WORDS = ("доставка", "хлеб чёрств", "заказ 9951", "кассир")
# three cases for each round of views: what people do most is what is timed most
CASES = 3


@dataclass
class Times:
    """Milliseconds of one action."""

    found: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, float]:
        """Count, median, what 95 % stay within, and the worst."""
        ordered = sorted(self.found)
        p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
        return {
            "n": len(ordered),
            "p50": round(statistics.median(ordered)),
            "p95": round(p95),
            "worst": round(ordered[-1]),
        }


class Measured:
    """One page of a browser and what its actions took."""

    def __init__(self, page: Page, url: str, told: Callable[[str], None]) -> None:
        self.page, self.url, self.told = page, url, told
        self.times: dict[str, Times] = {}
        self.opened: list[Taken] = []
        self.not_drawn: list[str] = []

    def take(self, name: str, act: Callable[[], object], path: str = "", wanted: str = "") -> None:
        """Time an action from its click to the frame in which it has been drawn.

        What is not drawn within a minute counts as a minute, and the page is loaded anew.
        """
        self.page.evaluate(_CLOCK, [path, wanted])
        act()
        took = self.page.evaluate("window.otklikTook")
        if took < 0:
            state = self.page.locator('[data-testid="stApp"]').get_attribute(_STATE)
            self.not_drawn.append(f"{name} at {self.page.url}: {state}")
            self.told(f"not drawn: {self.not_drawn[-1]}")
            open_view(self.page, f"{self.url}/")
        self.times.setdefault(name, Times()).found.append(took if took >= 0 else MINUTE)
        self.page.wait_for_timeout(150)

    def everything(self, repeats: int) -> dict[str, Any]:
        """Views, queue and cases; the first round after the server's start is told apart."""
        self.views(1)
        self.cases(1)
        first = Times([one for took in self.times.values() for one in took.found]).summary()
        first |= {"open a case": round(self.of("open a case")[0])}
        self.times.clear()
        self.opened.clear()
        self.views(repeats)
        self.queue(repeats)
        self.approvals(repeats)
        self.cases(repeats * CASES)
        every = Times([one for name in self.times if name[:5] == "view " for one in self.of(name)])
        found: dict[str, Any] = {"first visits": first, "any view": every.summary()}
        found |= {name: one.summary() for name, one in self.times.items()}
        return found | {"not_drawn": self.not_drawn, "load": round(os.getloadavg()[0], 1)}

    def of(self, name: str) -> list[float]:
        """The times of an action."""
        return self.times[name].found

    def views(self, repeats: int) -> None:
        """Every page of the bar, by its link there."""
        named = {f"/{path}": name for name, path in views().items() if "?" not in path}
        named["/case"] = "my work"
        open_view(self.page, f"{self.url}/")
        for number in range(repeats):
            self.told(f"views {number + 1}/{repeats}")
            for place, path in enumerate(self._paths()):
                link = self.page.locator(_LINKS).nth(place)
                if not link.is_visible():
                    link.locator(_MENU).locator(".ot-menu-head").click()
                self.take(f"view {named.get(path, path)}", link.click, path)

    def _paths(self) -> list[str]:
        found = self.page.locator(_LINKS)
        # the link to the first page is empty, which read as an address means the page that is open
        path = "one => new URL(one.getAttribute('href') || '/', location.origin).pathname"
        return list(found.evaluate_all(f"all => all.map({path})"))

    def queue(self, repeats: int) -> None:
        """Filtering and searching."""
        page = self.page
        open_view(page, f"{self.url}/")
        for number in range(repeats):
            self.told(f"filters {number + 1}/{repeats}")
            pill = page.locator(".st-key-urgencies button").nth(number % 4)
            self.take("filter", pill.click)
            self.take("filter", pill.click)
            box = page.locator(".st-key-words input")
            box.fill(WORDS[number % 4])
            self.take("search", partial(box.press, "Enter"))
            box.fill("")
            self.take("search", partial(box.press, "Enter"))

    def approvals(self, repeats: int) -> None:
        """Yes to one text after another that colleagues wrote."""
        open_view(self.page, f"{self.url}/approvals")
        for number in range(repeats):
            self.told(f"approvals {number + 1}/{repeats}")
            yes = self.page.locator("[class*='st-key-approve-draft-'] button:enabled")
            if not yes.count():
                return
            self.take("approve, on the page of approvals", yes.first.click)

    def cases(self, repeats: int) -> None:
        """Opening one from the list, approving it, taking the next, and back to the list."""
        page = self.page
        open_view(page, f"{self.url}/")
        for number in range(repeats):
            self.told(f"cases {number + 1}/{repeats}")
            if number:
                queue = page.locator(_LINKS).nth(self._paths().index("/"))
                self.take("back to the queue", queue.click, "/", _ROW)
            row = page.locator(_ROW).nth(number % 10)
            self.take("open a case", partial(row.dispatch_event, "click"), "/case", _CASE)
            if "/case" not in page.url:  # not drawn: counted, and the queue stands there again
                continue
            self._approve()
            following = page.locator(".st-key-next button")
            asked = time.monotonic()
            self.take("next case", following.click, "/case", _CASE)
            handed = page.url.partition("mention=")[2].partition("&")[0]
            self.opened.append(Taken(handed, "admin", asked, time.monotonic()))
            self._approve()

    def _approve(self) -> None:
        yes = self.page.locator("[class*='st-key-approve-'] button:enabled")
        if yes.count():
            self.take("approve", yes.first.click)
