"""What the desk does on a click, in Streamlit's own runner: rights, stale texts, remarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard import browser, data
from otklik import database, people
from otklik.clock import now
from otklik.database import make_engine
from otklik.enums import DraftState, MentionState, PostingMode
from otklik.models import DraftRow, Label, Mention, Reply
from otklik.settings import Settings
from otklik.store import replies
from otklik.store.people import find_person
from otklik.switches import posting_mode
from responder import editing
from tests.dashboard.seed import BRAND, PASSWORD

APP = str(Path(__file__).resolve().parents[2] / "dashboard" / "app.py")
Open = Callable[..., AppTest]


@pytest.fixture
def engine(seeded_url: str) -> Iterator[Engine]:
    opened = make_engine(seeded_url)
    yield opened
    opened.dispose()


@pytest.fixture
def open_app(engine: Engine, seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open the desk as somebody, at a case or at a page."""
    settings = Settings(database_url=seeded_url)
    monkeypatch.setattr(data, "settings", lambda: settings)
    monkeypatch.setattr(data, "engine", lambda: engine)

    def opened(login: str, *, mention: int | None = None, language: str = "ru") -> AppTest:
        with database.session(engine) as session:
            token = people.log_in(session, login, PASSWORD, now(), timedelta(hours=1))
        assert token is not None
        cookies = {browser.SESSION_COOKIE: token, browser.LANGUAGE_COOKIE: language}
        monkeypatch.setattr(browser, "cookies", lambda: cookies)
        app = AppTest.from_file(APP, default_timeout=60)
        if mention is not None:
            app = AppTest.from_function(_case_only, default_timeout=60)
            app.query_params["mention"] = str(mention)
        return app.run()

    return opened


def _case_only() -> None:
    from dashboard.views import case

    case.draw()


def shown(app: AppTest) -> str:
    """All markup on the screen."""
    return " ".join(str(block.proto.body) for block in app.get("html"))


def draft_of(engine: Engine, mention_id: int) -> DraftRow:
    with database.reading(engine) as session:
        found = replies.find_proposed_draft(session, mention_id)
    assert found is not None
    return found


def test_the_queue_opens_in_both_languages(open_app: Open) -> None:
    for language, word in (("ru", "ждут ответа"), ("en", "wait for you")):
        app = open_app("operator", language=language)
        assert not app.exception
        assert word in shown(app)


