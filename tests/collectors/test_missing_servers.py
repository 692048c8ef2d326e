"""A missing server is a skip with a reason, and a failure where it must be there."""

from __future__ import annotations

import pytest

from tests.servers.requirements import require


def test_a_missing_program_skips_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTKLIK_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs no-such-program, /no/such/file"):
        require("sh", "no-such-program", "/no/such/file", "/")


def test_a_missing_program_fails_where_all_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="needs no-such-program"):
        require("no-such-program")


def test_what_is_there_neither_skips_nor_fails() -> None:
    require("sh", "/")
