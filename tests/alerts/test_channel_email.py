from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otklik.alerts import AlertMessage, Channel, build_channel
from otklik.errors import AccessDenied, ConfigError, PlatformError, Rejected, Transient
from tests.servers.smtp import SmtpServer

Make = Callable[..., AlertMessage]
CONFIG: dict[str, Any] = {
    "host": "127.0.0.1",
    "security": "none",
    "sender": "Отклик <desk@shop.example>",
    "to": ["lead@shop.example", "duty@shop.example"],
    "timeout": 60,
}


@pytest.fixture
def mail() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def email(mail: SmtpServer) -> Channel:
    return build_channel("email", {**CONFIG, "port": mail.port}, name="mail")


def test_a_mail_says_what_where_why_and_holds_one_link(
    email: Channel, mail: SmtpServer, make_message: Make
) -> None:
    reference = email.send(make_message(key="17-4", facts=("Где: Отзывы", "Почему: здоровье")))
    (got,) = mail.mails
    assert reference == got["Message-ID"] == "<alert.17-4@shop.example>"
    assert got["To"] == "lead@shop.example, duty@shop.example"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content_type() == "text/plain"
    text = got.get_content()
    for words in ("Где: Отзывы", "Почему: здоровье", "Ребёнку стало плохо"):
        assert words in text
    assert text.count("https://desk.example/?mention=17&tab=case") == 1


def test_a_stranger_adds_no_header_and_no_link(
    email: Channel, mail: SmtpServer, make_message: Make
) -> None:
    fake = "Хм\r\nBcc: all@evil.example\r\n\r\nhttp://evil.example"
    email.send(make_message(title=fake, body=fake))
    (got,) = mail.mails
    assert got["Bcc"] is None
    assert "http://evil.example" not in got.get_content()


@pytest.mark.parametrize(
    ("command", "said", "expected"),
    [
        ("RCPT", "550 no such user", AccessDenied),
        ("RCPT", "451 later", Transient),
        ("MAIL", "550 not you", AccessDenied),
        ("DATA", "554 spam", Rejected),
        ("DATA", "451 busy", Transient),
        ("MAIL", "421 closing", Transient),
    ],
)
def test_each_refusal_says_what_can_be_done(
    *,
    email: Channel,
    mail: SmtpServer,
    make_message: Make,
    command: str,
    said: str,
    expected: type[PlatformError],
) -> None:
    mail.refuse[command] = said
    with pytest.raises(PlatformError) as caught:
        email.send(make_message())
    assert type(caught.value) is expected
    assert mail.mails == []


def test_a_hung_or_absent_server_is_tried_again(make_message: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = {**CONFIG, "port": silent.getsockname()[1], "timeout": 0.2}
        with pytest.raises(Transient, match="no answer"):
            build_channel("email", config, name="mail").send(make_message())
    with pytest.raises(Transient, match="no answer"):
        build_channel("email", {**CONFIG, "port": 1}, name="mail").send(make_message())


def test_a_server_without_tls_is_not_spoken_to_in_clear(
    mail: SmtpServer, make_message: Make
) -> None:
    config = {**CONFIG, "port": mail.port, "security": "starttls"}
    with pytest.raises(AccessDenied, match="STARTTLS"):
        build_channel("email", config, name="mail").send(make_message())


@pytest.mark.parametrize(
    "wrong",
    [{"host": "mail.example"}, {"sender": "nobody"}, {"to": ["a@b.c\nBcc: x@y.z"]}, {"user": "u"}],
)
def test_settings_that_are_unsafe_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="channel 'mail'"):
        build_channel("email", {**CONFIG, **wrong}, name="mail")
