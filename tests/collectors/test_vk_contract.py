"""VK's contract, errors and recorded answers against the collector's own tables and parsing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collectors.vk.acts import number_of
from collectors.vk.checking import READING
from collectors.vk.events import News
from collectors.vk.faults import DENIED, INTERNAL, TO_DO, WAITS, WRONG, Faults, Purpose, code_of
from collectors.vk.mentions import Teller
from collectors.vk.places import LISTS, SECTIONS, Topic, items_of, topics_of
from collectors.vk.rights import ALLOWED, Kind, choose
from collectors.vk.streams import named_people
from collectors.vk.threads import Job, Read
from collectors.vk.wire import Comment, Name, Post, read_items
from otklik.errors import (
    AccessDenied,
    Gone,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from tests.contracts import vk as contract
from tests.rigs.base import ContractViolation
from tests.rigs.vk import VkRig

pytestmark = pytest.mark.needs_shared
FAULTS = Faults("vk", "shop", lambda message: message)


@pytest.fixture
def recordings(shared: Path) -> Path:
    """VK's recorded answers."""
    return shared / "recordings" / "vk"


def recorded(recordings: Path, name: str) -> Any:
    return json.loads((recordings / f"{name}.json").read_text(encoding="utf-8"))


# ---- tokens -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ALLOWED)
def test_the_table_of_tokens_is_the_contracts(method: str) -> None:
    kinds = contract.token_kinds(method) - {"open"}
    assert ALLOWED[method] == kinds


def test_every_method_that_places_need_has_its_tokens_known() -> None:
    needed = {method for methods in READING.values() for method in methods}
    needed |= {method for _, method in LISTS.values()}
    needed |= {f"{section}.createComment" for section, _, _ in SECTIONS.values()}
    assert needed <= set(ALLOWED)


def test_the_community_token_is_taken_first_because_it_may_call_most_often() -> None:
    assert choose(["wall.createComment"], [Kind.USER, Kind.GROUP]) is Kind.GROUP
    assert choose(["wall.getComments"], [Kind.SERVICE, Kind.GROUP]) is Kind.SERVICE
    assert choose(["execute", "wall.getComments"], [Kind.SERVICE, Kind.GROUP]) is None


# ---- errors -----------------------------------------------------------------------------------


def test_every_code_the_collector_knows_is_one_of_vks() -> None:
    known = contract.errors()
    assert set(TO_DO) | set(WAITS) | set(DENIED) | set(INTERNAL) | set(WRONG) <= set(known)


def fault(code: int, purpose: Purpose = Purpose.READ) -> PlatformError:
    return FAULTS.of({"error_code": code, "error_msg": "no"}, "wall.get", purpose)


@pytest.mark.parametrize("code", [5, 14, 17, 27, 28, 37, 3610])
@pytest.mark.parametrize("purpose", Purpose)
def test_a_dead_token_pauses_the_whole_account(code: int, purpose: Purpose) -> None:
    error = fault(code, purpose)
    assert isinstance(error, AccessDenied)
    assert error.whole_account
    assert error.to_do


@pytest.mark.parametrize("code", [7, 15, 203, 212])
def test_a_closed_place_concerns_that_place_alone(code: int) -> None:
    error = fault(code)
    assert isinstance(error, AccessDenied)
    assert not error.whole_account
    assert isinstance(fault(code, Purpose.POST), Rejected)


@pytest.mark.parametrize(("code", "seconds"), [(6, 1), (9, 300), (29, 3600), (223, 600)])
def test_too_many_calls_ask_to_wait(code: int, seconds: float) -> None:
    error = fault(code, Purpose.POST)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_an_internal_error_after_a_reply_was_sent_leaves_it_unknown() -> None:
    assert isinstance(fault(10), Transient)
    assert isinstance(fault(10, Purpose.CHANGE), Transient)
    assert isinstance(fault(10, Purpose.POST), OutcomeUnknown)


def test_refused_replies_go_back_to_their_approver() -> None:
    for code in (100, 213, 222, 801):
        assert isinstance(fault(code, Purpose.POST), Rejected)
    assert isinstance(fault(104, Purpose.POST), Gone)


def test_the_way_out_shows_vks_own_address_and_no_other() -> None:
    body = {"error_code": 17, "error_msg": "", "redirect_uri": "https://m.vk.com/activation?x=1"}
    told = FAULTS.of(body, "wall.get", Purpose.READ)
    assert isinstance(told, AccessDenied)
    assert "https://m.vk.com/activation?x=1" in told.to_do
    told = FAULTS.of({**body, "redirect_uri": "https://evil.example/"}, "wall.get", Purpose.READ)
    assert isinstance(told, AccessDenied)
    assert "evil" not in told.to_do


