"""YAML for people: every value knows its line and column, so that an error can point at it.

Only plain data is read: no tags, no anchors, no duplicate keys. Policies, operations, knowledge and
phrases are all read through here.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, NoReturn, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from otklik.errors import PolicyError

Scalar = str | int | float | bool | None
E = TypeVar("E", bound=Enum)

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20
_PLAIN = "tag:yaml.org,2002:"
_HINTS = {
    "character '>' that cannot": '; put comparisons in quotes: ">=2"',
    "block scalar": '; put comparisons in quotes: ">=2"',
    "mapping values are not allowed": "; text with a colon in it goes into quotes",
}


@dataclass(frozen=True)
class Marked:
    """One value of a YAML file and the place it stands at (1-based line and column)."""

    value: Any
    file: str
    line: int
    column: int
    keys: Mapping[str, Marked] = field(default_factory=dict)

    def fail(self, message: str) -> NoReturn:
        """Raise a `PolicyError` that points here."""
        raise PolicyError(message, file=self.file, line=self.line, column=self.column)

    @property
    def is_mapping(self) -> bool:
        """Whether this is a mapping."""
        return isinstance(self.value, dict)

    def mapping(self) -> dict[str, Marked]:
        """The value as a mapping of key to marked value."""
        if not isinstance(self.value, dict):
            self.fail(f"expected keys and values here, found {self.shown()}")
        return self.value

    def items(self) -> list[Marked]:
        """The value as a list."""
        if not isinstance(self.value, list):
            self.fail(f"expected a list here, found {self.shown()}")
        return self.value

    def text(self) -> str:
        """The value as non-empty text."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.fail(f"expected text here, found {self.shown()}")
        return " ".join(self.value.split())

    def integer(self, *, least: int = 0) -> int:
        """The value as a whole number not below `least`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.fail(f"expected a whole number here, found {self.shown()}")
        if self.value < least:
            self.fail(f"expected {least} or more, found {self.value}")
        return self.value

    def boolean(self) -> bool:
        """The value as true or false."""
        if not isinstance(self.value, bool):
            self.fail(f"expected true or false here, found {self.shown()}")
        return self.value

    def choice(self, allowed: type[E]) -> E:
        """The value as a member of the enum `allowed`."""
        names = [str(member.value) for member in allowed]
        if not isinstance(self.value, str) or self.value not in names:
            hint = suggest(str(self.value), names)
            self.fail(f"{self.shown()} is not one of {', '.join(names)}{hint}")
        return allowed(self.value)

    def day(self) -> datetime:
        """The value as the first moment (UTC) of a day written YYYY-MM-DD."""
        try:
            day = date.fromisoformat(str(self.value))
        except ValueError:
            self.fail(f"expected a date YYYY-MM-DD here, found {self.shown()}")
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    def texts(self) -> tuple[str, ...]:
        """The value as a list of texts; one text stands for a list of one."""
        if isinstance(self.value, list):
            return tuple(item.text() for item in self.value)
        return (self.text(),)

    def check_keys(self, allowed: Iterable[str], required: Iterable[str] = ()) -> dict[str, Marked]:
        """The mapping, once every key is allowed and every required one is present."""
        found, known = self.mapping(), list(allowed)
        for key, mark in self.keys.items():
            if key not in known:
                mark.fail(f"unknown key {key!r}{suggest(key, known)}; known: {', '.join(known)}")
        for key in required:
            if key not in found:
                self.fail(f"the key {key!r} is missing here")
        return found

    def shown(self) -> str:
        """The value as a person would recognise it in a message."""
        if isinstance(self.value, dict):
            return "keys and values"
        if isinstance(self.value, list):
            return "a list"
        return "nothing" if self.value is None else repr(self.value)


def suggest(word: str, known: Iterable[str]) -> str:
    """``" (did you mean 'stance'?)"`` for a near miss, else an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


@functools.lru_cache(maxsize=16)  # a fifth of a second for knowledge that has not changed
def parse_yaml(text: str, name: str) -> Marked:
    """The document `text` with places; `name` is the file as the person knows it.

    What it gives is shared by all who read the same text: nobody may change it.

    Raises:
        PolicyError: not YAML, a duplicate key, an anchor or a tag, too large or too deep.
    """
    if len(text) > MAX_CHARACTERS:
        raise PolicyError(f"longer than {MAX_CHARACTERS} characters", file=name, line=1, column=1)
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise _broken(error, name) from error
    except YAMLError as error:
        raise PolicyError(f"not YAML: {error}", file=name, line=1, column=1) from error
    if root is None:
        raise PolicyError("the file is empty", file=name, line=1, column=1)
    return _Reader(name).read(root, 0)


def _broken(error: MarkedYAMLError, name: str) -> PolicyError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = " ".join(filter(None, (error.context, error.problem)))
    hint = next((hint for words, hint in _HINTS.items() if words in said), "")
    return PolicyError(f"not YAML: {said}{hint}", file=name, line=line, column=column)


class _Reader:
    """Turns composed nodes into marked values; meets every node once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: set[int] = set()
        self.constructor = YAML(typ="safe", pure=True).constructor

    def read(self, node: Node, depth: int) -> Marked:
        """One node and all below it."""
        place = self.place(node)
        if id(node) in self.seen or depth > MAX_DEPTH:
            place.fail("anchors and deep nesting are not allowed: write the value out")
        self.seen.add(id(node))
        if isinstance(node, MappingNode):
            return self.read_mapping(node, depth)
        if isinstance(node, SequenceNode):
            items = [self.read(item, depth + 1) for item in node.value]
            return Marked(items, self.name, place.line, place.column)
        if not isinstance(node, ScalarNode):
            place.fail("plain values, lists and mappings only")
        return Marked(self.scalar(node), self.name, place.line, place.column)

    def read_mapping(self, node: MappingNode, depth: int) -> Marked:
        """A mapping whose keys are texts, each once."""
        place = self.place(node)
        values: dict[str, Marked] = {}
        keys: dict[str, Marked] = {}
        for key, mark, value in self.pairs(node):
            if key in values:
                mark.fail(f"the key {key!r} stands here twice (first on line {keys[key].line})")
            keys[key], values[key] = mark, self.read(value, depth + 1)
        return Marked(values, self.name, place.line, place.column, keys)

    def pairs(self, node: MappingNode) -> Iterator[tuple[str, Marked, Node]]:
        """Key, place of the key, value node."""
        for key_node, value_node in node.value:
            mark = self.place(key_node)
            if not isinstance(key_node, ScalarNode) or not isinstance(key_node.value, str):
                mark.fail("a key must be a word")
            yield key_node.value, mark, value_node

    def scalar(self, node: ScalarNode) -> Scalar:
        """A plain value; dates stay text, so that their form can be checked."""
        tag = str(node.tag)
        if tag.removeprefix(_PLAIN) in ("str", "timestamp"):
            return str(node.value)
        if tag.removeprefix(_PLAIN) not in ("int", "float", "bool", "null"):
            self.place(node).fail(f"the tag {tag} is not allowed: plain values only")
        value: Scalar = self.constructor.construct_object(node, deep=True)
        return value

    def place(self, node: Node) -> Marked:
        """An empty marked value where `node` starts."""
        mark = node.start_mark
        return Marked(None, self.name, mark.line + 1, mark.column + 1)
