"""What cannot be answered is said before anyone writes; pictures and stars stand for words."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from otklik import database
from otklik.enums import CloseReason
from otklik.models import Mention
from otklik.store import replies
from tests.dashboard.coming import coming
from tests.dashboard.conftest import OpenApp
from tests.dashboard.hostile import AWAY
from tests.dashboard.odd_cases import add_held
from tests.dashboard.screen import queue_only, shown

WHY = "Автор нас не упоминал: X принимает ответы только тем, кто упомянул. <b>x</b>"


def keys(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


@pytest.mark.parametrize("login", ["operator", "approver"])
def test_what_cannot_be_answered_is_told_with_the_reason_and_cannot_be_written(
    open_app: OpenApp, desk_engine: Engine, login: str
) -> None:
    number = add_held(desk_engine, "Ада", text="Где заказ?", cannot_answer=WHY)
    app = open_app(login, mention=number)
    assert "Здесь ответить нельзя:" in shown(app)
    assert "X принимает ответы" in shown(app)
    assert "<b>x</b>" not in shown(app)
    editor = next(one for one in app.text_area if str(one.key).startswith(f"text-{number}-"))
    assert editor.disabled
    assert not {f"approve-{number}", f"save-{number}"} & keys(app)


def test_a_case_without_an_answer_can_still_be_closed(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    number = add_held(desk_engine, "Ада", text="Где заказ?", cannot_answer=WHY)
    app = open_app("operator", mention=number)
    app.text_area(key=f"ignore-{number}-reason").set_value("Написали ей в личные сообщения")
    app.button(key=f"ignore-{number}").click().run()
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, number).state == "closed"


def test_where_nothing_is_posted_the_text_can_be_copied_and_not_sent(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    number = add_held(desk_engine, "Боб", platform="file", text="Хлеб чёрствый")
    app = open_app("approver", mention=number)
    assert "опубликовать на сайте вручную" in shown(app)
    text = "Боб, вернём деньги за хлеб сегодня до 20:00."
    app.text_area[0].set_value(text).run()
    assert [block.value for block in app.code] == [text]
    assert f"approve-{number}" not in keys(app)
    app.button(key=f"save-{number}").click().run()
    with database.reading(desk_engine) as session:
        draft = replies.find_proposed_draft(session, number)
        assert draft is not None
        assert draft.text == text
        assert replies.list_replies(session, number) == []


@pytest.mark.parametrize(
    ("language", "label", "closed"),
    [
        ("ru", "Опубликовано на сайте", "опубликовано на сайте вручную"),
        ("en", "Published on the site", "published on the site by hand"),
    ],
)
def test_what_was_published_by_hand_is_recorded_as_it_stands_in_the_box(
    open_app: OpenApp, desk_engine: Engine, language: str, label: str, closed: str
) -> None:
    number = add_held(desk_engine, "Боб", platform="file", text="Хлеб чёрствый")
    app = open_app("operator", mention=number, language=language)
    assert f"by-hand-{number}" not in keys(app)
    text = "Боб, вернём деньги за <b>хлеб</b> сегодня до 20:00."
    app.text_area[0].set_value(text).run()
    assert app.button(key=f"by-hand-{number}").label == label
    app.button(key=f"by-hand-{number}").click().run()
    assert not app.exception
    assert closed in shown(app)
    assert "вернём деньги за &lt;b&gt;хлеб" in shown(app)
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, number).close_reason == CloseReason.ANSWERED_ELSEWHERE
        assert [draft.text for draft in replies.list_drafts(session, number)] == [text]


def test_silence_and_an_answer_by_hand_are_two_choices(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    number = add_held(desk_engine, "Боб", platform="file", text="Хлеб чёрствый")
    app = open_app("operator", mention=number)
    assert app.button(key=f"ignore-{number}").label == "Не отвечать"
    app.text_area(key=f"ignore-{number}-reason").set_value("Дубль обращения по телефону")
    app.button(key=f"ignore-{number}").click().run()
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, number).close_reason == CloseReason.IGNORED


def test_a_comment_edited_meanwhile_is_not_taken_for_answered_by_hand(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    number = add_held(desk_engine, "Боб", platform="file", text="Хлеб чёрствый")
    app = open_app("operator", mention=number)
    app.text_area[0].set_value("Боб, вернём деньги сегодня.").run()
    with database.session(desk_engine) as session:
        mention = session.get_one(Mention, number)
        mention.version, mention.text = 2, "Хлеб чёрствый и чай холодный"
        session.add(mention)
    app.button(key=f"by-hand-{number}").click().run()
    assert "комментарий изменили" in shown(app)
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, number).state == "held"


def test_where_otklik_publishes_there_is_no_publishing_by_hand(open_app: OpenApp) -> None:
    assert "by-hand-1" not in keys(open_app("approver", mention=1))


def test_the_queue_says_where_an_answer_is_not_possible(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    add_held(desk_engine, "Ада", text="Где заказ?", cannot_answer=WHY)
    add_held(desk_engine, "Боб", platform="file", text="Хлеб чёрствый")
    text = shown(open_app("operator", view=queue_only, sort="newest"))
    assert "ответить нельзя" in text
    assert "вручную" in text


def test_pictures_are_counted_named_and_never_linked(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    links = (f"{AWAY}/a.png", f"{AWAY}/b.png", "javascript:alert(1)")
    number = add_held(desk_engine, "Вера", media=links)
    app = open_app("operator", mention=number)
    text = shown(app)
    assert not app.exception
    assert "только изображение/файл: 3" in text
    assert f">{AWAY}/a.png<" in text
    assert f'"{AWAY}' not in text
    assert "<img" not in text
    assert "слов нет, судить не о чем" in text
    queue = shown(open_app("operator", view=queue_only, sort="newest"))
    assert "только изображение/файл: 3" in queue


def test_a_picture_without_a_verdict_is_answered_in_a_persons_own_words(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    number = add_held(desk_engine, "Вера", media=(f"{AWAY}/a.png",))
    app = open_app("approver", mention=number)
    app.text_area[0].set_value(
        f"Вера, разберёмся, что случилось с чашкой, и ответим здесь до {coming(2)}."
    ).run()
    app.button(key=f"save-{number}").click().run()
    app.button(key=f"approve-{number}").click().run()
    with database.reading(desk_engine) as session:
        assert [one.state for one in replies.list_replies(session, number)] == ["queued"]


def test_a_rating_without_words_shows_its_stars(open_app: OpenApp, desk_engine: Engine) -> None:
    number = add_held(desk_engine, "Гоша", rating=2)
    for text in (
        shown(open_app("operator", mention=number)),
        shown(open_app("operator", view=queue_only, language="en", sort="newest")),
    ):
        assert 'aria-label="2 / 5">★★<i>★★★</i>' in text
