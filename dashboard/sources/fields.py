"""A form from a platform's settings model, and what was typed into it back into a configuration."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from dashboard.i18n import N_, _
from dashboard.sources.platform_words import told
from otklik.describing import describe_field
from otklik.platforms import ENV_PREFIX, AnyPlatform, PlatformSettings, secret_keys

SECRET_PREFIX = "OTKLIK_SECRET_"  # noqa: S105
WHOLE = ""  # the place of an error that belongs to no single field
_VARIABLE = re.compile(rf"{SECRET_PREFIX}[A-Z0-9_]+")
_FIRST = ("base_url",)

# what every platform knows, in the words of the desk: name, what it is for
COMMON: dict[str, tuple[str, str]] = {
    "base_url": (N_("Address"), N_("With scheme and port. Empty takes the platform's own.")),
    "timeout": (N_("Timeout"), N_("Seconds to wait for one call.")),
    "min_interval": (
        N_("Pause between calls"),
        N_("Seconds, at least. Empty takes the platform's own limit."),
    ),
    "allow_private_hosts": (
        N_("Private network allowed"),
        N_("Only for a site of your own network; others must not lead us there."),
    ),
    "max_bytes": (N_("Largest answer"), N_("Bytes of one answer that are read at most.")),
    "since_days": (N_("First reading"), N_("How many days back it goes.")),
    "monthly_budget": (
        N_("Budget of the month"),
        N_("US dollars this source may cost; empty where it costs nothing."),
    ),
}
_WRONG: dict[str, str] = {
    "missing": N_("This is needed."),
    "float_parsing": N_("A number is needed."),
    "int_parsing": N_("A whole number is needed."),
    "int_from_float": N_("A whole number is needed."),
    "greater_than": N_("Must be more than {gt}."),
    "greater_than_equal": N_("Must be at least {ge}."),
    "less_than": N_("Must be less than {lt}."),
    "less_than_equal": N_("Must be at most {le}."),
    "literal_error": N_("One of: {expected}."),
    "too_short": N_("At least {min_length} needed."),
    "string_too_short": N_("This is needed."),
}


class FieldKind(StrEnum):
    """How a setting is asked for."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105
    LINES = "lines"  # a list, one to a line
    FLAG = "flag"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"  # several of them
    JSON = "json"


@dataclass(frozen=True)
class FormField:
    """One setting.

    Attributes:
        default: as typed: a text, a bool for flags, a list for several choices.
        is_common: every platform has it.
        is_told: the platform has words of its own for it.
    """

    name: str
    kind: FieldKind
    description: str
    is_required: bool
    is_common: bool
    default: Any
    choices: tuple[str, ...] = ()
    is_told: bool = False

    @property
    def label(self) -> str:
        """Its name for people: ours where every platform has it, else as the platform says."""
        return _(COMMON[self.name][0]) if self.is_common else self.name

    @property
    def hint(self) -> str:
        """What it is for: in the platform's own words where it has some."""
        return _(COMMON[self.name][1]) if self.is_common and not self.is_told else self.description


def list_fields(kind: type[AnyPlatform]) -> list[FormField]:
    """The settings of a platform: its address, what it needs, its own, then the common ones."""
    secrets = secret_keys(kind)
    found = [_field(kind, name, secrets) for name in kind.settings_type.model_fields]
    return sorted(
        found, key=lambda one: (one.name not in _FIRST, one.is_common, not one.is_required)
    )


def _field(platform: type[AnyPlatform], name: str, secrets: set[str]) -> FormField:
    model = platform.settings_type
    info = model.model_fields[name]
    kind, choices = (FieldKind.SECRET, ()) if name in secrets else _kind(info.annotation)
    description = describe_field(model, name)
    return FormField(
        name=name,
        kind=kind,
        description=told(platform.name, description),
        is_told=description != describe_field(PlatformSettings, name)
        if name in PlatformSettings.model_fields
        else bool(description),
        is_required=info.is_required(),
        is_common=name in COMMON and name in PlatformSettings.model_fields,
        default=_default(info, kind),
        choices=choices,
    )