RECORDED_ERRORS = {
    "Errors_1": Transient,
    "Errors_5": AccessDenied,
    "Errors_12": Transient,
    "Errors_14": AccessDenied,
    "Errors_17": AccessDenied,
    "Errors_103": Transient,
    "Errors_214": Transient,
    "Errors_913": Transient,
}


@pytest.mark.parametrize("name", RECORDED_ERRORS)
def test_recorded_errors_are_understood(recordings: Path, name: str) -> None:
    body = recorded(recordings, name)["error"]
    assert code_of(body) == int(name.partition("_")[2])
    error = FAULTS.of(body, "wall.get", Purpose.READ)
    assert type(error) is RECORDED_ERRORS[name]
    assert not isinstance(error, AccessDenied) or error.to_do


# ---- recorded answers ---------------------------------------------------------------------------


@pytest.fixture
def teller() -> Teller:
    with VkRig() as rig:
        platform = rig.platform()
        platform.close()
        return platform._teller


WALLS = {
    "Categories_Wall_Get_Document_NormalCase": 1,
    "Categories_Wall_Get_Geo_NormalCase": 1,
    "Categories_Wall_Get_With_PhotoListAttachment": 1,
    "Categories_Wall_ArticleAttachement": 1,
    "Categories_Wall_GetById_ReturnWallRecords": 1,
    "Categories_NewsFeed_Search_NextFrom_NotNull": 0,
}


@pytest.mark.parametrize("name", WALLS)
def test_recorded_posts_become_mentions(recordings: Path, teller: Teller, name: str) -> None:
    answer = recorded(recordings, name)["response"]
    topics, bad = topics_of("wall", -1, answer)
    assert not bad
    assert len(topics) == len(items_of(answer)) >= 1
    for topic in topics:
        assert topic.post is not None
        mention = teller.found_post(topic.post, {})
        assert mention.published_at is not None
        assert mention.external_id == f"wall{topic.name.owner}_{topic.name.number}/post"
        assert len(mention.media) == len(topic.post.attachments)
        assert all(url.startswith(("http://", "https://")) for url in mention.media)


def test_entities_in_recorded_texts_read_as_people_see_them(recordings: Path) -> None:
    answer = recorded(recordings, "Categories_NewsFeed_Search_NextFrom_NotNull")["response"]
    posts, _ = read_items(items_of(answer), Post, "search")
    assert "\u2757" in posts[0].shown
    assert "&#10071;" not in posts[0].shown


@pytest.mark.parametrize(
    ("name", "thread", "gone"),
    [
        ("Categories_Wall_GetComments802", Name("wall", -69459624, 482121), [482127]),
        ("Categories_Video_GetComments_WithLikes", Name("video", -1, 5), []),
    ],
)
def test_recorded_comments_become_mentions(
    recordings: Path, teller: Teller, name: str, thread: Name, gone: list[int]
) -> None:
    count = 2 + len(gone)
    read = Read(Topic(thread))
    further = list(read.take(Job(thread), recorded(recordings, name)["response"]))
    assert len(read.comments) == count
    assert not read.bad_rows
    assert not read.is_complete, "the recordings say that there is more"
    assert further
    assert [number for number, row in read.comments.items() if row.deleted] == gone
    told = teller.of_thread(read, read.comments.values())
    assert len(told) == count - len(gone)
    assert all(one.text and one.published_at for one in told)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Categories_Video_Get_Extended", "video"), ("Categories_Market_Get", "market")],
)
def test_recorded_lists_name_their_threads(recordings: Path, name: str, kind: str) -> None:
    answer = recorded(recordings, name)["response"]
    topics, _ = topics_of(kind, -1, answer)
    assert [topic.name.number for topic in topics] == [item["id"] for item in answer["items"]]
    assert all(topic.title and topic.name.owner < -1 for topic in topics)
    assert all((topic.count is None) == (kind == "market") for topic in topics)


@pytest.mark.parametrize(
    "name",
    [
        "Categories_Groups_GetById_Multiple_NormalCaseAllFields_ReturnTwoItems",
        "Categories_Groups_GetById_NormalCaseAllFields_ReturnTwoItems",
    ],
)
def test_recorded_communities_have_names(recordings: Path, name: str) -> None:
    answer = recorded(recordings, name)["response"]
    found = named_people("groups.getById", answer)
    assert len(found) == len(answer)
    assert all(number < 0 and person.name for number, person in found.items())


