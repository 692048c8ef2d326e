"""The desk in a real Chromium: signing in, one case to the end, keys, languages, sizes."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, expect
from sqlmodel import select

from otklik.database import make_engine, reading
from otklik.enums import MentionState, ReplyState
from otklik.models import AuditEvent, DraftRow, LoginSession, Mention, Reply
from tests.dashboard.conftest import Opened
from tests.servers.desk import DeskServer

pytestmark = pytest.mark.needs_chromium


def take_most_urgent(page: Page) -> None:
    page.click(".st-key-take button")
    page.wait_for_selector(".st-key-ot-reply textarea")


def test_nobody_passes_without_a_login(quiet_desk: DeskServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{quiet_desk.url}/case?mention=1")
    assert page.url.startswith(f"{quiet_desk.url}/sign-in?next=")
    for path in ("/", "/_stcore/host-config", "/component/x", "/_stcore/stream"):
        request = urllib.request.Request(f"{quiet_desk.url}{path}")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=60)
        assert refused.value.code == 401
        refused.value.close()


def test_a_wrong_password_is_told_and_signs_nobody_in(
    quiet_desk: DeskServer, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{quiet_desk.url}/sign-in")
    page.fill("input[name=login]", "approver")
    page.fill("input[name=password]", "not the password")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_be_visible()
    assert not [cookie for cookie in context.cookies() if cookie["name"] == "otklik_session"]


def test_a_refresh_keeps_the_login_and_signing_out_ends_it(
    desk: DeskServer, open_desk: Opened, context: BrowserContext, seeded_url: str
) -> None:
    page = open_desk(desk, "approver")
    cookie = next(one for one in context.cookies() if one["name"] == "otklik_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    page.reload()
    page.wait_for_selector(".st-key-take")
    page.click(".st-key-ot-menu-person .ot-menu-head")
    page.click(".ot-drop form button")
    page.wait_for_selector("body.ot-sign-in")
    engine = make_engine(seeded_url)
    with reading(engine) as session:
        assert session.exec(select(LoginSession)).all() == []
    engine.dispose()
    page.goto(f"{desk.url}/")
    assert "/sign-in" in page.url


def test_the_most_urgent_case_is_edited_approved_and_taken_back(
    desk: DeskServer, open_desk: Opened, seeded_url: str, screenshots: Path
) -> None:
    page = open_desk(desk, "approver")
    take_most_urgent(page)
    expect(page.locator(".st-key-ot-comment")).to_contain_text("партия 4471")
    box = page.locator(".st-key-ot-reply textarea")
    text = "Марина, нам очень жаль, что сыну стало плохо. Ваше мнение очень важно для нас."
    box.fill(text)
    page.click("[class*='st-key-approve-'] button")
    # a set phrase: the person is shown the remark before the text goes
    expect(page.locator(".ot-finding-warn").last).to_be_visible(timeout=60_000)
    expect(page.locator(".ot-notice-problem")).to_be_visible()
    page.click("[class*='st-key-approve-'] button")
    expect(page.locator("p.ot-outcome-queued")).to_be_visible(timeout=60_000)
    page.screenshot(path=screenshots / "desk-queued-ru.png")
    engine = make_engine(seeded_url)
    with reading(engine) as session:
        reply = session.exec(select(Reply).where(Reply.mention_id == 1)).one()
        assert (reply.text, reply.state) == (text, ReplyState.QUEUED)
        actions = [event.action for event in session.exec(select(AuditEvent))]
    of_draft = [action for action in actions if action.startswith("draft.")]
    assert of_draft[-2:] == ["draft.edited", "draft.approved"]
    page.click("[class*='st-key-undo-'] button")
    # the box of before the approval may still stand with the same text: only the notice tells
    expect(page.locator("p.ot-outcome-queued")).to_have_count(0, timeout=60_000)
    expect(box).to_have_value(text, timeout=60_000)
    with reading(engine) as session:
        assert session.exec(select(Reply).where(Reply.mention_id == 1)).one().state == "failed"
        mention = session.get_one(Mention, 1)
        assert mention.state is MentionState.DRAFTED
    engine.dispose()


def press_until(page: Page, keys: str, wanted: Locator) -> None:
    """Press as a person does: again, where the page was not listening yet."""
    for _ in range(6):
        page.keyboard.press(keys)
        try:
            wanted.wait_for(timeout=60_000)
        except TimeoutError:
            continue
        return
    expect(wanted).to_be_visible()


def test_a_case_is_answered_without_the_mouse(
    desk: DeskServer, open_desk: Opened, seeded_url: str
) -> None:
    page = open_desk(desk, "approver")
    page.wait_for_selector(".ot-row")
    press_until(page, "Alt+n", page.locator(".st-key-ot-reply textarea"))
    press_until(page, "Control+Enter", page.locator("p.ot-outcome-queued"))
    next_case = page.locator(".st-key-ot-comment", has_text="Кассир обсчитала")
    press_until(page, "Alt+n", next_case)


def test_an_operator_hands_over_and_cannot_approve(
    desk: DeskServer, open_desk: Opened, seeded_url: str
) -> None:
    page = open_desk(desk, "operator")
    take_most_urgent(page)
    expect(page.locator("[class*='st-key-approve-']")).to_have_count(0)
    page.locator(".st-key-ot-reply textarea").fill("Мы уже разбираемся и ответим сегодня до 18:00.")
    page.locator(".st-key-ot-reply textarea").blur()
    page.click("[class*='st-key-save-'] button")
    expect(page.locator(".ot-notice-done")).to_be_visible(timeout=60_000)
    engine = make_engine(seeded_url)
    with reading(engine) as session:
        drafts = session.exec(select(DraftRow).where(DraftRow.mention_id == 1)).all()
    engine.dispose()
    assert [draft.state for draft in drafts] == ["superseded", "proposed"]
    assert drafts[-1].editor_id is not None


def test_a_new_comment_appears_without_a_reload(
    desk: DeskServer, open_desk: Opened, seeded_url: str
) -> None:
    from otklik.clock import now
    from otklik.database import session as writing
    from otklik.enums import Stance, Topic
    from otklik.store.sources import find_source
    from tests.dashboard.examples import Example
    from tests.dashboard.seed import add_examples

    page = open_desk(desk, "operator")
    page.wait_for_selector(".ot-row")
    engine = make_engine(seeded_url)
    with writing(engine) as session:
        source = find_source(session, "default", "Сайт romashka.example")
        assert source is not None
        text = "Только что ударило током от витрины!"
        example = Example("store", "Новый", text, Stance.CRITIC, 3, Topic.PLACE, 1, draft="Едем.")
        add_examples(session, source, [example], now())
    engine.dispose()
    expect(page.locator(".ot-row").filter(has_text=text)).to_be_visible(timeout=60_000)


def test_search_finds_a_word_by_its_beginning(quiet_desk: DeskServer, open_desk: Opened) -> None:
    page = open_desk(quiet_desk, "operator")
    page.wait_for_selector(".ot-row")
    page.fill(".st-key-words input", "роспотреб")
    page.keyboard.press("Enter")
    expect(page.locator(".ot-row")).to_have_count(1, timeout=60_000)
    page.fill(".st-key-words input", "такого слова нет")
    page.keyboard.press("Enter")
    expect(page.locator(".ot-empty")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_view_stands_without_sideways_scrolling(
    quiet_desk: DeskServer, open_desk: Opened, screenshots: Path, language: str
) -> None:
    page = open_desk(quiet_desk, "admin", language=language)
    for width, height in ((1440, 900), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        for view, mark in (
            ("queue", ".ot-row"),
            ("case?mention=1", ".st-key-ot-grounds"),
            ("case?mention=6", ".st-key-ot-reply"),
            ("case?mention=64", ".st-key-ot-outcome"),
            ("answered", ".ot-row"),
            ("system", ".ot-table"),
        ):
            page.goto(f"{quiet_desk.url}/{view}")
            page.wait_for_selector(mark)
            page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
            page.wait_for_timeout(700)  # the picture only: nothing below waits for it
            name = view.replace("?mention=", "-")
            page.screenshot(path=screenshots / f"desk-{name}-{language}-{width}.png")
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (view, width)
    assert page.evaluate("document.documentElement.lang") is not None


def test_approving_needs_no_scrolling(quiet_desk: DeskServer, open_desk: Opened) -> None:
    page = open_desk(quiet_desk, "approver")
    page.set_viewport_size({"width": 1280, "height": 720})
    take_most_urgent(page)
    box = page.locator("[class*='st-key-approve-'] button").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 720


def test_the_bar_stays_in_sight_however_far_a_page_is_scrolled(
    quiet_desk: DeskServer, open_desk: Opened
) -> None:
    page = open_desk(quiet_desk, "admin")
    page.set_viewport_size({"width": 1280, "height": 320})
    page.goto(f"{quiet_desk.url}/system")
    page.wait_for_selector(".ot-table")
    page.wait_for_function(
        """() => { const main = document.querySelector('[data-testid="stMain"]');
        main.scrollTo(0, 500); return main.scrollTop > 100; }"""
    )
    box = page.locator(".st-key-ot-bar").bounding_box()
    assert box is not None
    assert box["y"] == 0
    assert page.evaluate("document.elementFromPoint(40, 20).closest('.st-key-ot-bar') !== null")
