"""YAML of selector files with the place of every value, so that an error can point at it.

Only plain data is read: no tags, no anchors, no duplicate keys.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, NoReturn

from pydantic import BaseModel, ValidationError

from otklik.errors import ConfigError

MAX_CHARACTERS = 200_000
MAX_DEPTH = 12
Path = tuple[str | int, ...]
_SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}


class Place(NamedTuple):
    """Line and column, 1-based, of a value and of its key."""

    value: tuple[int, int]
    key: tuple[int, int]


class Marked(NamedTuple):
    """Plain data of a YAML file and where each part of it stands."""

    data: Any
    places: Mapping[Path, Place]
    name: str

    def fail(self, path: Path, message: str, *, at_key: bool = False) -> NoReturn:
        """Raise a `ConfigError` that points at `path`, or at the nearest thing around it."""
        while path not in self.places:
            path = path[:-1]
        line, column = self.places[path].key if at_key else self.places[path].value
        raise ConfigError(f"{self.name}:{line}:{column}: {message}")


def parse_marked(text: str, name: str) -> Marked:
    """The document `text`; `name` is the file as the person knows it.

    Raises:
        ConfigError: not YAML, a duplicate key, an anchor or a tag, too large or too deep.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(text) > MAX_CHARACTERS:
        raise ConfigError(f"{name}:1:1: longer than {MAX_CHARACTERS} characters")
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise ConfigError(f"{name}:{line}:{column}: not YAML: {said}") from error
    except YAMLError as error:
        raise ConfigError(f"{name}:1:1: not YAML: {error}") from error
    if root is None:
        raise ConfigError(f"{name}:1:1: the file is empty")
    reader = _Reader(name, yaml.constructor)
    reader.places[()] = Place(_start(root), _start(root))
    return Marked(reader.read(root, ()), reader.places, name)


class _Reader:
    """Turns composed nodes into plain data; meets every node once."""

    def __init__(self, name: str, constructor: Any) -> None:
        self.name, self.constructor = name, constructor
        self.places: dict[Path, Place] = {}
        self.seen: set[int] = set()

    def read(self, node: Any, path: Path) -> Any:
        """One node and all below it."""
        if id(node) in self.seen or len(path) > MAX_DEPTH:
            self.fail(node, "anchors and deep nesting are not allowed: write the value out")
        self.seen.add(id(node))
        if node.id == "mapping":
            return self.read_mapping(node, path)
        if node.id == "sequence":
            return [
                self.read(item, self.put((*path, n), item)) for n, item in enumerate(node.value)
            ]
        if str(node.tag) not in _SCALARS:
            self.fail(node, f"the tag {node.tag} is not allowed: plain values only")
        return self.constructor.construct_object(node, deep=True)

    def read_mapping(self, node: Any, path: Path) -> dict[str, Any]:
        """A mapping whose keys are words, each once."""
        data: dict[str, Any] = {}
        for key, value in node.value:
            if key.id != "scalar" or not isinstance(key.value, str):
                self.fail(key, "a key must be a word")
            if key.value in data:
                self.fail(key, f"the key {key.value!r} stands here twice")
            inner = self.put((*path, key.value), value, key)
            data[key.value] = self.read(value, inner)
        return data

    def put(self, path: Path, node: Any, key: Any = None) -> Path:
        """Keep the place of what stands at `path`."""
        self.places[path] = Place(_start(node), _start(node if key is None else key))
        return path

    def fail(self, node: Any, message: str) -> NoReturn:
        """Raise a `ConfigError` that points at a node."""
        line, column = _start(node)
        raise ConfigError(f"{self.name}:{line}:{column}: {message}")


def _start(node: Any) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def fail_at(marked: Marked, error: ValidationError, model: type[BaseModel]) -> NoReturn:
    """Raise the first of pydantic's errors as a `ConfigError` at its line and column."""
    # A misspelt key is told before the one that is missing for it.
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    path = tuple(first["loc"])
    if first["type"] == "extra_forbidden":
        known = list(_fields_at(model, path[:-1]))
        hint = suggest(str(path[-1]), known)
        listed = f"; known: {', '.join(known)}" if known else ""
        marked.fail(path, f"unknown key {path[-1]!r}{hint}{listed}", at_key=True)
    if first["type"] == "missing":
        marked.fail(path[:-1], f"the key {path[-1]!r} is missing here")
    message = first["msg"].removeprefix("Value error, ")
    marked.fail(path, f"{path[-1]}: {message}" if path else message)


def _fields_at(model: Any, path: Path) -> Iterable[str]:
    """Names of the fields a model has at a path, none where that is not told by its types."""
    for part in path:
        if isinstance(part, str):
            field = model.model_fields.get(part)
            if field is None:
                return ()
            kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
            model = next((k for k in kinds if hasattr(k, "model_fields")), None)
            if model is None:
                return ()
    return tuple(model.model_fields)


def suggest(word: str, known: Iterable[str]) -> str:
    """``" (did you mean 'rating'?)"`` for a near miss, else an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
