"""VK's own contract as police: methods with their parameters, tokens, answers and errors.

The contract writes ``required: true`` at a property, as JSON Schema did in its third draft,
and leaves out three things that every call has: ``access_token``, ``v``, and the ``code`` of
`execute`. Those are checked here by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.conftest import SHARED
from tests.rigs.base import ContractViolation

HOME: Final = "https://vk.example/"
FILES: Final = ("methods.json", "objects.json", "responses.json", "errors.json")
VERSION: Final = "5.199"
COMMON: Final = frozenset({"access_token", "v"})
_CALL = re.compile(r"API\.([a-z]+\.[a-zA-Z]+)\(")


@cache
def load(name: str) -> Any:
    """One file of the contract, in today's JSON Schema."""
    text = (SHARED / "contracts" / "vk" / name).read_text(encoding="utf-8")
    return _modern(json.loads(text))


def _modern(node: Any) -> Any:
    if isinstance(node, list):
        return [_modern(one) for one in node]
    if not isinstance(node, dict):
        return node
    # the second stands in parts of an `allOf`, where it would refuse the others; see `_unknown`
    dropped = {"required": True, "additionalProperties": False}
    made = {
        key: _modern(value)
        for key, value in node.items()
        if key not in dropped or value is not dropped[key]
    }
    properties = node.get("properties")
    if isinstance(properties, dict):
        needed = [
            name
            for name, one in properties.items()
            if isinstance(one, dict) and one.get("required") is True
        ]
        made["required"] = needed
    if node.get("required") is True:
        made["is_required"] = True
    return made


@cache
def _registry() -> Registry[Any]:
    resources = [(HOME + name, DRAFT202012.create_resource(load(name))) for name in FILES]
    return Registry().with_resources(resources)


@cache
def _validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": HOME + reference}, registry=_registry())


@cache
def methods() -> dict[str, Any]:
    """Every method by name."""
    return {method["name"]: method for method in load("methods.json")["methods"]}


@cache
def errors() -> dict[int, str]:
    """Names of errors by code."""
    return {error["code"]: name for name, error in load("errors.json")["errors"].items()}


def token_kinds(method: str) -> set[str]:
    """Kinds of tokens that may call it."""
    return set(methods()[method]["access_token_type"])


def check_call(method: str, params: Mapping[str, Any], kind: str) -> None:
    """A request, without what is common to all.

    Args:
        params: as on the wire, or as in the code of `execute`.
        kind: of the token that was sent.

    Raises:
        ContractViolation: it is not as the contract wants it.
    """
    known = methods().get(method)
    if known is None:
        raise ContractViolation(f"{method} is no method of VK's")
    if kind not in known["access_token_type"]:
        raise ContractViolation(f"{method} is not for a {kind} token")
    named = {one["name"]: one for one in known.get("parameters", ())}
    if unknown := set(params) - set(named):
        raise ContractViolation(f"{method} has no parameter {', '.join(sorted(unknown))}")
    for name, schema in named.items():
        if schema.get("is_required") and params.get(name, "") == "":
            raise ContractViolation(f"{method} needs {name}")
    for name, value in params.items():
        schema = _parameter_validator(method, name)
        _check(schema, _value(named[name], str(value)), f"{method}: {name}")


@cache
def _parameter_validator(method: str, name: str) -> Draft202012Validator:
    """References of a parameter are relative to the file of methods."""
    parameter = next(one for one in methods()[method]["parameters"] if one["name"] == name)
    left_out = {"name", "is_required", "description"}
    schema = {key: value for key, value in parameter.items() if key not in left_out}
    if schema.get("items", {}).get("format") == "value_object":
        schema["items"] = {"type": "string"}
    return Draft202012Validator({"$id": HOME + "parameter", **schema}, registry=_registry())


def _value(parameter: Mapping[str, Any], value: str) -> Any:
    kind = parameter.get("type")
    if kind == "array":
        inner = parameter.get("items", {})
        return [_value(inner, one) for one in value.split(",")] if value else []
    kinds = kind if isinstance(kind, list) else [kind]
    if "boolean" in kinds:
        return {"0": False, "1": True}.get(value, value)
    if "integer" in kinds and re.fullmatch(r"-?\d+", value):
        return int(value)
    return float(value) if "number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", value) else value


