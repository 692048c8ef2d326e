"""The bounded wire under requests and httplib2, with real libraries on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from collectors._adapters import Httplib2Client, requests_session
from collectors._wire import Interrupted, NotSent, PrivateAddress, TooLarge, Wire, limit_key
from otklik.errors import RateLimited
from otklik.metering import Limit, LocalMeter
from otklik.platforms import PlatformSettings
from tests.servers.faulty import FaultyProxy, cut_after, drip_body, hang
from tests.servers.ports import free_port

HOME = "https://api.platform.example"
Get = Callable[[Wire, str], bytes]


def _by_requests(wire: Wire, url: str) -> bytes:
    content: bytes = requests_session(wire).get(url).content
    return content


def _by_httplib2(wire: Wire, url: str) -> bytes:
    return Httplib2Client(wire, headers=dict).request(url)[1]


CLIENTS = pytest.mark.parametrize("get", [_by_requests, _by_httplib2])


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as running:
        yield running


def make_wire(url: str, *, meter: LocalMeter | None = None, **more: Any) -> Wire:
    limits = more.pop("limits", None)
    values = {"allow_private_hosts": True, "timeout": 60.0, **more}
    return Wire(
        PlatformSettings(base_url=url, **values),
        place="source 'x' (test)",
        meter=meter or LocalMeter(),
        home=HOME,
        limits=limits,
    )


@CLIENTS
def test_calls_to_the_platforms_own_address_go_where_the_settings_say(
    server: HTTPServer, get: Get
) -> None:
    server.expect_request("/v2/things", query_string="q=%D1%87%D0%B0%D0%B9").respond_with_data(
        "чай"
    )
    wire = make_wire(server.url_for("").rstrip("/"))
    assert get(wire, f"{HOME}/v2/things?q=%D1%87%D0%B0%D0%B9").decode() == "чай"


@CLIENTS
def test_a_redirect_into_the_private_network_is_refused(server: HTTPServer, get: Get) -> None:
    other = f"http://127.0.0.1:{free_port()}/secret"
    server.expect_request("/away").respond_with_data("", 302, {"Location": other})
    wire = make_wire(server.url_for("").rstrip("/"))
    if get is _by_requests:
        with pytest.raises(PrivateAddress):
            get(wire, f"{HOME}/away")
    else:
        assert get(wire, f"{HOME}/away") == b""  # not followed at all


@CLIENTS
def test_an_address_in_the_private_network_is_refused(get: Get) -> None:
    wire = Wire(PlatformSettings(), place="x", meter=LocalMeter(), home=HOME)
    with pytest.raises(PrivateAddress):
        get(wire, "http://169.254.169.254/latest/meta-data")


@CLIENTS
def test_an_answer_too_large_is_cut_off(server: HTTPServer, get: Get) -> None:
    server.expect_request("/big").respond_with_data(b"x" * 10_001)
    with pytest.raises(TooLarge):
        get(make_wire(server.url_for("").rstrip("/"), max_bytes=10_000), f"{HOME}/big")


@CLIENTS
@pytest.mark.parametrize("fault", [hang(), drip_body(), cut_after()], ids=["hang", "drip", "cut"])
def test_what_was_sent_and_not_answered_is_interrupted(
    server: HTTPServer, get: Get, fault: Any
) -> None:
    server.expect_request("/x").respond_with_data("{}")
    with FaultyProxy(server.url_for("").rstrip("/")) as proxy:
        proxy.break_with(fault)
        with pytest.raises(Interrupted):
            get(make_wire(proxy.url, timeout=0.3), f"{HOME}/x")


@CLIENTS
def test_what_never_left_is_not_sent(get: Get) -> None:
    with pytest.raises(NotSent):
        get(make_wire(f"http://127.0.0.1:{free_port()}"), f"{HOME}/x")


@CLIENTS
def test_a_call_beyond_the_limit_is_not_sent(server: HTTPServer, get: Get) -> None:
    server.expect_request("/x").respond_with_data("{}")
    key = limit_key("test", f"token of {get.__name__}")
    limits = {key: Limit(1, 3600)}
    wire = make_wire(server.url_for("").rstrip("/"), limits=limits)
    get(wire, f"{HOME}/x")
    with pytest.raises(RateLimited) as caught:
        get(wire, f"{HOME}/x")
    assert 3500 < caught.value.retry_after <= 3600
    assert len(server.log) == 1


def test_a_key_of_a_limit_tells_nothing_of_the_token() -> None:
    key = limit_key("vk", "vk1.a.secret", "wall")
    assert "secret" not in key
    assert key != limit_key("vk", "vk1.a.other", "wall")
    assert key == limit_key("vk", "vk1.a.secret", "wall")


def test_headers_and_bodies_pass_both_ways(server: HTTPServer) -> None:
    server.expect_request(
        "/post", method="POST", headers={"X-Kind": "test"}, data="текст=чай"
    ).respond_with_json({"ok": True}, 201, {"X-Left": "7"})
    session = requests_session(make_wire(server.url_for("").rstrip("/")))
    answer = session.post(f"{HOME}/post", data="текст=чай".encode(), headers={"X-Kind": "test"})
    assert (answer.status_code, answer.json()) == (201, {"ok": True})
    assert answer.headers["x-left"] == "7"


def test_cyrillic_json_is_read_as_such_without_a_charset(server: HTTPServer) -> None:
    body = '{"text": "чай"}'.encode()
    server.expect_request("/x").respond_with_data(body, content_type="application/json")
    answer = requests_session(make_wire(server.url_for("").rstrip("/"))).get(f"{HOME}/x")
    assert (answer.json(), answer.text) == ({"text": "чай"}, '{"text": "чай"}')
