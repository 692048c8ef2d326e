"""Every view in a real browser: hostile words stay words, both themes can be read by all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from otklik import database
from otklik.clock import now
from otklik.database import make_engine
from otklik.enums import (
    AlertKind,
    DeliveryState,
    IncidentKind,
    IncidentState,
    MentionState,
    SourceHealth,
    Stance,
    Topic,
)
from otklik.models import AlertDelivery, Incident, Mention, Promise, Source
from otklik.platforms import BadRow
from otklik.platforms import Page as SourcePage
from otklik.store import alerts, intake, replies
from otklik.store.people import find_person
from responder import editing
from responder.moderation import asking
from tests.dashboard import focus
from tests.dashboard.case.seed_heavy import add_heavy, find_heavy
from tests.dashboard.every_view import (
    Watch,
    foreign_markup,
    layout_faults,
    open_view,
    reply_faults,
    views,
)
from tests.dashboard.examples import Example
from tests.dashboard.geometry import out_of_sight, overlapping
from tests.dashboard.hostile_many import MANY
from tests.dashboard.incidents.seed_together import carry
from tests.dashboard.seed import (
    BRAND,
    PASSWORD,
    _seed_policy,
    add_examples,
    seed,
    seed_people,
    seed_source,
)
from tests.dashboard.seed_work import add_work
from tests.servers.browser import sign_in
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium
THIRD = len(MANY) // 3
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
# views walked with the Tab key, each with the least number of places to stop at
WALKS = {"": 60, "case?mention=1": 25, "approvals": 16, "policy": 14}
# incidents of `seed_work`: a fault, and an attack; these are walked in both themes
FAULT, ATTACK = "incident?id=1", "incident?id=2"
MODES = {
    "attack": ATTACK,
    "together": f"{FAULT}&do=together",
    "attack-measures": f"{ATTACK}&do=measures",
}
THEMED = {FAULT: 25, ATTACK: 25, MODES["together"]: 25}
# what an operator answers with, in sight at 1440×900 however much there is of everything
NEEDED = (
    ".ot-case-title",
    ".st-key-ot-comment .ot-said-head",
    ".st-key-ot-comment .ot-said",
    ".st-key-ot-why .ot-fact",
    ".st-key-ot-in-incident button",
    ".st-key-ot-about button",
    ".ot-pane h3",
    ".ot-line-owed",
    ".st-key-ot-reply textarea",
    ".ot-finding-block",
    ".st-key-ot-decide button",
    ".st-key-ot-offers button",
    ".st-key-ot-grounds h4",
)
BLOCKS = (
    ".st-key-ot-case-head, .st-key-ot-comment, .st-key-ot-why, .ot-pane, .st-key-ot-reply, "
    ".st-key-ot-offers, .st-key-ot-grounds, button, textarea, summary, a"
)
# inside Streamlit's own widgets, where neither an option nor a style of ours reaches
NOT_OURS = {
    "aria-allowed-attr": "its select boxes and pagination",
    "aria-required-children": "its list boxes are empty until they are opened",
    "nested-interactive": "its expanders and tags",
    "scrollable-region-focusable": "its tab lists",
}


@pytest.fixture(scope="module")
def hostile_desk(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskServer]:
    """A desk where every field that strangers fill holds something hostile."""
    url = sqlite_template.copy(tmp_path_factory.mktemp("hostile-many") / "desk.sqlite3")
    engine, at = make_engine(url), now()
    with database.session(engine) as db:
        seed_people(db, at)
        source = seed_source(db, at)
        source.name, source.last_error = MANY[1][:128], MANY[0]
        _seed_policy(db, at)
        waiting = add_examples(db, source, [_waiting(n) for n in range(THIRD)], at)
        add_examples(db, source, [_done(n) for n in range(0, THIRD, 3)], at)
        db.add_all(_sources(at))
        bad = tuple(BadRow(place=text[:200], reason=text, raw=text) for text in MANY[::9])
        intake.save_page(db, source, SourcePage(bad_rows=bad), at)
        _around(db, list(waiting.values()), at)
        _beside(db, list(waiting.values()), at)
    engine.dispose()
    with DeskServer(url) as server:
        yield server


@pytest.fixture(scope="module")
def busy_desk(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskServer]:
    """A desk with something to see in every view."""
    url = sqlite_template.copy(tmp_path_factory.mktemp("busy") / "desk.sqlite3")
    engine = make_engine(url)
    seed(engine)
    add_work(engine)
    carry(engine, 1)
    add_heavy(engine)
    engine.dispose()
    with DeskServer(url) as server:
        yield server


def _turned(number: int) -> tuple[str, str, str]:
    """Text, name and title of one row; a third of the corpus each."""
    return MANY[number], MANY[(number + THIRD) % len(MANY)], MANY[(number + 2 * THIRD) % len(MANY)]


def _waiting(number: int) -> Example:
    text, name, title = _turned(number)
    return Example(
        page=title[:400],
        author=f"{name[:200]} {number}",
        text=text,
        stance=Stance.CRITIC,
        urgency=3,
        topic=Topic.NONE,
        minutes=number,
        case=(text,),
        draft=text,
        rating=float(number % 6),
    )


def _done(number: int) -> Example:
    text, name, _title = _turned(number)
    return Example(
        page="one thread",
        author=f"{name[:200]} done {number}",
        text=text,
        stance=Stance.OTHER,
        urgency=0,
        topic=Topic.NONE,
        minutes=number,
        state=MentionState.CLOSED,
    )


def _sources(at: datetime) -> list[Source]:
    return [
        Source(
            brand_id=BRAND,
            platform="isso",
            name=f"{number} {text[:100]}",
            next_due_at=at,
            health=SourceHealth.OFF,
            is_enabled=False,
            pause_reason=text,
            last_error=text,
            last_error_at=at,
            warning=text,
            to_do=text,
            config={"base_url": text},
        )
        for number, text in enumerate(MANY[::12])
    ]


def _around(session: Session, ids: list[int], at: datetime) -> None:
    """Incidents and pictures out of what strangers wrote."""
    for number, text in enumerate(MANY[::25]):
        incident = Incident(
            brand_id=BRAND,
            kind=IncidentKind.FAULT,
            state=IncidentState.OPEN,
            topic=Topic.NONE,
            signature=text[:200],
            title=text,
            explanation=text,
            first_at=at - timedelta(hours=3),
            last_at=at,
            size=2,
        )
        session.add(incident)
        session.flush()
        for mention in session.exec(
            select(Mention).where(Mention.id.in_(ids[2 * number : 2 * number + 2]))  # type: ignore[union-attr]
        ):
            mention.incident_id, mention.media = incident.id, list(MANY[number::40])
            session.add(mention)


def _beside(session: Session, ids: list[int], at: datetime) -> None:
    """Alerts, promises, measures and texts for a second pair of eyes, of the same words."""
    who = find_person(session, "operator")
    assert who is not None
    for number in range(THIRD):
        title, body, error = _turned(number)
        alert = alerts.save_alert(
            session,
            brand_id=BRAND,
            kind=AlertKind.URGENT_MENTION,
            dedup_key=f"hostile:{number}",
            title=title[:255],
            body=body,
            urgency=number % 4,
            channels=["console"],
            at=at,
        )
        assert alert is not None
        for sent in session.exec(select(AlertDelivery).where(AlertDelivery.alert_id == alert.id)):
            sent.state, sent.error = DeliveryState.FAILED, error
            session.add(sent)
    for number, mention_id in enumerate(ids):
        text = MANY[(number + THIRD) % len(MANY)]
        due = at + timedelta(hours=number - 20)
        session.add(
            Promise(brand_id=BRAND, mention_id=mention_id, text=text, due_at=due, created_at=at)
        )
    for number in ids[::4]:
        asking.ask_report(
            session, person=who, mention_id=number, version=1, reason=MANY[number], at=at
        )
    for number in ids[1::6]:
        draft = replies.find_proposed_draft(session, number)
        assert draft is not None
        text = f"Здравствуйте! {MANY[-number][:900]}"
        editing.edit_draft(session, person=who, draft_id=draft.id or 0, text=text, at=at)
    session.flush()


@pytest.fixture
def desk_page(browser: Browser) -> Iterator[Page]:
    """A window of the smallest size the desk is made for."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


