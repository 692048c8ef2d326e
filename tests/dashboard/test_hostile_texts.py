"""Hostile texts in a real browser: nothing leaves the page, nothing opens, the words stay."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from dashboard.plain import _UNSEEN
from otklik.clock import now
from otklik.database import make_engine, session
from otklik.enums import MentionState, SourceHealth, Stance, Topic
from otklik.models import Source
from otklik.platforms import BadRow
from otklik.platforms import Page as SourcePage
from otklik.store import intake
from tests.dashboard.conftest import Opened
from tests.dashboard.examples import Example
from tests.dashboard.hostile import HOSTILE
from tests.dashboard.odd_cases import add_held
from tests.dashboard.seed import BRAND, _seed_policy, add_examples, seed_people, seed_source
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
        db.add_all(_sources(at))
        bad = tuple(BadRow(place=text[:200], reason=text, raw=text) for text in HOSTILE[:20])
        intake.save_page(db, source, SourcePage(bad_rows=bad), at)
    _held(engine)
    engine.dispose()
    with DeskServer(url) as server:
        yield server


def _sources(at: datetime) -> list[Source]:
    """Places that tell lies about themselves, in everything they can say."""
    return [
        Source(
            brand_id=BRAND,
            platform="isso",
            name=f"{number} {text[:100]}",
            next_due_at=at,
            health=SourceHealth.OFF,
            is_enabled=False,
            is_paused=number % 2 == 1,
            pause_reason=text,
            last_error=text,
            last_error_at=at,
            warning=text,
            to_do=text,
            config={"base_url": text},
        )
        for number, text in enumerate(HOSTILE)
    ]


def _held(engine: Engine) -> int:
    """A comment of pictures that cannot be answered, for hostile reasons."""
    return add_held(engine, HOSTILE[2][:100], media=HOSTILE[:20], cannot_answer=HOSTILE[1])


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


def read_view(page: Page, url: str, mark: str) -> str:
    """Open a view, let whatever might load begin to load, and give its words."""
    page.goto(url)
    page.wait_for_selector(mark, timeout=60_000)
    page.wait_for_timeout(500)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, url
    foreign = page.evaluate(
        "[...document.querySelectorAll('.ot-plain *')].filter("
        "one => !['SPAN', 'BDI'].includes(one.tagName)).map(one => one.outerHTML)"
    )
    assert foreign == []
    return words_of(page.evaluate("document.body.textContent"))


def missing_from(seen: str) -> list[str]:
    return [text for text in HOSTILE if words_of(text)[:300] not in seen]


def test_hostile_texts_stay_words_in_every_view(
    hostile_desk: DeskServer, open_desk: Opened
) -> None:
    page = open_desk(hostile_desk, "admin")
    watch = Watch(page)
    seen = "".join(
        read_view(page, f"{hostile_desk.url}/{view}", mark)
        for view, mark in (
            ("", ".ot-row"),
            ("answered", ".ot-row"),
            ("system", ".ot-table"),
            *((f"case?mention={number}", ".st-key-ot-decide") for number in (1, 9, 28, 42, 46)),
            *((f"case?mention={len(HOSTILE) + n}", ".ot-thread") for n in (1, 24, 47, 62)),
        )
    )
    assert watch.trouble == []
    assert watch.hosts <= {hostile_desk.host, ""}
    assert missing_from(seen) == []
    assert "Traceback" not in hostile_desk.log()


def test_what_sources_say_of_themselves_stays_words(
    hostile_desk: DeskServer, open_desk: Opened
) -> None:
    page = open_desk(hostile_desk, "admin")
    watch = Watch(page)
    seen = read_view(page, f"{hostile_desk.url}/sources", ".ot-source")
    assert missing_from(seen) == []
    for number in (2, 3, 40):
        read_view(page, f"{hostile_desk.url}/source?id={number}", ".st-key-ot-fares")
    picture = f"{hostile_desk.url}/case?mention={2 * len(HOSTILE) + 1}"
    seen = read_view(page, picture, ".ot-media")
    assert all(words_of(text)[:300] in seen for text in HOSTILE[:20])
    assert page.locator(".ot-bar-closed").inner_text().count("<img") == 1
    assert watch.trouble == []
    assert watch.hosts <= {hostile_desk.host, ""}
    assert "Traceback" not in hostile_desk.log()
