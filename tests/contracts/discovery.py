"""Requests and answers against Google's discovery documents."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from jsonschema import Draft202012Validator, FormatChecker

from tests.conftest import SHARED
from tests.rigs.base import ContractViolation, Request

INTEGERS = re.compile(r"-?\d+")
STRINGS = {"int64", "uint64", "google-datetime", "date", "byte"}
KEPT = {"type", "properties", "items", "enum", "additionalProperties", "$ref"}


@dataclass(frozen=True)
class Call:
    """A request that the contract allows.

    Attributes:
        method: id of the contract's method ("youtube.comments.list").
        path: values of the path's parameters.
        query: values of the query's parameters; repeated ones as lists.
        body: the parsed body.
    """

    method: str
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any


class Discovery:
    """One API's discovery document.

    Args:
        name: of the file without ".json".
    """

    def __init__(self, name: str) -> None:
        file = SHARED / "contracts" / "google" / f"{name}.json"
        self._document = json.loads(file.read_text(encoding="utf-8"))
        self._methods = list(_methods(self._document))
        self._schemas = {
            name: _json_schema(schema) for name, schema in self._document["schemas"].items()
        }
        self._checkers: dict[str, Draft202012Validator] = {}

    def match(self, request: Request) -> Call:
        """What the contract calls this request.

        Raises:
            ContractViolation: it knows no such method, or not these parameters.
        """
        for method in self._methods:
            fits = re.fullmatch(_pattern(method["path"]), request.path.lstrip("/"))
            if fits and method["httpMethod"] == request.method:
                path = {name: unquote(value) for name, value in fits.groupdict().items()}
                query = self._query(method, request)
                return Call(method["id"], path, query, self._body(method, request))
        raise ContractViolation("the contract knows no such method")

    def check_answer(self, method: str, body: Any) -> Any:
        """`body` itself, when the contract allows it as an answer of `method`.

        Raises:
            ContractViolation: it does not.
        """
        found = next(one for one in self._methods if one["id"] == method)
        if "response" not in found:
            if body is not None:
                raise ContractViolation(f"{method} answers with nothing")
            return body
        self.check(found["response"]["$ref"], body)
        return body

    def check(self, schema: str, value: Any) -> None:
        """Compare a value with one of the contract's schemas.

        Raises:
            ContractViolation: it departs from it.
        """
        if schema not in self._checkers:
            document = {"$ref": f"#/$defs/{schema}", "$defs": self._schemas}
            self._checkers[schema] = Draft202012Validator(document, format_checker=FormatChecker())
        for error in self._checkers[schema].iter_errors(value):
            where = "/".join(map(str, error.absolute_path))
            raise ContractViolation(f"{schema} {where}: {error.message}")

    def _query(self, method: Mapping[str, Any], request: Request) -> dict[str, Any]:
        known = {**self._document["parameters"], **method.get("parameters", {})}
        found: dict[str, Any] = {}
        for name, value in parse_qsl(request.raw_query, keep_blank_values=True):
            parameter = known.get(name)
            if parameter is None or parameter["location"] != "query":
                raise ContractViolation(f"unknown parameter {name}")
            if parameter.get("repeated"):
                found[name] = [*found.get(name, []), *value.split(",")]
            elif name in found:
                raise ContractViolation(f"{name} is given twice")
            else:
                found[name] = _checked(name, value, parameter)
        for name, parameter in method.get("parameters", {}).items():
            is_asked = parameter.get("required") and parameter["location"] == "query"
            if is_asked and not found.get(name):
                raise ContractViolation(f"{name} is required")
        return found

    def _body(self, method: Mapping[str, Any], request: Request) -> Any:
        if "request" not in method:
            if request.body:
                raise ContractViolation(f"{method['id']} takes no body")
            return None
        body = request.json
        self.check(method["request"]["$ref"], body)
        return body


@cache
def discovery(name: str) -> Discovery:
    """The parsed document, read once."""
    return Discovery(name)


def _methods(resource: Mapping[str, Any]) -> Any:
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from _methods(inner)


def _pattern(path: str) -> str:
    parts = re.split(r"\{\+?(\w+)\}", path)
    literal = (re.escape(part) for part in parts[::2])
    names = [f"(?P<{name}>[^/:]+)" for name in parts[1::2]] + [""]
    return "".join(part + name for part, name in zip(literal, names, strict=True))


def _checked(name: str, value: str, parameter: Mapping[str, Any]) -> Any:
    if "enum" in parameter and value not in parameter["enum"]:
        raise ContractViolation(f"{name} must not be {value!r}")
    if parameter["type"] == "boolean":
        if value not in {"true", "false"}:
            raise ContractViolation(f"{name} is no boolean")
        return value == "true"
    if parameter["type"] != "integer":
        return value
    if not INTEGERS.fullmatch(value):
        raise ContractViolation(f"{name} is no integer")
    least, most = parameter.get("minimum", value), parameter.get("maximum", value)
    if not int(least) <= int(value) <= int(most):
        raise ContractViolation(f"{name} is out of its bounds")
    return int(value)


def _json_schema(schema: Any) -> Any:
    """A discovery schema as JSON Schema; what it does not name is not allowed."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    made = {key: copy.copy(schema[key]) for key in KEPT & schema.keys()}
    if made.get("type") == "any":
        return {}
    if "properties" in made:
        made["properties"] = {
            name: _json_schema(inner) for name, inner in made["properties"].items()
        }
    if "items" in made:
        made["items"] = _json_schema(made["items"])
    if "additionalProperties" in made:
        made["additionalProperties"] = _json_schema(made["additionalProperties"])
    elif made.get("type") == "object":
        made["additionalProperties"] = False
    if schema.get("format") in STRINGS and made.get("type") == "string":
        if "int" in schema["format"]:
            made["pattern"] = r"^-?\d+$"
    elif schema.get("format") == "date-time":
        made["pattern"] = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$"
    elif schema.get("format") in {"uint32", "uint64"}:
        made["minimum"] = 0
    return made
