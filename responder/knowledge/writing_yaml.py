"""From values back to YAML that reads as it was written: one fact, one power, everything known."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML

from otklik.marked_yaml import Marked
from responder.knowledge.file import Contents

_SINGLE = ("company", "channel", "contacts", "owners", "address")


def plain(mark: Marked) -> Any:
    """A marked value without its places."""
    if isinstance(mark.value, dict):
        return {key: plain(value) for key, value in mark.value.items()}
    if isinstance(mark.value, list):
        return [plain(item) for item in mark.value]
    return mark.value


def fact_text(values: Mapping[str, Any]) -> str:
    """One fact as the desk keeps it."""
    return dump({"fact": dict(values)})


def power_text(values: Mapping[str, Any]) -> str:
    """One power as the desk keeps it."""
    return dump({"power": dict(values)})


def export(contents: Contents, facts: Sequence[Marked], powers: Sequence[Marked]) -> str:
    """A whole file of knowledge with these facts and powers; comments are not kept."""
    root = {key: plain(contents.single[key]) for key in _SINGLE if key in contents.single}
    root["things"] = [plain(mark) for mark, _ in contents.things]
    return dump(root | export_lists(facts, powers))


def export_lists(facts: Sequence[Marked], powers: Sequence[Marked]) -> dict[str, Any]:
    """Facts and powers alone: to go into a file that has the rest."""
    return {
        "facts": [plain(mark) for mark in facts],
        "powers": [plain(mark) for mark in powers],
    }


def dump(values: Mapping[str, Any]) -> str:
    """YAML of plain values, in their order, without anchors."""
    yaml = YAML(typ="rt")
    yaml.width = 100
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _: True
    out = io.StringIO()
    yaml.dump(dict(values), out)
    return out.getvalue()
