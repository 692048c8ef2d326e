"""`python -m tests.dashboard.pictures docs/desk`: the pictures of docs/desk.md, of seeded data."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from otklik.database import make_engine
from tests.dashboard.every_view import open_view, views
from tests.dashboard.seed import PASSWORD, seed
from tests.dashboard.seed_work import add_work
from tests.servers.browser import chromium, sign_in
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer

DARK = ("case",)  # shown in Russian as well
LEFT_OUT = ("add_source", "incident", "source")  # the page tells nothing by them
COLOURS = 96


def main() -> int:
    """Take them all."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/desk")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        url = SqliteTemplate(Path(place)).copy(Path(place) / "desk.sqlite3")
        engine = make_engine(url)
        seed(engine)
        add_work(engine)
        engine.dispose()
        with DeskServer(url) as desk, chromium() as browser:
            _take(
                browser,
                desk,
                folder,
                names=[one for one in views() if one not in LEFT_OUT],
                look=("en", "light"),
            )
            _take(browser, desk, folder, names=list(DARK), look=("ru", "dark"))
    return 0


def _take(
    browser: Browser, desk: DeskServer, folder: Path, *, names: list[str], look: tuple[str, str]
) -> None:
    language, theme = look
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{desk.url}/theme/{theme}")
    sign_in(page, desk.url, "admin", PASSWORD, language=language)
    for name in names:
        open_view(page, f"{desk.url}/{views()[name]}")
        ending = "" if theme == "light" else f"-{theme}"
        file = folder / f"{name}{ending}.png"
        page.screenshot(path=file)
        Image.open(file).convert("RGB").quantize(COLOURS).save(file, optimize=True)
    page.close()


if __name__ == "__main__":
    sys.exit(main())