def _kind(annotation: Any) -> tuple[FieldKind, tuple[str, ...]]:
    origin = get_origin(annotation)
    inner = [one for one in get_args(annotation) if one not in (NoneType, Ellipsis)]
    if origin in (Union, UnionType):
        return _kind(inner[0]) if len(inner) == 1 else (FieldKind.TEXT, ())
    if origin is Literal:
        return FieldKind.CHOICE, tuple(str(one) for one in inner)
    if origin in (tuple, list, set, frozenset):
        if inner and inner[0] in (str, int, float):
            return FieldKind.LINES, ()
        _one, choices = _kind(inner[0]) if inner else (FieldKind.JSON, ())
        return (FieldKind.CHOICES if choices else FieldKind.JSON), choices
    if origin is not None or not isinstance(annotation, type):
        return FieldKind.JSON, ()
    if issubclass(annotation, Enum):
        return FieldKind.CHOICE, tuple(str(one.value) for one in annotation)
    kinds = {bool: FieldKind.FLAG, int: FieldKind.NUMBER, float: FieldKind.NUMBER}
    is_nested = issubclass(annotation, (BaseModel, dict))
    return kinds.get(annotation, FieldKind.JSON if is_nested else FieldKind.TEXT), ()


def _default(info: FieldInfo, kind: FieldKind) -> Any:
    if kind is FieldKind.SECRET or info.is_required():
        return {FieldKind.FLAG: False, FieldKind.CHOICES: []}.get(kind, "")
    return as_typed(info.get_default(call_default_factory=True), kind)


def as_typed(value: Any, kind: FieldKind) -> Any:
    """A value of a configuration as a person would type it."""
    if kind is FieldKind.FLAG:
        return bool(value)
    if kind is FieldKind.CHOICES:
        return [str(getattr(one, "value", one)) for one in value or ()]
    if value is None:
        return ""
    if kind is FieldKind.LINES:
        return "\n".join(str(one) for one in value)
    if kind is FieldKind.JSON:
        plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
        return json.dumps(plain, ensure_ascii=False, default=str) if plain else ""
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "value", value))


# ---- what was typed ------------------------------------------------------------------------

Wrong = dict[str, str]


def read_form(kind: type[AnyPlatform], typed: Mapping[str, Any]) -> tuple[dict[str, Any], Wrong]:
    """A configuration from what was typed, and what is wrong with it by field.

    What was left at its default is left out. A secret is kept as ``env:NAME``.
    """
    config: dict[str, Any] = {}
    wrong: Wrong = {}
    for field in list_fields(kind):
        value = typed.get(field.name, field.default)
        if isinstance(value, str):
            value = value.strip()
        if value == field.default:
            continue
        try:
            config[field.name] = _value(field, value)
        except ValueError as error:
            wrong[field.name] = str(error)
    return config, wrong or _refused(kind, config)


def _value(field: FormField, value: Any) -> Any:
    if field.kind is FieldKind.SECRET:
        return _secret(str(value))
    if field.kind is FieldKind.LINES:
        return [line.strip() for line in str(value).splitlines() if line.strip()]
    if field.kind is FieldKind.JSON:
        return _json(str(value))
    if field.kind is FieldKind.NUMBER:
        return _number(str(value))
    return value


def is_variable(typed: str) -> bool:
    """Is this the name of a variable, and no secret?"""
    return _VARIABLE.fullmatch(typed.strip().removeprefix(ENV_PREFIX)) is not None


def _secret(typed: str) -> str:
    name = typed.removeprefix(ENV_PREFIX)
    if not is_variable(typed):
        raise ValueError(
            _(
                "Name a variable that begins with {prefix}; the secret itself is never typed here."
            ).format(prefix=SECRET_PREFIX)
        )
    if name not in os.environ:
        raise ValueError(
            _("{name} is not set: set it where Otklik is started, and start it again.").format(
                name=name
            )
        )
    return ENV_PREFIX + name


def _json(typed: str) -> Any:
    if not typed:
        return None
    try:
        return json.loads(typed)
    except ValueError:
        raise ValueError(_("This is not JSON.")) from None


def _number(typed: str) -> Any:
    if not typed:
        return None
    value = find_number(typed)
    if value is None:
        raise ValueError(_("A number is needed."))
    return int(value) if value.is_integer() else value


def find_number(typed: str) -> float | None:
    """A number as people type it, with a comma or spaces too; None where it is none."""
    bare = re.sub(r"\s", "", typed).replace(",", ".")
    return float(bare) if re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", bare) else None


def _refused(kind: type[AnyPlatform], config: Mapping[str, Any]) -> Wrong:
    """What the settings model says of it; the secrets in the environment stay unread."""
    stand_in = {
        key: SecretStr("x") if key in secret_keys(kind) else value for key, value in config.items()
    }
    try:
        kind.settings_type.model_validate(stand_in)
    except ValidationError as error:
        return {str((*one["loc"], WHOLE)[0]): _said(one) for one in error.errors()}
    return {}


def _said(error: Any) -> str:
    known = _WRONG.get(error["type"])
    if known is None:
        return str(error["msg"]).removeprefix("Value error, ")
    bounds = {key: as_typed(value, FieldKind.NUMBER) for key, value in error.get("ctx", {}).items()}
    return _(known).format(**bounds)
