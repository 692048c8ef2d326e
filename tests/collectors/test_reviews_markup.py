"""schema.org reviews in every form sites write them, without a crawl."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Selector

from collectors.reviews.found import Found
from collectors.reviews.schema_org import Reading, read_reviews
from collectors.reviews.structured import read_blocks

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
URL = "https://shop.example/p/kettle"


def read(page: str, url: str = URL) -> Reading:
    return read_reviews(read_blocks(Selector(text=page), url), url, now=NOW)


def read_ld(data: Any) -> list[Found]:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return read(f'<html><script type="application/ld+json">{text}</script></html>').reviews


def review(**changes: Any) -> dict[str, Any]:
    return {
        "@type": "Review",
        "author": {"@type": "Person", "name": "Ольга"},
        "datePublished": "2026-11-01T10:00:00+03:00",
        "reviewBody": "Чайник потёк на третий день",
        "reviewRating": {"@type": "Rating", "ratingValue": "2"},
        **changes,
    }


def only(data: Any) -> Found:
    (found,) = read_ld(data)
    return found


# ---- the recordings --------------------------------------------------------------------------


def wanted(row: dict[str, Any]) -> dict[str, Any]:
    """What the reference reader gives of a review, in our form."""
    given: dict[str, Any] = {"author": row["author"]}
    if row["rating"] is not None:
        given["rating"] = round(5 * float(row["rating"]) / float(row["best"] or 5), 3)
    if row["date"] is not None:
        read_at = datetime.fromisoformat(row["date"])
        given["at"] = read_at if read_at.tzinfo else read_at.replace(tzinfo=UTC)
    if row["text"] is not None:
        given["text"] = " ".join(row["text"].split())
    return {name: value for name, value in given.items() if value is not None}


def shown(found: Found) -> dict[str, Any]:
    """The same of what we found."""
    text = " ".join(found.text.split())
    return {"author": found.author, "rating": found.rating, "at": found.at, "text": text}


@pytest.mark.needs_shared
def test_every_review_of_the_recorded_pages_is_found_with_every_field(shared: Path) -> None:
    folder = shared / "recordings" / "review-pages"
    oracle: dict[str, list[dict[str, Any]]] = json.loads((folder / "oracle.json").read_text())
    recorded = sorted(folder.glob("*.html.gz"))
    assert recorded
    table = []
    for path in recorded:
        host = path.name.partition("__")[0]
        page = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        reading = read(page, f"https://{host}/page")
        rest = [shown(found) for found in reading.reviews]
        rows = [wanted(row) for row in oracle[path.name.removesuffix(".gz")]]
        fields = 0
        for row in rows:
            match = next((one for one in rest if row.items() <= one.items()), None)
            assert match is not None, f"{path.name}: {row}"
            rest.remove(match)
            fields += len(row)
        assert not reading.troubles
        keys = [found.key for found in reading.reviews]
        assert len(set(keys)) == len(keys)
        table.append((host, len(rows), len(reading.reviews), fields))
    for line in (("page", "oracle", "found", "fields"), *table):
        print("{:<24}{:>8}{:>8}{:>8}".format(*line))  # noqa: T201


# ---- JSON-LD ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        review(itemReviewed={"@type": "Product", "name": "Чайник"}),
        {"@type": "Product", "name": "Чайник", "review": review()},
        {"@type": ["Product", "Thing"], "name": "Чайник", "reviews": [review()]},
        [{"@type": "Organization"}, {"@type": "Product", "name": "Чайник", "review": [review()]}],
        {"@graph": [{"@type": "WebPage"}, {"@type": "Product", "name": "Чайник",
                                            "review": review()}]},
        {"@graph": [{"@type": "Product", "name": "Чайник", "review": [{"@id": "#r1"}]},
                    review(**{"@id": "#r1"})]},
        {"@type": "Product", "name": "Чайник", "review": review(**{"@type": None})},
        [[[{"@type": "Product", "name": "Чайник", "review": review(**{"@type": "review"})}]]],
        {"@type": "schema:Product", "schema:name": "Чайник", "schema:review": {
            "@type": "schema:Review", "schema:author": {"schema:name": "Ольга"},
            "schema:datePublished": {"@value": "2026-11-01T10:00:00+03:00"},
            "schema:reviewBody": [{"@value": "Чайник потёк на третий день"}],
            "schema:reviewRating": {"schema:ratingValue": 2}}},
        {"@type": "Product", "name": "Чайник",
         "review": review(**{"@type": ["http://schema.org/UserReview", "Review"]})},
    ],
)  # fmt: skip
def test_a_review_is_found_wherever_it_hangs(data: Any) -> None:
    found = only(data)
    assert (found.author, found.rating, found.item) == ("Ольга", 2.0, "Чайник")
    assert found.at == datetime(2026, 11, 1, 7, 0, tzinfo=UTC)
    assert found.text == "Чайник потёк на третий день"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Ольга", "Ольга"),
        ({"@type": "Organization", "name": "ООО «Ромашка»"}, "ООО «Ромашка»"),
        ([{"@type": "Person", "name": "Первый"}, {"name": "Второй"}], "Первый"),
        ({"givenName": "Ольга", "familyName": "Петрова"}, "Ольга Петрова"),
        ({"name": {"@value": "Ольга"}}, "Ольга"),
        (None, ""),
        ("https://shop.example/u/5", ""),
    ],
)
def test_an_author_may_be_told_in_any_form(author: Any, name: str) -> None:
    assert only(review(author=author)).author == name


def test_an_author_by_reference_is_looked_up() -> None:
    data = {"@graph": [review(author={"@id": "#p"}), {"@id": "#p", "name": "Пётр"}]}
    assert only(data).author == "Пётр"


def test_a_text_may_stand_in_the_description_and_comes_without_markup() -> None:
    found = only(review(reviewBody=None, description="Плохо&#33;<br>Совсем &quot;никак&quot;"))
    assert found.text == 'Плохо!\nСовсем "никак"'


def test_words_in_angle_brackets_that_are_no_markup_stay() -> None:
    text = "<b>Не</b> работает & «совсем» <script>alert(1)<\\/script>"
    found = only(json.dumps(review(reviewBody="?"), ensure_ascii=False).replace('"?"', f'"{text}"'))
    assert found.text == text.replace("<\\/", "</")


def test_pros_cons_pictures_and_the_answer_of_the_company_come_along() -> None:
    found = only(
        review(
            name="Не берите",
            positiveNotes={"itemListElement": [{"name": "красивый"}, {"name": "лёгкий"}]},
            negativeNotes="течёт",
            image=["/i/1.jpg", {"contentUrl": "https://cdn.example/2.jpg"}],
            comment=[
                {"@type": "Comment", "@id": "#a1", "text": "Заменим",
                 "author": {"@type": "Organization", "name": "Ромашка"}},
                {"@type": "Comment", "text": "Да уж", "author": {"@type": "Person", "name": "Ян"}},
            ],
        )
    )  # fmt: skip
    assert (found.title, found.pros, found.cons) == ("Не берите", "красивый\nлёгкий", "течёт")
    assert found.media == ("https://shop.example/i/1.jpg", "https://cdn.example/2.jpg")
    assert [(a.text, a.author, a.is_official, a.key) for a in found.answers] == [
        ("Заменим", "Ромашка", True, "a1"),
        ("Да уж", "Ян", False, ""),
    ]


def test_what_is_no_opinion_is_no_review() -> None:
    assert not read_ld(review(**{"@type": "ClaimReview"}))
    assert not read_ld({"@type": "Product", "aggregateRating": {"@type": "AggregateRating"}})
    assert not read_ld({"@type": "Review"}), "an empty shell"


GOOD = json.dumps(review(author="Хороший"))


@pytest.mark.parametrize(
    "bad",
    ['{"@type": "Review", "author": "Плохой"', "{{ product.json }}", "[" * 100_000, "42 }"],
)
def test_a_malformed_block_costs_itself_only(bad: str) -> None:
    script = '<script type="application/ld+json">{}</script>'
    reading = read(f"<html>{script.format(bad)}{script.format(GOOD)}</html>")
    assert [found.author for found in reading.reviews] == ["Хороший"]
    ((reason, raw),) = reading.troubles
    assert "malformed JSON-LD" in reason
    assert raw


@pytest.mark.parametrize(
    "form",
    [
        "<!-- {} -->",
        "//<![CDATA[\n{}\n//]]>",
        "/*<![CDATA[*/ {} /*]]>*/",
        "// product\n{}",
        "[{},]",
    ],
)
def test_what_browsers_forgive_is_forgiven(form: str) -> None:
    assert only(form.replace("{}", json.dumps(review(url="https://a.example/x")))).author == "Ольга"


def test_commas_and_slashes_inside_of_texts_are_left_alone() -> None:
    text = "Список: [1, 2, ], // не комментарий /* и это */"
    slip = json.dumps(review(reviewBody=text), ensure_ascii=False)[:-1] + ",}"
    assert only(slip).text == text


def test_a_script_type_with_a_charset_and_raw_line_breaks_are_read() -> None:
    body = json.dumps(review(reviewBody="строка")).replace("\\u0441", "\n\\u0441", 1)
    page = f'<script type="Application/LD+JSON; charset=utf-8">{body}</script>'
    assert len(read(page).reviews) == 1


# ---- microdata and RDFa ----------------------------------------------------------------------

MICRODATA = """<div itemscope itemtype="https://schema.org/Product">
<span itemprop=name>Чайник</span>
<div itemprop=aggregateRating itemscope itemtype="https://schema.org/AggregateRating">
<meta itemprop=reviewCount content=2></div>
<div itemprop=review itemscope itemtype="https://schema.org/Review" id="r-5">
<a itemprop=author href="/u/5">Ольга</a> <time itemprop=datePublished>2026-11-01</time>
<div itemprop=reviewRating itemscope itemtype="http://schema.org/Rating">
<meta itemprop=ratingValue content="4,5"><meta itemprop=bestRating content="5"></div>
<b itemprop=name>Течёт</b><p itemprop=reviewBody>Плохо<br>Совсем</p></div>
<div itemprop=review itemscope itemtype="https://schema.org/Review">
<span itemprop=author itemscope itemtype="https://schema.org/Person">
<b itemprop=name>Пётр</b></span>
<meta itemprop=datePublished content="2026-11-02T10:00:00Z">
<span itemprop=description>Хорошо</span></div></div>"""

RDFA = """<div vocab="http://schema.org/" typeof="Product"><span property=name>Кружка</span>
<div property=review typeof=Review resource="#r9">
<span property=author typeof=Person><i property=name>Анна</i></span>
<time property=datePublished datetime="2026-10-10">10 октября</time>
<div property=reviewRating typeof=Rating><span property=ratingValue content="80">8</span>
<meta property=bestRating content="100"></div><p property=reviewBody>Треснула</p></div></div>"""


@pytest.mark.parametrize(
    ("told", "total"), [(7, 7), ("7", 7), (7.0, 7), ("1,234", 1234), ("1 234", 1234), ("?", None)]
)
def test_the_number_of_reviews_is_read_as_sites_write_it(told: Any, total: int | None) -> None:
    data = {"@type": "Product", "aggregateRating": {"reviewCount": told}, "review": review()}
    page = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    assert read(page).total == total


def test_microdata_is_read_with_the_id_of_its_element() -> None:
    reading = read(MICRODATA)
    first, second = reading.reviews
    assert (first.key, first.author, first.author_url) == (
        "#r-5",
        "Ольга",
        "https://shop.example/u/5",
    )
    assert (first.rating, first.title, first.text) == (4.5, "Течёт", "Плохо\nСовсем")
    assert (first.at, first.is_day) == (datetime(2026, 11, 1, tzinfo=UTC), True)
    assert (second.author, second.text, second.rating) == ("Пётр", "Хорошо", None)
    assert second.at == datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
    assert reading.total == 2
    assert {found.item for found in reading.reviews} == {"Чайник"}


def test_rdfa_is_read() -> None:
    (found,) = read(RDFA).reviews
    assert (found.key, found.author, found.text) == ("#r9", "Анна", "Треснула")
    assert (found.rating, found.item, found.syntax) == (4.0, "Кружка", "rdfa")
    assert found.at == datetime(2026, 10, 10, tzinfo=UTC)


def test_a_review_told_in_two_syntaxes_counts_once() -> None:
    told = review(author="Пётр", datePublished="2026-11-02T10:00:00Z", reviewBody="Хорошо")
    page = f'<script type="application/ld+json">{json.dumps(told)}</script>{MICRODATA}'
    assert [found.syntax for found in read(page).reviews] == ["json-ld", "microdata"]


def test_a_page_without_markup_says_so() -> None:
    assert not read("<html><meta property='og:title' content='x'><p>Отзывы</p></html>").has_markup
    assert read('<script type="application/ld+json">{"@type":"Product"}</script>').has_markup


# ---- identities ------------------------------------------------------------------------------


def test_an_edit_keeps_the_identity_where_there_is_an_id_and_the_start_without_one() -> None:
    for with_id in ({"@id": "#r1"}, {}):
        before = only(review(**with_id, reviewBody="Чайник потёк " + "очень " * 20))
        after = only(review(**with_id, reviewBody="Чайник потёк " + "очень " * 20 + "UPD: вернули"))
        assert before.key == after.key
    assert only(review(reviewBody="Иначе")).key != only(review()).key


def test_equal_reviews_without_ids_stay_two() -> None:
    first, second = read_ld([review(), review()]), read_ld([review(), review()])
    assert len({found.key for found in first}) == 2
    assert first == second


def test_an_id_that_all_reviews_of_a_page_share_is_none() -> None:
    told = [review(**{"@id": "#review"}, author=name) for name in ("Ян", "Ольга", "Пётр")]
    before = {found.author: found.key for found in read_ld(told)}
    after = {found.author: found.key for found in read_ld([review(author="Ева"), *told])}
    assert len(set(before.values())) == 3
    assert before.items() <= after.items()


def test_a_review_that_two_blocks_tell_counts_once() -> None:
    script = f'<script type="application/ld+json">{json.dumps(review())}</script>'
    assert len(read(f"<html>{script}{script}</html>").reviews) == 1
