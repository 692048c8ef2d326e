"""RSS and Atom: feeds that are broken, cut off, hostile, or none at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.rss.entries import EntryReader
from collectors.rss.feed import NotAFeed, parse_feed
from otklik.errors import AccessDenied, ConfigError, Transient
from otklik.platforms import build_platform, discover
from tests.collectors.test_rss import feed_of, item, read
from tests.rigs.reading import Ledger
from tests.rigs.rss import HOST, PATH, RSS, RssRig
from tests.servers.faulty import FaultyProxy, answer


@pytest.fixture
def rig() -> Iterator[RssRig]:
    with RssRig() as running:
        yield running
        assert not running.violations


def test_a_broken_feed_gives_what_can_be_read_and_says_so(rig: RssRig) -> None:
    ledger = read(rig, feed_of(item(1, "Рога & копыта"), item(2)))
    assert len(ledger.standing) == 2
    assert "Рога & копыта" in ledger.standing[f"{HOST}/https://{HOST}/1/"].text
    assert "испорчен" in ledger.warnings[0]


def test_an_entry_that_cannot_be_parsed_costs_itself_only(rig: RssRig) -> None:
    """A number no character has makes feedparser itself break down."""
    ledger = read(rig, feed_of(item(1), item(2, "Рога & &#x99999999; копыта"), item(3)))
    assert set(ledger.standing) == {f"{HOST}/https://{HOST}/{n}/" for n in (1, 3)}
    (bad,) = ledger.pages[-1].bad_rows
    assert "Рога" in bad.raw
    assert "испорчен" in ledger.warnings[0]


PARTS = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"&#x99999999;",
    b"\xff",
    b"<item>",
    b"</item>",
    b"//[",
    b"<link>",
]


@given(
    cuts=st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 40), st.sampled_from(PARTS)), max_size=5
    )
)
def test_however_a_feed_is_broken_it_is_read_or_refused(
    cuts: list[tuple[int, int, bytes]],
) -> None:
    extra = "<enclosure url='/a'/><width>1</width><category>c</category>"
    body = bytearray(feed_of(item(1, extra=extra), item(2, extra=extra)).encode())
    for start, length, put in cuts:
        body[start : start + length] = put
    address = f"https://{HOST}/feed"
    try:
        feed = parse_feed(bytes(body), RSS, address)
    except NotAFeed:
        return
    reader = EntryReader(address, feed, is_comments=False, article=None, our_authors=())
    assert len(list(reader.mentions())) <= len(feed.entries)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_feed_that_breaks_off_gives_whole_entries_only(rig: RssRig, share: float) -> None:
    body = feed_of(*(item(n, f"Отзыв о доставке номер {n}") for n in range(9))).encode()
    ledger = read(rig, body[: int(len(body) * share)])
    first = dict(ledger.standing)
    assert "оборвана" in ledger.warnings[0]
    read(rig, body, ledger=ledger)
    assert len(ledger.standing) == 9
    assert all(ledger.standing[key] == mention for key, mention in first.items())


def test_html_in_place_of_a_feed_is_said_clearly(rig: RssRig) -> None:
    with pytest.raises(Transient, match="HTML"):
        read(rig, "<!DOCTYPE html><html><body>Обновление</body></html>", "text/html")


def test_a_path_in_place_of_a_feed_opens_no_file(rig: RssRig) -> None:
    with pytest.raises(Transient):
        read(rig, "/etc/passwd", "text/plain")


def test_an_emptied_feed_is_a_warning_and_nothing_is_gone(rig: RssRig) -> None:
    ledger = read(rig, feed_of(item(1), item(2)))
    read(rig, feed_of(), ledger=ledger)
    assert len(ledger.standing) == 2
    assert "пуста" in ledger.warnings[0]
    read(rig, feed_of(item(3)), ledger=ledger)
    assert len(ledger.standing) == 3


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ха"}">' for n in range(12))
ENTITIES = {
    "laughs": (f"<!DOCTYPE rss [{LAUGHS}]>", "&l11;"),
    "quadratic": (f'<!DOCTYPE rss [<!ENTITY a "{"х" * 100_000}">]>', "&a;" * 20_000),
    "file": ('<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/hostname">]>', "&f;"),
    "hidden": ('<!DOCTYPE rss [<!ENTITY x "]>"><!ENTITY f SYSTEM "file:///etc/hostname">]>', "&f;"),
}


@pytest.mark.parametrize("name", ENTITIES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_a_feed_are_never_resolved(rig: RssRig, name: str, encoding: str) -> None:
    doctype, use = ENTITIES[name]
    body = feed_of(item(text=f"начало {use} конец"), head=f'<?xml version="1.0"?>{doctype}')
    try:
        shown = [mention.text for mention in read(rig, body.encode(encoding)).standing.values()]
    except Transient:
        shown = []
    assert all(len(text) <= 100_000 for text in shown)
    with open("/etc/hostname") as file:  # noqa: PTH123
        assert not [text for text in shown if file.read().strip() in text]


@pytest.mark.parametrize(
    "body",
    [
        feed_of("<" * 60_000),
        feed_of("<item><description>" * 1_500),
        feed_of(item(text="&lt;div&gt;" * 9_000)),
        "<rss version='2.0'>" + "<!DOCTYPE[" * 20_000,
        feed_of(item(text="]]>" * 20_000)),
        feed_of(item(text="&lt;a b=" * 30_000)),
        feed_of(item(text="&lt;![&lt;" * 9)),
    ],
    ids=["angles", "nested", "html", "doctypes", "cdata", "endless tags", "odd sections"],
)
def test_a_hostile_feed_costs_seconds_at_most(rig: RssRig, body: str) -> None:
    before = time.process_time()
    try:
        read(rig, body)
    except Transient:
        assert not rig.violations
    assert time.process_time() - before < 20


def test_a_feed_too_large_is_refused(rig: RssRig) -> None:
    with pytest.raises(Transient, match="TooLarge"):
        read(rig, feed_of(item(text="х" * 200_000)), max_bytes=100_000)


def test_private_addresses_are_not_read_behind_a_redirect(rig: RssRig) -> None:
    rig.write("Недоступное")
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(302, headers={"Location": f"http://localhost:1{PATH}"}))
        with pytest.raises(AccessDenied, match="private"):
            Ledger().read(rig.platform(proxy.url))


@pytest.mark.parametrize(
    "changes",
    [
        {"feeds": []},
        {"feeds": ["ftp://news.example/feed"]},
        {"feeds": ["https://user:secret@news.example/feed"]},
        {"feeds": ["http://127.0.0.1/feed"]},
        {"feeds": [f"https://news.example/{n}" for n in range(31)]},
    ],
    ids=["none", "scheme", "password", "private", "many"],
)
def test_wrong_feeds_are_refused_at_once(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        build_platform(discover()["rss"], changes, source="лента")
    assert "secret" not in str(caught.value)
