from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from otklik.alerts import AlertMessage, Channel, build_channel
from otklik.alerts.webhook import SIGNATURE, TIMESTAMP, is_genuine, sign
from otklik.errors import AccessDenied, ConfigError, PlatformError, RateLimited, Rejected, Transient

Make = Callable[..., AlertMessage]
SECRET = "a secret that both of us know"


@pytest.fixture
def webhook(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setenv("OTKLIK_SECRET_URL", httpserver.url_for("/hook/t0ken"))
    monkeypatch.setenv("OTKLIK_SECRET_KEY", SECRET)
    config = {"url": "env:OTKLIK_SECRET_URL", "secret": "env:OTKLIK_SECRET_KEY", "timeout": 60}
    return build_channel("webhook", config, name="own")


def test_a_receiver_knows_whose_it_is_and_when(
    webhook: Channel, httpserver: HTTPServer, make_message: Make
) -> None:
    kept: list[Request] = []

    def keep(request: Request) -> Response:
        request.get_data()
        kept.append(request)
        return Response("", 204)

    httpserver.expect_request("/hook/t0ken").respond_with_handler(keep)
    webhook.send(make_message(key="17-4", title="\x1bx"))
    (got,) = kept
    body, stamp, signature = got.get_data(), got.headers[TIMESTAMP], got.headers[SIGNATURE]
    at = float(stamp)
    assert is_genuine(SECRET, stamp, body, signature, at=at)
    assert not is_genuine(SECRET, stamp, body + b" ", signature, at=at)
    assert not is_genuine("another secret entirely", stamp, body, signature, at=at)
    assert not is_genuine(SECRET, str(int(at) + 1), body, signature, at=at)
    assert not is_genuine(SECRET, stamp, body, signature, at=at + 301)
    assert not is_genuine(SECRET, stamp, body, signature, at=at - 301)
    assert not is_genuine(SECRET, "now", body, signature, at=at)
    assert got.headers["Idempotency-Key"] == "17-4"
    assert json.loads(body)["title"] == "x"


def test_the_signature_is_the_documented_one() -> None:
    assert sign("k" * 16, "1", b"{}") == (
        "v1=f1769982edf184902c2040cf16499ffca0cc180bf51acc650981e75bfb2bde6d"
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, RateLimited), (500, Transient), (408, Transient), (302, Transient), (400, Rejected)]
    + [(code, AccessDenied) for code in (401, 403, 404, 410)],
)
def test_each_answer_says_what_can_be_done(
    webhook: Channel,
    httpserver: HTTPServer,
    make_message: Make,
    status: int,
    expected: type[PlatformError],
) -> None:
    httpserver.expect_request("/hook/t0ken").respond_with_data("no", status)
    with pytest.raises(PlatformError) as caught:
        webhook.send(make_message())
    assert type(caught.value) is expected
    assert "t0ken" not in str(caught.value)


@pytest.mark.parametrize(("url", "key"), [("http://shop.example/x", SECRET), ("https://a.b", "x")])
def test_an_open_wire_or_a_short_secret_is_refused(
    url: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_URL", url)
    monkeypatch.setenv("OTKLIK_SECRET_KEY", key)
    config = {"url": "env:OTKLIK_SECRET_URL", "secret": "env:OTKLIK_SECRET_KEY"}
    with pytest.raises(ConfigError, match="channel 'own'"):
        build_channel("webhook", config, name="own")
