"""Hostile texts in a real browser: nothing leaves the page, nothing opens, the words stay."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from dashboard.plain import _UNSEEN
from otklik.clock import now
from otklik.database import make_engine, session
from otklik.enums import MentionState, Stance, Topic
from otklik.platforms import BadRow
from otklik.platforms import Page as SourcePage
from otklik.store import intake
from tests.dashboard.conftest import Opened
from tests.dashboard.examples import Example
from tests.dashboard.hostile import HOSTILE
from tests.dashboard.seed import _seed_policy, add_examples, seed_people, seed_source
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium


@pytest.fixture(scope="module")
def hostile_desk(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskServer]:
    """A desk where strangers have written nothing decent anywhere."""
    url = sqlite_template.copy(tmp_path_factory.mktemp("hostile") / "desk.sqlite3")
    engine, at = make_engine(url), now()
    with session(engine) as db:
        seed_people(db, at)
        source = seed_source(db, at)
        source.name, source.last_error = HOSTILE[1][:128], HOSTILE[0]
        db.add(source)
        _seed_policy(db, at)
        add_examples(db, source, [_example(n, text) for n, text in enumerate(HOSTILE)], at)
        add_examples(db, source, [_thread_example(n, text) for n, text in enumerate(HOSTILE)], at)
        bad = tuple(BadRow(place=text[:200], reason=text, raw=text) for text in HOSTILE[:20])
        intake.save_page(db, source, SourcePage(bad_rows=bad), at)
    engine.dispose()
    with DeskServer(url) as server:
        yield server


def _example(number: int, text: str) -> Example:
    """Waiting: in text, author's name and the title of a thread of its own."""
    return Example(
        page=text[:200] + str(number),
        author=text[:200],
        text=text,
        stance=Stance.CRITIC,
        urgency=3,
        topic=Topic.NONE,
        minutes=number,
        case=(text,),
        draft=text,
    )


def _thread_example(number: int, text: str) -> Example:
    """Done with: all of them in one thread."""
    return Example(
        page="one thread",
        author=text[:200],
        text=text,
        stance=Stance.OTHER,
        urgency=0,
        topic=Topic.NONE,
        minutes=number,
        state=MentionState.CLOSED,
    )


def words_of(text: str) -> str:
    """What of a text must be readable: no spaces, no marks, nothing unseen."""
    plain = _UNSEEN.sub("", text)
    return re.sub(r"\s+", "", "".join(sign for sign in plain if not unicodedata.combining(sign)))


class Watch:
    """Everything a page asked for, opened or complained about."""

    def __init__(self, page: Page) -> None:
        self.hosts: set[str] = set()
        self.trouble: list[str] = []
        page.on("request", lambda request: self.hosts.add(self._host(request.url)))
        page.on("websocket", lambda socket: self.hosts.add(self._host(socket.url)))
        page.on("dialog", lambda dialog: self._note(f"dialog {dialog.message}", dialog.dismiss))
        page.on("popup", lambda popup: self._note(f"popup {popup.url}", popup.close))
        page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def _note(self, what: str, close: object) -> None:
        self.trouble.append(what)
        if callable(close):
            close()

    def _host(self, url: str) -> str:
        parts = urlsplit(url)
        return parts.netloc if parts.scheme in {"http", "https", "ws", "wss"} else ""


def test_hostile_texts_stay_words_in_every_view(
    hostile_desk: DeskServer, open_desk: Opened
) -> None:
    page = open_desk(hostile_desk, "admin")
    watch = Watch(page)
    seen = ""
    for view, mark in (
        ("", ".ot-row"),
        ("answered", ".ot-row"),
        ("system", ".ot-table"),
        *((f"case?mention={number}", ".st-key-ot-decide") for number in (1, 9, 28, 42, 46)),
        *((f"case?mention={len(HOSTILE) + n}", ".ot-thread") for n in (1, 24, 47, 62)),
    ):
        page.goto(f"{hostile_desk.url}/{view}")
        page.wait_for_selector(mark, timeout=30_000)
        page.wait_for_timeout(500)  # let whatever might load begin to load
        seen += words_of(page.evaluate("document.body.textContent"))
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, view
        foreign = page.evaluate(
            "[...document.querySelectorAll('.ot-plain *')].filter("
            "one => !['SPAN', 'BDI'].includes(one.tagName)).map(one => one.outerHTML)"
        )
        assert foreign == []
    assert watch.trouble == []
    assert watch.hosts <= {hostile_desk.host, ""}
    missing = [text for text in HOSTILE if words_of(text)[:300] not in seen]
    assert missing == []
    assert "Traceback" not in hostile_desk.log()
