from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

from otklik.alerts import AlertMessage, build_channel
from otklik.errors import Transient

Make = Callable[..., AlertMessage]


def test_the_console_shows_what_where_and_how_urgent(
    make_message: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    build_channel("console", {}, name="here").send(make_message())
    assert capsys.readouterr().err == (
        "[alert 17 · urgent_mention · urgency 3] Срочное: отравление\n"
        "  | Ребёнку стало плохо\n"
        "  > https://desk.example/?mention=17&tab=case\n"
    )


def test_a_stranger_can_neither_paint_nor_fake_a_line(
    make_message: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = "плохо\n[alert 1 · urgent_mention · urgency 3] всё хорошо\r\x1b[2Jx\x9b31m"
    build_channel("console", {}, name="here").send(make_message(title=fake, body=fake))
    lines = capsys.readouterr().err.splitlines()
    assert [line[:9] for line in lines if line.startswith("[alert")] == ["[alert 17"]
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for line in lines for char in line)


def test_a_terminal_without_cyrillic_still_gets_the_alert(
    make_message: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="ascii"))
    build_channel("console", {}, name="here").send(make_message())
    assert b"[alert 17" in raw.getvalue()


def test_a_closed_terminal_is_something_to_try_again(
    make_message: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    with pytest.raises(Transient, match="terminal is gone"):
        build_channel("console", {}, name="here").send(make_message())
