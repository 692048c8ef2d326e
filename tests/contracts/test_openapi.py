"""The checker itself, on a small contract of our own in three files."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.openapi import ContractViolation, OpenApi, open_api

ROOT = """
    openapi: 3.0.3
    info: {title: Own, version: "1"}
    servers: [{url: "https://api.shop.example/base"}]
    security: [{Key: []}]
    paths:
      /reviews: {$ref: paths/reviews.yaml}
      /reviews/{id}:
        parameters:
          - {name: id, in: path, required: true, schema: {type: integer}}
        get:
          responses:
            "200":
              description: one
              content: {application/json: {schema: {$ref: "parts.yaml#/Review"}}}
        delete:
          security: [{OAuth: []}]
          responses: {"204": {description: gone}}
      /reviews/count:
        get:
          security: []
          responses: {2XX: {description: n, content: {application/json: {schema: {type: integer}}}}}
    components:
      securitySchemes:
        Key: {type: apiKey, name: Api-Key, in: header}
        OAuth: {type: http, scheme: bearer}
"""
PATHS = """
    get:
      parameters:
        - {name: take, in: query, required: true, schema: {type: integer, maximum: 50}}
        - {name: answered, in: query, schema: {type: boolean}}
        - {name: since, in: query, schema: {type: string, format: date-time}}
        - {name: ids, in: query, schema: {type: array, items: {type: integer}}}
        - name: fields
          in: query
          explode: false
          schema: {type: array, items: {type: string, enum: [a, b]}}
        - {name: filter, in: query, style: deepObject, schema: {type: object}}
        - {name: X-Shop, in: header, required: true, schema: {type: integer}}
      responses:
        "200":
          description: all
          content:
            application/json:
              schema:
                allOf:
                  - {type: object, required: [total], properties: {total: {type: integer}}}
                  - properties: {rows: {type: array, items: {$ref: ../parts.yaml#/Review}}}
        default: {description: bad, content: {application/json: {schema: {type: object}}}}
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [text]
              properties:
                text: {type: string, minLength: 2, pattern: "[[a-zа-яё ]"}
                place:
                  type: object
                  properties: {id: {type: integer, minimum: 0, exclusiveMinimum: true}}
                free: {type: object}
      responses: {"200": {description: taken}}
"""
PARTS = """
    Review:
      type: object
      required: [id, text]
      properties:
        id: {type: string, format: uuid}
        text: {type: string, nullable: true}
        kind: {type: string, enum: [good, bad], nullable: true}
        created: {type: string, format: date-time}
        votes: {type: int64}
        answer: {nullable: true, allOf: [{$ref: "#/Answer"}]}
    Answer:
      type: object
      properties: {text: {type: string}, thread: {type: array, items: {$ref: "#/Answer"}}}
"""
HEADERS = {"api-key": "k", "x-shop": "7", "content-type": "application/json; charset=utf-8"}
REVIEW = {"id": "6f2f1f9e-6b8f-4a4e-9d1a-0d6a4c7f7a10", "text": "Хорошо"}


@pytest.fixture
def contract_file(tmp_path: Path) -> Path:
    (tmp_path / "paths").mkdir()
    files = {"root.yaml": ROOT, "paths/reviews.yaml": PATHS, "parts.yaml": PARTS}
    for name, text in files.items():
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return tmp_path / "root.yaml"


@pytest.fixture
def contract(contract_file: Path) -> OpenApi:
    return OpenApi(contract_file)


def _get(contract: OpenApi, *query: tuple[str, str], path: str = "/reviews") -> None:
    contract.check_request("GET", path, [("take", "5"), *query], None, HEADERS)


def test_a_sound_request_passes_with_and_without_the_servers_base_path(contract: OpenApi) -> None:
    query = [("answered", "true"), ("ids", "1"), ("ids", "2"), ("fields", "a,b")]
    _get(contract, *query, ("since", "2026-11-22T10:00:00.5+03:00"), ("filter[shop]", "1"))
    _get(contract, path="/base/reviews")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ([("colour", "red")], "unknown query parameter ['colour']"),
        ([("answered", "1")], "'1' is not of type 'boolean'"),
        ([("since", "2026-11-22 10:00:00")], "is not a 'date-time'"),
        ([("since", "2026-13-22T10:00:00Z")], "is not a 'date-time'"),
        ([("ids", "1,2")], "'1,2' is not of type 'integer'"),
        ([("fields", "a"), ("fields", "b")], "the contract wants one list"),
        ([("fields", "a,c")], "'c' is not one of"),
        ([("answered", "true"), ("answered", "true")], "is given 2 times"),
    ],
)
def test_a_wrong_query_is_told(contract: OpenApi, query: list[tuple[str, str]], told: str) -> None:
    with pytest.raises(ContractViolation) as caught:
        _get(contract, *query)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/nowhere", "unknown path /nowhere"),
        ("PATCH", "/reviews", "takes get, post, not patch"),
        ("GET", "/reviews/abc", "'abc' is not of type 'integer'"),
        ("GET", "/reviews", "query parameter take is missing"),
    ],
)
def test_a_wrong_place_is_told(contract: OpenApi, method: str, path: str, told: str) -> None:
    with pytest.raises(ContractViolation) as caught:
        contract.check_request(method, path, [], None)
    assert told in str(caught.value)


def test_a_plain_path_goes_before_a_template(contract: OpenApi) -> None:
    contract.check_request("GET", "/reviews/count", [], None, {})
    contract.check_response("GET", "/reviews/count", 201, 7)
    with pytest.raises(ContractViolation, match="'7' is not of type 'integer'"):
        contract.check_response("GET", "/reviews/count", 200, "7")


def test_a_call_must_be_signed_and_carry_its_headers(contract: OpenApi) -> None:
    query = [("take", "5")]
    with pytest.raises(ContractViolation, match="not signed"):
        contract.check_request("GET", "/reviews", query, None, {"x-shop": "7"})
    with pytest.raises(ContractViolation, match="header parameter X-Shop is missing"):
        contract.check_request("GET", "/reviews", query, None, {"Api-Key": "k"})
    with pytest.raises(ContractViolation, match="not signed"):
        contract.check_request("DELETE", "/reviews/7", [], None, HEADERS)
    contract.check_request("DELETE", "/reviews/7", [], None, {"Authorization": "Bearer t"})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (None, "the body is missing"),
        ({"text": "а"}, "request body.text: 'а' is too short"),
        ({"place": {"id": 1}}, "'text' is a required property"),
        ({"text": "Да", "place": {"id": 0}}, "request body.place.id"),
        ({"text": "Да", "place": {"id": 1, "town": "Тверь"}}, "'town' was unexpected"),
        ({"text": "Да", "note": 1}, "'note' was unexpected"),
    ],
)
def test_a_wrong_body_is_told(contract: OpenApi, body: Any, told: str) -> None:
    with pytest.raises(ContractViolation) as caught:
        contract.check_request("POST", "/reviews", [], body, HEADERS)
    assert told in str(caught.value)


def test_a_sound_body_passes_and_a_body_nobody_asked_for_does_not(contract: OpenApi) -> None:
    body = {"text": "Да", "place": {"id": 1}, "free": {"anything": [1]}}
    contract.check_request("POST", "/reviews", [], body, HEADERS)
    with pytest.raises(ContractViolation, match="takes no body of type 'text/plain'"):
        contract.check_request(
            "POST", "/reviews", [], body, {**HEADERS, "content-type": "text/plain"}
        )
    with pytest.raises(ContractViolation, match="takes no body, was given one"):
        contract.check_request("GET", "/reviews", [("take", "1")], {"text": "Да"}, HEADERS)


def test_nullable_fields_take_null_and_others_do_not(contract: OpenApi) -> None:
    row = {**REVIEW, "text": None, "kind": None, "answer": None}
    contract.check_response("GET", "/reviews/7", 200, row)
    with pytest.raises(ContractViolation, match="None is not of type 'string'"):
        contract.check_response("GET", "/reviews/7", 200, {**REVIEW, "created": None})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "7"}, "is not a 'uuid'"),
        ({"kind": "ugly"}, "'ugly' is not one of"),
        ({"votes": "7"}, "'7' is not of type 'integer'"),
        ({"answer": {"thread": [{"thread": [{"text": 7}]}]}}, ".thread[0].thread[0].text"),
    ],
)
def test_a_wrong_answer_is_told_with_its_place(
    contract: OpenApi, change: dict[str, Any], told: str
) -> None:
    answer = {"total": 1, "rows": [{**REVIEW, **change}]}
    with pytest.raises(ContractViolation) as caught:
        contract.check_response("GET", "/reviews", 200, answer)
    assert told in str(caught.value)


def test_statuses_and_empty_answers_are_checked(contract: OpenApi) -> None:
    contract.check_response("GET", "/reviews", 404, {"error": "no"})
    contract.check_response("POST", "/reviews", 200, None)
    with pytest.raises(ContractViolation, match="200 has no body"):
        contract.check_response("POST", "/reviews", 200, {"text": "Да"})
    with pytest.raises(ContractViolation, match="answers no 404"):
        contract.check_response("GET", "/reviews/7", 404, {})


def test_answers_can_be_closed_to_fields_the_contract_does_not_name(contract_file: Path) -> None:
    closed = open_api(contract_file, closed_answers=True)
    assert open_api(contract_file, closed_answers=True) is closed
    row = {**REVIEW, "colour": "red"}
    OpenApi(contract_file).check_response("GET", "/reviews", 200, {"total": 1, "rows": [row]})
    with pytest.raises(ContractViolation, match="colour"):
        closed.check_response("GET", "/reviews", 200, {"total": 1, "rows": [row]})
    closed.check_response("GET", "/reviews", 200, {"total": 1, "rows": [REVIEW]})


CALLS: tuple[tuple[str, str, str, str, Any], ...] = (
    ("x/openapi.json", "GET", "/2/tweets/search/recent", "query", None),
    ("wildberries/09-communications.yaml", "GET", "/api/v1/feedback", "id", None),
    ("ozon/reviews-questions.fixed.json", "POST", "/v1/review/list", "", {"limit": 20}),
    ("yandex-market/openapi/openapi.yaml", "POST", "/v2/businesses/12/goods-feedback", "", {}),
)


@pytest.mark.needs_shared
@pytest.mark.parametrize("call", CALLS, ids=[call[0].partition("/")[0] for call in CALLS])
def test_every_contract_of_ours_can_be_used(
    shared: Path, call: tuple[str, str, str, str, Any]
) -> None:
    file, method, path, name, body = call
    contract = open_api(shared / "contracts" / file)
    query = [(name, "x")] if name else []
    contract.check_request(method, path, query, body)
    with pytest.raises(ContractViolation, match="unknown query parameter"):
        contract.check_request(method, path, [*query, ("colour", "red")], body)
