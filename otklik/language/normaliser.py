"""Normal form of a text, with the way back: every normal character knows where it stood.

What is undone: zero-width characters, diacritics, full-width and mathematical letters,
look-alike letters of the other alphabet, leet digits, stars, spaced-out and repeated letters.
A reading is only taken where it turns nonsense into a known obscene word or mixed alphabets
into one; innocent words stay as they are. Work is bounded: `MAX_CHARS` characters are read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from otklik.language.disguise import plain_word, read_spaced

MAX_CHARS = 6000  # a comment longer than this is judged by its beginning
_MAX_CACHE = 200_000

URL, USER, NUMBER = "httpurl", "@user", "0"

# Characters that need no care: one character of these is one character of the normal form.
_CAREFUL = re.compile(
    r"[^\t\n\r\x20-\x7eА-яЁё№«»—–…“”„’‘•€₽·"
    r"\u2600-\u27bf\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001faff]"
)
_KEPT_MARKS = {"и\u0306": "й", "е\u0308": "е", "і\u0308": "ї", "у\u0306": "ў"}
_TOKEN = re.compile(
    r"(?P<url>https?:\S{0,2000}|www\.\S{1,2000}|<url>|\b[\w-]{2,40}\.(?:ru|com|org|net|рф|su|ly|me)\b\S{0,500})"
    r"|(?P<user>@[a-z0-9_.]{2,40}|<user>|\[(?:id|club)\d{1,15}\|[^\]\n]{0,80}\])"
    r"|(?P<number>\d[\d.,:/]{0,30}(?![\w@*]))"
    r"|(?P<word>[*@$#]{0,4}[^\W_]{1,60}(?:[*@$#%&!^~|+_]{1,8}[^\W_]{1,60}){0,8}[*#$@]{0,6})"
    r"|(?P<mark>([!?.)(*,:;=-])\6{0,60}|[^\w\s]|_)"
)
_SPACED = re.compile(r"(?<![^\W_])[^\W_](?:[ .\-_*~,|/]{1,3}[^\W_]){2,30}(?![^\W_])")

_cache: dict[str, str] = {}


class Token(NamedTuple):
    """One word or mark: `start`/`end` in the original text, `form` in the normal one."""

    start: int
    end: int
    form: str


@dataclass(frozen=True)
class Normalised:
    """A text as its tokens.

    Attributes:
        original: the text as it came.
        tokens: in order of appearance, never overlapping.
        truncated: whether the text was longer than `MAX_CHARS`.
    """

    original: str
    tokens: list[Token]
    truncated: bool = False

    @cached_property
    def text(self) -> str:
        """Normal forms, joined by single spaces."""
        return " ".join([token.form for token in self.tokens])

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
    careful = _CAREFUL.search(head) is not None
    folded, origin = _fold(head) if careful else (_lower(head), None)
    tokens = _tokens(folded)
    if _SPACED.search(folded) is not None:
        tokens = read_spaced(folded, tokens, _SPACED)
    if origin is not None:
        tokens = _back(tokens, origin)
    return Normalised(text, [Token(*token) for token in tokens], len(text) > MAX_CHARS)


def _back(tokens: list[tuple[int, int, str]], origin: list[int]) -> list[tuple[int, int, str]]:
    """Places in the folded text to places in the original."""
    found: list[tuple[int, int, str]] = []
    for start, end, form in tokens:
        place = (origin[start], origin[end - 1] + 1, form)
        if not found or found[-1][1] <= place[0]:  # one sign may have fallen into two tokens
            found.append(place)
    return found


def _tokens(folded: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    for match in _TOKEN.finditer(folded):
        kind, start, end = match.lastgroup, match.start(), match.end()
        if kind == "word":
            found.extend(_word(match.group(), start))
        elif kind == "number":
            found.append((start, end, NUMBER * min(end - start, 5)))
        elif kind == "url":
            found.append((start, end, URL))
        elif kind == "user":
            found.append((start, end, USER))
        else:
            found.append((start, end, match.group()[:3]))
    return found


def _word(raw: str, start: int) -> list[tuple[int, int, str]]:
    form = _cache.get(raw)
    if form is None:
        if len(_cache) > _MAX_CACHE:
            _cache.clear()
        form = _cache[raw] = plain_word(raw)
    if form:
        return [(start, start + len(raw), form)]
    return _split(raw, start)


_PIECE = re.compile(r"[^\W_]+|[\W_]")


def _split(raw: str, start: int) -> list[tuple[int, int, str]]:
    """Signs inside that hide nothing part the words: «да!нет» is three tokens."""
    found = []
    for match in _PIECE.finditer(raw):
        piece = match.group()
        form = (plain_word(piece) or piece) if piece[0].isalnum() else piece
        found.append((start + match.start(), start + match.end(), form))
    return found


def _lower(text: str) -> str:
    return text.lower().replace("ё", "е").replace("’", "'").replace("‘", "'")


def _fold(text: str) -> tuple[str, list[int]]:
    """Lower-case letters without marks, and for each the index it came from."""
    folded: list[str] = []
    origin: list[int] = []
    for index, sign in enumerate(text):
        category = unicodedata.category(sign)
        if category in ("Mn", "Me", "Cf", "Cc") and sign not in "\t\n\r":
            if folded and folded[-1] + sign in _KEPT_MARKS:
                folded[-1] = _KEPT_MARKS[folded[-1] + sign]
            continue
        for base in _bases(sign):
            folded.append(base)
            origin.append(index)
    return "".join(folded), origin


@lru_cache(maxsize=8192)
def _bases(sign: str) -> str:
    low = sign.lower()
    if low in "йїў":
        return low
    plain = unicodedata.normalize("NFKD", low)
    kept = "".join(char for char in plain if not unicodedata.combining(char)).lower()
    # A sign that falls into several parts («¼», «½») would stand in several tokens at once.
    whole = kept if kept.isalnum() else kept[:1]
    return (whole[:4] or low[:1]).replace("’", "'")


def _spread(token: Token) -> list[int]:
    width, length = token.end - token.start, len(token.form)
    return [token.start + min(width - 1, place * width // length) for place in range(length)]