def test_hundreds_of_hostile_texts_stay_words_in_every_view(
    hostile_desk: DeskServer, desk_page: Page
) -> None:
    assert len(MANY) >= 300
    page = desk_page
    sign_in(page, hostile_desk.url, "admin", PASSWORD)
    watch = Watch(page, hostile_desk.host)
    paths = [
        *views().values(),
        *(f"case?mention={number}" for number in (7, 40, 70, 95, 110, 125)),
        *("case", "incident?id=5", "source?id=9"),
    ]
    shown = {
        "system": ".ot-alert",
        "promises": "[class*='st-key-ot-promise-']",
        "measures": "[class*='st-key-ot-measure-']",
    }
    faults = []
    for path in paths:
        open_view(page, f"{hostile_desk.url}/{path}")
        if path in shown:
            assert page.locator(shown[path]).count() >= 10, path
        faults += [f"{path}: {one}" for one in (*layout_faults(page), *foreign_markup(page))]
        if path.startswith("case?"):  # with a thread, an incident, promises, remarks, two yeses
            faults += [f"{path}: {one}" for one in reply_faults(page)]
    open_view(page, f"{hostile_desk.url}/")
    for number in (2, 3):
        page.get_by_role("button").filter(has_text="chevron_right").last.click()
        expect(page.locator(".st-key-ot-turn")).to_contain_text(f"{(number - 1) * 50 + 1}–")
        faults += [
            f"queue {number}: {one}" for one in (*layout_faults(page), *foreign_markup(page))
        ]
    open_view(page, f"{hostile_desk.url}/system")
    page.get_by_role("tab").nth(1).click()
    for _turn in range(2):
        first = page.locator(".ot-alert").first.inner_text()
        page.locator(".st-key-alerts-older button").click()
        expect(page.locator(".ot-alert").first).not_to_have_text(first)
        faults += [f"alerts: {one}" for one in (*layout_faults(page), *foreign_markup(page))]
    assert watch.trouble == []
    assert faults == []
    assert "Traceback" not in hostile_desk.log()


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_can_be_read_by_everybody(
    busy_desk: DeskServer, desk_page: Page, screenshots: Path, theme: str, language: str
) -> None:
    page = desk_page
    page.goto(f"{busy_desk.url}/theme/{theme}")
    sign_in(page, busy_desk.url, "admin", PASSWORD, language=language)
    found: list[str] = []
    is_whole = os.environ.get("PROOF") == "full"
    turn = (theme == "dark") ^ (language == "en")  # each view in each theme in one language
    for name, path in [*views().items(), *MODES.items()][
        None if is_whole else turn :: 1 if is_whole else 2
    ]:
        open_view(page, f"{busy_desk.url}/{path}")
        page.screenshot(path=screenshots / f"view-{name}-{language}-{theme}.png")
        found += [f"{name}: {one}" for one in (*layout_faults(page), *violations(page))]
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate("document.documentElement.lang") == language
    assert found == []


