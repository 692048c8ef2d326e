"""The weekly report: what it says, that nothing in it is alive, and that it goes out once."""

from __future__ import annotations

import re
import shutil
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlmodel import select

from otklik import database
from otklik.database import make_engine
from otklik.enums import AlertKind, DeliveryState
from otklik.models import Alert
from otklik.report_settings import ReportSettings
from otklik.reports import letter
from otklik.reports.sending import TOLD_AFTER, make_page, send_due
from otklik.reports.weekly import due_week, week_of
from otklik.settings import Settings
from otklik.store import events
from tests.reports.busy_weeks import HOSTILE, seed_weeks
from tests.servers.databases import SqliteTemplate

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # Monday, half past nine in Moscow
WEEK = "2026-W47"
_FAILED = select(Alert).where(Alert.kind == AlertKind.REPORT_FAILED)


class Sink:
    """A mail server that keeps what it is given, or refuses as told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusal = ""
        self.refused_names: set[str] = set()
        sink = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 sink")
                while line := self.rfile.readline().decode().strip():
                    if not self._answer(line):
                        return

            def _say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

            def _answer(self, line: str) -> bool:
                word = line.split(maxsplit=1)[0].upper()
                if word == "RCPT" and any(name in line for name in sink.refused_names):
                    self._say("550 nobody of that name")
                elif word == "DATA":
                    self._take()
                elif word == "QUIT":
                    self._say("221 bye")
                    return False
                else:
                    self._say(sink.refusal if word == "MAIL" and sink.refusal else "250 ok")
                return True

            def _take(self) -> None:
                self._say("354 go on")
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
                found = message_from_bytes(b"".join(lines), policy=policy.default)
                assert isinstance(found, EmailMessage)
                sink.mails.append(found)
                self._say("250 taken")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def seeded_file(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weeks") / "weeks.sqlite3"
    engine = make_engine(sqlite_template.copy(file))
    seed_weeks(engine, NOW, daily=12, answers=60)
    engine.dispose()
    return file


@pytest.fixture
def busy(seeded_file: Path, tmp_path: Path) -> Iterator[Engine]:
    file = tmp_path / "busy.sqlite3"
    shutil.copyfile(seeded_file, file)
    opened = make_engine(f"sqlite:///{file}")
    yield opened
    opened.dispose()


def settings_of(engine: Engine, **reports: object) -> Settings:
    return Settings(
        database_url=str(engine.url),
        brand_name="Ромашка <script>alert(1)</script>",
        reports=ReportSettings.model_validate({"weekly": "mon 09:00", **reports}),
    )


def mailed(engine: Engine, sink: Sink, *to: str) -> Settings:
    return settings_of(
        engine,
        to=list(to or ("director@romashka.example",)),
        sender="Отклик <otklik@romashka.example>",
        smtp_host="127.0.0.1",
        smtp_port=sink.port,
        smtp_security="none",
    )


class Page(HTMLParser):
    """Tags and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_page_is_one_file_in_which_nothing_is_alive(busy: Engine, language: str) -> None:
    settings = settings_of(busy, folder="out").model_copy(update={"language": language})
    made = make_page(busy, settings, date(2026, 11, 16), NOW)
    page = Page(made.page)
    tags = {tag for tag, _ in page.tags}
    assert tags & {"script", "img", "a", "iframe", "link", "object", "form", "base"} == set()
    for _tag, attributes in page.tags:
        assert not {"href", "src", "srcset", "action"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
    assert "url(" not in made.page
    assert "<script>" not in made.page
    assert "&lt;img src=x onerror=alert(1)&gt;" in made.page  # the incident's title, as text
    assert HOSTILE.split(">", maxsplit=1)[0] in "".join(page.words)
    assert "{" not in " ".join(word for word in page.words if "font" not in word)
    assert len(made.page) < 40_000


def test_the_page_says_what_the_week_was(busy: Engine) -> None:
    made = make_page(busy, settings_of(busy, folder="x"), date(2026, 11, 16), NOW)
    figures = made.figures
    words = " ".join(Page(made.page).words)
    assert figures.week == WEEK
    assert sum(map(sum, figures.topics.lines.values())) == figures.volume.total > 0
    assert str(figures.volume.total) in words
    assert figures.owed.kept + figures.owed.broken + figures.owed.overdue > 0
    assert "Что решить" in words
    assert "Цены на улун выросли" not in words  # two weeks ago
    mail = letter.as_text(figures, made.names)
    assert "Что решить" in mail
    assert "<script>" in letter.subject_line(figures)  # plain text there, not markup


def test_an_empty_week_says_so(sqlite_engine: Engine) -> None:
    made = make_page(sqlite_engine, settings_of(sqlite_engine, folder="x"), date(2026, 1, 5), NOW)
    words = " ".join(Page(made.page).words)
    assert "Решать нечего" in words
    assert "нет данных" in words


@pytest.mark.parametrize(
    ("schedule", "now", "monday"),
    [
        ("mon 09:00", datetime(2026, 11, 23, 9, 0, tzinfo=MOSCOW), date(2026, 11, 16)),
        ("mon 09:00", datetime(2026, 11, 23, 8, 59, tzinfo=MOSCOW), date(2026, 11, 9)),
        ("mon 09:00", datetime(2026, 11, 29, 23, 0, tzinfo=MOSCOW), date(2026, 11, 16)),
        ("fri 18:00", datetime(2026, 11, 27, 18, 1, tzinfo=MOSCOW), date(2026, 11, 16)),
        ("fri 18:00", datetime(2026, 11, 26, 18, 1, tzinfo=MOSCOW), date(2026, 11, 9)),
    ],
)
def test_what_is_due_is_the_last_full_week(schedule: str, now: datetime, monday: date) -> None:
    assert due_week(schedule, now, MOSCOW) == monday
    assert week_of("2026-W47") == date(2026, 11, 16)


def test_a_weeks_report_is_mailed_once(busy: Engine, sink: Sink) -> None:
    settings = mailed(busy, sink, "director@romashka.example", "pr@romashka.example")
    assert send_due(busy, settings, NOW) == 1
    assert send_due(busy, settings, NOW + timedelta(minutes=1)) is None
    assert send_due(busy, settings, NOW + timedelta(days=6)) is None
    (mail,) = sink.mails
    assert "director@romashka.example" in mail["To"]
    assert "16.11.2026" in mail["Subject"]
    (page,) = mail.iter_attachments()
    assert page.get_filename() == f"otklik-{WEEK}.default.html"
    assert "<!doctype html>" in page.get_content()
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Что решить" in body.get_content()
    assert send_due(busy, settings, NOW + timedelta(days=7)) == 1
    assert sink.mails[0]["Message-ID"] != sink.mails[1]["Message-ID"]


def test_a_failed_sending_is_seen_and_tried_again(busy: Engine, sink: Sink) -> None:
    settings = mailed(busy, sink)
    sink.refusal = "451 come later"
    assert send_due(busy, settings, NOW) == 0
    with database.reading(busy) as session:
        row = events.find_sending(session, "default", WEEK)
        assert row is not None
        assert (row.state, row.attempts) == (DeliveryState.PENDING, 1)
        assert "451" in row.error
    assert send_due(busy, settings, NOW + timedelta(minutes=4)) is None
    sink.refusal = ""
    assert send_due(busy, settings, NOW + timedelta(minutes=5)) == 1
    with database.reading(busy) as session:
        row = events.find_sending(session, "default", WEEK)
        assert row is not None
        assert (row.state, row.attempts, row.error) == (DeliveryState.SENT, 2, "")
    assert len(sink.mails) == 1


def test_a_report_that_does_not_go_out_raises_one_alert(busy: Engine, sink: Sink) -> None:
    settings = mailed(busy, sink)
    sink.refusal = "451 come later"
    told: list[int] = []
    at = NOW
    for _attempt in range(TOLD_AFTER + 1):
        assert send_due(busy, settings, at) == 0
        with database.reading(busy) as session:
            told.append(len(session.exec(_FAILED).all()))
            row = events.find_sending(session, "default", WEEK)
        assert row is not None
        at = row.next_attempt_at
    assert told == [*[0] * (TOLD_AFTER - 1), 1, 1]
    with database.reading(busy) as session:
        (alert,) = session.exec(_FAILED).all()
    assert WEEK in alert.title
    assert "451" in alert.body


def test_what_no_further_attempt_mends_is_told_at_once(busy: Engine, tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("no folder", encoding="utf-8")
    assert send_due(busy, settings_of(busy, folder=str(place)), NOW) == 0
    with database.reading(busy) as session:
        assert len(session.exec(_FAILED).all()) == 1


def test_one_bad_address_does_not_send_it_twice_to_the_others(busy: Engine, sink: Sink) -> None:
    sink.refused_names = {"gone@"}
    settings = mailed(busy, sink, "director@romashka.example", "gone@romashka.example")
    assert send_due(busy, settings, NOW) == 1
    assert send_due(busy, settings, NOW + timedelta(days=1)) is None
    with database.reading(busy) as session:
        (row,) = events.list_sendings(session, "default")
    assert row.error == "refused: gone@romashka.example"
    assert len(sink.mails) == 1


def test_a_server_that_is_not_there_is_tried_again(busy: Engine, sink: Sink) -> None:
    settings = mailed(busy, sink)
    sink.server.server_close()
    assert send_due(busy, settings, NOW) == 0
    with database.reading(busy) as session:
        (row,) = events.list_sendings(session, "default")
    assert row.state is DeliveryState.PENDING
    assert "no answer" in row.error


def test_it_is_written_as_a_file(busy: Engine, tmp_path: Path) -> None:
    settings = settings_of(busy, folder=str(tmp_path / "weekly"))
    assert send_due(busy, settings, NOW) == 1
    (file,) = (tmp_path / "weekly").iterdir()
    assert file.name == f"otklik-{WEEK}.html"
    assert re.match("<!doctype html>", file.read_text(encoding="utf-8"))


def test_two_processes_send_one_report(engine: Engine) -> None:
    """Whoever claims it sends it; a sender that died is followed by another after its lease."""
    lease = timedelta(minutes=10)
    with database.session(engine) as session:
        assert events.claim_sending(session, "default", WEEK, NOW, lease) is not None
    with database.session(engine) as session:
        assert events.claim_sending(session, "default", WEEK, NOW, lease) is None
    with database.session(engine) as session:
        again = events.claim_sending(session, "default", WEEK, NOW + lease, lease)
        assert again is not None
        assert again.attempts == 2


def test_without_settings_nothing_is_sent(busy: Engine) -> None:
    assert send_due(busy, Settings(database_url=str(busy.url)), NOW) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekly": "someday 09:00", "folder": "x"},
        {"weekly": "mon 25:00", "folder": "x"},
        {"weekly": "mon 09:00"},
        {"weekly": "mon 09:00", "to": ["a@b.example"]},
        {"weekly": "mon 09:00", "to": ["a\nb@c"], "sender": "o@b", "smtp_host": "mail.example"},
        {
            "weekly": "mon 09:00",
            "to": ["a@b.example"],
            "sender": "o@b.example",
            "smtp_host": "mail.example",
            "smtp_security": "none",
        },
        {"weekly": "mon 09:00", "folder": "x", "smtp_password": "hunter2"},
    ],
)
def test_settings_that_could_not_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ReportSettings.model_validate(wrong)
