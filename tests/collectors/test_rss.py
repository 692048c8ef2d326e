"""RSS and Atom: what feeds hold, and what they should not be able to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.rss.memory import Followed, Known, Memory, pair_of
from otklik.errors import AccessDenied
from otklik.metering import LocalMeter
from otklik.platforms import CollectedMention, build_platform, discover
from tests.collectors.polling import mentions
from tests.rigs.reading import Ledger
from tests.rigs.rss import HOST, PATH, RSS, RssRig
from tests.servers.faulty import FaultyProxy, answer

ATOM = "application/atom+xml"
NEWS = "/news.xml"


@pytest.fixture
def rig() -> Iterator[RssRig]:
    with RssRig() as running:
        yield running
        assert not running.violations


def feed_of(*items: str, head: str = "", namespaces: str = "") -> str:
    """An RSS feed of these items."""
    channel = f"<title>Новости</title><link>https://{HOST}/</link><description>…</description>"
    return (
        f'{head}<rss version="2.0" {namespaces}><channel>{channel}{"".join(items)}</channel></rss>'
    )


def item(number: int = 1, text: str = "Текст", extra: str = "", date: str = "") -> str:
    """One article."""
    link = f"https://{HOST}/{number}/"
    date = date or "Sun, 22 Nov 2026 10:00:00 +0300"
    return (
        f"<item><title>Статья {number}</title><link>{link}</link><guid>{link}</guid>"
        f"<description>{text}</description><pubDate>{date}</pubDate>{extra}</item>"
    )


def read(
    rig: RssRig,
    body: str | bytes,
    content_type: str = RSS,
    ledger: Ledger | None = None,
    **changes: Any,
) -> Ledger:
    """One poll of a feed that holds `body`."""
    rig.pages[NEWS] = (body.encode() if isinstance(body, str) else body, content_type)
    ledger = ledger or Ledger()
    settings = {"feeds": [f"https://{HOST}{NEWS}"], "since_days": 36_500, **changes}
    ledger.read(rig.platform(**settings))
    return ledger


def only(ledger: Ledger) -> CollectedMention:
    (mention,) = ledger.standing.values()
    return mention


def test_an_article_is_title_and_words_and_stands_for_itself(rig: RssRig) -> None:
    words = "&lt;p&gt;Первый &amp;amp; второй&lt;/p&gt;&lt;p&gt;Абзац&lt;/p&gt;"
    extra = '<enclosure url="/a.jpg" length="1" type="image/jpeg"/>'
    mention = only(read(rig, feed_of(item(text=words, extra=extra))))
    assert mention.text == "Статья 1\n\nПервый & второй\n\nАбзац"
    assert mention.external_id == f"{HOST}/https://{HOST}/1/" == mention.thread.external_id
    assert mention.thread.title == "Статья 1"
    assert mention.published_at == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert mention.media == (f"https://{HOST}/a.jpg",)
    assert mention.author.name == "Новости"


def test_a_comment_stands_under_its_page_without_the_feeds_own_words(rig: RssRig) -> None:
    written = rig.write("Хуже не бывало", author="Ольга")
    ledger = Ledger()
    ledger.read(rig.platform())
    mention = ledger.standing[written]
    assert mention.text == "Хуже не бывало"
    assert mention.thread.url == f"https://{HOST}/otkrylsya-punkt/"
    assert mention.author.name == "Ольга"
    assert mention.url.endswith("#comment-1")


def test_the_longer_of_summary_and_content_is_the_text(rig: RssRig) -> None:
    extra = "<content:encoded><![CDATA[<p>Весь текст статьи, до конца.</p>]]></content:encoded>"
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    mention = only(read(rig, feed_of(item(text="Весь…", extra=extra), namespaces=spaces)))
    assert mention.text == "Статья 1\n\nВесь текст статьи, до конца."


def test_atom_is_read_with_plain_text_left_alone(rig: RssRig) -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom"
      xmlns:thr="http://purl.org/syndication/thread/1.0"><title>Блог</title>
      <entry><id>tag:blog,2026:7</id><title>7</title><updated>2026-11-22T12:00:00+03:00</updated>
        <published>2026-11-21T00:00:00Z</published><content type="text">a &lt;b&gt; c</content>
        <author><name>Иван</name><uri>https://ivan.example/</uri></author>
        <thr:in-reply-to ref="tag:blog,2026:3" href="https://blog.example/3"/></entry>
      <entry><id>tag:blog,2026:8</id><title>8</title><updated>2026-11-22T12:00:00Z</updated>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>q &amp; r</p></div>
        </content></entry></feed>"""
    shown = read(rig, body, ATOM).standing
    first, second = shown[f"{HOST}/tag:blog,2026:7"], shown[f"{HOST}/tag:blog,2026:8"]
    assert first.text == "a <b> c"
    assert first.parent_external_id == f"{HOST}/tag:blog,2026:3"
    assert first.thread.url == "https://blog.example/3"
    assert first.edited_at == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert first.author.url == "https://ivan.example/"
    assert second.text == "8\n\nq & r"
    assert second.edited_at is None


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-11-22T10:00:00+03:00", datetime(2026, 11, 22, 7, tzinfo=UTC)),
        ("Вс, 22 ноя 2026 10:00:00 +0300", datetime(2026, 11, 22, 7, tzinfo=UTC)),
        ("22 ноября 2026 г.", datetime(2026, 11, 22, tzinfo=UTC)),
        ("когда-нибудь", None),
    ],
)
def test_dates_are_read_as_people_write_them(
    rig: RssRig, date: str, expected: datetime | None
) -> None:
    mention = only(read(rig, feed_of(item(date=date))))
    assert mention.published_at == expected
    assert ("unreadable_date" in mention.original) == (expected is None)


@pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=windows-1251", RSS])
def test_a_feed_in_cp1251_is_read(rig: RssRig, content_type: str) -> None:
    head = '<?xml version="1.0" encoding="windows-1251"?>'
    body = feed_of(item(text="Ёлки, съезд и подъём"), head=head).encode("cp1251")
    assert "Ёлки, съезд и подъём" in only(read(rig, body, content_type)).text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le"])
def test_a_feed_in_another_unicode_is_read(rig: RssRig, encoding: str) -> None:
    body = feed_of(item(text="Доставка 👍"), head='<?xml version="1.0"?>').encode(encoding)
    assert "Доставка 👍" in only(read(rig, body, "application/xml")).text


def test_utf8_that_calls_itself_cp1251_is_read(rig: RssRig) -> None:
    head = '<?xml version="1.0" encoding="windows-1251"?>'
    assert "Текст" in only(read(rig, feed_of(item(), head=head))).text


def test_what_rolls_off_is_not_deleted_and_coming_back_is_no_news(rig: RssRig) -> None:
    ledger = read(rig, feed_of(item(2), item(1)))
    read(rig, feed_of(item(3), item(2)), ledger=ledger)
    before = len(mentions(ledger.pages))
    read(rig, feed_of(item(2), item(1)), ledger=ledger)
    assert len(ledger.standing) == 3
    assert not ledger.deleted
    assert len(mentions(ledger.pages)) == before


def test_an_unchanged_feed_costs_no_body(rig: RssRig) -> None:
    rig.write("Единственный")
    ledger = Ledger()
    for _ in range(3):
        ledger.read(rig.platform())
    conditions = [request.headers.get("if-none-match") for request in rig.requests]
    assert conditions[0] is None
    assert all(conditions[1:])
    assert len(ledger.pages) == 1


def test_short_guids_of_two_feeds_stay_two(rig: RssRig) -> None:
    entry = "<item><title>Т</title><guid isPermaLink='false'>17</guid></item>"
    rig.pages["/a"] = rig.pages["/b"] = (feed_of(entry).encode(), RSS)
    ledger = Ledger()
    ledger.read(rig.platform(feeds=[f"https://{HOST}/a", f"https://{HOST}/b"]))
    assert set(ledger.standing) == {f"{HOST}/a#17", f"{HOST}/b#17"}


def test_entries_without_guid_or_with_one_for_all_stay_apart(rig: RssRig) -> None:
    bare = "".join(f"<item><title>Без ничего {n}</title></item>" for n in range(3))
    same = "".join(
        f"<item><title>От: {n}</title><guid>https://{HOST}/1/</guid>"
        f"<description>Отзыв {n}</description></item>"
        for n in range(3)
    )
    ledger = read(rig, feed_of(bare, same))
    assert len(ledger.standing) == 6
    read(rig, feed_of(bare, same, item(9)), ledger=ledger)
    assert len(ledger.standing) == 7


def test_our_own_name_is_ours_and_an_address_is_not_kept(rig: RssRig) -> None:
    ours = rig.write("Мы разобрались", author="Магазин «Ромашка»")
    theirs = rig.write("Спасибо", author="olga@mail.example (Ольга)")
    ledger = Ledger()
    ledger.read(rig.platform(our_authors=["магазин «ромашка»"]))
    assert ledger.standing[ours].author.is_ours
    assert ledger.theirs == {theirs}
    assert "mail.example" not in ledger.standing[theirs].author.model_dump_json()


def test_a_comment_of_a_picture_only_is_kept(rig: RssRig) -> None:
    words = "&lt;img src='https://img.example/broken.jpg'/&gt;"
    entry = f"<item><guid>https://{HOST}/#c</guid><description>{words}</description></item>"
    mention = only(read(rig, feed_of(entry)))
    assert mention.text == ""
    assert mention.media == ("https://img.example/broken.jpg",)


def test_one_dead_feed_of_two_is_a_warning_and_two_are_an_error(rig: RssRig) -> None:
    rig.write("Живая лента")
    good, bad = f"https://{HOST}{PATH}", f"https://{HOST}/gone/"
    ledger = Ledger()
    ledger.read(rig.platform(feeds=[bad, good]))
    assert len(ledger.standing) == 1
    assert "404" in ledger.warnings[0]
    with pytest.raises(AccessDenied) as caught:
        ledger.read(rig.platform(feeds=[bad]))
    assert bad in caught.value.to_do
    assert rig.platform(feeds=[bad, good]).check().missing


