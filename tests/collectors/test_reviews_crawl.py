"""What the crawling child may reach, what it obeys, and what is made of what it meets."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from collectors._scrapy import Crawl
from otklik.errors import AccessDenied, ConfigError
from otklik.platforms import AnyPlatform, build_platform, discover
from tests.rigs.base import Request, Response, Rig
from tests.rigs.reading import Ledger
from tests.servers.faulty import FaultyProxy, hang

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime.now(UTC).replace(microsecond=0)
HTML = "text/html; charset=utf-8"


class Site(Rig):
    """Pages by path; a missing robots.txt allows everything."""

    name = "reviews"

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, Response] = {}
        self.moments: list[float] = []

    def put(self, path: str, body: str, status: int = 200, **headers: str) -> None:
        kind = headers.pop("content_type", HTML)
        self.pages[path] = Response(body.encode(), status, headers, content_type=kind)

    def answer(self, request: Request) -> Response:
        self.moments.append(time.monotonic())
        whole = request.path + (f"?{request.raw_query}" if request.raw_query else "")
        nothing = Response(b"<h1>404</h1>", 404, content_type=HTML)
        return self.pages.get(whole) or self.pages.get(request.path, nothing)

    def write(self, text: str, **_: Any) -> str:
        raise NotImplementedError

    def config(self) -> dict[str, Any]:
        return {"start_urls": ["/p/1"], "host": "shop.example"}

    @property
    def read(self) -> list[str]:
        """Paths that were read, but for robots.txt."""
        return [r.path for r in self.requests if r.path != "/robots.txt"]


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def inner() -> Iterator[Site]:
    """A server of the private network that nobody configured."""
    with Site() as running:
        running.put("/", product(review(1, "Секрет")))
        yield running


def review(number: int, text: str = "Течёт", at: datetime = NOW, **more: Any) -> dict[str, Any]:
    return {
        "@type": "Review",
        "@id": f"#r{number}",
        "author": f"Гость {number}",
        "datePublished": at.isoformat(),
        "reviewBody": text,
        **more,
    }


def product(*reviews: dict[str, Any], more: str = "", total: int | None = None) -> str:
    data: dict[str, Any] = {"@type": "Product", "name": "Чайник", "review": list(reviews)}
    if total is not None:
        data["aggregateRating"] = {"@type": "AggregateRating", "reviewCount": total}
    block = json.dumps(data, ensure_ascii=False)
    return f'<html><script type="application/ld+json">{block}</script><body>{more}</body></html>'


def polled(platform: AnyPlatform, ledger: Ledger | None = None) -> Ledger:
    ledger = ledger or Ledger()
    ledger.read(platform)
    return ledger


# ---- where it may go -------------------------------------------------------------------------


def test_no_redirect_leads_into_the_private_network(site: Site, inner: Site) -> None:
    port = inner.url.rpartition(":")[2]
    forms = ("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "2130706433", "0.0.0.0")  # noqa: S104
    for number, form in enumerate(forms):
        site.put(f"/r/{number}", "", 302, Location=f"http://{form}:{port}/")
    site.put("/p/1", product(review(1)))
    starts = ["/p/1", *(f"/r/{number}" for number in range(len(forms)))]
    hosts = [form.strip("[]") for form in forms]
    ledger = polled(site.platform(start_urls=starts, allowed_hosts=hosts))
    assert inner.requests == []
    assert len(ledger.theirs) == 1, "the others go on"
    refused = [told for told in ledger.warnings if "private address" in told]
    assert len(refused) == len(forms)
    assert all("внутреннюю сеть" in told for told in refused)


def test_a_name_that_resolves_to_a_private_address_is_not_called(inner: Site) -> None:
    port = int(inner.url.rpartition(":")[2])
    order = Crawl(
        "collectors.reviews.spider:ReviewSpider",
        {
            "start_urls": [f"http://evil.example:{port}/"],
            "selectors": None,
            "horizon": (NOW - timedelta(days=1)).isoformat(),
            "max_pages": 5,
            "max_thread_pages": 5,
        },
        allowed=[],
        domains=["evil.example"],
        delay=0,
        timeout=5,
        seconds=30,
        max_bytes=1_000_000,
    )._order
    resolving = """
        import socket
        genuine = socket.getaddrinfo
        def to_here(host, *rest, **more):
            return genuine("127.0.0.1" if host == "evil.example" else host, *rest, **more)
        socket.getaddrinfo = to_here
        from collectors._scrapy_child import main
        main()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(resolving)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(order) + "\n")
        child.stdin.flush()
        events = [json.loads(line) for line in child.stdout]
    assert inner.requests == []
    assert [event["what"] for event in events if event["kind"] == "trouble"] == ["private"]
    assert events[-1]["kind"] == "end"


