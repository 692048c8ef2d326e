"""The shared machinery: addresses that may be called, waiting times, cleaned text."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._http import HttpClient, retry_after
from collectors._text import (
    MAX_TEXT,
    clean,
    clean_name,
    clean_original,
    decode_json_bytes,
    html_to_text,
    quote,
    repair_encoding,
)
from otklik.errors import AccessDenied, Transient
from otklik.network import GuardedBackend, PrivateAddress, is_private, is_private_name
from otklik.platforms import PlatformSettings


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),  # noqa: S104
        *(
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "64:ff9b::7f00:1",
            "64:ff9b::10.0.0.1",
            "fe80::1%eth0",
            "fc00::1",
            "::",
        ),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::"),
    ],
)
def test_private_addresses_are_known(address: str) -> None:
    assert is_private(address)
    assert is_private_name(address.partition("%")[0])


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_public_addresses_are_known(address: str) -> None:
    assert not is_private(address)
    assert not is_private_name(address)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST.", "a.localhost", "[::1]"])
def test_private_names_are_known(name: str) -> None:
    assert is_private_name(name)


def test_a_name_that_resolves_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        both = ("93.184.216.34", "10.0.0.7")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in both]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(PrivateAddress, match=r"10\.0\.0\.7"):
        GuardedBackend().connect_tcp("shop.example", 80)
    client = HttpClient(PlatformSettings(base_url="http://shop.example"), platform="isso")
    with pytest.raises(AccessDenied, match="allow_private_hosts"):
        client.get("/")
    client.close()


def test_the_settings_of_a_proxy_in_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.0.0.1:3128")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings = PlatformSettings(base_url=f"http://127.0.0.1:{port}", allow_private_hosts=True)
        client = HttpClient(settings, platform="isso")

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        thread = threading.Thread(target=serve)
        thread.start()
        assert client.get("/").data == {}
        thread.join()
        client.close()


def test_calls_to_one_host_are_spaced(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    settings = PlatformSettings(
        base_url="http://127.0.0.1:9", allow_private_hosts=True, min_interval=30
    )
    for _ in range(2):
        client = HttpClient(settings, platform="isso", min_interval=1)
        with pytest.raises(Transient):
            client.send("POST", "/")
        client.close()
    assert waits[0] == 0
    assert 29 < waits[1] <= 30


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("-5", 1),
        ("1e9", 86_400),
        ("nan", 60),
        ("soon", 60),
        (None, 60),
        ("", 60),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 1),
        ("Sun, 06 Nov 2994 08:49:37 GMT", 86_400),
        ("Sun, 06 Nov 1994 08:49:37 -0000", 60),
    ],
)
def test_retry_after_is_read_in_every_form(header: str | None, seconds: float) -> None:
    assert retry_after(header) == seconds


SENTENCE = "Привет, это отзыв о магазине. Ёлки! Ужас 😀"


@pytest.mark.parametrize("codec", ["sloppy-windows-1251", "sloppy-windows-1252", "latin-1"])
def test_utf8_read_as_something_else_is_repaired(codec: str) -> None:
    assert clean(SENTENCE.encode().decode(codec)).text == SENTENCE
    assert clean(SENTENCE.encode().decode(codec)).notes == {"encoding_repaired": True}


def test_cp1251_read_as_latin_is_repaired() -> None:
    assert repair_encoding("Привет, плохой магазин".encode("cp1251").decode("cp1252")) == (
        "Привет, плохой магазин"
    )


@pytest.mark.parametrize(
    "text",
    [
        *("Росія", "Größe übermäßig äöü", "Српски језик, њега", "РЈ", "Déjà vu élève", "°С и Р°"),
        *("«РФ» — С№ 5", "ÀÉÎ", "Ελληνικά", "日本語", "ёЁ", "Țară", "ÐÑ", "Сєв Рѕг"),
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert clean(text) == (text, {})


@given(st.text(max_size=300))
def test_clean_text_can_be_stored_and_cleaning_is_stable(text: str) -> None:
    cleaned = clean(text).text
    assert "\0" not in cleaned
    cleaned.encode("utf-8")
    assert clean(cleaned).text == cleaned


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)


@given(anything)
def test_cleaning_never_raises(value: Any) -> None:
    clean(value).text.encode()
    clean_name(value).encode()
    quote(value).encode()
    kept = repr(clean_original(value))
    assert "\\x00" not in kept or isinstance(value, bytes)


@given(st.text(max_size=200))
def test_reading_html_never_raises(markup: str) -> None:
    assert "\n\n\n" not in html_to_text(markup)


@given(st.binary(max_size=200))
def test_decoding_never_raises(body: bytes) -> None:
    decode_json_bytes(body).encode("utf-8", "surrogatepass")


def test_html_becomes_what_a_reader_sees() -> None:
    markup = (
        "<p>Привет<br />мир &amp; <b>вс</b>е</p>\n<p>Два<script>x</script></p>"
        '<ul><li>раз</li><li>два</li></ul><img src="x" alt="😀"><style>p{}</style>'
    )
    assert html_to_text(markup) == "Привет\nмир & все\n\nДва\n\nраз\nдва\n\n😀"


def test_long_text_is_cut_and_says_so() -> None:
    text, notes = clean("ы" * (MAX_TEXT + 1))
    assert len(text) == MAX_TEXT
    assert notes == {"cut_from_characters": MAX_TEXT + 1}


def test_original_values_are_bounded() -> None:
    deep: Any = "дно"
    for _ in range(50):
        deep = {"ниже": deep}
    kept = clean_original({"много": list(range(10_000)), "длинно": "ы" * 10_000, "глубоко": deep})
    assert len(repr(kept)) < 6_000
    assert clean_original(datetime(2024, 1, 1, tzinfo=UTC)) == "2024-01-01 00:00:00+00:00"


@pytest.mark.parametrize(
    "piece", ["<a b=", "<![<", "<!--", '<a b="', "<", "</a ", "<?", "&#", "<script>"]
)
def test_no_markup_breaks_or_holds_up_the_reader(piece: str) -> None:
    """Each of these, many times over, once raised an error or took half a minute."""
    for markup in (piece * 20_000, f"{piece * 20_000}>", f"чай {piece * 300} пуэр"):
        assert isinstance(html_to_text(markup), str)
    assert html_to_text(f"<p>чай</p>{piece}").startswith("чай")
