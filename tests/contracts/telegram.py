"""Checks requests and answers of the Bot API against its machine-readable contract (10.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.conftest import SHARED
from tests.rigs.base import ContractViolation

PLAIN: dict[str, type | tuple[type, ...]] = {
    "Integer": int,
    "String": str,
    "Boolean": bool,
    "Float": (int, float),
}
ALWAYS = re.compile(r"(?:always|must be) [“\"](\w+)[”\"]")


@cache
def contract() -> dict[str, Any]:
    """The contract, read once."""
    text = (SHARED / "contracts" / "telegram" / "api.json").read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def check_call(method: str, params: Mapping[str, Any]) -> None:
    """A call with these parameters, by their JSON types.

    Raises:
        ContractViolation: no such method, an unknown, missing or wrong parameter.
    """
    known = contract()["methods"].get(method)
    if known is None:
        raise ContractViolation(f"no method {method}")
    _check_fields(params, known.get("fields", []), method)


def check_query(method: str, query: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a call in a URL, where everything but text is JSON; checked."""
    known = contract()["methods"].get(method)
    if known is None:
        raise ContractViolation(f"no method {method}")
    types = {field["name"]: field["types"] for field in known.get("fields", [])}
    params = {name: _parsed(value, types.get(name, [])) for name, value in query.items()}
    check_call(method, params)
    return params


def check_result(method: str, value: Any) -> None:
    """What a method gave back.

    Raises:
        ContractViolation: it is none of what the method returns.
    """
    _check_any(value, contract()["methods"][method]["returns"], f"{method} result")


def _parsed(value: str, types: list[str]) -> Any:
    if types == ["String"]:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _check_fields(value: Mapping[str, Any], fields: list[dict[str, Any]], place: str) -> None:
    known = {field["name"]: field for field in fields}
    if unknown := value.keys() - known.keys():
        raise ContractViolation(f"{place}: unknown {sorted(unknown)}")
    for name, field in known.items():
        if name not in value:
            if field["required"]:
                raise ContractViolation(f"{place}: {name} is missing")
            continue
        _check_any(value[name], field["types"], f"{place}.{name}")
        always = ALWAYS.search(field["description"])
        if always and field["types"] == ["String"] and value[name] != always[1]:
            raise ContractViolation(f"{place}.{name}: always {always[1]!r}, not {value[name]!r}")


def _check_any(value: Any, types: list[str], place: str) -> None:
    told = []
    for kind in types:
        try:
            _check_one(value, kind, place)
        except ContractViolation as error:
            told.append(str(error))
        else:
            return
    raise ContractViolation("; or ".join(told[:4]) or f"{place}: no type")


def _check_one(value: Any, kind: str, place: str) -> None:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            raise ContractViolation(f"{place}: not a list")
        for number, entry in enumerate(value):
            _check_one(entry, kind.removeprefix("Array of "), f"{place}[{number}]")
    elif kind in PLAIN:
        is_flag = isinstance(value, bool)
        if not isinstance(value, PLAIN[kind]) or is_flag != (kind == "Boolean"):
            raise ContractViolation(f"{place}: {value!r:.60} is no {kind}")
    else:
        table = contract()["types"][kind]
        if "subtypes" in table:
            _check_any(value, table["subtypes"], place)
        elif not isinstance(value, dict):
            raise ContractViolation(f"{place}: {value!r:.60} is no {kind}")
        else:
            _check_fields(value, table.get("fields", []), f"{place}:{kind}")
