"""What the desk does on a click, in Streamlit's own runner: rights, stale texts, remarks."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard import browser
from dashboard.once import once
from otklik import database
from otklik.clock import now
from otklik.enums import DraftState, MentionState, PostingMode
from otklik.models import DraftRow, Label, Mention, Reply
from otklik.store import replies
from otklik.store.people import find_person
from otklik.switches import posting_mode
from responder import editing
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown, system_only
from tests.dashboard.seed import BRAND


@pytest.fixture
def engine(desk_engine: Engine) -> Engine:
    return desk_engine


def draft_of(engine: Engine, mention_id: int) -> DraftRow:
    with database.reading(engine) as session:
        found = replies.find_proposed_draft(session, mention_id)
    assert found is not None
    return found


def test_the_queue_opens_in_both_languages(open_app: OpenApp) -> None:
    for language, word in (("ru", "ждут ответа"), ("en", "wait for you")):
        app = open_app("operator", language=language)
        assert not app.exception
        assert word in shown(app)


def test_without_a_login_nothing_is_shown(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app("operator")
    monkeypatch.setattr(browser, "cookies", lambda: {browser.SESSION_COOKIE: "made up"})
    app.run()
    assert "Марина" not in shown(app)
    assert "/sign-in" in shown(app)


def test_a_run_reads_its_person_and_the_posting_mode_once(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app, asked = open_app("lead"), list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(desk_engine, "before_cursor_execute", note)
    app.run()
    event.remove(desk_engine, "before_cursor_execute", note)
    assert not app.exception
    assert sum("FROM switch" in one for one in asked) == 1
    assert sum("JOIN login_session" in one for one in asked) == 1
    assert once("posting mode", lambda: "read anew") == "read anew"  # the run is over


def test_an_approval_queues_the_text_that_was_shown(open_app: OpenApp, engine: Engine) -> None:
    text = draft_of(engine, 1).text
    app = open_app("approver", mention=1)
    app.button(key="approve-1").click().run()
    assert not app.exception
    with database.reading(engine) as session:
        reply = session.exec(select(Reply).where(Reply.mention_id == 1)).one()
    assert reply.text == text


def test_a_text_changed_by_somebody_else_is_not_approved(open_app: OpenApp, engine: Engine) -> None:
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


def test_a_comment_edited_meanwhile_is_not_answered(open_app: OpenApp, engine: Engine) -> None:
    app = open_app("approver", mention=1)
    with database.session(engine) as session:
        mention = session.get_one(Mention, 1)
        mention.version, mention.text = 2, "Уже всё хорошо, спасибо"
        session.add(mention)
    app.button(key="approve-1").click().run()
    assert "комментарий изменили" in shown(app)
    with database.reading(engine) as session:
        assert session.exec(select(Reply).where(Reply.mention_id == 1)).all() == []


def test_a_remark_not_seen_yet_stops_the_click(open_app: OpenApp, engine: Engine) -> None:
    app = open_app("approver", mention=1)
    risky = "Позвоните нам: +7 912 345-67-89, паспорт 4510 123456."
    app.text_area[0].set_value(risky)
    app.button(key="approve-1").click().run()
    with database.reading(engine) as session:
        assert session.exec(select(Reply).where(Reply.mention_id == 1)).all() == []
    assert draft_of(engine, 1).text == risky
    assert "ot-finding-block" in shown(app)


def test_an_operator_has_no_way_to_approve(open_app: OpenApp) -> None:
    app = open_app("operator", mention=1)
    assert "approve-1" not in {button.key for button in app.button}
    assert "save-1" in {button.key for button in app.button}


def test_a_rejection_needs_a_reason(open_app: OpenApp, engine: Engine) -> None:
    draft = draft_of(engine, 1)
    app = open_app("approver", mention=1)
    app.button(key=f"reject-{draft.id}").click().run()
    assert "нужна причина" in shown(app)
    app.text_area(key=f"reject-{draft.id}-reason").set_value("Не отвечает на вопрос")
    app.button(key=f"reject-{draft.id}").click().run()
    with database.reading(engine) as session:
        assert session.get_one(DraftRow, draft.id).state is DraftState.REJECTED
        assert session.get_one(Mention, 1).state is MentionState.HELD


def test_silence_is_recorded_with_its_reason(open_app: OpenApp, engine: Engine) -> None:
    app = open_app("operator", mention=6)
    app.text_area(key="ignore-6-reason").set_value("Провокация без сути")
    app.button(key="ignore-6").click().run()
    with database.reading(engine) as session:
        assert session.get_one(Mention, 6).state is MentionState.CLOSED


def test_a_held_comment_gets_a_persons_own_text(open_app: OpenApp, engine: Engine) -> None:
    app = open_app("approver", mention=6)
    app.text_area[0].set_value("Понимаем злость. Если расскажете, что случилось, поможем.").run()
    app.button(key="save-6").click().run()
    assert draft_of(engine, 6).writer == "person"


def test_a_wrong_verdict_is_labelled(open_app: OpenApp, engine: Engine) -> None:
    app = open_app("operator", mention=6)
    app.selectbox(key="label-field-6").set_value("stance").run()
    app.selectbox(key="label-value-6").set_value("heated").run()
    app.button(key="label-6").click().run()
    with database.reading(engine) as session:
        label = session.exec(select(Label)).one()
    assert (label.mention_id, label.field, label.value) == (6, "stance", "heated")


def test_only_an_admin_starts_posting_and_an_approver_stops_it(
    open_app: OpenApp, engine: Engine
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


def _system(open_app: OpenApp, login: str) -> AppTest:
    open_app(login)
    return AppTest.from_function(system_only, default_timeout=60).run()


def test_the_audit_chain_is_verified_on_a_click(open_app: OpenApp) -> None:
    app = _system(open_app, "lead")
    app.button(key="verify").click().run()
    assert "цепочка цела" in shown(app)


def test_an_unknown_case_is_an_answer_not_an_error(open_app: OpenApp) -> None:
    for number in (999_999, 10**17):
        app = open_app("operator", mention=number)
        assert not app.exception
        assert "Такого обращения нет" in shown(app)
