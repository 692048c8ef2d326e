"""Strangers' words on their way into a messenger: plain, defused, within its limits."""

from __future__ import annotations

import re
import unicodedata

ZERO_WIDTH_SPACE = "\u200b"
_JOINER, _WORD = "\u200d", 30
# directional overrides can make a line read backwards, or swallow the rest of the message
_DIRECTION = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# what messengers turn into links, mentions, tags and commands without being asked
_LIVE = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=\w\.)(?=[^\W\d_])|(?<![\w/])/(?=[A-Za-z])")


def plain(text: str) -> str:
    """Without control characters, directional marks and broken halves; lines stay."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return "".join(_shown(char) for char in unified.replace("\u2029", "\n"))


def _shown(char: str) -> str:
    if char in _DIRECTION:
        return ""
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    return char if category != "Cc" or char in "\n\t" else ""


def defuse(text: str) -> str:
    """Plain text in which no address, @name, #tag or /command is alive: a zero-width space

    stands inside each, so that a person still reads what was written.
    """
    return _LIVE.sub(lambda found: found.group() + ZERO_WIDTH_SPACE, plain(text))


def size(text: str) -> int:
    """Length in UTF-16 units, as messengers count."""
    return len(text) + sum(char > "\uffff" for char in text)


def shorten(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, an ellipsis at the cut; characters, and words, stay whole."""
    if size(text) <= limit:
        return text
    used, kept = 1, 0  # the ellipsis counts
    for char in text:
        used += size(char)
        if used > limit:
            break
        kept += 1
    return text[: _safe_place(text, kept)].rstrip() + "…"


def _safe_place(text: str, kept: int) -> int:
    """At most `kept` characters: between words if one ends near, never inside a joined sign."""
    near = max(kept - _WORD, kept * 3 // 4)
    if kept < len(text) and not text[kept].isspace():
        kept = next((end for end in range(kept, near, -1) if text[end - 1].isspace()), kept)
    while 0 < kept < len(text) and (_joins(text[kept]) or text[kept - 1] == _JOINER):
        kept -= 1
    return kept


def _joins(char: str) -> bool:
    """A sign that belongs to the one before it: an accent, a skin tone, a joiner."""
    is_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return is_tone or char == _JOINER or unicodedata.category(char) in ("Mn", "Me")


def one_line(text: str) -> str:
    """All white space as single spaces."""
    return " ".join(text.split())