def test_a_private_address_needs_a_word_of_a_person() -> None:
    for url in ("http://127.0.0.1/", "http://localhost:8000/x", "http://[::1]/", "http://10.0.0.1"):
        with pytest.raises(ConfigError, match="allow_private_hosts"):
            build_platform(discover()["reviews"], {"start_urls": [url]}, source="x")


def test_what_cannot_be_read_is_told_once_and_the_others_go_on(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /closed\n", content_type="text/plain")
    site.put("/closed/1", product(review(1)))
    site.put("/big", product(review(1)) + " " * 300_000)
    site.put("/away", "", 302, Location="http://other.example/")
    site.put("/loop", "", 302, Location="/loop?again")
    site.put("/loop?again", "", 302, Location="/loop")
    bad = '<script type="application/ld+json">{"a": </script>'
    link = '<a rel=next href="http://third.example/">далее</a>'
    site.put("/p/1", product(review(2), more=link) + bad)
    starts = ["/closed/1", "/big", "/away", "/gone", "/loop", "/p/1"]
    config: dict[str, Any] = {"start_urls": starts, "max_bytes": 200_000}
    ledger = polled(site.platform(**config))
    assert ledger.theirs == {"shop.example/p/1#r2"}
    assert "/closed/1" not in site.read
    for words in (
        "robots.txt сайта запрещает",
        "больше max_bytes",
        "404 for",
        "leads to other.example",
        "leads to third.example",
    ):
        assert sum(words in told for told in ledger.warnings) == 1, words
    ((row,),) = [page.bad_rows for page in ledger.pages if page.bad_rows]
    assert "malformed" in row.reason
    assert "/p/1" in row.place
    pages = len(ledger.pages)
    polled(site.platform(**config), ledger)
    assert not [page.bad_rows for page in ledger.pages[pages:] if page.bad_rows]


def test_a_site_that_robots_txt_closes_needs_a_person(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /\n", content_type="text/plain")
    with pytest.raises(AccessDenied) as caught:
        polled(site.platform())
    assert "robots.txt" in caught.value.to_do
    assert site.read == []


def test_the_child_ends_with_its_parent(site: Site) -> None:
    site.put("/p/1", product(review(1), more='<a rel=next href="?page=2">2</a>'))
    code = """
        import sys, json
        from otklik.platforms import build_platform, discover
        platform = build_platform(discover()["reviews"], json.loads(sys.argv[1]), source="x")
        for page in platform.collect({}):
            print("read", flush=True)
    """
    with FaultyProxy(site.url) as proxy:
        proxy.break_with(hang(), path="page=2")
        config = json.dumps(site.settings(proxy.url, timeout=60))
        parent = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), config],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        with parent:
            assert parent.stdout is not None
            assert parent.stdout.readline() == "read\n"
            (child,) = psutil.Process(parent.pid).children()
            parent.kill()
        psutil.wait_procs([child], timeout=20)
        assert not child.is_running()


# ---- what is made of it ----------------------------------------------------------------------


def test_a_sitemap_is_read_in_turns_of_max_pages(site: Site) -> None:
    urls = "".join(f"<url><loc>{site.url}/p/{n}</loc></url>" for n in range(3))
    other = f"<url><loc>{site.url}/about</loc></url>"
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    rules = f"User-agent: *\nCrawl-delay: 0.4\nSitemap: {site.url}/index.xml"
    site.put("/robots.txt", rules, content_type="text/plain")
    index = f"<sitemap><loc>{site.url}/map.xml</loc></sitemap>"
    site.put("/index.xml", f'<sitemapindex xmlns="{space}">{index}</sitemapindex>')
    site.put("/map.xml", f'<urlset xmlns="{space}">{other}{urls}</urlset>')
    for n in range(3):
        site.put(f"/p/{n}", product(review(n)))
    changes: dict[str, Any] = {
        "start_urls": [],
        "sitemap": "/robots.txt",
        "include": "/p/",
        "max_pages": 2,
    }
    ledger = polled(site.platform(**changes))
    assert ledger.theirs == {"shop.example/p/0#r0", "shop.example/p/1#r1"}
    polled(site.platform(**changes), ledger)
    assert ledger.theirs == {f"shop.example/p/{n}#r{n}" for n in range(3)}
    assert "/about" not in site.read
    gaps = [after - before for before, after in pairwise(site.moments)]
    assert len([gap for gap in gaps if gap > 0.2]) >= 3, "robots.txt asks for pauses"


