"""Markdown: front matter, headings, lists, paragraphs and tables become facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from otklik.enums import Topic
from otklik.marked_yaml import parse_yaml
from responder.knowledge.importing.blocks import Block, BlockKind, read_blocks
from responder.knowledge.importing.values import Defaults, Read
from responder.knowledge.values import Audience

_FRONT_KEYS = ("owner", "person", "topic", "since", "until", "audience")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(.*)$")
_RULE_ROW = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_LINE_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"(\*\*|__|\*|`|~~)(?=\S)(.+?)(?<=\S)\1")
_TAG = re.compile(r"<[^>]{1,200}>")


def read_markdown(text: str, name: str, defaults: Defaults) -> tuple[Read, Defaults]:
    """Facts of a Markdown text, and the defaults as its front matter changes them.

    Raises:
        PolicyError: the front matter is wrong, at its line and column.
    """
    lines = text.splitlines()
    body, defaults = _front_matter(lines, name, defaults)
    return read_blocks(_blocks(lines, body), name), defaults


def _front_matter(lines: Sequence[str], name: str, given: Defaults) -> tuple[int, Defaults]:
    if not lines or lines[0].strip() != "---":
        return 0, given
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
    if not end:
        return 0, given
    # an empty first line keeps the numbers of the lines that errors name
    found = parse_yaml("\n" + "\n".join(lines[1:end]), name).check_keys(_FRONT_KEYS)
    said: dict[str, Any] = {}
    for key in ("owner", "person"):
        if key in found:
            said[key] = found[key].text()
    if "topic" in found:
        said["topic"] = found["topic"].choice(Topic)
    if "audience" in found:
        said["audience"] = found["audience"].choice(Audience)
    for key, field in (("since", "valid_from"), ("until", "valid_until")):
        if key in found:
            said[field] = found[key].day().date()
    return end + 1, replace(given, **said)


def _blocks(lines: Sequence[str], start: int) -> Iterator[Block]:
    paragraph: list[str] = []
    begun, fenced = 0, False
    titles: tuple[str, ...] = ()
    for number, line in enumerate(lines[start:], start + 1):
        if _FENCE.match(line):
            fenced = not fenced
        is_plain = not (fenced or _FENCE.match(line)) and _is_plain(line)
        if not is_plain and paragraph:
            yield Block(BlockKind.TEXT, _plain(" ".join(paragraph)), begun)
            paragraph = []
        if fenced or _FENCE.match(line):
            continue
        if is_plain:
            begun = begun if paragraph else number
            paragraph.append(line.strip(" >"))
        elif line.lstrip().startswith("|"):
            cells = _cells(line)
            if not _RULE_ROW.match(line) and titles:
                yield Block(BlockKind.ROW, "", number, cells=cells, titles=titles)
            titles = titles or cells
            continue
        else:
            yield from _marked(line, number)
        titles = ()
    if paragraph:
        yield Block(BlockKind.TEXT, _plain(" ".join(paragraph)), begun)


def _is_plain(line: str) -> bool:
    is_marked = _HEADING.match(line) or _ITEM.match(line) or line.lstrip().startswith("|")
    return bool(line.strip()) and not is_marked and not _LINE_RULE.match(line)


def _marked(line: str, number: int) -> Iterator[Block]:
    heading, item = _HEADING.match(line), _ITEM.match(line)
    if heading:
        yield Block(BlockKind.HEADING, _plain(heading[1]), number)
    elif item and not _LINE_RULE.match(line):
        yield Block(BlockKind.ITEM, _plain(item[1]), number)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(_plain(cell) for cell in line.strip().strip("|").split("|"))


def _plain(text: str) -> str:
    """The words without signs of emphasis, links without their addresses."""
    text = _TAG.sub(" ", _LINK.sub(r"\1", text))
    for _ in range(3):
        text = _MARKS.sub(r"\2", text)
    return " ".join(text.split())
