"""Ten cases of the seeded desk from the first to the last with real keys, in a real Chromium."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from otklik.database import make_engine, reading
from otklik.enums import CloseReason, DraftState, MentionState
from otklik.models import AuditEvent, DraftRow, Hold, Label, Mention
from tests.dashboard.case.seed_case import enrich
from tests.dashboard.coming import coming
from tests.dashboard.conftest import Opened
from tests.dashboard.seed import seed
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium
PATIENCE = 60_000
# what the key Т writes on a Russian layout; the place of the key is the same
RUSSIAN = """(code, key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
    { code, key, bubbles: true, cancelable: true }))"""


class Keyboard:
    """A person at the desk who has lost the mouse; counts the presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, keys: str) -> None:
        self.presses += 1
        self.page.keyboard.press(keys)

    def russian(self, code: str, key: str) -> None:
        """A key of a Russian layout, told apart by its place only."""
        self.presses += 1
        self.page.evaluate(f"([code, key]) => ({RUSSIAN})(code, key)", [code, key])

    def number(self) -> int:
        """Which case is on the screen."""
        title = self.page.locator(".ot-case-title").inner_text()
        found = re.search(r"№ (\d+)", title)
        assert found is not None
        return int(found[1])

    def next(self, *, how: Callable[[], None] | None = None) -> int:
        """Go on to another case."""
        title = self.page.locator(".ot-case-title")
        before = title.inner_text() if title.count() else ""
        (how or (lambda: self.press("n")))()
        shown = self.page.locator(".ot-case-title > span.ot-fine")
        left = re.search(r"№ \d+", before)
        if left:
            expect(shown).not_to_have_text(left[0], timeout=PATIENCE)
        expect(self.page.locator(".st-key-ot-reply textarea").first).to_be_visible(timeout=PATIENCE)
        number = self.number()  # whatever is pressed from here on is for the case on the screen
        # its head stands; the box may still be that of the case before, until the button is its own
        own = self.page.locator(f".st-key-ot-reply .st-key-hand-up-{number}")
        expect(own).to_be_visible(timeout=PATIENCE)
        return number

    def done(self, words: str) -> None:
        """What was done stands in the bar, to be taken back."""
        expect(self.page.locator(".st-key-ot-undo")).to_contain_text(words, timeout=PATIENCE)

    def answer(self, number: int) -> None:
        """Hand the draft over; where there is none, write a text of one's own."""
        box = self.page.locator(".st-key-ot-reply textarea").first
        if not box.input_value():
            self.press("t")
            expect(box).to_be_focused()
            self.page.keyboard.type(f"Разберёмся и напишем здесь до {coming(3)}.")
        self.press("Control+Enter")
        self.done(f"одобрение: № {number}")

    def menu(self, key: str, choice: str) -> None:
        """Open a list and choose from it."""
        self.press(key)
        expect(self.page.get_by_test_id("stPopoverBody")).to_be_visible(timeout=PATIENCE)
        self.press(choice)


@pytest.fixture
def rich_url(sqlite_template: SqliteTemplate, tmp_path: Path) -> str:
    url = sqlite_template.copy(tmp_path / "rich.sqlite3")
    engine = make_engine(url)
    seed(engine)
    enrich(engine)
    engine.dispose()
    return url


@pytest.fixture
def rich_desk(rich_url: str) -> Iterator[DeskServer]:
    with DeskServer(rich_url) as server:
        yield server


def test_an_operator_answers_ten_cases_without_the_mouse(
    rich_desk: DeskServer, rich_url: str, open_desk: Opened, screenshots: Path
) -> None:
    page = open_desk(rich_desk, "operator")
    pace = page.context.new_cdp_session(page)
    pace.send("Emulation.setCPUThrottlingRate", {"rate": 8})  # drawn long before it can listen
    page.goto(f"{rich_desk.url}/case")
    page.locator(".st-key-ot-start").wait_for(timeout=PATIENCE)
    hands = Keyboard(page)
    began = time.monotonic()

    number = hands.next()  # pressed the moment the page stands: nothing is lost
    pace.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    hands.answer(number)

    second = hands.next()
    hands.press("Control+Enter")
    hands.done(f"№ {second}")
    hands.press("z")  # think again: the case comes back …
    expect(page.locator(".ot-notice-done")).to_contain_text("Отменено", timeout=PATIENCE)
    assert hands.number() == second
    hands.press("Control+Enter")  # … and goes once more
    hands.done(f"№ {second}")

    third = hands.next()
    hands.press("t")
    box = page.locator(".st-key-ot-reply textarea").first
    expect(box).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Извините нас nik.")  # plain letters write, they command nothing
    expect(box).to_have_value(re.compile(r"Извините нас nik\.$"))
    hands.press("Control+Enter")
    hands.done(f"№ {third}")

    fourth = hands.next(how=lambda: hands.russian("KeyN", "т"))
    hands.menu("i", "1")
    hands.done(f"причина записана: № {fourth}")

    fifth = hands.next()
    hands.menu("h", "2")
    hands.done(f"Отложено: № {fifth}")

    sixth = hands.next()
    hands.menu("g", "1")
    hands.done(f"Передано коллеге: № {sixth}")

    seventh = hands.next()
    hands.menu("l", "2")
    hands.done(f"Вердикт исправлен, спасибо: № {seventh}")
    hands.press("Control+Enter")
    hands.done(f"одобрение: № {seventh}")

    for _ in range(3):
        hands.answer(hands.next())
    took = time.monotonic() - began

    hands.press("?")
    expect(page.locator("dialog.ot-keys")).to_be_visible()
    page.screenshot(path=screenshots / "desk-keys-ru.png")
    hands.press("Escape")
    expect(page.locator("dialog.ot-keys[open]")).to_have_count(0)
    hands.press("q")
    page.locator(".ot-row").first.wait_for(timeout=PATIENCE)
    figures = f"ten cases: {hands.presses} presses, {took:.1f} s\n"
    (screenshots / "ten-cases.txt").write_text(figures, encoding="utf-8")

    engine = make_engine(rich_url)
    with reading(engine) as session:
        assert session.get_one(Mention, fourth).close_reason is CloseReason.IGNORED
        assert session.get_one(Mention, fourth).state is MentionState.CLOSED
        assert len(session.exec(select(Hold)).all()) == 1
        assert session.exec(select(Label.mention_id)).all() == [seventh]
        edited = session.exec(
            select(DraftRow).where(
                DraftRow.state == DraftState.PROPOSED, col(DraftRow.editor_id).is_not(None)
            )
        ).all()
        assert len({one.mention_id for one in edited} - {fifth, sixth}) == 7
        assert [one.mention_id for one in edited if one.text.endswith("нас nik.")] == [third]
        taken = session.exec(select(AuditEvent).where(AuditEvent.action == "case.taken")).all()
        assert len({one.subject_id for one in taken}) >= 10
    engine.dispose()
