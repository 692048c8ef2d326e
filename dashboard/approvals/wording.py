"""What was changed in a text, word by word, so that nobody has to look for it."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from dashboard.plain import Html, fill, join, plain

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LETTERS = re.compile(r"\w+")
MOST_WORDS = 3000  # longer texts are shown whole, without their changes


class Piece(NamedTuple):
    """A stretch of text: `same`, `gone` or `new`."""

    kind: str
    text: str


def changes(old: str, new: str) -> list[Piece]:
    """How `old` became `new`, in order; a text is one piece where nothing changed.

    Without what is `new` the pieces read `old`, without what is `gone` they read `new`.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if old == new or max(len(before), len(after)) > MOST_WORDS:
        return [Piece("same", new)] if old == new else [Piece("gone", old), Piece("new", new)]
    return [piece for piece in _pieces(before, after) if piece.text]


def _pieces(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    """A word at most between two changes belongs to both: nobody reads confetti."""
    found = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    gone = new = ""
    for number, (tag, *ends) in enumerate(found):
        old, fresh = "".join(before[ends[0] : ends[1]]), "".join(after[ends[2] : ends[3]])
        is_between = 0 < number < len(found) - 1
        if tag == "equal" and not (is_between and len(_LETTERS.findall(old)) < 2):
            yield from (Piece("gone", gone), Piece("new", new), Piece("same", old))
            gone = new = ""
        else:
            gone, new = gone + old, new + fresh
    yield from (Piece("gone", gone), Piece("new", new))


def drawn(pieces: Sequence[Piece]) -> Html:
    """The pieces in a row, what is gone struck out and what is new underlined."""
    tags = {"gone": "del", "new": "ins", "same": "span"}
    return fill(
        '<div class="ot-wording">{pieces}</div>',
        pieces=join(
            fill(
                f'<{tags[kind]} class="ot-{kind}">{{text}}</{tags[kind]}>',
                text=plain(text),
            )
            for kind, text in pieces
        ),
    )
