"""Selector files: what they may say, and the shipped ones on pages of our own words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Selector

from collectors.reviews.picking import Picked, Picker, Unreadable
from collectors.reviews.selector_file import SHIPPED, load_selectors, parse_selectors
from collectors.reviews.settings import ReviewsSettings
from otklik.errors import ConfigError

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NAMES = sorted(entry.name.removesuffix(".yaml") for entry in SHIPPED.iterdir())
LEAST = 'name: x\ndocs: y\nreview:\n  item: ".r"\n'


def read(name: str, page: str, url: str, *, followed: bool = False, kind: Any = "html") -> Picked:
    source = Selector(text=page, type=kind)
    return Picker(load_selectors(name)).read(source, url, now=NOW, is_followed=followed)


# ---- what a file may say ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "f.yaml:1:1: the file is empty"),
        ("a: [\n", "f.yaml:2:1: not YAML"),
        (LEAST + "name: z\n", "f.yaml:5:1: the key 'name' stands here twice"),
        (LEAST + "titel: h1\n", "f.yaml:5:1: unknown key 'titel' (did you mean 'title'?)"),
        (LEAST + "  ratng: p\n", "f.yaml:5:3: unknown key 'ratng' (did you mean 'rating'?)"),
        (LEAST + "  rating: {css: p, bets: 5}\n", "f.yaml:5:20: unknown key 'bets' (did you mean"),
        ("name: x\nreview:\n  item: p\n", "f.yaml:1:1: the key 'docs' is missing here"),
        ("name: x\ndocs: y\nreview:\n  id: p\n", "f.yaml:4:3: the key 'item' is missing here"),
        (LEAST + '  text: "p["\n', "f.yaml:5:9: css: not a valid selector"),
        (LEAST + '  text: {xpath: "//p["}\n', "f.yaml:5:17: xpath: not a valid selector"),
        (LEAST + '  text: {json: "a["}\n', "f.yaml:5:16: json: not a valid selector"),
        (LEAST + '  text: {css: p, regex: "("}\n', "f.yaml:5:25: regex: not a regular expression"),
        (LEAST + "  text: {css: p, xpath: a}\n", "f.yaml:5:9: text: give exactly one of"),
        (LEAST + "kind: xml\n", "f.yaml:5:7: kind: Input should be 'html', 'json' or 'state'"),
        (LEAST.replace('".r"', "r") + "kind: state\n", "f.yaml:1:1: kind: state needs script"),
        (LEAST + "next: {param: page}\n", "f.yaml:5:7: next: param needs pages or total"),
        (LEAST + "title: !!python/name:os.system x\n", "f.yaml:5:8: the tag"),
        (LEAST + "title: &a h1\ntotal: *a\n", "anchors and deep nesting are not allowed"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_selectors(text, "f.yaml")
    assert told in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_file_is_sound_and_says_what_it_reads(name: str) -> None:
    file = load_selectors(name)
    assert file.name == name
    assert len(file.docs) > 40
    assert file.review.id is not None


def test_a_file_of_ones_own_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(LEAST, encoding="utf-8")
    settings = ReviewsSettings(start_urls=("https://a.example/",), selectors=str(path))
    assert settings.selector_file() == parse_selectors(LEAST, str(path))
    with pytest.raises(ValueError, match="no such file; shipped: 2gis, django_oscar"):
        ReviewsSettings(start_urls=("https://a.example/",), selectors="otzovk")


def test_pieces_of_a_page_are_picked_as_the_file_says() -> None:
    file = parse_selectors(
        """
name: own
docs: A page of a test.
languages: [ru]
total: {css: .all, regex: "(\\\\d[\\\\d ]*)"}
next: {link: "a.more::attr(href)"}
review:
  item: "li.r"
  id: {xpath: "@data-n"}
  author: {css: b, regex: "Автор: (.+)"}
  date: {css: i, formats: ["%d/%m/%y"]}
  rating: {css: "s.on", count: true, best: 10}
  text: {css: p, all: true}
  media: "img::attr(src)"
  answer: {text: q, author: {const: "Магазин"}}
