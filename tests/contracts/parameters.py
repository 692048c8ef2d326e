"""Parameters of an operation: strings on the wire, values of a schema in the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from tests.contracts.schemas import Place, Schemas, check
from tests.rigs.base import ContractViolation

SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})  # by OpenAPI's rule
WORDS = {"true": True, "false": False}


class Parameter:
    """One parameter of the query, the path, or the headers."""

    def __init__(self, place: Place, schemas: Schemas) -> None:
        node: dict[str, Any] = place.node
        self.name, self.kind = str(node["name"]), str(node["in"])
        self.is_required = bool(node.get("required"))
        self._is_json = "content" in node
        holder = place.child(next(iter(node["content"].values()))) if self._is_json else place
        schema = Place(holder.file, holder.node.get("schema"))
        self._validator = schemas.validator(schema, is_closed=False)
        self._schema = schemas.translate(schema, is_closed=False)
        default = "form" if self.kind in ("query", "cookie") else "simple"
        self._style = str(node.get("style", default))
        self._is_exploded = bool(node.get("explode", self._style == "form"))

    def takes(self, name: str) -> bool:
        """Whether a name on the wire is of this parameter."""
        if self._style == "deepObject":
            return name.startswith(f"{self.name}[") and name.endswith("]")
        own = self.name.lower() if self.kind == "header" else self.name
        return name == own

    def check(self, given: list[tuple[str, str]], operation: str) -> None:
        """The values under this name.

        Raises:
            ContractViolation: missing, repeated without being a list, or of a wrong type.
        """
        what = f"{operation}: {self.kind} parameter {self.name}"
        if not given:
            if self.is_required:
                raise ContractViolation(f"{what} is missing")
            return
        check(self._validator, self._value(given, what), what)

    def _value(self, given: list[tuple[str, str]], what: str) -> Any:
        if self._style == "deepObject":
            return {name[len(self.name) + 1 : -1]: value for name, value in given}
        values = [value for _, value in given]
        if "array" in types_of(self._schema) and not self._is_json:
            return self._items(values, what)
        if len(values) > 1:
            raise ContractViolation(f"{what} is given {len(values)} times")
        if self._is_json:
            return _parsed(values[0], what)
        return coerced(values[0], types_of(self._schema))

    def _items(self, values: list[str], what: str) -> list[Any]:
        if not self._is_exploded:
            if len(values) > 1:
                raise ContractViolation(f"{what} is repeated, the contract wants one list")
            values = values[0].split(SEPARATORS.get(self._style, ",")) if values[0] else []
        kinds = types_of(_items_schema(self._schema))
        return [coerced(value, kinds) for value in values]


def read_parameters(holders: Iterable[Place], schemas: Schemas) -> dict[tuple[str, str], Parameter]:
    """Parameters of a path and of its operation, by place and name; later ones win."""
    found: dict[tuple[str, str], Parameter] = {}
    for holder in holders:
        for place in holder.list("parameters"):
            parameter = Parameter(place, schemas)
            is_ignored = parameter.kind == "header" and parameter.name.lower() in IGNORED_HEADERS
            if not is_ignored:
                found[parameter.kind, parameter.name] = parameter
    return found


def types_of(schema: Any) -> set[str]:
    """Types a schema names, through its parts."""
    if not isinstance(schema, dict):
        return set()
    kind = schema.get("type", ())
    kinds = {kind} if isinstance(kind, str) else set(kind)
    parts = [part for key in ("allOf", "anyOf", "oneOf") for part in schema.get(key, ())]
    return kinds.union(*map(types_of, parts)) if parts else kinds


def coerced(value: str, kinds: set[str]) -> Any:
    """The value a string stands for; the string itself where it fits no other type."""
    if "integer" in kinds and re.fullmatch(r"-?\d+", value):
        return int(value)
    if "number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        return float(value)
    if "boolean" in kinds and value in WORDS:
        return WORDS[value]
    return value


def _items_schema(schema: Any) -> Any:
    parts = [schema, *(part for key in ("allOf", "anyOf", "oneOf") for part in schema.get(key, ()))]
    return next((part["items"] for part in parts if isinstance(part, dict) and "items" in part), {})


def _parsed(value: str, what: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        raise ContractViolation(f"{what} is no JSON") from error
