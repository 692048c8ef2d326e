"""The page of sources: what it says, in which order, and what people may do there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard import i18n
from dashboard.sources import checking, watch
from dashboard.sources.watch import SourceState
from otklik import database
from otklik.clock import now
from otklik.models import AuditEvent, Source
from otklik.store import sources
from otklik.watching import SourceReport, list_reports
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import add_source_only, shown, source_only, sources_only, system_only
from tests.dashboard.seed import BRAND
from tests.dashboard.seed_sources import seed_sources
from tests.servers.isso import IssoServer


@pytest.fixture
def made(desk_engine: Engine) -> dict[str, int]:
    return seed_sources(desk_engine)


@pytest.fixture
def reports(desk_engine: Engine, made: dict[str, int]) -> list[SourceReport]:
    assert made
    with database.reading(desk_engine) as session:
        return list_reports(session, BRAND, now())


def row_of(engine: Engine, name: str) -> Source:
    with database.reading(engine) as session:
        found = sources.find_source(session, BRAND, name)
    assert found is not None
    return found


def keys(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def test_the_broken_come_first_and_what_waits_for_a_person_before_all(
    reports: list[SourceReport],
) -> None:
    ordered = watch.broken_first(reports)
    assert ordered[0].name == "Обсуждения VK"
    ranks = [watch.ORDER.index(watch.state_of(one)) for one in ordered]
    assert ranks == sorted(ranks)
    assert {one.name for one in ordered} == {one.name for one in reports}


def test_one_line_says_how_many_are_how(
    reports: list[SourceReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: "ru")
    total, parts = watch.summary(watch.count_states(reports))
    assert total == "15 источников"  # the file that was imported is none of them
    assert dict(parts) == {
        SourceState.OK: "9 в порядке",
        SourceState.OFF: "1 без доступа",
        SourceState.FAILING: "2 сбоят",
        SourceState.SUSPECT: "1 подозрительный",
        SourceState.PAUSED: "1 на паузе",
        SourceState.NEW: "1 ещё не читан",
        SourceState.IDLE: "1 не отслеживается",
    }
    assert next(iter(dict(parts))) is SourceState.OK


def test_the_list_shows_health_pace_delay_spend_and_what_to_do(
    open_app: OpenApp, made: dict[str, int]
) -> None:
    app = open_app("operator", view=sources_only)
    assert not app.exception
    text = shown(app)
    for said in (
        "Что сделать:",
        "Получите новый токен сообщества",
        "за последние трое суток",
        "Transient: 503 Service Unavailable",
        "На форуме идёт переезд",
        "раз в 1 мин",
        "95 %:",
        "$21.40",
        "из $25",
    ):
        assert said in text
    assert text.index("Обсуждения VK") < text.index("Отзовик") < text.index("Поиск в X")
    assert set(keys(app)) >= {f"open-{number}" for number in made.values()}


def test_the_same_list_speaks_english(open_app: OpenApp, made: dict[str, int]) -> None:
    text = shown(open_app("lead", view=sources_only, language="en"))
    assert "15 sources:" in text
    assert "To do:" in text
    assert made


def test_an_empty_list_says_what_to_do_and_what_can_be_watched(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    with database.session(desk_engine) as session:
        for row in sources.list_sources(session, BRAND):
            row.brand_id = "another"
            session.add(row)
    text = shown(open_app("lead", view=sources_only))
    assert "Пока ничего не отслеживается" in text
    assert "Isso" in text


def test_the_system_page_says_how_late_each_source_comes(open_app: OpenApp) -> None:
    assert "Сайт romashka.example" in shown(open_app("admin", view=system_only))


@pytest.mark.parametrize("login", ["operator", "approver"])
def test_only_a_lead_finds_the_ways_to_act(
    open_app: OpenApp, made: dict[str, int], login: str
) -> None:
    number = str(made["Поиск в X"])
    acts = {"check", "read-now", "pause", "backfill"}
    assert acts & keys(open_app(login, view=source_only, id=number)) == set()
    assert acts <= keys(open_app("lead", view=source_only, id=number))
    assert "add-source-open" not in keys(open_app(login, view=sources_only))
    assert not open_app(login, view=add_source_only).selectbox


def test_a_lead_who_is_one_no_more_is_refused_below_the_screen(
    open_app: OpenApp, desk_engine: Engine, made: dict[str, int]
) -> None:
    from otklik.enums import Role
    from otklik.store.people import find_person

    app = open_app("lead", view=source_only, id=str(made["Поиск в X"]))
    with database.session(desk_engine) as session:
        person = find_person(session, "lead")
        assert person is not None
        person.role = Role.APPROVER
        session.add(person)
    app.button(key="pause").click().run()
    assert "роль этого не позволяет" in shown(app)
    assert not row_of(desk_engine, "Поиск в X").is_paused


def test_a_pause_keeps_its_reason_and_a_resume_reads_at_once(
    open_app: OpenApp, desk_engine: Engine, made: dict[str, int]
) -> None:
    number = made["Поиск в X"]
    app = open_app("lead", view=source_only, id=str(number))
    app.text_area(key=f"pause-{number}-reason").set_value("Ждём счёт от X")
    app.button(key="pause").click().run()
    row = row_of(desk_engine, "Поиск в X")
    assert (row.is_paused, row.pause_reason) == (True, "Ждём счёт от X")
    assert "Ждём счёт от X" in shown(app)
    assert "read-now" not in keys(app)
    app.button(key="resume").click().run()
    row = row_of(desk_engine, "Поиск в X")
    assert not row.is_paused
    assert row.next_due_at <= now()
    with database.reading(desk_engine) as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.subject_kind == "source")).all()
    assert [event.action for event in events] == ["source.paused", "source.resumed"]


def test_what_turned_us_away_is_read_again_when_a_lead_resumes_it(
    open_app: OpenApp, desk_engine: Engine, made: dict[str, int]
) -> None:
    app = open_app("admin", view=source_only, id=str(made["Обсуждения VK"]))
    assert "нет доступа" in shown(app)
    app.button(key="resume").click().run()
    assert row_of(desk_engine, "Обсуждения VK").is_enabled


def test_a_source_is_read_now_without_waiting_for_its_time(
    open_app: OpenApp, desk_engine: Engine, made: dict[str, int]
) -> None:
    assert row_of(desk_engine, "Поиск в X").next_due_at > now()
    app = open_app("lead", view=source_only, id=str(made["Поиск в X"]))
    app.button(key="read-now").click().run()
    assert row_of(desk_engine, "Поиск в X").next_due_at <= now()


def test_a_back_fill_begins_with_the_day_of_the_desk(
    open_app: OpenApp, desk_engine: Engine, made: dict[str, int]
) -> None:
    number, day = made["Поиск в X"], (now() - timedelta(days=9)).date()
    app = open_app("lead", view=source_only, id=str(number))
    app.date_input(key=f"backfill-{number}-day").set_value(day)
    app.button(key="backfill").click().run()
    since = datetime.fromisoformat(row_of(desk_engine, "Поиск в X").cursor["since"])
    assert since == datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=3)
    assert day.strftime("%d.%m.%Y") in shown(app)


def test_a_back_fill_without_a_day_changes_nothing(
    open_app: OpenApp, desk_engine: Engine, made: dict[str, int]
) -> None:
    number = made["Поиск в X"]
    app = open_app("lead", view=source_only, id=str(number))
    before = row_of(desk_engine, "Поиск в X").cursor
    app.date_input(key=f"backfill-{number}-day").set_value(None)
    app.button(key="backfill").click().run()
    assert "Сначала выберите день" in shown(app)
    assert row_of(desk_engine, "Поиск в X").cursor == before


def test_an_unknown_source_is_an_answer_not_an_error(open_app: OpenApp) -> None:
    for number in ("999999", "x", str(10**17)):
        app = open_app("lead", view=source_only, id=number)
        assert not app.exception
        assert "Такого источника нет" in shown(app)


def test_a_check_shows_what_one_real_call_found(open_app: OpenApp, desk_engine: Engine) -> None:
    with IssoServer() as isso:
        isso.add_comment("Где мой заказ?")
        with database.session(desk_engine) as session:
            source = sources.find_source(session, BRAND, "Сайт romashka.example")
            assert source is not None
            number = source.id
            source.config = {
                "base_url": isso.url,
                "uris": ["/post/1"],
                "allow_private_hosts": True,
            }
            session.add(source)
        app = open_app("lead", view=source_only, id=str(number))
        app.button(key="check").click().run()
        assert "Источник отвечает" in shown(app)
        assert "Самый новый комментарий" in shown(app)
        isso.stop()
        app.button(key="check").click().run()
    assert "Запрос не удался" in shown(app)
    assert "Transient" in shown(app)


def test_a_check_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    free = threading.Event()
    monkeypatch.setattr(checking, "_ask", lambda *_: free.wait(20))
    found = checking.check("isso", {}, source="x", longest=0.05)
    free.set()
    assert not found.is_ok
    assert "no answer in 0.05 s" in found.error


def test_a_form_with_mistakes_says_them_at_the_fields_and_adds_nothing(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("lead", view=add_source_only)
    app.selectbox(key="add-platform").set_value("isso").run()
    app.text_input(key="add-isso-timeout").set_value("soon")
    app.text_input(key="add-isso-admin_password").set_value("hunter2-in-the-clear")
    app.button(key="add").click().run()
    assert not app.exception
    text = shown(app)
    assert text.count('class="ot-wrong"') == 3
    assert "Нужно число" in text
    assert "сам секрет сюда не вводят" in text
    assert "Это нужно заполнить" in text
    assert app.text_input(key="add-isso-admin_password").value == ""
    app.text_input(key="add-isso-timeout").set_value("5")
    app.text_input(key="add-isso-name").set_value("Сайт romashka.example")
    app.button(key="add").click().run()
    assert "give `uris` to watch" in shown(app)
    app.text_area(key="add-isso-uris").set_value("/post/1")
    app.text_input(key="add-isso-base_url").set_value("https://isso.example")
    app.button(key="add").click().run()
    assert "пустое или занято" in shown(app)
    with database.reading(desk_engine) as session:
        assert len(sources.list_sources(session, BRAND)) == 2


def test_the_form_tells_what_the_platform_asks_for_and_offers(open_app: OpenApp) -> None:
    app = open_app("lead", view=add_source_only)
    assert "file" not in app.selectbox(key="add-platform").options
    app.selectbox(key="add-platform").set_value("wordpress").run()
    text = shown(app)
    for said in ("Стоимость", "Пределы", "отвечает"):
        assert said in text
    assert "Наша учётная запись" in text
