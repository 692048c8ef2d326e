"""Normal form of a text, with the way back: every normal character knows where it stood.

What is undone: zero-width characters, diacritics, full-width and mathematical letters,
look-alike letters of the other alphabet, leet digits, stars, spaced-out and repeated letters.
A reading is only taken where it turns nonsense into a known obscene word or mixed alphabets
into one; innocent words stay as they are. Work is bounded: `MAX_CHARS` characters are read.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from otklik.language.chunks import (
    NUMBER,
    URL,
    USER,
    Chunk,
    back,
    chunk_from,
    chunk_of,
    memo,
    tokens_of,
)
from otklik.language.disguise import broken_words
from otklik.language.folding import fold

__all__ = ["MAX_CHARS", "NUMBER", "URL", "USER", "Normalised", "Token", "normalise"]

MAX_CHARS = 6000  # a comment longer than this is judged by its beginning
_ENOUGH_CARE = 3


class Token(NamedTuple):
    """One word or mark: `start`/`end` in the original text, `form` in the normal one."""

    start: int
    end: int
    form: str


class Normalised:
    """A text as its tokens.

    Attributes:
        original: the text as it came.
    """

    def __init__(self, original: str, raws: list[str], chunks: list[Chunk]) -> None:
        self.original = original
        self._raws = raws  # with one blank between each and the next
        self._chunks = chunks

    @property
    def truncated(self) -> bool:
        """Whether only the beginning was read."""
        return len(self.original) > MAX_CHARS

    @cached_property
    def tokens(self) -> list[Token]:
        """In order of appearance, never overlapping."""
        make = tuple.__new__  # a third of the cost of `Token(...)`
        found: list[Token] = []
        at = 0
        for raw, chunk in zip(self._raws, self._chunks, strict=True):
            for start, end, form in chunk[0]:
                found.append(make(Token, (at + start, at + end, form)))
            at += len(raw) + 1
        return found

    @cached_property
    def text(self) -> str:
        """Normal forms, joined by single spaces."""
        return " ".join([chunk[1] for chunk in self._chunks if chunk[1]])

    @property
    def obscene(self) -> bool:
        """Whether any token is obscene."""
        return True in [chunk[3] for chunk in self._chunks]

    @cached_property
    def forms(self) -> list[str]:
        """The tokens' forms, cheaper than the tokens themselves."""
        return [place[2] for chunk in self._chunks for place in chunk[0]]

    @cached_property
    def offsets(self) -> list[int]:
        """For each character of `text`, the index of the original character it came from."""
        found: list[int] = []
        for token in self.tokens:
            if found:
                found.append(max(token.start - 1, 0))
            found.extend(_spread(token))
        return found

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original `(start, end)` of the normal characters `start` to `end`, whole tokens."""
        position, first, last = 0, None, (0, 0)
        for token in self.tokens:
            if position < end and position + len(token.form) > start:
                first = token.start if first is None else first
                last = (first, token.end)
            position += len(token.form) + 1
        return last


def normalise(text: str) -> Normalised:
    """Normal form of `text`; never fails, whatever the text holds."""
    head = text[:MAX_CHARS]
    known = memo.get
    raws = head.replace("\n", " ").split(" ")
    chunks = [known(raw) or chunk_of(raw) for raw in raws]
    if "[id" in head or "[club" in head:
        raws, chunks = [head], [_whole(head)]
    if "111" in "".join([chunk[2] for chunk in chunks]):
        raws, chunks = _with_broken_words(head, raws, chunks)
    return Normalised(text, raws, chunks)


def _whole(head: str) -> Chunk:
    """The text read as one: a name in brackets («[id1|Иван Иванов]») holds blanks."""
    folded, origin = fold(head)
    places = tokens_of(folded)
    return chunk_from(places if origin is None else back(places, origin), "111")


def _with_broken_words(
    head: str, raws: list[str], chunks: list[Chunk]
) -> tuple[list[str], list[Chunk]]:
    """The parts with words set apart by blanks («п и з д е ц», «пиз дец») joined."""
    folded, origin = fold(head)
    found = broken_words(folded)
    if not found:
        return raws, chunks
    joined = found if origin is None else back(found, origin)
    places = [(start, end, form) for start, end, form in Normalised(head, raws, chunks).tokens]
    for first, last, _ in joined:
        places = [place for place in places if place[1] <= first or place[0] >= last]
    return [head], [chunk_from(sorted([*places, *joined]))]


def _spread(token: Token) -> list[int]:
    width, length = token.end - token.start, len(token.form)
    return [token.start + min(width - 1, place * width // length) for place in range(length)]
