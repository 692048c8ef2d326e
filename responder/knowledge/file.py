"""Reading knowledge: from YAML to `Knowledge`, or an error at the exact line and column.

Knowledge is one file, or a folder of them: then company, channel, contacts and owners stand in
one of the files, facts, things and powers in any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Protocol, TypeVar

from otklik.enums import Topic
from otklik.errors import PolicyError
from otklik.marked_yaml import Marked, parse_yaml
from responder.knowledge.facts import Knowledge
from responder.knowledge.reading import (
    read_fact,
    read_owners,
    read_power,
    read_thing,
    read_wording,
)
from responder.knowledge.values import Fact, Form, Power, Thing, Wording

SHIPPED = ("shop", "bank", "operator", "institution")
_SINGLE = ("company", "channel", "contacts", "owners")
_LISTS = ("things", "facts", "powers")
_REQUIRED = (*_SINGLE, *_LISTS)
_KEYS = (*_REQUIRED, "address")
_NOBODY = Wording(ru=("–",), en=("–",))


class _Named(Protocol):
    @property
    def id(self) -> str: ...


Value = TypeVar("Value", bound=_Named)


@dataclass(frozen=True)
class Contents:
    """What files of knowledge hold, each value beside the place it stands at."""

    single: dict[str, Marked]
    things: list[tuple[Marked, Thing]]
    facts: list[tuple[Marked, Fact]]
    powers: list[tuple[Marked, Power]]


def shipped_knowledge(name: str = "shop") -> Knowledge:
    """Knowledge that comes with the package, by name.

    Raises:
        PolicyError: there is none of that name.
    """
    return make_knowledge(read_contents(_shipped(name), whole=True))


def _shipped(name: str) -> list[tuple[str, str]]:
    found = resources.files("responder") / "knowledge" / f"{name}.yaml"
    if not found.is_file():
        raise PolicyError(f"no knowledge of the name {name!r} is shipped: {', '.join(SHIPPED)}")
    return [(found.read_text("utf-8"), f"{name}.yaml")]


def open_knowledge(named: str) -> Knowledge:
    """What the setting `knowledge_file` names: a shipped name, a file, a folder; empty: shop.

    Raises:
        PolicyError: unreadable, or wrong; then with file, line and column.
    """
    return make_knowledge(read_contents(list_named_texts(named), whole=True))


def list_named_texts(named: str) -> list[tuple[str, str]]:
    """Text and name of each file of what `knowledge_file` names; see `open_knowledge`.

    Raises:
        PolicyError: a file cannot be read.
    """
    if named in ("", *SHIPPED) and not (named and Path(named).exists()):
        return _shipped(named or "shop")
    return list_texts(Path(named))


def load_knowledge(path: Path) -> Knowledge:
    """The knowledge in the file `path`, or in all YAML files of the folder `path`.

    Raises:
        PolicyError: unreadable, or wrong; then with file, line and column.
    """
    return make_knowledge(read_contents(list_texts(path), whole=True))


def parse_knowledge(text: str, name: str) -> Knowledge:
    """The knowledge written as `text`; `name` is the file as the person knows it.

    Raises:
        PolicyError: at the line and column of what is wrong.
    """
    return make_knowledge(read_contents([(text, name)], whole=True))


def list_texts(path: Path) -> list[tuple[str, str]]:
    """Text and name of each file: of the one at `path`, or of a folder's in order.

    Raises:
        PolicyError: a file cannot be read, or a folder has none.
    """
    files = sorted([*path.glob("*.yaml"), *path.glob("*.yml")]) if path.is_dir() else [path]
    if not files:
        raise PolicyError("no YAML file is in this folder", file=str(path))
    return [(_text(file), str(file)) for file in files]


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"cannot be read: {error}", file=str(file)) from error


def read_contents(texts: Sequence[tuple[str, str]], *, whole: bool) -> Contents:
    """All that stands in these files (text, name), in their order.

    Args:
        whole: together they must say everything; else facts alone will do.

    Raises:
        PolicyError: at the line and column of what is wrong.
    """
    roots = [parse_yaml(text, name) for text, name in texts]
    required = _REQUIRED if whole and len(roots) == 1 else ()
    parts = [root.check_keys(_KEYS, required) for root in roots]
    single = _single(parts)
    absent = [key for key in _SINGLE if key not in single]
    if whole and absent:
        roots[0].fail(f"no file of the folder has the key {absent[0]!r}")
    owners = read_owners(single["owners"]) if "owners" in single else _no_owners()
    return Contents(
        single=single,
        things=_listed(parts, "things", read_thing),
        facts=_listed(parts, "facts", lambda mark: read_fact(mark, owners)),
        powers=_listed(parts, "powers", read_power),
    )


def make_knowledge(contents: Contents, *, use_meaning: bool = True) -> Knowledge:
    """Knowledge of these contents; what no file says of the company is a dash."""
    single = contents.single
    return Knowledge(
        company=read_wording(single["company"]) if "company" in single else _NOBODY,
        channel=read_wording(single["channel"]) if "channel" in single else _NOBODY,
        own_contacts=single["contacts"].texts() if "contacts" in single else (),
        owners=read_owners(single["owners"]) if "owners" in single else _no_owners(),
        things=[thing for _, thing in contents.things],
        facts=[fact for _, fact in contents.facts],
        powers=[power for _, power in contents.powers],
        use_meaning=use_meaning,
        address=single["address"].choice(Form) if "address" in single else Form.VY,
    )


def _no_owners() -> dict[Topic, Wording]:
    return dict.fromkeys(Topic, _NOBODY)


def _single(parts: Sequence[dict[str, Marked]]) -> dict[str, Marked]:
    found: dict[str, Marked] = {}
    for part in parts:
        for key in (*_SINGLE, "address"):
            if key in part and key in found:
                first = found[key]
                part[key].fail(f"{key!r} stands already in {first.file}:{first.line}")
            if key in part:
                found[key] = part[key]
    return found


def _listed(
    parts: Sequence[dict[str, Marked]], key: str, read: Callable[[Marked], Value]
) -> list[tuple[Marked, Value]]:
    seen: dict[str, Marked] = {}
    found = []
    for mark in (item for part in parts if key in part for item in part[key].items()):
        value = read(mark)
        first = seen.setdefault(value.id, mark)
        if first is not mark:
            place = f"{first.file}:{first.line}"
            mark.fail(f"the id {value.id!r} stands here twice, first in {place}")
        found.append((mark, value))
    return found