def check_answer(method: str, params: Mapping[str, Any], answer: Any) -> None:
    """`response` of a method that was called so.

    Raises:
        ContractViolation: it leaves the schema, or holds what the schema does not name.
    """
    variants = methods()[method]["responses"]
    is_extended = str(params.get("extended", "0")) == "1" and "extendedResponse" in variants
    reference = variants["extendedResponse" if is_extended else "response"]["$ref"]
    shape = (reference, _shape(answer))
    if shape in _checked:
        return
    _check(_validator(reference), {"response": answer}, f"answer of {method}")
    if unknown := next(_unknown({"response": answer}, {"$ref": reference}, ""), None):
        raise ContractViolation(f"answer of {method}: nothing called {unknown} in the contract")
    _checked.add(shape)


_checked: set[Any] = set()


def _shape(value: Any, name: str = "") -> Any:
    """Of what form an answer is: thousands of comments are of few forms, each checked once."""
    if isinstance(value, dict):
        return frozenset((key, _shape(inner, key)) for key, inner in value.items())
    if isinstance(value, list):
        return ("list", frozenset(_shape(inner) for inner in value))
    if isinstance(value, str) and not name.endswith("type"):
        return "text"
    is_counted = isinstance(value, int | float) and not isinstance(value, bool) and value > 2
    return "number" if is_counted else (type(value).__name__, value)


def check_object(name: str, value: Any) -> None:
    """An object of `objects.json` (events hold those).

    Raises:
        ContractViolation: it leaves its schema.
    """
    _check(_validator(f"objects.json#/definitions/{name}"), value, name)


def check_error(method: str, code: int) -> None:
    """Whether a method may answer with this error.

    Raises:
        ContractViolation: the contract does not know it, or not for this method.
    """
    name = errors().get(code)
    if name is None:
        raise ContractViolation(f"VK has no error {code}")
    is_global = load("errors.json")["errors"][name].get("global")
    listed = [one["$ref"] for one in methods()[method].get("errors", ())]
    if not is_global and f"errors.json#/errors/{name}" not in listed:
        raise ContractViolation(f"{method} does not answer with error {code}")


def calls_of(code: str) -> list[tuple[str, dict[str, Any]]]:
    """Methods and parameters of an `execute` that returns a list of calls.

    Raises:
        ContractViolation: the code has another form, or more than 25 calls.
    """
    if not (code.startswith("return [") and code.endswith("];")):
        raise ContractViolation(f"execute: {code[:100]!r} is not of the form agreed on")
    rest, found = code.removeprefix("return [")[:-2], []
    decoder = json.JSONDecoder()
    while rest:
        head = _CALL.match(rest)
        if head is None:
            raise ContractViolation(f"execute: no call in {rest[:100]!r}")
        params, end = decoder.raw_decode(rest, head.end())
        if rest[end : end + 1] != ")":
            raise ContractViolation(f"execute: {rest[end : end + 20]!r} after a call")
        found.append((head[1], params))
        rest = rest[end + 1 :].removeprefix(", ")
    if not 1 <= len(found) <= 25:
        raise ContractViolation(f"execute: {len(found)} calls")
    return found


def _check(validator: Draft202012Validator, value: Any, what: str) -> None:
    error = best_match(validator.iter_errors(value))
    if error is not None:
        raise ContractViolation(f"{what}{error.json_path[1:]}: {error.message[:300]}")


def _unknown(value: Any, schema: Any, path: str) -> Iterator[str]:
    """Paths of properties that no part of the schema names."""
    parts = list(_parts(schema))
    if isinstance(value, dict):
        named = {name: one for part in parts for name, one in part.get("properties", {}).items()}
        for name, inner in value.items():
            if named and name not in named:
                yield f"{path}.{name}"
            elif named:
                yield from _unknown(inner, named[name], f"{path}.{name}")
    elif isinstance(value, list):
        items: Any = next((part["items"] for part in parts if "items" in part), {})
        for inner in value:
            yield from _unknown(inner, items, f"{path}[]")


def _parts(schema: Any) -> Iterable[Mapping[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        if "$ref" in schema:
            name, _, pointer = schema["$ref"].partition("#/")
            found = load(name)
            for step in pointer.split("/"):
                found = found[step]
            yield from _parts(found)
        for key in ("allOf", "oneOf", "anyOf"):
            for part in schema.get(key, ()):
                yield from _parts(part)