def test_without_a_login_nothing_is_shown(open_app: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app("operator")
    monkeypatch.setattr(browser, "cookies", lambda: {browser.SESSION_COOKIE: "made up"})
    app.run()
    assert "Марина" not in shown(app)
    assert "/sign-in" in shown(app)


def test_an_approval_queues_the_text_that_was_shown(open_app: Open, engine: Engine) -> None:
    text = draft_of(engine, 1).text
    app = open_app("approver", mention=1)
    app.button(key="approve-1").click().run()
    assert not app.exception
    with database.reading(engine) as session:
        reply = session.exec(select(Reply).where(Reply.mention_id == 1)).one()
    assert reply.text == text


def test_a_text_changed_by_somebody_else_is_not_approved(open_app: Open, engine: Engine) -> None:
    app = open_app("approver", mention=1)
    with database.session(engine) as session:
        other = find_person(session, "second")
        assert other is not None
        editing.edit_draft(
            session,
            person=other,
            draft_id=draft_of(engine, 1).id or 0,
            text="Другой текст: проверяем и ответим.",
            at=now(),
        )
    app.button(key="approve-1").click().run()
    assert "Не сделано" in shown(app)
    assert "ot-notice-problem" in shown(app)
    with database.reading(engine) as session:
        assert session.exec(select(Reply).where(Reply.mention_id == 1)).all() == []


def test_a_comment_edited_meanwhile_is_not_answered(open_app: Open, engine: Engine) -> None:
    app = open_app("approver", mention=1)
    with database.session(engine) as session:
        mention = session.get_one(Mention, 1)
        mention.version, mention.text = 2, "Уже всё хорошо, спасибо"
        session.add(mention)
    app.button(key="approve-1").click().run()
    assert "комментарий изменили" in shown(app)
    with database.reading(engine) as session:
        assert session.exec(select(Reply).where(Reply.mention_id == 1)).all() == []


def test_a_remark_not_seen_yet_stops_the_click(open_app: Open, engine: Engine) -> None:
    app = open_app("approver", mention=1)
    risky = "Позвоните нам: +7 912 345-67-89, паспорт 4510 123456."
    app.text_area[0].set_value(risky)
    app.button(key="approve-1").click().run()
    with database.reading(engine) as session:
        assert session.exec(select(Reply).where(Reply.mention_id == 1)).all() == []
    assert draft_of(engine, 1).text == risky
    assert "ot-finding-block" in shown(app)


def test_an_operator_has_no_way_to_approve(open_app: Open) -> None:
    app = open_app("operator", mention=1)
    assert "approve-1" not in {button.key for button in app.button}
    assert "save-1" in {button.key for button in app.button}


def test_a_rejection_needs_a_reason(open_app: Open, engine: Engine) -> None:
    draft = draft_of(engine, 1)
    app = open_app("approver", mention=1)
    app.button(key=f"reject-{draft.id}").click().run()
    assert "нужна причина" in shown(app)
    app.text_area(key=f"reject-{draft.id}-reason").set_value("Не отвечает на вопрос")
    app.button(key=f"reject-{draft.id}").click().run()
    with database.reading(engine) as session:
        assert session.get_one(DraftRow, draft.id).state is DraftState.REJECTED
        assert session.get_one(Mention, 1).state is MentionState.HELD


def test_silence_is_recorded_with_its_reason(open_app: Open, engine: Engine) -> None:
    app = open_app("operator", mention=6)
    app.text_area(key="ignore-6-reason").set_value("Провокация без сути")
    app.button(key="ignore-6").click().run()
    with database.reading(engine) as session:
        assert session.get_one(Mention, 6).state is MentionState.CLOSED


def test_a_held_comment_gets_a_persons_own_text(open_app: Open, engine: Engine) -> None:
    app = open_app("approver", mention=6)
    app.text_area[0].set_value("Понимаем злость. Если расскажете, что случилось, поможем.").run()
    app.button(key="save-6").click().run()
    assert draft_of(engine, 6).writer == "person"


def test_a_wrong_verdict_is_labelled(open_app: Open, engine: Engine) -> None:
    app = open_app("operator", mention=6)
    app.selectbox(key="label-field-6").set_value("stance").run()
    app.selectbox(key="label-value-6").set_value("heated").run()
    app.button(key="label-6").click().run()
    with database.reading(engine) as session:
        label = session.exec(select(Label)).one()
    assert (label.mention_id, label.field, label.value) == (6, "stance", "heated")


def test_only_an_admin_starts_posting_and_an_approver_stops_it(
    open_app: Open, engine: Engine
) -> None:
    def mode() -> PostingMode:
        with database.reading(engine) as session:
            return posting_mode(session, BRAND, "dry_run")

    operator = _system(open_app, "operator")
    assert operator.button(key="stop").disabled
    assert "switch-live" not in {button.key for button in operator.button}
    _system(open_app, "admin").button(key="switch-live").click().run()
    assert mode() is PostingMode.LIVE
    _system(open_app, "approver").button(key="stop").click().run()
    assert mode() is PostingMode.STOPPED


def _system(open_app: Open, login: str) -> AppTest:
    open_app(login)
    return AppTest.from_function(_system_only, default_timeout=60).run()


def _system_only() -> None:
    from dashboard.views import system

    system.draw()


def test_the_audit_chain_is_verified_on_a_click(open_app: Open) -> None:
    app = _system(open_app, "lead")
    app.button(key="verify").click().run()
    assert "цепочка цела" in shown(app)


def test_an_unknown_case_is_an_answer_not_an_error(open_app: Open) -> None:
    for number in (999_999, 10**17):
        app = open_app("operator", mention=number)
        assert not app.exception
        assert "Такого обращения нет" in shown(app)