""",
        "own.yaml",
    )
    page = """<p class=all>Всего 1 024 отзыва</p><a class=more href="/p?n=2">ещё</a><ul>
    <li class=r data-n=7><b>Автор: Ян</b><i>12/03/26</i><s class=on></s><s class=on></s>
    <s class=on></s><s></s><p>Раз</p><p>Два</p><img src="/1.jpg"><q>Спасибо</q></li>
    <li class=r data-n=8></li></ul>"""
    found = Picker(file).read(
        Selector(text=page), "https://a.example/p", now=NOW, is_followed=False
    )
    (review,) = found.reviews
    assert (review.key, review.author, review.text) == ("#7", "Ян", "Раз\nДва")
    assert (review.rating, review.media) == (1.5, ("https://a.example/1.jpg",))
    assert review.at == datetime(2026, 3, 12, tzinfo=UTC)
    assert [(a.text, a.author) for a in review.answers] == [("Спасибо", "Магазин")]
    assert (found.total, found.next_url) == (1024, "https://a.example/p?n=2")
    ((reason, raw),) = found.troubles
    assert "nothing of a review" in reason
    assert 'data-n="8"' in raw


# ---- the shipped ones ------------------------------------------------------------------------

MAPS = "https://yandex.ru/maps/org/romashka/1/reviews/"


def maps_page(reviews: list[dict[str, Any]], count: int, pages: int) -> str:
    params = {"totalPages": pages, "count": count}
    item = {"id": "1", "title": "Ромашка", "reviewResults": {"params": params, "reviews": reviews}}
    state = json.dumps({"stack": [{"results": {"items": [item]}}]}, ensure_ascii=False)
    return f'<html><script type="application/json" class="state-view">{state}</script></html>'


def test_yandex_maps_is_read_from_its_state_with_paging_and_answers() -> None:
    answer = {"text": "Простите, исправили", "updatedTime": "2026-11-02T09:00:00.000Z"}
    written = {
        "reviewId": "aB-1",
        "author": {"name": "Ольга"},
        "rating": 2,
        "text": "Ждали час",
        "updatedTime": "2026-11-01T12:30:00.000Z",
        "businessComment": answer,
    }
    plain = {**written, "reviewId": "aB-2", "businessComment": None}
    page = read("yandex_maps", maps_page([written, plain], 70, 2), MAPS)
    first, second = page.reviews
    assert (first.key, first.author, first.rating, first.text) == ("#aB-1", "Ольга", 2, "Ждали час")
    assert first.at == datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    assert [(a.text, a.is_official) for a in first.answers] == [("Простите, исправили", True)]
    assert not second.answers
    assert (page.title, page.total, page.next_url) == ("Ромашка", 70, f"{MAPS}?page=2")
    last = read("yandex_maps", maps_page([written], 70, 2), f"{MAPS}?page=2")
    assert last.next_url == ""
    assert read("yandex_maps", maps_page([], 0, 0), MAPS).is_empty


def test_a_captcha_of_yandex_asks_for_a_person() -> None:
    picker = Picker(load_selectors("yandex_maps"))
    assert picker.asks_for_person(Selector(text='<form><div id="smartcaptcha"></div></form>'))
    assert not picker.asks_for_person(Selector(text=maps_page([], 0, 0)))
    assert picker.file.captcha_to_do
    with pytest.raises(Unreadable):
        read("yandex_maps", "<html><p>Другая разметка</p></html>", MAPS)


def test_2gis_is_read_from_its_api_with_offset_paging_and_answers() -> None:
    url = "https://public-api.reviews.2gis.com/2.0/branches/7/reviews?limit=50&offset=0"
    written = {
        "id": "17",
        "rating": 1,
        "text": "Не отвечают",
        "date_created": "2026-04-26T16:41:34.379839+07:00",
        "date_edited": "2026-04-27T10:00:00+07:00",
        "user": {"name": "Пётр"},
        "official_answer": {"text": "Перезвоним", "date_created": "2026-04-28T10:00:00+07:00"},
        "hiding_reason": None,
    }
    hidden = {**written, "id": "18", "hiding_reason": "spam"}
    told = {"meta": {"total_count": 60, "branch_reviews_count": 60}, "reviews": [written, hidden]}
    page = read("2gis", json.dumps(told), url, kind="json")
    (review,) = page.reviews
    assert (review.key, review.author, review.rating) == ("#17", "Пётр", 1)
    assert review.at == datetime(2026, 4, 26, 9, 41, 34, 379839, tzinfo=UTC)
    assert review.edited_at == datetime(2026, 4, 27, 3, 0, tzinfo=UTC)
    assert review.answers[0].text == "Перезвоним"
    assert page.next_url == url.replace("offset=0", "offset=50")
    assert read("2gis", json.dumps(told), page.next_url, kind="json").next_url == ""
    with pytest.raises(Unreadable):
        read("2gis", "<html>Ошибка</html>", url)


def test_the_page_of_a_company_in_2gis_becomes_its_address_in_the_api() -> None:
    config = {"start_urls": ("https://2gis.ru/novosibirsk/firm/70000001006548410",)}
    with pytest.raises(ValueError, match="api_token"):
        ReviewsSettings(**config, selectors="2gis")
    settings = ReviewsSettings(**config, selectors="2gis", api_token="abc-123")
    (url,) = settings.starts()
    assert "/2.0/branches/70000001006548410/reviews?limit=50&offset=0" in url
    assert settings.domains() == ["public-api.reviews.2gis.com"]
    assert settings.token() == ("key", "abc-123")
    assert "abc-123" not in repr(settings)


OTZOVIK_LIST = """<h1>Чайник «Ромашка»</h1><div class="review-list-2">
<div class="item"><a class="review-title" href="/review_123.html">Не берите</a></div>
<div class="item"><a class="review-title" href="/review_124.html">Ничего</a></div>
</div><div class="pager"><a class="pager-item next" href="/reviews/kettle/2/">2</a></div>"""
OTZOVIK_REVIEW = """<html><head><link rel="canonical" href="https://otzovik.com/review_123.html">
</head><h1>Отзыв: Чайник «Ромашка» - Не берите</h1>
<div class="review-contents" data-rid="123" data-pid="9"><span itemprop="author"><a itemprop="name">
olga</a></span><time datetime="2026-11-01T10:00:00+03:00">1 ноя</time>
<span itemprop="ratingValue" content="2">2</span><div class="review-plus">Достоинства: лёгкий</div>
<div class="review-minus">Недостатки: течёт</div>
<div class="review-body description" itemprop="description">Потёк на третий день.<br>Жаль.</div>
</div></html>"""


def test_otzovik_lists_lead_to_reviews_that_are_read_in_full() -> None:
    url = "https://otzovik.com/reviews/kettle/"
    page = read("otzovik", OTZOVIK_LIST, url)
    assert not page.reviews
    assert [link for link, _ in page.links] == [
        "https://otzovik.com/review_123.html",
        "https://otzovik.com/review_124.html",
    ]
    assert page.next_url == "https://otzovik.com/reviews/kettle/2/"
    full = read("otzovik", OTZOVIK_REVIEW, "https://otzovik.com/review_123.html", followed=True)
    (review,) = full.reviews
    assert (review.key, review.author, review.rating) == ("/123", "olga", 2)
    assert (review.pros, review.cons) == ("лёгкий", "течёт")
    assert review.text == "Потёк на третий день.\nЖаль."
    assert review.at == datetime(2026, 11, 1, 7, 0, tzinfo=UTC)
    assert review.url == "https://otzovik.com/review_123.html"


IRECOMMEND_LIST = """<h1>Чайник «Ромашка»</h1><ul><li><a class="reviewTextSnippet"
href="/content/potek-na-tretii-den">Потёк…</a></li></ul>
<ul class="pager"><li class="pager-next"><a href="?page=1">далее</a></li></ul>"""
IRECOMMEND_REVIEW = """<html><head>
<link rel="canonical" href="https://irecommend.ru/content/potek-na-tretii-den"></head><body>
<h1 class="productName">Чайник «Ромашка»</h1><div class="review">
<h2 class="reviewTitle">Потёк на третий день</h2><strong class="reviewer">Лиса</strong>
<div class="created">12 ноября 2026</div><div class="stars"><div class="star"><div class="on"></div>
</div><div class="star"><div class="on"></div></div><div class="star"><div class="off"></div></div>
</div><div itemprop="reviewBody"><p>Купила в октябре.</p><p>Течёт.</p></div>
<ul class="plus"><li>цвет</li><li>вес</li></ul><ul class="minus"><li>течёт</li></ul>
<span class="verdict">не рекомендует</span></div></body></html>"""


def test_irecommend_lists_lead_to_reviews_with_stars_counted() -> None:
    page = read("irecommend", IRECOMMEND_LIST, "https://irecommend.ru/content/kettle")
    assert [link for link, _ in page.links] == ["https://irecommend.ru/content/potek-na-tretii-den"]
    assert page.next_url == "https://irecommend.ru/content/kettle?page=1"
    url = "https://irecommend.ru/content/potek-na-tretii-den"
    (review,) = read("irecommend", IRECOMMEND_REVIEW, url, followed=True).reviews
    assert (review.key, review.author) == ("/content/potek-na-tretii-den", "Лиса")
    assert (review.rating, review.title) == (2, "Потёк на третий день")
    assert review.text == "Купила в октябре.\n\nТечёт."
    assert (review.pros, review.cons) == ("цвет\nвес", "течёт")
    assert (review.at, review.is_day) == (datetime(2026, 11, 12, tzinfo=UTC), True)
