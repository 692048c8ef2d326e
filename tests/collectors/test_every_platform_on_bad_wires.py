"""What every platform makes of a server that fails, refuses, hangs, or asks to wait."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from pydantic import SecretStr

from otklik.errors import AccessDenied, OtklikError, PlatformError, RateLimited, Transient
from otklik.platforms import build_platform, load_platform, secret_keys
from tests.rigs.base import Response, Rig
from tests.rigs.reading import RIGS, Ledger, each_rig, fill
from tests.servers.faulty import Fault, FaultyProxy, answer, cut_before, hang, truncate

FAULTS: dict[str, Fault] = {
    "500": answer(500, '{"oops": 1}'),
    "503": answer(503, "<h1>Сервис недоступен</h1>", content_type="text/html; charset=utf-8"),
    "html": answer(200, "<html><body>Технические работы</body></html>", content_type="text/html"),
    "empty": answer(200, b""),
    "list": answer(200, b"[[]]"),
    "truncated": truncate(),
    "cut": cut_before(),
    "hung": hang(),
}


@pytest.fixture(params=each_rig(RIGS.values()))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with request.param() as running:
        yield running
        assert not running.violations


@pytest.fixture
def proxy(rig: Rig) -> Iterator[FaultyProxy]:
    with FaultyProxy(rig.url) as running:
        yield running


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_answer_is_said_and_loses_nothing(rig: Rig, proxy: FaultyProxy, name: str) -> None:
    written = fill(rig, 5)
    ledger = Ledger()
    proxy.break_with(FAULTS[name])
    said: list[str] = []
    try:
        ledger.read(rig.platform(proxy.url, timeout=0.5))
    except Transient as error:
        said.append(str(error))
    said += ledger.warnings
    said += [bad.reason for page in ledger.pages for bad in page.bad_rows]
    assert any(said), "a fault went by in silence"
    assert not ledger.deleted
    proxy.heal()
    for _ in range(2):
        ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == set(written)


def test_a_fault_in_the_middle_loses_nothing(rig: Rig, proxy: FaultyProxy) -> None:
    written = fill(rig, 9)
    ledger = Ledger()
    platform = rig.platform(proxy.url)
    with closing(platform), suppress(Transient):
        for page in platform.collect({}):
            ledger.store(page)
            proxy.break_with(answer(500, "{}"))
    proxy.heal()
    for _ in range(2):
        ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == set(written)


def test_being_told_to_wait_says_how_long(rig: Rig, proxy: FaultyProxy) -> None:
    fill(rig, 3)
    proxy.break_with(_answered(rig.limited()))
    with pytest.raises(RateLimited) as caught:
        Ledger().read(rig.platform(proxy.url))
    assert 5 <= caught.value.retry_after <= 10


@pytest.mark.parametrize(
    "rig",
    each_rig(kind for kind in RIGS.values() if secret_keys(load_platform(kind.name))),
    indirect=True,
)
def test_a_dead_token_asks_for_a_person(rig: Rig, proxy: FaultyProxy) -> None:
    fill(rig, 3)
    proxy.break_with(_answered(rig.denied()))
    with pytest.raises(AccessDenied) as caught:
        Ledger().read(rig.platform(proxy.url))
    assert caught.value.to_do, "nobody is told what to do"


def _answered(response: Response) -> Fault:
    return answer(
        response.status,
        response.encoded(),
        content_type=response.content_type,
        headers=response.headers,
    )


def test_no_secret_is_ever_shown(rig: Rig, proxy: FaultyProxy) -> None:
    secrets = _secrets(rig)
    fill(rig, 2)
    platform = rig.platform(proxy.url)
    shown = [repr(platform.settings), str(platform.settings), repr(vars(platform))]
    for fault in (answer(418, "{}"), answer(500, "{}"), cut_before(), _answered(rig.denied())):
        proxy.break_with(fault)
        for call in (lambda: list(platform.collect({})), platform.check):
            try:
                call()
            except OtklikError as error:
                shown.append("".join(traceback.format_exception_only(error)))
    platform.close()
    for secret in secrets:
        assert not [text for text in shown if secret in text]


def _secrets(rig: Rig) -> list[str]:
    settings = build_platform(load_platform(rig.name), rig.settings(), source="rig").settings
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def test_a_check_tells_the_truth(rig: Rig, proxy: FaultyProxy) -> None:
    fill(rig, 3)
    platform = rig.platform(proxy.url)
    found = platform.check()
    assert found.ok
    assert found.message
    assert set(found.can) <= platform.can
    proxy.break_with(answer(500, "{}"))
    with pytest.raises(PlatformError):
        platform.check()
    platform.close()
