"""Checks requests and answers against a platform's own OpenAPI contract (3.0 and 3.1).

    contract = open_api(SHARED / "contracts/x/openapi.json")
    contract.check_request("GET", "/2/tweets", [("ids", "1,2")], None, headers)
    contract.check_response("GET", "/2/tweets", 200, {"data": []})

Both raise `ContractViolation`. Files are read once a process, schemas are made when first
used: the first check of an operation takes longer than the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jsonschema import Draft202012Validator

from tests.contracts.parameters import Parameter, read_parameters
from tests.contracts.schemas import Place, Schemas, check, load
from tests.rigs.base import ContractViolation

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Query = list[tuple[str, str]]


@cache
def open_api(path: Path, *, closed_answers: bool = False) -> OpenApi:
    """The contract at `path`, one object a process; see `OpenApi`."""
    return OpenApi(path, closed_answers=closed_answers)


class Operation:
    """One method of one path."""

    def __init__(
        self, name: str, path_item: Place, place: Place, root: Place, schemas: Schemas
    ) -> None:
        self.name, self._place, self._root = name, place, root
        self._item, self._schemas = path_item, schemas
        self._validators: dict[tuple[str, bool], Draft202012Validator] = {}

    @cached_property
    def parameters(self) -> dict[tuple[str, str], Parameter]:
        """By place ("query", "path", "header") and name; an operation's own go first."""
        return read_parameters((self._item, self._place), self._schemas)

    def check_parameters(self, kind: str, given: Query) -> None:
        """Names and values of the query, the path, or the headers."""
        names = {name for name, _ in given}
        for (place, _), parameter in self.parameters.items():
            if place == kind:
                fitting = [pair for pair in given if parameter.takes(pair[0])]
                parameter.check(fitting, self.name)
                names -= {pair[0] for pair in fitting}
        if kind == "query" and (unknown := names - self._keys_in_query()):
            raise ContractViolation(f"{self.name}: unknown query parameter {sorted(unknown)}")

    def check_body(self, body: Any, content_type: str) -> None:
        """The body of a request; no property that the contract does not name."""
        asked = self._place.get("requestBody")
        if asked.node is None:
            if body not in (None, "", b""):
                raise ContractViolation(f"{self.name}: takes no body, was given one")
            return
        if body in (None, "", b""):
            if asked.node.get("required"):
                raise ContractViolation(f"{self.name}: the body is missing")
            return
        media = _media(asked, content_type)
        if media is None:
            raise ContractViolation(f"{self.name}: takes no body of type {content_type!r}")
        if not isinstance(body, bytes):
            self._check_value("request", media, body, is_closed=True)

    def check_answer(self, status: int, body: Any, *, is_closed: bool) -> None:
        """The body of an answer with this status."""
        answers = self._place.get("responses")
        known = answers.node or {}
        codes = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        # YAML may write codes as numbers.
        key = next((code for code in (*codes[:1], status, *codes[1:]) if code in known), None)
        if key is None:
            raise ContractViolation(f"{self.name}: answers no {status}, only {sorted(known)}")
        described = answers.child(known[key])
        if not described.node.get("content"):
            if body not in (None, "", b""):
                raise ContractViolation(f"{self.name}: {status} has no body")
            return
        media = _media(described, "")
        if media is not None and not isinstance(body, bytes):
            self._check_value(f"answer {status}", media, body, is_closed=is_closed)

    def check_security(self, headers: Mapping[str, str], query: Query) -> None:
        """One of the ways to sign a call must be there in full."""
        asked = self._place.node.get("security", self._root.node.get("security"))
        if not asked or {} in asked:
            return
        schemes = self._root.get("components").get("securitySchemes")
        present = {("header", name) for name in headers} | {("query", name) for name, _ in query}
        for way in asked:
            if all(_carrier(schemes.get(name)) in present for name in way):
                return
        raise ContractViolation(f"{self.name}: not signed in any of the ways {asked}")

    def _check_value(self, what: str, media: Place, body: Any, *, is_closed: bool) -> None:
        key = (what, is_closed)
        if key not in self._validators:
            place = Place(media.file, media.node.get("schema"))
            self._validators[key] = self._schemas.validator(place, is_closed=is_closed)
        check(self._validators[key], body, f"{self.name}: {what} body")

    def _keys_in_query(self) -> set[str]:
        schemes = self._root.get("components").get("securitySchemes")
        carriers = (_carrier(schemes.get(name)) for name in schemes.node or {})
        return {name for place, name in carriers if place == "query"}


