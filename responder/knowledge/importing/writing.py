"""Writing proposed facts into a file of our own, without losing what people changed there.

Beside each imported fact stand short digests of what the import wrote (`imported`). Read again,
a value that still has its digest is the import's and may be brought up to date; any other is a
person's and stays. New wording makes a fact proposed again.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from otklik.errors import InputError
from responder.knowledge.file import read_contents
from responder.knowledge.importing.proposing import Proposal
from responder.knowledge.importing.values import Refused

_WORDING = ("ru", "en")
_FOLLOWED = (
    *("ru", "en", "topics", "keywords", "asked", "owner", "person", "source"),
    *("valid_until", "audience", "about"),
)
_FLOW = ("topics", "keywords", "asked")


@dataclass
class Written:
    """What an import did: ids of facts added, brought up to date, or left to a person.

    Attributes:
        conflicts: a person changed the wording, and the source has changed since, too.
        gone: imported from there before, and not found there any more; they stay.
    """

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def known_texts(path: Path) -> list[str]:
    """Texts of the facts in a file, for how rare a word is; none where there is no file yet."""
    if not path.is_file():
        return []
    contents = read_contents([(path.read_text("utf-8"), str(path))], whole=False)
    return [" ".join(fact.all_texts()) for _, fact in contents.facts]


def write_proposals(path: Path, proposals: Sequence[Proposal], name: str) -> Written:
    """Put proposals into the YAML file `path`, made if it is not there.

    Args:
        name: of what was imported, for errors and for what is gone from it.

    Raises:
        PolicyError: the file there is wrong; it is left as it is.
        InputError: it cannot be written.
    """
    yaml = _yaml()
    text = path.read_text("utf-8") if path.is_file() else "facts: []\n"
    read_contents([(text, str(path))], whole=False)
    root = yaml.load(text)
    facts = root.setdefault("facts", CommentedSeq())
    facts.fa.set_block_style()
    written = _merge(facts, proposals, name)
    out = io.StringIO()
    yaml.dump(root, out)
    read_contents([(out.getvalue(), str(path))], whole=False)
    try:
        _replace(path, out.getvalue())
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error}") from error
    return written


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _: True  # knowledge is read without anchors
    return yaml


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def _merge(facts: CommentedSeq, proposals: Sequence[Proposal], name: str) -> Written:
    written = Written()
    there = {str(item["id"]): item for item in facts}
    for one in proposals:
        item = there.get(one.id)
        if item is None:
            facts.append(_fresh(one))
            written.added.append(one.id)
        elif "imported" not in item:
            reason = f"a fact with the id {one.id!r} is there, written by hand; it stays"
            written.refused.append(Refused(name, one.line, reason))
        else:
            getattr(written, _update(item, one)).append(one.id)
    found = {one.id for one in proposals}
    written.gone = [
        fact_id
        for fact_id, item in there.items()
        if "imported" in item and fact_id not in found and str(item["source"]).startswith(name)
    ]
    return written


def _fresh(one: Proposal) -> CommentedMap:
    item = CommentedMap()
    for key, value in one.values.items():
        item[key] = _shown(key, value)
        if key == "id":
            item["proposed"] = True
    item["imported"] = _flow({key: _short(one.values.get(key)) for key in _followed(one)})
    return item


def _followed(one: Proposal) -> list[str]:
    return [key for key in _FOLLOWED if key in one.values]


def _update(item: CommentedMap, one: Proposal) -> str:
    """Bring one fact up to date; which list of `Written` it belongs to."""
    base = dict(item["imported"])
    outcome = "unchanged"
    for key in _FOLLOWED:
        new, old = one.values.get(key), base.get(key)
        if (new is None and old is None) or _short(new) == old:
            continue
        is_ours = (_short(item[key]) if key in item else None) == old
        if is_ours and new is None:
            del item[key]
        elif is_ours:
            item[key] = _shown(key, new)
        elif key in _WORDING and new is not None:
            item["source_says"] = list(new)
            outcome = "conflicts"
        if key in _WORDING:
            item["proposed"] = True
        if key != "source" and outcome == "unchanged":
            outcome = "updated"
        base[key] = _short(new)
    item["imported"] = _flow({key: value for key, value in base.items() if value})
    return outcome


def _short(value: Any) -> str | None:
    if value is None:
        return None
    plain = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:8]


def _plain(value: Any) -> Any:
    """The same as plain JSON: a text alone is a list of one, a date its text."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else str(value)


def _shown(key: str, value: Any) -> Any:
    return _flow(value) if key in _FLOW or isinstance(value, dict) else value


def _flow(value: Any) -> Any:
    found: Any = CommentedMap(value) if isinstance(value, dict) else CommentedSeq(value)
    found.fa.set_flow_style()
    return found
