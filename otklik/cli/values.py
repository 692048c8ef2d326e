"""Settings of a platform as a person types them: ``key=value``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from otklik.errors import ConfigError
from otklik.platforms import ENV_PREFIX, AnyPlatform


def read_values(kind: type[AnyPlatform], pairs: Iterable[str]) -> dict[str, Any]:
    """A configuration from ``key=value`` pairs, each value as its setting wants it.

    Text stays text where text is wanted; else it is read as JSON, and where a list is wanted
    commas make one.

    Raises:
        ConfigError: not a pair, a key given twice or unknown; names those there are.
    """
    fields, found = kind.settings_type.model_fields, dict[str, Any]()
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"{pair}: write KEY=VALUE, like base_url=https://example.org")
        if key in found:
            raise ConfigError(f"{key} is given twice; several values go with commas or as JSON")
        if key not in fields:
            raise ConfigError(
                f"{kind.name} has no setting {key!r}; it has {', '.join(sorted(fields))}"
            )
        found[key] = _read(text, fields[key].annotation)
    return found


def _read(text: str, wanted: Any) -> Any:
    if text.startswith(ENV_PREFIX):
        return text
    adapter: TypeAdapter[Any] = TypeAdapter(wanted)
    for value in _meanings(text):
        try:
            adapter.validate_python(value)
        except ValidationError:
            continue
        return value
    return text  # the platform's own check says what is wrong with it


def _meanings(text: str) -> Iterator[Any]:
    whole = _json(text)
    yield whole
    if isinstance(whole, list):
        yield [str(item) for item in whole]  # numbers where names are wanted: [-100123]
        return
    yield text
    items = [item.strip() for item in text.split(",") if item.strip()]
    yield [_json(item) for item in items]
    yield items


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
