"""From headings, paragraphs, list items and table rows to facts; Markdown and pages alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from responder.knowledge.importing.values import (
    Read,
    ReadFact,
    Refused,
    language_of,
    whole_sentence,
)

LONGEST_WHOLE = 250  # characters: a longer paragraph is taken sentence by sentence
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZА-ЯЁ«\"])")


class BlockKind(StrEnum):
    """What a piece of a document is."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True)
class Block:
    """A piece of a document. A row has its `cells`, and the `titles` of their columns."""

    kind: BlockKind
    text: str
    line: int
    cells: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass
class _Reader:
    name: str
    is_page: bool
    dated: str
    read: Read = field(default_factory=Read)
    heading: str = ""
    question: str = ""

    def take(self, block: Block) -> None:
        """One block: a heading, a question, or something that may be a fact."""
        if block.kind is BlockKind.HEADING:
            self.heading = block.text
            self.question = block.text if block.text.endswith("?") else ""
        elif block.kind is not BlockKind.ROW and block.text.endswith("?"):
            self.question = block.text
        else:
            for text in _pieces(block):
                self._fact(text, block.line)

    def _fact(self, text: str, line: int) -> None:
        try:
            said = whole_sentence(text)
        except ValueError as error:
            self.read.refused.append(Refused(self.name, line, str(error)))
            return
        place = f"{self.name}, {self.dated}" if self.is_page else f"{self.name}:{line}"
        self.read.facts.append(
            ReadFact(
                line=line,
                texts={language_of(said): (said,)},
                source=place,
                asked=(self.question,) if self.question else (),
                heading=self.heading,
            )
        )


def read_blocks(blocks: Iterable[Block], name: str, *, dated: str = "") -> Read:
    """Facts of a document's blocks.

    Args:
        name: of the file or address; it stands in every `source`.
        dated: the day a page was read; empty for a file, whose lines count instead.
    """
    reader = _Reader(name, bool(dated), dated)
    for block in blocks:
        reader.take(block)
    return reader.read


def _pieces(block: Block) -> list[str]:
    if block.kind is BlockKind.ROW:
        return [_row_sentence(block)]
    if len(block.text) <= LONGEST_WHOLE:
        return [block.text]
    return _SENTENCE_END.split(block.text)


def _row_sentence(block: Block) -> str:
    """First cell, then what the other columns say of it: "Эспрессо: цена 150 рублей."."""
    first, *rest = block.cells
    titles = [*block.titles[1:], *[""] * len(rest)]
    said = [
        f"{title[:1].lower()}{title[1:]} {cell}".strip()
        for title, cell in zip(titles, rest, strict=False)
        if cell
    ]
    return f"{first}: {', '.join(said)}" if said else first
