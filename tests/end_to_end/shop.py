"""The whole product as `otklik demo` starts it: Isso, page, scheduler, desk.

Run as a program it leaves the picture of the README: `python -m tests.end_to_end.shop PICTURE`.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
READY = "drafts wait for you"


@dataclass
class Shop:
    """A running demo: what it printed."""

    lines: list[str] = field(default_factory=list)

    def _find(self, pattern: str) -> re.Match[str]:
        found = re.search(pattern, "\n".join(self.lines))
        assert found is not None, self.lines
        return found

    @property
    def desk(self) -> str:
        """URL of the desk."""
        return self._find(r"The desk\s+(http\S+)")[1].rstrip("/")

    @property
    def page(self) -> str:
        """URL of the page with the comments."""
        return self._find(r"The shop\s+(http\S+)")[1]

    def password(self, login: str) -> str:
        """Password of one of the demo's people."""
        return self._find(rf"Log in as\s+{login}\s+(\S+)")[1]


@contextmanager
def open_shop(folder: Path) -> Iterator[Shop]:
    """Start the demo on free ports and wait for its first drafts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "otklik", "demo", "--folder", str(folder / "demo")),
            *("--desk-port", "0", "--page-port", "0", "--isso-port", "0"),
        ],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    shop = Shop()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            shop.lines.append(line.rstrip())
            if READY in line:
                break
        assert READY in "\n".join(shop.lines[-1:]), "\n".join(shop.lines)
        yield shop
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)


def open_first_case(page: Page, shop: Shop, login: str, *, language: str = "ru") -> None:
    """Sign in and take the most urgent case."""
    from tests.servers.browser import PATIENCE, sign_in

    sign_in(page, shop.desk, login, shop.password(login), language=language)
    page.wait_for_selector(".ot-row", timeout=PATIENCE)
    page.click(".st-key-take button")
    page.wait_for_selector(".st-key-ot-reply textarea", timeout=PATIENCE)


def take_picture(page: Page, shop: Shop, picture: Path) -> None:
    """The first case as an approver sees it, and the queue beside it."""
    open_first_case(page, shop, "approver")
    page.wait_for_timeout(2000)
    page.screenshot(path=picture)
    page.goto(f"{shop.desk}/")
    page.wait_for_selector(".ot-row")
    page.wait_for_timeout(2000)
    page.screenshot(path=picture.with_stem(f"{picture.stem}-queue"))


def main() -> None:
    """Take the picture for the README."""
    from tests.servers.browser import chromium

    picture = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshot.png")
    with tempfile.TemporaryDirectory() as folder, open_shop(Path(folder)) as shop:  # noqa: SIM117
        with chromium() as browser:
            take_picture(browser.new_page(viewport={"width": 1440, "height": 900}), shop, picture)


if __name__ == "__main__":
    main()
