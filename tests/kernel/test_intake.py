"""No mention is lost or doubled (promise 2)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from otklik.database import reading, session
from otklik.models import Author, Mention, MentionVersion, Quarantine, Source, Thread
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread, Page
from otklik.store.intake import Intake, save_page

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def comment(number: int, text: str = "текст", **more: object) -> CollectedMention:
    values = {
        "external_id": f"host/{number}",
        "thread": CollectedThread(external_id="host/page"),
        "author": CollectedAuthor(external_id=f"host/author{number % 3}", name="Имя"),
        "text": text,
        "published_at": AT - timedelta(hours=1),
        **more,
    }
    return CollectedMention.model_validate(values)


def store(engine: Engine, page: Page, at: datetime = AT) -> Intake:
    with session(engine) as db:
        source = db.exec(select(Source)).first()
        if source is None:
            source = Source(platform="fake", name="s", next_due_at=AT)
            db.add(source)
            db.flush()
        return save_page(db, source, page, at)


def rows(engine: Engine) -> list[Mention]:
    with reading(engine) as db:
        return list(db.exec(select(Mention).order_by(Mention.external_id)))


def test_the_same_page_twice_adds_nothing(engine: Engine) -> None:
    page = Page(mentions=(comment(1), comment(2)))
    assert len(store(engine, page).new) == 2
    again = store(engine, page)
    assert (again.new, again.edited, again.deleted) == ([], [], [])
    assert len(rows(engine)) == 2


def test_an_item_that_stands_twice_on_a_page_is_one(engine: Engine) -> None:
    store(engine, Page(mentions=(comment(1, "было"), comment(1, "стало"))))
    assert [row.text for row in rows(engine)] == ["стало"]


def test_comment_17_of_two_hosts_stays_two(engine: Engine) -> None:
    other = comment(17).model_copy(update={"external_id": "other.host/17"})
    store(engine, Page(mentions=(comment(17), other)))
    assert len(rows(engine)) == 2


def test_every_text_a_mention_had_is_kept(engine: Engine) -> None:
    for text in ("раз", "два", "раз"):
        store(engine, Page(mentions=(comment(1, text),)))
    with reading(engine) as db:
        kept = db.exec(select(MentionVersion).order_by(MentionVersion.version)).all()  # type: ignore[arg-type]
    assert [(row.version, row.text) for row in kept] == [(1, "раз"), (2, "два"), (3, "раз")]
    assert rows(engine)[0].version == 3


def test_what_a_full_thread_no_longer_shows_was_deleted(engine: Engine) -> None:
    store(engine, Page(mentions=(comment(1), comment(2))))
    seen = store(engine, Page(mentions=(comment(2),), complete_thread_ids=("host/page",)))
    assert len(seen.deleted) == 1
    assert [row.deleted_at is not None for row in rows(engine)] == [True, False]


def test_what_another_page_of_a_thread_does_not_show_is_not_deleted(engine: Engine) -> None:
    store(engine, Page(mentions=(comment(1), comment(2))))
    assert store(engine, Page(mentions=(comment(2),))).deleted == []


def test_an_empty_full_thread_deletes_all_of_it_and_nothing_else(engine: Engine) -> None:
    elsewhere = comment(9, thread=CollectedThread(external_id="host/other"))
    store(engine, Page(mentions=(comment(1), elsewhere)))
    store(engine, Page(complete_thread_ids=("host/page",)))
    assert [row.deleted_at is None for row in rows(engine)] == [False, True]


def test_a_deleted_id_is_a_deletion_once(engine: Engine) -> None:
    store(engine, Page(mentions=(comment(1),)))
    assert len(store(engine, Page(deleted_ids=("host/1", "host/404"))).deleted) == 1
    assert store(engine, Page(deleted_ids=("host/1",))).deleted == []


def test_a_row_without_a_date_starts_no_clock(engine: Engine) -> None:
    store(engine, Page(mentions=(comment(1, published_at=None),)))
    (row,) = rows(engine)
    assert (row.starts_clock, row.published_at, row.waiting_since) == (False, None, AT)


def test_a_comment_from_the_future_does_not_wait_less_than_no_time(engine: Engine) -> None:
    store(engine, Page(mentions=(comment(1, published_at=AT + timedelta(days=400)),)))
    assert rows(engine)[0].waiting_since == AT


def test_a_bad_row_is_quarantined_once_with_its_place(engine: Engine) -> None:
    page = Page(bad_rows=(BadRow(place="reviews.csv:17", reason="no text", raw="a;b"),))
    assert store(engine, page).bad_rows == 1
    assert store(engine, page).bad_rows == 0
    with reading(engine) as db:
        kept = db.exec(select(Quarantine)).one()
    assert (kept.place, kept.reason, kept.raw) == ("reviews.csv:17", "no text", "a;b")


def test_a_page_larger_than_one_statement_is_stored_whole(engine: Engine) -> None:
    store(engine, Page(mentions=tuple(comment(number) for number in range(2500))))
    with reading(engine) as db:
        assert len(db.exec(select(Mention)).all()) == 2500
        assert len(db.exec(select(MentionVersion)).all()) == 2500
        assert len(db.exec(select(Author)).all()) == 3
        assert len(db.exec(select(Thread)).all()) == 1


@pytest.mark.parametrize(
    "text", ["😀 عربى \u202e\u200b", "x" * 100_000, "'; DROP TABLE mention; --", "", "  "]
)
def test_any_text_comes_back_as_it_was(engine: Engine, text: str) -> None:
    store(engine, Page(mentions=(comment(1, text),)))
    assert rows(engine)[0].text == text


step = st.tuples(st.integers(1, 5), st.sampled_from(["раз", "два", None]))


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(step, max_size=12))
def test_after_any_history_the_store_shows_what_the_site_shows(
    sqlite_engine: Engine, history: list[tuple[int, str | None]]
) -> None:
    site: dict[int, str] = {}
    for number, text in history:
        site.pop(number, None) if text is None else site.update({number: text})
        shown = tuple(comment(key, value) for key, value in site.items())
        store(sqlite_engine, Page(mentions=shown, complete_thread_ids=("host/page",)))
    store(
        sqlite_engine,
        Page(
            mentions=tuple(comment(k, v) for k, v in site.items()),
            complete_thread_ids=("host/page",),
        ),
    )
    alive = {row.external_id: row.text for row in rows(sqlite_engine) if row.deleted_at is None}
    assert alive == {f"host/{number}": text for number, text in site.items()}


@pytest.mark.parametrize("text", ["до\x00после", "половина \ud83d знака", "\x00"])
def test_what_no_database_takes_is_taken_out_at_the_port(engine: Engine, text: str) -> None:
    mention = comment(1, text, original={"raw": [text], text: "key"})
    store(engine, Page(mentions=(mention,)))
    (row,) = rows(engine)
    assert row.text == text.replace("\x00", "").replace("\ud83d", "?")
