"""Web pages of the company's own: what a reader sees of a page, as blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from responder.knowledge.importing.blocks import Block, BlockKind, read_blocks
from responder.knowledge.importing.values import Read

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "legend"})
_TEXTS = frozenset({"p", "dd", "blockquote", "address", "figcaption", "div", "section", "article"})
_HIDDEN = frozenset(
    {"script", "style", "nav", "header", "footer", "noscript", "form", "button", "svg", "template"}
)
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "source", "wbr", "col", "area"})
MOST_DEEP = 500


def read_page(html: str, address: str, dated: str) -> Read:
    """Facts of a page: its questions and answers as schema.org has them, else its text.

    Args:
        address: of the page; with `dated`, the day it was read, it is the source of every fact.
    """
    reader = _PageReader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    answered = [block for text in reader.data for block in _answers(text)]
    return read_blocks(answered or reader.blocks, address, dated=dated)


class _PageReader(HTMLParser):
    """Collects blocks; what is navigation, form or script is not read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.data: list[str] = []
        self._words: list[str] = []
        self._kind = BlockKind.TEXT
        self._hidden: list[str] = []
        self._cells: list[str] = []
        self._titles: tuple[str, ...] = ()
        self._is_data = self._is_title_row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens: a block ends, or a part that is not read begins."""
        if tag == "script" and ("type", "application/ld+json") in attrs:
            self._is_data = True
        if tag in _HIDDEN and len(self._hidden) < MOST_DEEP:
            self._hidden.append(tag)
        elif tag == "table":
            self.end_block()
            self._titles = ()
        elif tag == "tr":
            self.end_block()
            self._cells, self._is_title_row = [], False
        elif tag in ("td", "th"):
            self._words = []
            self._is_title_row = self._is_title_row or (tag == "th" and not self._titles)
        elif tag in _HEADINGS or tag in _TEXTS or tag == "li":
            self.end_block()
            self._kind = _kind_of(tag)
        elif tag == "br":
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if tag == "script":
            self._is_data = False
        if self._hidden and tag == self._hidden[-1]:
            self._hidden.pop()
        elif tag in ("td", "th"):
            self._cells.append(_joined(self._words))
            self._words = []
        elif tag == "tr":
            self._end_row()
        elif tag in _HEADINGS or tag in _TEXTS or tag == "li":
            self.end_block()

    def handle_data(self, data: str) -> None:
        """Words of the page, or its schema.org data."""
        if self._is_data:
            self.data.append(data)
        elif not self._hidden:
            self._words.append(data)

    def end_block(self) -> None:
        """What was read since the last block becomes one."""
        text = _joined(self._words)
        self._words = []
        if text:
            self.blocks.append(Block(self._kind, text, self.getpos()[0]))
        self._kind = BlockKind.TEXT

    def _end_row(self) -> None:
        cells = tuple(self._cells)
        self._cells = []
        if self._is_title_row and not self._titles:
            self._titles = cells
        elif any(cells):
            row = Block(BlockKind.ROW, "", self.getpos()[0], cells=cells, titles=self._titles)
            self.blocks.append(row)


def _kind_of(tag: str) -> BlockKind:
    if tag in _HEADINGS:
        return BlockKind.HEADING
    return BlockKind.ITEM if tag == "li" else BlockKind.TEXT


def _joined(words: list[str]) -> str:
    return " ".join("".join(words).split())


def _answers(text: str) -> Iterator[Block]:
    """Questions and answers of a FAQPage; nothing where the data is another or broken."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    for item in _items(found):
        if item.get("@type") != "Question":
            continue
        answer = item.get("acceptedAnswer")
        said = answer.get("text") if isinstance(answer, dict) else None
        if isinstance(said, str) and isinstance(item.get("name"), str):
            question = " ".join(item["name"].split()).rstrip("?")
            yield Block(BlockKind.HEADING, f"{question}?", 1)
            yield Block(BlockKind.TEXT, " ".join(re.sub(r"<[^>]*>", " ", said).split()), 1)


def _items(found: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
    if isinstance(found, dict | list) and depth < 8:
        for inner in found.values() if isinstance(found, dict) else found:
            yield from _items(inner, depth + 1)