def test_the_recorded_number_of_a_new_comment_is_taken(recordings: Path) -> None:
    answer = recorded(recordings, "Categories_Video_CreateComment_NormalCase")["response"]
    assert number_of(answer) == answer > 0
    assert number_of({"comment_id": 5, "parents_stack": []}) == 5
    nothing: list[Any] = [None, 0, True, {}, "5"]
    assert [number_of(wrong) for wrong in nothing] == [None] * 5


ALL = ("wall", "board", "photos", "videos", "market")
EVENTS: dict[str, Callable[[News], bool]] = {
    "WallReplyNewTest": lambda news: "wall-1234_6/9" in news.written,
    "WallReplyDeleteTest": lambda news: list(news.gone) == ["wall-1234_6/9"],
    "BoardPostNew": lambda news: "topic-1234_38446232/3" in news.written,
    "BoardPostRestoreTest": lambda news: "topic-1234_38446232/3" in news.written,
    "BoardPostDeleteTest": lambda news: list(news.gone) == ["topic-1234_6/3"],
    "PhotoCommentNewTest": lambda news: "photo-1234_123456/4" in news.written,
    "PhotoCommentDeleteTest": lambda news: list(news.gone) == ["photo-1234_123456/4"],
    "VideoCommentNewTest": lambda news: "video-1234_4444/1" in news.written,
    "VideoCommentDeleteTest": lambda news: list(news.gone) == ["video-1234_123456/4"],
    "MarketCommentEditTest": lambda news: "market-1234_1686058/1" in news.written,
    "MarketCommentRestoreTest": lambda news: "market-1234_1686058/1" in news.written,
}


@pytest.mark.parametrize("name", EVENTS)
def test_recorded_events_are_understood(recordings: Path, name: str) -> None:
    news = News("1")
    full = f"Categories_BotsLongPoll_GetBotsLongPollHistory_{name}"
    news.take(recorded(recordings, full), ALL)
    assert EVENTS[name](news)
    assert len(news.touched) == 1
    assert not news.is_lost
    assert not news.bad_rows


def test_recorded_events_of_other_kinds_are_passed_over(recordings: Path) -> None:
    known = {f"Categories_BotsLongPoll_GetBotsLongPollHistory_{name}.json" for name in EVENTS}
    others = [p for p in recordings.glob("Categories_BotsLongPoll_*") if p.name not in known]
    assert len(others) >= 10
    for path in others:
        news = News("1")
        news.take(json.loads(path.read_text(encoding="utf-8")), ALL)
        assert not {*news.touched, *news.written, *news.gone}


# ---- the stand-in itself ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "params", "kind"),
    [
        ("wall.getComments", {"owner_id": "x"}, "user"),
        ("wall.getComments", {"page": 1}, "user"),
        ("wall.getComments", {"sort": "up"}, "user"),
        ("wall.getComments", {"fields": "favourite_colour"}, "user"),
        ("wall.getComments", {"thread_items_count": 11}, "user"),
        ("wall.getComments", {"owner_id": -1}, "group"),
        ("board.getComments", {"group_id": 1}, "user"),
        ("wall.getFriends", {}, "user"),
    ],
)
def test_the_stand_in_refuses_what_the_contract_does_not_allow(
    method: str, params: dict[str, Any], kind: str
) -> None:
    with pytest.raises(ContractViolation):
        contract.check_call(method, params, kind)


def test_the_stand_in_refuses_its_own_wrong_answers() -> None:
    row = {"id": 1, "from_id": 1, "date": 1, "text": "да"}
    answer: dict[str, Any] = {"count": 1, "items": [row], "profiles": [], "groups": []}
    contract.check_answer("wall.getComments", {"extended": 1}, answer)
    for wrong in ({**row, "text": 1}, {**row, "colour": "red"}, {"id": 1}):
        with pytest.raises(ContractViolation):
            contract.check_answer("wall.getComments", {"extended": 1}, {**answer, "items": [wrong]})


def test_a_comment_that_makes_no_sense_costs_that_comment_only() -> None:
    rows = [
        {"id": 1, "from_id": 1, "date": 1, "text": "да"},
        {"id": "x"},
        7,
        {"id": 3, "text": None},
    ]
    good, bad = read_items(rows, Comment, "wall-1_5")
    assert [comment.id for comment in good] == [1, 3]
    assert [row.place for row in bad] == ["vk wall-1_5 comment 'x'", "vk wall-1_5 comment ''"]
