"""Settings in words: for generated pages, `otklik sources platforms` and forms of the desk."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

_BOUNDS = {Ge: ("ge", "≥"), Gt: ("gt", ">"), Le: ("le", "≤"), Lt: ("lt", "<")}


@dataclass(frozen=True)
class SettingText:
    """One setting as people read it."""

    setting: str
    value: str
    default: str
    about: str


def list_fields(model: type[BaseModel]) -> list[SettingText]:
    """The settings of a model, those that are required first."""
    fields = sorted(model.model_fields.items(), key=lambda item: not item[1].is_required())
    return [
        SettingText(
            setting=name,
            value=(type_name(field.annotation) + bounds_of(field)).replace("`", ""),
            default=default_of(field).replace("`", ""),
            about=describe_field(model, name),
        )
        for name, field in fields
    ]


def describe_field(model: type[BaseModel], name: str) -> str:
    """What a setting is for: its line under ``Attributes:``, else its own description.

    The line comes first: with it a platform says what an inherited setting means to it.
    """
    for ancestor in model.__mro__:
        found = _attributes(inspect.getdoc(ancestor) or "").get(name)
        if found:
            return found[0].upper() + found[1:]
    return model.model_fields[name].description or ""


def _attributes(docstring: str) -> dict[str, str]:
    """The ``Attributes:`` section of a docstring; one line may name several, with commas."""
    _, _, section = docstring.partition("Attributes:\n")
    section = re.split(r"\n(?=\S)", section, maxsplit=1)[0]
    found = {}
    for entry in re.split(r"\n {4}(?=\S)", "\n" + section):
        names, _, text = entry.partition(":")
        for name in names.split(","):
            found[name.strip()] = " ".join(text.split())
    return found


def type_name(kind: Any) -> str:
    """A type in words."""
    origin, inner = get_origin(kind), [arg for arg in get_args(kind) if arg is not Ellipsis]
    if origin in (Union, UnionType):
        return " or ".join(type_name(arg) for arg in inner if arg is not NoneType)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin in (list, tuple, set, frozenset):
        return f"list of {type_name(inner[0])}"
    if origin is not None and issubclass(origin, dict):
        return "table"
    if isinstance(kind, type) and issubclass(kind, SecretStr):
        return "secret, as `env:NAME`"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "table"
    names = {str: "text", bool: "true or false", float: "number", int: "whole number"}
    return names.get(kind, getattr(kind, "__name__", str(kind)))


def default_of(field: FieldInfo) -> str:
    """A default as it is written, or that there is none."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    if isinstance(value, BaseModel):
        return "that of its keys"
    plain = list(value) if isinstance(value, tuple | set | frozenset) else value
    return f"`{json.dumps(plain, ensure_ascii=False, default=str)}`"


def bounds_of(field: FieldInfo) -> str:
    """Bounds of a number in brackets; empty without any."""
    shown = []
    for limit in field.metadata:
        if type(limit) in _BOUNDS:
            name, sign = _BOUNDS[type(limit)]
            shown.append(f"{sign} {getattr(limit, name)}")
    return f" ({', '.join(shown)})" if shown else ""
