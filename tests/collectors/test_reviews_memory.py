"""What the cursor keeps, and what events of a crawl become, without a crawl."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.reviews.found import mark_of
from collectors.reviews.memory import IDS, SEEN, Memory
from collectors.reviews.mentions import Mentions
from collectors.reviews.reading import Reading
from otklik.errors import AccessDenied, Gone, PlatformError, RateLimited, Transient
from otklik.platforms import CollectedMention, Cursor, Page

NOW = datetime.now(UTC)
URL = "https://shop.example/p/1"


def memory(cursor: Cursor | None = None) -> Memory:
    kept: Cursor = json.loads(json.dumps(cursor or {}))
    return Memory(kept, NOW - timedelta(days=30), recheck_days=120)


def reading(kept: Memory) -> Reading:
    return Reading(kept, Mentions("", "", ("Магазин «Ромашка»",)), "shop")


def page(*numbers: int, text: str = "Течёт", **more: Any) -> dict[str, Any]:
    reviews = [
        {
            "key": f"#r{n}",
            "syntax": "json-ld",
            "author": f"Гость {n}",
            "at": NOW.isoformat(),
            "text": f"{text} {n}",
        }
        for n in numbers
    ]
    place = {"thread": URL, "thread_title": "Чайник", "url": URL, "start": "s"}
    event = {"kind": "page", "marks": [], "troubles": [], "strange": "", "followed": False}
    return {**event, **place, "reviews": reviews, **more}


def thread(*, is_whole: bool = True, pages: int = 1) -> dict[str, Any]:
    place = {"thread": URL, "thread_title": "Чайник", "url": URL}
    return {"kind": "thread", **place, "is_whole": is_whole, "pages": pages}


START = {"kind": "start", "start": "s"}
END = {"kind": "end", "reason": "finished"}


def told(kept: Memory, *events: dict[str, Any]) -> tuple[list[CollectedMention], list[Page]]:
    taken = reading(kept)
    pages = [page for event in (*events, END) for page in taken.take(event)]
    pages += taken.finish({})
    return [mention for one in pages for mention in one.mentions], pages


def test_what_was_handed_over_is_not_handed_over_again_until_it_changes() -> None:
    first, pages = told(memory(), page(1, 2), thread())
    assert len(first) == 2
    second, again = told(memory(pages[-1].cursor), page(1, 2), thread())
    assert second == []
    edited, _ = told(memory(again[-1].cursor), page(1, text="Вернули деньги"), page(2), thread())
    assert [mention.external_id for mention in edited] == ["shop.example/p/1#r1"]


def test_a_stop_after_any_page_keeps_what_was_and_where_to_go_on() -> None:
    taken = reading(memory())
    (first,) = taken.take(page(1, 2, start="abc", url=f"{URL}?page=3"))
    resumed = memory(first.cursor)
    assert resumed.at == ("abc", f"{URL}?page=3")
    assert resumed.horizon == NOW - timedelta(days=30)
    mentions, pages = told(resumed, page(2, 3))
    assert [mention.external_id for mention in mentions] == ["shop.example/p/1#r3"]
    (kept,) = told(memory(pages[-1].cursor), page(1, 2, 3))[:1]
    assert kept == []


def test_a_deletion_is_told_where_the_thread_is_whole_only() -> None:
    _, pages = told(memory(), page(1, 2, 3), thread())
    _, partial = told(memory(pages[-1].cursor), page(1, 3), thread(is_whole=False))
    assert not [one.deleted_ids for one in partial if one.deleted_ids]
    _, whole = told(memory(partial[-1].cursor), page(1, 3), thread())
    assert [one.deleted_ids for one in whole if one.deleted_ids] == [("shop.example/p/1#r2",)]


def test_what_vanished_after_a_death_and_before_the_thread_was_whole_is_told() -> None:
    """The kills found this: stored by a reading that died, deleted before the next one."""
    taken = reading(memory())
    (first,) = taken.take(page(1, 2, 3, url=f"{URL}?page=1"))
    _, pages = told(memory(first.cursor), page(1, 3), thread(is_whole=False))
    _, whole = told(memory(pages[-1].cursor), page(1, 3), thread())
    assert [one.deleted_ids for one in whole if one.deleted_ids] == [("shop.example/p/1#r2",)]
    assert len(json.dumps(whole[-1].cursor)) < 64_000


def test_growing_too_old_to_be_handed_over_is_no_deletion() -> None:
    _, pages = told(memory(), page(1, 2), thread())
    older = page(1, 2)
    older["reviews"][1]["at"] = (NOW - timedelta(days=400)).isoformat()
    _, later = told(memory(pages[-1].cursor), older, thread())
    assert not [one.deleted_ids for one in later if one.deleted_ids]


def test_our_own_words_are_recognised() -> None:
    event = page(1)
    event["reviews"][0]["author"] = "магазин «ромашка»"
    (mention,), _ = told(memory(), event)
    assert mention.author.is_ours


@pytest.mark.parametrize("is_finished", [True, False])
def test_the_cursor_stays_small_whatever_comes(is_finished: bool) -> None:
    kept = memory({"v": 1, "seen": "".join(mark_of(f"old {n}") for n in range(SEEN))})
    for number in range(30_000):
        kept.meet(mark_of(f"{number}"), NOW + timedelta(seconds=number))
    for number in range(900):
        kept.note_reviews(f"shop.example/p/{number}")
        ids = [f"shop.example/p/{number}#review-{n}" for n in range(40)]
        kept.replace_ids(f"shop.example/p/{number}", ids, set(ids))
    kept.after, kept.at = "0" * 16, ("0" * 16, "https://shop.example/" + "x" * 1900)
    if is_finished:
        kept.finish()
    cursor = kept.cursor()
    assert len(json.dumps(cursor)) < 64_000
    assert sum(map(len, cursor["ids"].values())) <= IDS
    again = memory(cursor)
    assert all(again.is_known(mark_of(f"{number}")) for number in range(29_999, 30_000 - SEEN, -1))


def trouble(what: str, **more: Any) -> dict[str, Any]:
    return {"kind": "trouble", "what": what, "url": URL, "message": "so it is", **more}


@pytest.mark.parametrize(
    ("troubles", "kind"),
    [
        (["gone"], Gone),
        (["failed", "gone"], Transient),
        (["failed", "forbidden"], AccessDenied),
        (["robots"], AccessDenied),
        (["private"], AccessDenied),
        (["captcha"], AccessDenied),
        (["too_large"], Transient),
        ([], Transient),
    ],
)
def test_where_nothing_could_be_read_the_reason_is_raised(
    troubles: list[str], kind: type[PlatformError]
) -> None:
    with pytest.raises(kind) as caught:
        told(memory(), *(trouble(what) for what in troubles))
    assert type(caught.value) is kind
    assert caught.value.platform == "reviews"
    if isinstance(caught.value, AccessDenied):
        assert caught.value.to_do


def test_a_wish_to_wait_is_passed_on_at_once() -> None:
    taken = reading(memory())
    with pytest.raises(RateLimited) as caught:
        list(taken.take(trouble("limited", retry_after=7.0)))
    assert caught.value.retry_after == 7.0


def test_a_failure_keeps_the_first_reading_from_counting_as_whole() -> None:
    _, pages = told(memory(), page(1), trouble("failed"), START)
    assert "from" in pages[-1].cursor
    _, pages = told(memory(pages[-1].cursor), page(1), START)
    assert "from" not in pages[-1].cursor