def test_lost_reviews_are_told_from_deleted_ones_and_from_older_ones(site: Site) -> None:
    site.put("/p/1", product(review(1)))
    site.put("/p/2", product(review(2), total=1))
    site.put("/p/3", product(review(3), review(4), total=40))
    starts = ["/p/1", "/p/2", "/p/3"]
    ledger = polled(site.platform(start_urls=starts))
    assert len(ledger.theirs) == 4
    assert not ledger.warnings
    site.put("/p/1", "<html><div class=new-review>Течёт</div></html>")
    site.put("/p/2", product(total=0))
    site.put("/p/3", product(review(5), review(3), total=41))
    polled(site.platform(start_urls=starts), ledger)
    (told,) = ledger.warnings
    assert "/p/1: разметка страницы изменилась" in told
    assert ledger.deleted == {"shop.example/p/2#r2"}, "that page says it has none any more"
    assert {f"shop.example/p/3#r{n}" for n in (3, 4, 5)} <= ledger.theirs


def test_paging_stops_where_everything_is_older_than_wanted(site: Site) -> None:
    for n in range(1, 6):
        at = NOW - timedelta(days=10 * n)
        more = f'<a rel=next href="?page={n + 1}">далее</a>'
        site.put(f"/p/1?page={n}", product(review(n, at=at), more=more))
    site.pages["/p/1"] = site.pages["/p/1?page=1"]
    ledger = Ledger(cursor={"since": (NOW - timedelta(days=15)).isoformat()})
    polled(site.platform(), ledger)
    assert ledger.theirs == {"shop.example/p/1#r1"}
    assert [r.query.get("page") for r in site.requests if r.path == "/p/1"] == [None, "2"]


def test_a_captcha_asks_for_a_person(site: Site) -> None:
    site.put("/p/1", '<html><form><div id="smartcaptcha"></div></form></html>')
    with pytest.raises(AccessDenied) as caught:
        polled(site.platform(selectors="yandex_maps"))
    assert "капч" in caught.value.to_do


def test_the_key_of_an_api_goes_to_its_site_and_nowhere_else(site: Site) -> None:
    key = "k3y-7f3a9c"
    path = "/2.0/branches/17/reviews"
    answer = {"text": "Перезвоним", "date_created": NOW.isoformat()}
    told = {
        "meta": {"total_count": 1, "branch_reviews_count": 1},
        "reviews": [
            {
                "id": "5",
                "text": "Не отвечают",
                "rating": 1,
                "date_created": NOW.isoformat(),
                "user": {"name": "Пётр"},
                "official_answer": answer,
            }
        ],
    }
    site.put(path, json.dumps(told), content_type="application/json")
    site.put(path.replace("17", "18"), "{}", 403, content_type="application/json")
    firms = ["https://2gis.ru/x/firm/17", "https://2gis.ru/x/firm/18"]
    ledger = polled(site.platform(start_urls=firms, selectors="2gis", api_token=key))
    assert [r.query.get("key") for r in site.requests if r.path == path] == [key]
    (thread,) = {mention.thread.external_id for mention in ledger.standing.values()}
    ours = [mention for mention in ledger.standing.values() if mention.author.is_ours]
    assert [(m.text, m.parent_external_id) for m in ours] == [("Перезвоним", f"{thread}#5")]
    assert ledger.theirs == {f"{thread}#5"}
    assert any("403 for" in told for told in ledger.warnings)
    assert key not in repr(ledger)


def test_followed_pages_are_not_read_again_at_each_poll(site: Site) -> None:
    links = "".join(f'<a class="reviewTextSnippet" href="/content/{n}">…</a>' for n in range(2))
    site.put("/p/1", f"<h1>Чайник</h1>{links}")
    page = (
        '<link rel="canonical" href="https://irecommend.ru/content/{0}"><div class=review>'
        "<strong class=reviewer>Лиса</strong><div itemprop=reviewBody>Течёт {0}</div>"
        "<span class=verdict>нет</span></div>"
    )
    for n in range(2):
        site.put(f"/content/{n}", page.format(n))
    ledger = polled(site.platform(selectors="irecommend"))
    assert ledger.theirs == {"shop.example/content/0", "shop.example/content/1"}
    before = len(site.read)
    polled(site.platform(selectors="irecommend"), ledger)
    assert site.read[before:] == ["/p/1"]
    assert not ledger.warnings


def test_a_page_that_is_no_markup_says_so_at_the_check(site: Site) -> None:
    site.put("/p/1", "<html><p>Отзывы рисует скрипт</p></html>")
    check = site.platform().check()
    assert not check.ok
    assert "schema.org" in check.missing[0]
