"""Page queries of the desk, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import database
from otklik.clock import now
from otklik.enums import DeliveryState, MentionState, ReplyState, Stance, Topic
from otklik.models import Mention, Person, Reply
from otklik.store import mentions, queue, search, threads
from otklik.store.queue_filter import DONE, WAITING, QueueFilter, SortBy
from responder import leases
from tests.dashboard.examples import Example
from tests.dashboard.seed import BRAND, add_examples, seed, seed_source


@pytest.fixture
def made(engine: Engine) -> dict[str, int]:
    return seed(engine)


@pytest.fixture
def session(engine: Engine, made: dict[str, int]) -> Iterator[Session]:
    with database.reading(engine) as opened:
        yield opened


def test_the_queue_is_ordered_by_urgency_then_by_waiting(session: Session) -> None:
    page = queue.list_queue(session, BRAND, QueueFilter(sort=SortBy.URGENCY))
    keys = [(-row.urgency, row.waiting_since, row.id) for row in page.rows]
    assert keys == sorted(keys)
    assert page.rows[0].author_name == "Марина К."
    assert {row.state for row in page.rows} <= set(WAITING)


def test_the_first_row_of_the_queue_is_the_case_that_is_handed_out(
    engine: Engine, made: dict[str, int]
) -> None:
    with database.session(engine) as session:
        first = queue.list_queue(session, BRAND, QueueFilter()).rows[0]
        who = session.exec(select(Person).where(Person.login == "approver")).one()
        handed = leases.next_most_urgent(session, person=who, at=now())
        assert handed is not None
        assert handed.mention_id == first.id


@pytest.mark.parametrize("wanted", [{}, {"stances": (Stance.CRITIC,)}, {"words": "заказ"}])
def test_the_order_of_handing_out_is_that_of_pressure(
    session: Session, wanted: dict[str, object]
) -> None:
    page = queue.list_queue(session, BRAND, QueueFilter.model_validate(wanted))
    rows = {row.id: row for row in session.exec(select(Mention))}
    keys = [(rows[row.id].pressing_at, row.id) for row in page.rows]
    assert len(keys) > 1
    assert keys == sorted(keys)


def test_pages_together_hold_everything_once(session: Session) -> None:
    first = queue.list_queue(session, BRAND, QueueFilter(), size=20)
    rest = [
        queue.list_queue(session, BRAND, QueueFilter(), number=number, size=20)
        for number in range(2, first.pages + 1)
    ]
    ids = [row.id for page in (first, *rest) for row in page.rows]
    assert len(ids) == len(set(ids)) == first.total


def test_a_page_beyond_the_last_is_the_last(session: Session) -> None:
    page = queue.list_queue(session, BRAND, QueueFilter(), number=99, size=20)
    assert page.number == page.pages
    assert page.rows


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (QueueFilter(stances=(Stance.HATER,)), lambda row: row.stance is Stance.HATER),
        (QueueFilter(urgencies=(2, 3)), lambda row: row.urgency >= 2),
        (QueueFilter(topics=(Topic.PRICE,)), lambda row: row.topic is Topic.PRICE),
        (QueueFilter(states=(MentionState.HELD,)), lambda row: row.state is MentionState.HELD),
        (QueueFilter(only_unsure=True), lambda row: row.is_unsure),
        (QueueFilter(platforms=("isso",)), lambda row: row.platform == "isso"),
    ],
)
def test_filters_narrow_the_queue(session: Session, wanted: QueueFilter, holds: object) -> None:
    rows = queue.list_queue(session, BRAND, wanted).rows
    assert rows
    assert all(holds(row) for row in rows)  # type: ignore[operator]


def test_another_brand_sees_nothing(session: Session) -> None:
    assert queue.list_queue(session, "other", QueueFilter()).total == 0


@pytest.mark.parametrize("words", ["роспотреб", "РОСПОТРЕБНАДЗОР", "кешь ребёнк", "4471"])
def test_search_goes_by_beginnings_of_words(
    session: Session, made: dict[str, int], words: str
) -> None:
    assert search.search_mentions(session, BRAND, words) == [made["Марина К."]]


def test_search_finds_nothing_for_signs_alone(session: Session) -> None:
    assert search.search_mentions(session, BRAND, "!!! ... ***") == []


@pytest.mark.parametrize("newest", [1, 5_000])
def test_the_newest_that_hold_a_word_come_first(
    session: Session, monkeypatch: pytest.MonkeyPatch, newest: int
) -> None:
    monkeypatch.setattr(search, "NEWEST", newest)
    every = search.search_mentions(session, BRAND, "заказ", limit=500)
    texts = {row.id: row.text for row in session.exec(select(Mention))}
    assert len(every) > 2
    assert every == sorted(every, reverse=True)
    assert all("заказ" in texts[one].lower() for one in every)
    assert search.search_mentions(session, BRAND, "заказ", limit=2) == every[:2]


@pytest.mark.parametrize("states", [WAITING, (MentionState.HELD,), (), DONE])
@pytest.mark.parametrize("words", ["заказ", "роспотреб", "не", "нетакогослова"])
def test_a_list_holds_all_that_the_search_finds_in_its_states(
    session: Session, states: tuple[MentionState, ...], words: str
) -> None:
    every = search.search_mentions(session, BRAND, words, limit=500)
    wanted = QueueFilter(states=states, words=words)
    found = queue.list_ids(session, BRAND, wanted, limit=500)
    kept = {row.id for row in session.exec(select(Mention)) if not states or row.state in states}
    assert sorted(found) == sorted(set(every) & kept)


@pytest.mark.parametrize("few", [0, 5_000])
@pytest.mark.parametrize("words", ["спасибо", "не", "нетакогослова"])
def test_what_is_done_is_searched_alike_for_rare_and_frequent_words(
    session: Session, monkeypatch: pytest.MonkeyPatch, few: int, words: str
) -> None:
    monkeypatch.setattr(search.find_few, "__kwdefaults__", {"most": few})
    every = search.search_mentions(session, BRAND, words, limit=500)
    rows = {row.id: row for row in session.exec(select(Mention)) if row.state in DONE}
    page = queue.list_done(session, BRAND, QueueFilter(states=DONE, words=words), size=500)
    assert {row.id for row in page.rows} == set(every) & set(rows)
    assert page.total == len(page.rows)
    times = [row.state_changed_at for row in page.rows]
    assert times == sorted(times, reverse=True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.one_of(
        st.text(alphabet=st.characters(codec="utf-8"), max_size=40),
        st.sampled_from(['" OR 1=1', "NEAR(", "a AND b*", "'; DROP TABLE mention; --", ":* & !"]),
    )
)
def test_no_input_breaks_the_search(session: Session, words: str) -> None:
    search.search_mentions(session, BRAND, words)


def test_counts_agree_with_the_list(session: Session) -> None:
    page = queue.list_queue(session, BRAND, QueueFilter(), size=500)
    counts = queue.count_waiting(session, BRAND)
    assert sum(counts.values()) == page.total
    late = [row for row in page.rows if row.sla_due_at and row.sla_due_at <= now()]
    assert queue.count_overdue(session, BRAND, now()) == len(late)


def test_a_long_text_comes_as_an_excerpt(engine: Engine, made: dict[str, int]) -> None:
    with database.session(engine) as session:
        source = session.get_one(Mention, made["Олег"]).source_id
        mention = session.get_one(Mention, made["Олег"])
        mention.text = "я" * 1_000_000
        session.add(mention)
        assert source
    with database.reading(engine) as session:
        rows = queue.list_queue(session, BRAND, QueueFilter(), size=500).rows
    row = next(row for row in rows if row.id == made["Олег"])
    assert len(row.excerpt) == queue.EXCERPT
    assert row.is_cut


def test_a_thread_is_shown_around_the_mention_in_order(engine: Engine) -> None:
    at = now()
    with database.session(engine) as session:
        source = seed_source(session, at)
        examples = [
            Example("page", f"a{n}", f"text {n}", Stance.OTHER, 0, Topic.NONE, 100 - n)
            for n in range(40)
        ]
        made = add_examples(session, source, examples, at) if _policy(session, at) else {}
    with database.reading(engine) as session:
        mention = mentions.get_mention(session, made["a20"])
        lines = threads.list_thread_around(session, mention, before=3, after=5)
    assert [line.author_name for line in lines] == [f"a{n}" for n in range(17, 26)]


def _policy(session: Session, at: object) -> bool:
    from tests.dashboard.seed import _seed_policy

    _seed_policy(session, at)  # type: ignore[arg-type]
    return True


def test_what_is_done_comes_latest_first(session: Session) -> None:
    rows = queue.list_done(session, BRAND, QueueFilter(states=DONE)).rows
    times = [row.state_changed_at for row in rows]
    assert times == sorted(times, reverse=True)
    last = queue.list_last_replies(session, [row.id for row in rows])
    states = {reply.state for reply in last.values()}
    assert {ReplyState.POSTED, ReplyState.REHEARSED, ReplyState.UNKNOWN} <= states


def test_replies_of_unknown_outcome_are_listed(session: Session) -> None:
    found = queue.list_unknown_replies(session, BRAND)
    assert [reply.state for reply in found] == [ReplyState.UNKNOWN]
    counts = queue.count_replies(session, BRAND, now() - timedelta(days=1))
    assert counts[ReplyState.UNKNOWN] == 1
    assert sum(counts.values()) == len(session.exec(select(Reply)).all())


def test_alerts_come_with_their_deliveries(session: Session) -> None:
    (line,) = queue.list_alerts(session, BRAND)
    assert {one.channel: one.state for one in line.deliveries} == {
        "console": DeliveryState.SENT,
        "slack": DeliveryState.PENDING,
    }


def test_bad_rows_come_with_file_line_and_reason(session: Session) -> None:
    rows, total = queue.list_quarantine(session, BRAND)
    assert total == 1
    assert (rows[0][0].place, rows[0][0].reason) == ("reviews.csv:17", "no text in this row")
    assert queue.list_platforms(session, BRAND) == ["isso", "wordpress"]