def test_tab_walks_a_view_in_its_reading_order(busy_desk: DeskServer, desk_page: Page) -> None:
    # who has done nothing yet: no way back is offered, to go away under the walk
    sign_in(desk_page, busy_desk.url, "admin", PASSWORD)
    found = []
    for theme, walks in (("light", WALKS | THEMED), ("dark", THEMED)):
        desk_page.goto(f"{busy_desk.url}/theme/{theme}")
        for path, places in walks.items():
            open_view(desk_page, f"{busy_desk.url}/{path}")
            walked = focus.faults(focus.walk(desk_page), places)
            found += [f"{path} {theme}: {one}" for one in walked]
    assert found == []


def test_a_case_with_everything_at_once_is_in_sight_and_nothing_lies_upon_another(
    busy_desk: DeskServer, desk_page: Page, screenshots: Path
) -> None:
    page, number = desk_page, find_heavy(busy_desk.settings.database_url)
    sign_in(page, busy_desk.url, "second", PASSWORD)  # has done nothing to take back
    faults = []
    for width, height in ((1440, 900), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        open_view(page, f"{busy_desk.url}/case?mention={number}")
        page.screenshot(path=screenshots / f"case-heavy-{width}.png")
        faults += [f"{width}: {one}" for one in overlapping(page, BLOCKS)]
        if width == 1440:
            faults += list(out_of_sight(page, NEEDED))
    assert faults == []


def violations(page: Page) -> Iterator[str]:
    """What keeps somebody out, as axe-core sees it."""
    report: dict[str, Any] = Axe().run(page, options=AXE).response
    for one in report["violations"]:
        if one["impact"] not in {"serious", "critical"}:
            continue
        for node in one["nodes"]:
            if one["id"] in NOT_OURS and "ot-" not in node["html"]:
                continue
            why = node["any"][0]["message"] if node["any"] else one["help"]
            yield f"{one['id']} {node['target']} {node['html'][:140]} {why[:160]}"
