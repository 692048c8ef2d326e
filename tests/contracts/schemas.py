"""OpenAPI schemas as JSON Schema: references resolved over files, `nullable` understood."""

from __future__ import annotations

import json
import re
import warnings
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match

from tests.rigs.base import ContractViolation

SINGLE = ("not", "items", "additionalProperties")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED = ("properties", "patternProperties")
KEPT = (
    *("type", "enum", "const", "format", "required", "uniqueItems"),
    *("minimum", "maximum", "multipleOf", "minLength", "maxLength"),
    *("minItems", "maxItems", "minProperties", "maxProperties"),
)
COMPOSED = frozenset({"allOf", "anyOf", "oneOf", "$ref"})
# Types that are no types, found in contracts.
TYPES = {"int": "integer", "int32": "integer", "int64": "integer", "float": "number"}
TYPES |= {"double": "number", "timestamp": "string", "enum": "string"}
REAL = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
FORMATS = FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if not MOMENT.fullmatch(value):
        return False
    whole = re.sub(r"\.\d+", "", value)
    return datetime.fromisoformat(whole).tzinfo is not None


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or bool(UUID(value))


class Place:
    """A node of a contract and the file it stands in; references are followed from there."""

    def __init__(self, file: Path, node: Any) -> None:
        self.file, self.node = file, node

    def child(self, node: Any) -> Place:
        """A node below this one, with its reference followed."""
        return Place(self.file, node).resolved()

    def resolved(self) -> Place:
        """The node that a reference leads to; itself where it is none."""
        found = self
        while isinstance(found.node, dict) and isinstance(found.node.get("$ref"), str):
            found = found.target()
        return found

    def target(self) -> Place:
        """One step along `$ref`."""
        name, _, pointer = self.node["$ref"].partition("#")
        file = (self.file.parent / name).resolve() if name else self.file
        node = load(file)
        for part in filter(None, pointer.split("/")):
            key = part.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]
        return Place(file, node)

    def get(self, key: str) -> Place:
        """The value under `key`, resolved; a place with None where there is none."""
        return self.child(self.node.get(key) if isinstance(self.node, dict) else None)

    def list(self, key: str) -> list[Place]:
        """The items of the list under `key`, resolved."""
        return [self.child(item) for item in (self.node or {}).get(key) or ()]


@cache
def load(file: Path) -> Any:
    """A JSON or YAML file, read once."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".json":
        return json.loads(text)
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(text)


class Schemas:
    """Translates schemas of one contract; every schema once.

    What is referred to is put in place, and only what holds itself stays a reference.
    """

    def __init__(self) -> None:
        self._done: dict[tuple[int, bool, bool], Any] = {}
        self._open: dict[tuple[int, bool, bool], str] = {}
        self._definitions: dict[str, Any] = {}

    def validator(self, place: Place, *, is_closed: bool) -> Draft202012Validator:
        """A validator of the schema at `place`.

        Args:
            is_closed: refuse properties that the schema does not name.
        """
        schema = self.translate(place, is_closed=is_closed)
        root = {"$defs": self._definitions, "allOf": [schema]}
        return Draft202012Validator(root, format_checker=FORMATS)

    def translate(self, place: Place, *, is_closed: bool, is_whole: bool = True) -> Any:
        """JSON Schema of an OpenAPI schema.

        Args:
            is_whole: the schema describes a value by itself, not as a part of `allOf`.
        """
        source, place = place, place.resolved()
        if not isinstance(place.node, dict):
            return True if place.node is None else place.node
        key = (id(place.node), is_closed, is_whole)
        if key in self._open:
            return {"$ref": f"#/$defs/{self._open[key]}"}
        if key not in self._done:
            self._open[key] = name = f"s{len(self._open)}x{len(self._done)}"
            made = self._translated(place, is_closed, is_whole)
            del self._open[key]
            self._done[key] = self._definitions[name] = made
        is_nullable = source is not place and source.node.get("nullable")
        return _or_null(self._done[key]) if is_nullable else self._done[key]

    def _translated(self, place: Place, is_closed: bool, is_whole: bool) -> Any:
        node: dict[str, Any] = place.node
        made = {key: node[key] for key in KEPT if node.get(key) is not None}
        if _compiles(node.get("pattern")):
            made["pattern"] = node["pattern"]
        for key in SINGLE:
            if key in node:
                made[key] = self._part(place, node[key], is_closed, key != "not")
        for key in LISTS:
            if key in node:
                whole = key == "prefixItems"
                made[key] = [self._part(place, one, is_closed, whole) for one in node[key]]
        for key in NAMED:
            if key in node:
                parts = node[key].items()
                made[key] = {name: self._part(place, one, is_closed, True) for name, one in parts}
        _real_type(made)
        _old_bounds(node, made)
        if is_closed and is_whole and _has_properties(made):
            made["unevaluatedProperties"] = False
        return _or_null(made) if node.get("nullable") else made

    def _part(self, place: Place, node: Any, is_closed: bool, is_whole: bool) -> Any:
        if isinstance(node, bool):
            return node
        return self.translate(Place(place.file, node), is_closed=is_closed, is_whole=is_whole)


def _or_null(schema: Any) -> Any:
    if not isinstance(schema, dict) or COMPOSED & set(schema) or "type" not in schema:
        return {"anyOf": [{"type": "null"}, schema]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    wider = {**schema, "type": [*kinds, "null"]}
    if "enum" in schema:
        wider["enum"] = [*schema["enum"], None]
    return wider


def _real_type(made: dict[str, Any]) -> None:
    kind = made.get("type")
    if isinstance(kind, str) and kind not in REAL:
        made["type"] = TYPES.get(kind, sorted(REAL))


def _old_bounds(node: dict[str, Any], made: dict[str, Any]) -> None:
    """In 3.0 an exclusive bound is a switch beside the bound; in 3.1 it is the bound."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if node.get(exclusive) is True:
            made[exclusive] = made.pop(bound)
        elif exclusive in node and node[exclusive] is not False:
            made[exclusive] = node[exclusive]


def _has_properties(schema: Any, depth: int = 0) -> bool:
    if not isinstance(schema, dict) or depth > 8:
        return False
    parts = [part for key in ("allOf", "anyOf", "oneOf") for part in schema.get(key, ())]
    return bool(schema.get("properties")) or any(_has_properties(one, depth + 1) for one in parts)


def _compiles(pattern: Any) -> bool:
    """Whether Python reads it as ECMA does, as far as it can tell."""
    if not isinstance(pattern, str):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            re.compile(pattern)
        except (re.error, FutureWarning):
            return False
    return True


def check(validator: Draft202012Validator, value: Any, what: str) -> None:
    """Say where a value leaves its schema.

    Raises:
        ContractViolation: it does.
    """
    if errors := list(validator.iter_errors(value)):
        # A property counts as unknown too where something inside it is wrong: say what.
        deeper = [error for error in errors if error.validator != "unevaluatedProperties"]
        deepest = max(errors, key=lambda error: len(error.path))
        error = best_match(deeper) or deepest
        raise ContractViolation(f"{what}{_where(error)}: {error.message[:400]}")


def _where(error: ValidationError) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.path)