def test_a_host_that_asks_to_wait_is_left_alone_and_others_are_read(rig: RssRig) -> None:
    rig.write("Живая лента")
    good, busy = f"https://{HOST}{PATH}", f"https://busy-{id(rig)}.example/feed"
    ledger = Ledger()
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(429, headers={"Retry-After": "90"}), path="/feed", times=1)
        ledger.read(rig.platform(proxy.url, feeds=[busy, good], meter=LocalMeter()))
        asked = len(proxy.requests)
        ledger.read(rig.platform(proxy.url, feeds=[busy, good], meter=LocalMeter()))
        assert len(proxy.requests) == asked + 1
    assert len(ledger.standing) == 1
    assert len(ledger.warnings) == 2


SPACES = (
    'xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
)


def _article(count: int, feed: str = PATH) -> str:
    extra = f"<wfw:commentRss>{feed}</wfw:commentRss><slash:comments>{count}</slash:comments>"
    return feed_of(item(1, extra=extra), namespaces=SPACES)


def test_comments_that_an_article_names_are_read_when_their_count_changes(rig: RssRig) -> None:
    first = rig.write("Первый комментарий")
    ledger = read(rig, _article(1), follow_comments=True)
    article = f"{HOST}/https://{HOST}/1/"
    assert set(ledger.standing) == {article, first}
    assert ledger.standing[first].thread.external_id == article
    asked = len(rig.requests)
    read(rig, _article(1), ledger=ledger, follow_comments=True)
    assert len(rig.requests) == asked + 1
    second = rig.write("Второй комментарий")
    read(rig, _article(2), ledger=ledger, follow_comments=True)
    assert second in ledger.standing


def test_the_newest_articles_comments_are_followed(rig: RssRig) -> None:
    def named(number: int) -> str:
        feed = f"<wfw:commentRss>https://{HOST}/{number}/feed</wfw:commentRss>"
        rig.pages[f"/{number}/feed"] = (feed_of().encode(), RSS)
        return item(number, extra=feed)

    body = feed_of(*(named(number) for number in range(12)), namespaces=SPACES)
    ledger = read(rig, body, follow_comments=True)
    assert len(ledger.cursor["followed"]) == 12
    body = feed_of(*(named(number) for number in range(30)), namespaces=SPACES)
    read(rig, body, ledger=ledger, follow_comments=True)
    assert list(ledger.cursor["followed"])[-1] == f"https://{HOST}/0/feed"
    assert len(ledger.cursor["followed"]) == 20


def test_feeds_of_comments_elsewhere_are_not_followed(rig: RssRig) -> None:
    ledger = read(rig, _article(5, "http://169.254.169.254/latest"), follow_comments=True)
    assert len(rig.requests) == 1
    assert ledger.cursor["followed"] == {}


def test_hundreds_of_entries_come_in_pages_and_once(rig: RssRig) -> None:
    start = datetime.now(UTC) - timedelta(hours=2)
    written = {rig.write(f"Отзыв {n}", at=start + timedelta(seconds=n)) for n in range(450)}
    ledger = Ledger()
    ledger.read(rig.platform(), 1)
    ledger.read(rig.platform())
    assert ledger.theirs == written
    assert len(mentions(ledger.pages)) == 450
    assert max(len(json.dumps(page.cursor)) for page in ledger.pages) < 64_000
    new = rig.write("Ещё один")
    assert [mention.external_id for mention in ledger.read(rig.platform())] == [new]


def test_the_cursor_stays_small_with_many_large_feeds() -> None:
    memory = Memory(start="2026-11-01T00:00:00+00:00")
    for number in range(30):
        pairs = [pair_of(f"{number}/{n}", "x") for n in range(1_000 if number else 40)]
        address = f"https://{HOST}/{number}/{'x' * 200}"
        memory.feeds[address] = Known('"etag"', "Sun, 22 Nov 2026 10:00:00 GMT", "b", dict(pairs))
    for number in range(20):
        article = Followed(f"{HOST}/{'i' * 200}", "Ж" * 60, "u" * 300)
        memory.follow(f"https://{HOST}/{number}/{'x' * 200}", 3, article)
    cursor = json.loads(json.dumps(memory.cursor()))
    assert 55_000 < len(json.dumps(cursor)) < 64_000
    kept = list(Memory.of(cursor).feeds.values())
    assert len(kept[0].seen) == 40
    assert all(len(known.seen) > 50 for known in kept[1:])
    assert kept[1].seen.items() <= memory.feeds[f"https://{HOST}/1/{'x' * 200}"].seen.items()


def test_a_feed_in_ones_own_network_is_read_where_that_is_meant(rig: RssRig) -> None:
    rig.write("Внутренняя новость")
    config = {"feeds": [rig.url + PATH], "allow_private_hosts": True}
    ledger = Ledger()
    ledger.read(build_platform(discover()["rss"], config, source="внутри"))
    assert only(ledger).text == "Внутренняя новость"
