"""What every platform must keep to, found or yet to be written."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import collectors
from otklik.platforms import (
    AnyPlatform,
    Capability,
    Page,
    Platform,
    PlatformSettings,
    discover,
    secret_keys,
)
from tests.servers.isso import IssoServer
from tests.servers.wordpress import WordPressServer

PLATFORMS = discover()
EVERY = pytest.mark.parametrize("kind", PLATFORMS.values(), ids=PLATFORMS.keys())


def test_isso_wordpress_and_file_are_found() -> None:
    assert set(PLATFORMS) >= {"isso", "wordpress", "file"}


@EVERY
def test_a_platform_says_who_it_is(kind: type[AnyPlatform]) -> None:
    assert kind.title
    assert kind.__doc__
    assert "Limit" in kind.__doc__ or kind.min_interval == 0
    assert importlib.import_module(f"collectors.{kind.name}").__doc__


@EVERY
def test_what_it_can_is_what_it_implements(kind: type[AnyPlatform]) -> None:
    implemented = {
        capability
        for capability in Capability
        if getattr(kind, capability, None) is not getattr(Platform, capability, None)
    }
    assert kind.can == implemented


@EVERY
def test_its_settings_are_documented_and_secrets_are_secret(kind: type[AnyPlatform]) -> None:
    model = kind.settings_type
    assert issubclass(model, PlatformSettings)
    own = set(model.model_fields) - set(PlatformSettings.model_fields)
    undocumented = {name for name in own if name not in (model.__doc__ or "")}
    assert not undocumented
    looks_secret = {name for name in own if "password" in name or "token" in name}
    assert looks_secret == secret_keys(kind)
    assert model.model_config.get("extra") == "forbid"


@EVERY
def test_its_reply_bound_is_given_where_it_can_post(kind: type[AnyPlatform]) -> None:
    assert (kind.reply_max_length is not None) == (Capability.POST in kind.can)


@EVERY
def test_it_says_what_it_takes_and_what_it_cannot_do(kind: type[AnyPlatform]) -> None:
    """These make the page on platforms; whoever adds a source reads them first."""
    assert kind.cost
    assert kind.cannot
    assert bool(kind.answers) == bool(kind.can - {Capability.THREAD})
    if secret_keys(kind):
        assert kind.rights
        assert kind.token_steps


def test_collectors_use_nothing_of_the_other_stages() -> None:
    allowed = {"enums", "errors", "clock", "platforms", "metering", "language", "network"}
    for info in pkgutil.walk_packages(collectors.__path__, "collectors."):
        source = inspect.getsource(importlib.import_module(info.name))
        for line in source.splitlines():
            words = line.split()
            if words[:1] == ["from"] and words[1].startswith("otklik"):
                assert words[1].split(".")[1] in allowed, f"{info.name}: {line}"
            assert words[:2] not in (["from", "classifier"], ["from", "responder"]), info.name


Source = Callable[[], AnyPlatform]


@pytest.fixture
def file_source(tmp_path: Path) -> Source:
    path = tmp_path / "отзывы.csv"
    path.write_text("id,date,text\n" + "".join(f"{n},,Отзыв {n}\n" for n in range(2500)))
    return lambda: PLATFORMS["file"](PLATFORMS["file"].settings_type(path=str(path)))  # type: ignore[call-arg]


@pytest.fixture
def isso_source(isso_server: IssoServer, make_isso: Callable[..., AnyPlatform]) -> Source:
    for n in range(4):
        root = isso_server.add_comment(f"Отзыв {n}", uri=f"/post/{n}")
        isso_server.add_comment("Ответ", uri=f"/post/{n}", parent=root)
    return lambda: make_isso(uris=[f"/post/{n}" for n in range(4)])


@pytest.fixture
def wordpress_source(
    wordpress_server: WordPressServer,
    make_wordpress: Callable[..., AnyPlatform],
    monkeypatch: pytest.MonkeyPatch,
) -> Source:
    monkeypatch.setattr("collectors.wordpress.platform.PER_PAGE", 3)
    monkeypatch.setattr("collectors.wordpress.platform.OVERLAP", 0)
    post = wordpress_server.add_post()
    for n in range(8):
        wordpress_server.add_comment(f"Отзыв {n}", post=post)
    return make_wordpress


@pytest.fixture(
    params=["file", "isso", pytest.param("wordpress", marks=pytest.mark.needs_wordpress)]
)
def source(request: pytest.FixtureRequest) -> Source:
    made: Source = request.getfixturevalue(f"{request.param}_source")
    return made


def ids_of(pages: list[Page]) -> list[str]:
    return [mention.external_id for page in pages for mention in page.mentions]


def test_every_page_carries_a_cursor_that_json_can_hold(source: Source) -> None:
    pages = list(source().collect({}))
    assert len(pages) > 1
    for page in pages:
        assert page.cursor
        assert json.loads(json.dumps(page.cursor)) == page.cursor


def test_collecting_goes_on_from_any_page_and_loses_nothing(source: Source) -> None:
    pages = list(source().collect({}))
    everything = set(ids_of(pages))
    for stop in range(1, len(pages) + 1):
        cursor = json.loads(json.dumps(pages[stop - 1].cursor))
        rest = list(source().collect(cursor))
        assert set(ids_of(pages[:stop])) | set(ids_of(rest)) == everything


def test_a_page_names_a_mention_once(source: Source) -> None:
    for page in source().collect({}):
        ids = [mention.external_id for mention in page.mentions]
        assert len(ids) == len(set(ids))


def test_a_second_poll_settles(source: Source) -> None:
    cursor: dict[str, Any] = {}
    for _ in range(3):
        for page in source().collect(cursor):
            cursor = page.cursor
    assert ids_of(list(source().collect(cursor))) == []


def test_identities_and_dates_are_sound(source: Source) -> None:
    for page in source().collect({}):
        for mention in page.mentions:
            assert mention.thread.external_id
            assert mention.author.external_id
            assert mention.published_at is None or mention.published_at.utcoffset() is not None
            assert "/" in mention.external_id


def test_a_check_makes_one_call_and_tells_what_it_saw(source: Source) -> None:
    platform = source()
    check = platform.check()
    assert check.ok
    assert check.message
    assert set(check.can) <= platform.can


def test_no_setting_that_is_secret_is_shown(source: Source) -> None:
    settings = source().settings
    secrets = [value for value in vars(settings).values() if isinstance(value, SecretStr)]
    for secret in secrets:
        assert secret.get_secret_value() not in repr(settings)