class OpenApi:
    """A contract.

    Args:
        path: the root file, JSON or YAML; references may lead to other files.
        closed_answers: also refuse properties of answers that the contract does not name.
    """

    def __init__(self, path: Path, *, closed_answers: bool = False) -> None:
        file = path.resolve()
        self._root = Place(file, load(file))
        self._is_closed = closed_answers
        self._schemas = Schemas()
        self._operations: dict[tuple[str, str], Operation] = {}
        names = self._root.node["paths"]
        self._patterns = [(_pattern(name), name) for name in sorted(names, key=_vagueness)]

    def check_request(
        self,
        method: str,
        path: str,
        query: Query,
        body: Any,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """A request as it came in.

        Args:
            path: without query; may begin with the base path of a server of the contract.
            body: parsed JSON, the fields of a form, or bytes (then only their type counts).
            headers: names in lower case; None leaves headers and signature unchecked.

        Raises:
            ContractViolation: unknown path, method, parameter or property; something missing
                or of a wrong type; not signed.
        """
        operation, in_path = self._find(method, path)
        operation.check_parameters("path", in_path)
        operation.check_parameters("query", query)
        known = {name.lower(): value for name, value in (headers or {}).items()}
        if headers is not None:
            operation.check_security(known, query)
            operation.check_parameters("header", list(known.items()))
        operation.check_body(body, known.get("content-type", "").partition(";")[0].strip())

    def check_response(self, method: str, path: str, status: int, body: Any) -> None:
        """An answer that is about to be given; `body` is parsed JSON, None for no body.

        Raises:
            ContractViolation: a status or body that the contract does not describe.
        """
        operation, _ = self._find(method, path)
        operation.check_answer(status, body, is_closed=self._is_closed)

    def _find(self, method: str, path: str) -> tuple[Operation, Query]:
        verb = method.lower()
        seen: list[str] = []
        for name, values, item in self._fitting(path):
            if verb in item.node:
                given = zip(_names(name), map(unquote, values), strict=True)
                return self._operation(verb, name, item), list(given)
            seen += [one for one in METHODS if one in item.node]
        if seen:
            raise ContractViolation(f"{path} takes {', '.join(seen)}, not {verb}")
        raise ContractViolation(f"unknown path {path}")

    def _fitting(self, path: str) -> Iterator[tuple[str, Sequence[str], Place]]:
        """Paths of the contract that `path` may be, the plainest first."""
        shorter = [path.removeprefix(base) for base in self._bases if path.startswith(base + "/")]
        for pattern, name in self._patterns:
            for candidate in (path, *shorter):
                if found := pattern.fullmatch(candidate):
                    yield name, found.groups(), self._root.get("paths").get(name)

    @cached_property
    def _bases(self) -> list[str]:
        """Base paths of the servers, as far as they are known without opening every path."""
        items = [Place(self._root.file, node) for node in self._root.node["paths"].values()]
        places = [self._root, *(item for item in items if "$ref" not in item.node)]
        servers = [server for place in places for server in place.list("servers")]
        found = {urlsplit(str(server.node["url"])).path.rstrip("/") for server in servers}
        return sorted(found - {""})

    def _operation(self, verb: str, name: str, item: Place) -> Operation:
        key = (verb, name)
        if key not in self._operations:
            title = f"{verb.upper()} {name}"
            self._operations[key] = Operation(
                title, item, item.get(verb), self._root, self._schemas
            )
        return self._operations[key]


def _media(place: Place, content_type: str) -> Place | None:
    """The description of a body of this type; of JSON where none is given, else of the first."""
    kinds: dict[str, Any] = place.node.get("content") or {}
    names = {name.partition(";")[0].strip().lower(): node for name, node in kinds.items()}
    if content_type:
        wildcard = names.get(f"{content_type.partition('/')[0]}/*", names.get("*/*"))
        found = names.get(content_type.lower(), wildcard)
        return None if found is None else place.child(found)
    node = names.get("application/json") or next(iter(names.values()), None)
    return None if node is None else place.child(node)


def _carrier(scheme: Place) -> tuple[str, str]:
    """Where a way to sign stands: ("header", "authorization")."""
    node = scheme.node or {}
    if node.get("type") != "apiKey":
        return "header", "authorization"
    name = str(node["name"])
    return str(node["in"]), name.lower() if node["in"] == "header" else name


def _names(template: str) -> list[str]:
    return re.findall(r"\{([^{}]+)\}", template)


def _vagueness(template: str) -> tuple[int, str]:
    return len(_names(template)), template


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("([^/]+)".join(map(re.escape, re.split(r"\{[^{}]+\}", template))))


__all__ = ["ContractViolation", "OpenApi", "open_api"]
