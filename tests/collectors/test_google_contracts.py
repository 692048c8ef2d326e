"""The validator of Google's discovery documents, and what Google's quotas and refusals mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors._google import seconds_to_midnight
from tests.contracts.discovery import discovery
from tests.rigs.base import ContractViolation, Request

COMMENT = {"id": "c", "snippet": {"textDisplay": "Да", "publishedAt": "2026-11-01T10:00:00Z"}}
REVIEWS = "/androidpublisher/v3/applications/ru.app/reviews"


def request(method: str, path: str, query: str = "", body: Any = None) -> Request:
    sent = b"" if body is None else json.dumps(body).encode()
    return Request(method, path, {}, {}, sent, raw_query=query)


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("method", "path", "query", "body", "name"),
    [
        ("GET", "/youtube/v3/comments", "part=snippet&id=a,b&alt=json", None, "comments.list"),
        ("POST", "/youtube/v3/comments", "part=snippet", COMMENT, "comments.insert"),
        ("PUT", "/youtube/v3/comments", "part=snippet", COMMENT, "comments.update"),
        ("DELETE", "/youtube/v3/comments", "id=c", None, "comments.delete"),
        (
            "POST",
            "/youtube/v3/comments/setModerationStatus",
            "id=c&moderationStatus=heldForReview",
            None,
            "comments.setModerationStatus",
        ),
    ],
)
def test_a_request_that_the_contract_knows_has_its_name(
    method: str, path: str, query: str, body: Any, name: str
) -> None:
    call = discovery("youtube.v3").match(request(method, path, query, body))
    assert call.method == f"youtube.{name}"


@pytest.mark.needs_shared
def test_parameters_of_the_path_are_found() -> None:
    contract = discovery("androidpublisher.v3")
    call = contract.match(request("POST", f"{REVIEWS}/gp%3A1:reply", "", {"replyText": "Да"}))
    assert call.method == "androidpublisher.reviews.reply"
    assert call.path == {"packageName": "ru.app", "reviewId": "gp:1"}
    assert contract.match(request("GET", f"{REVIEWS}/gp%3A1")).method.endswith("reviews.get")
    listed = contract.match(request("GET", REVIEWS, "maxResults=5"))
    assert listed.query == {"maxResults": 5}


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("method", "path", "query", "body", "told"),
    [
        ("GET", "/youtube/v3/remarks", "part=snippet", None, "no such method"),
        ("PATCH", "/youtube/v3/comments", "part=snippet", None, "no such method"),
        ("GET", "/youtube/v3/comments", "part=snippet&colour=red", None, "unknown parameter"),
        ("GET", "/youtube/v3/comments", "id=c", None, "part is required"),
        ("GET", "/youtube/v3/comments", "part=snippet&maxResults=101", None, "out of its bounds"),
        ("GET", "/youtube/v3/comments", "part=snippet&maxResults=many", None, "no integer"),
        ("GET", "/youtube/v3/comments", "part=snippet&textFormat=rtf", None, "must not be"),
        ("GET", "/youtube/v3/comments", "part=snippet&parentId=a&parentId=b", None, "given twice"),
        ("GET", "/youtube/v3/channels", "part=snippet&mine=yes", None, "no boolean"),
        ("GET", "/youtube/v3/comments", "part=snippet", COMMENT, "takes no body"),
        ("POST", "/youtube/v3/comments", "part=snippet", {"text": "Да"}, "text"),
        ("POST", "/youtube/v3/comments", "part=snippet", {"snippet": {"likeCount": -1}}, "-1"),
        ("POST", "/youtube/v3/comments", "part=snippet", {"id": 7}, "string"),
    ],
)
def test_a_request_that_departs_from_the_contract_is_refused(
    method: str, path: str, query: str, body: Any, told: str
) -> None:
    with pytest.raises(ContractViolation, match=told):
        discovery("youtube.v3").match(request(method, path, query, body))


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("youtube.comments.list", {"items": [{**COMMENT, "colour": "red"}]}),
        ("youtube.comments.list", {"items": [{"snippet": {"publishedAt": "вчера"}}]}),
        ("youtube.comments.list", {"items": [{"snippet": {"viewerRating": "adore"}}]}),
        ("youtube.comments.list", [COMMENT]),
        ("youtube.comments.delete", {}),
    ],
)
def test_an_answer_that_departs_from_the_contract_is_refused(method: str, answer: Any) -> None:
    with pytest.raises(ContractViolation):
        discovery("youtube.v3").check_answer(method, answer)


@pytest.mark.needs_shared
def test_google_plays_seconds_are_strings() -> None:
    contract = discovery("androidpublisher.v3")
    contract.check("Timestamp", {"seconds": "1700000000", "nanos": 1})
    with pytest.raises(ContractViolation):
        contract.check("Timestamp", {"seconds": 1700000000})
    with pytest.raises(ContractViolation):
        contract.check("Timestamp", {"seconds": "soon"})


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        (datetime(2026, 11, 22, 7, 50, tzinfo=UTC), 600),  # 23:50 in winter
        (datetime(2026, 7, 1, 6, 0, tzinfo=UTC), 3600),  # 23:00 in summer
        (datetime(2026, 11, 22, 8, 0, tzinfo=UTC), 86_400),
        (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), 25 * 3600),  # the day summer time ends
        (datetime(2026, 11, 22, 7, 59, 59, tzinfo=UTC), 60),
    ],
)
def test_quotas_of_the_day_are_renewed_at_midnight_in_california(
    at: datetime, seconds: float
) -> None:
    assert seconds_to_midnight(at) == seconds
