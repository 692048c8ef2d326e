"""A chunk, what stands between two blanks, read once and remembered: its words and marks.

Most chunks of a comment have been seen before, so a text costs one look-up for each.
"""

from __future__ import annotations

import re

from otklik.language.disguise import plain_word, read_chunk
from otklik.language.folding import fold
from otklik.language.obscenity import is_obscene
from otklik.language.remembering import WORDS

URL, USER, NUMBER = "httpurl", "@user", "0"

_MAX_REMEMBERED = 60  # characters; a longer chunk hardly comes twice

TOKEN = re.compile(
    r"(?P<url>https?:\S{0,2000}|www\.\S{1,2000}|<url>"
    r"|\b[\w-]{2,40}\.(?:ru|com|org|net|рф|su|ly|me)\b\S{0,500})"
    r"|(?P<user>@(?!ss(?:es|holes?)?\b)[a-z0-9_.]{2,40}|<user>|\[(?:id|club)\d{1,15}\|[^\]\n]{0,80}\])"
    r"|(?P<number>\d[\d.,:/]{0,30}(?![\w@*]))"
    r"|(?P<word>[*@$#]{0,4}[^\W_]{1,60}(?:[*@$#%&!^~|+_]{1,8}[^\W_]{1,60}){0,8}[*#$@]{0,6})"
    r"|(?P<mark>([!?.)(*,:;=-])\6{0,60}|[^\w\s]|_)"
)
# One word with marks about it, if any: what most chunks are.
_SIMPLE = re.compile(r"([«\"'(—–-]{0,3})([^\W\d_]{1,60})([.,!?:;…»\"')—–-]{0,8})")
_PIECE = re.compile(r"[^\W_]+|[\W_]")
_LONE = re.compile(r"(?<![^\W_])[^\W_](?![^\W_])")
# Beginnings of obscene words that are no words themselves: «ху й», «пи здец», «б лять».
_SHARD_LIST = """
х п ж д г м б е пи пиз ху хy еб ебa еба су му муд ган гон га пид пидо бл бля зал залу доло долбо
жо дро шл сра f fu s b c d piz hu xu
"""
_SHARDS = frozenset(_SHARD_LIST.split())

Place = tuple[int, int, str]


# Tokens with places from the chunk's start; their forms joined; what calls for more care
# (a "1" for each letter that stands alone, "111" for the beginning of a broken word, nothing
# for marks only, else a blank); whether a token is obscene.
# A bare tuple of bare tuples, since the garbage collector does not walk those again and again.
Chunk = tuple[tuple[Place, ...], str, str, bool]


_LONGEST_SHARD = 4

memo: dict[str, Chunk] = {}
_forms: dict[str, str] = {}


def chunk_of(raw: str) -> Chunk:
    """Reading of one chunk of the original text."""
    known = memo.get(raw)
    if known is not None:
        return known
    found = _read(raw)
    if len(raw) <= _MAX_REMEMBERED:
        if len(memo) >= WORDS:
            memo.clear()
        memo[raw] = found
    return found


def _read(raw: str) -> Chunk:
    folded, origin = fold(raw)
    simple = _SIMPLE.fullmatch(folded)
    if simple is None:
        places = tokens_of(folded)
        care = _care(folded)
    else:
        lead, word, tail = simple.groups()
        start, end = len(lead), len(lead) + len(word)
        places = [(start, end, _form(word))]
        if lead or len(tail) > 1:
            places = [*_marks(lead, 0), *places, *_marks(tail, end)]
        elif tail:
            places.append((end, end + 1, tail))
        care = " " if len(word) > _LONGEST_SHARD else _care(folded)
    if origin is not None:
        places = back(places, origin)
    return chunk_from(places, care)


def _marks(marks: str, start: int) -> list[Place]:
    return [
        (start + match.start(), start + match.end(), match.group()[:3])
        for match in TOKEN.finditer(marks)
    ]


def chunk_from(places: list[Place], care: str = " ") -> Chunk:
    """A chunk of the tokens given."""
    forms = [place[2] for place in places]
    text = forms[0] if len(forms) == 1 else " ".join(forms)
    return tuple(places), text, care, any(map(is_obscene, forms))


def _form(word: str) -> str:
    form = _forms.get(word)
    if form is None:
        if len(_forms) >= WORDS:
            _forms.clear()
        form = _forms[word] = plain_word(word)
    return form


def _care(folded: str) -> str:
    if folded in _SHARDS or len(folded) > _MAX_REMEMBERED:
        return "111"
    if not any(map(str.isalnum, folded)):
        return ""
    return "1" * len(_LONE.findall(folded)) or " "


def tokens_of(folded: str) -> list[Place]:
    """Tokens of a folded text, places in that text; a disguised word is one token."""
    found: list[Place] = []
    for match in TOKEN.finditer(folded):
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
    if len(found) > 1 and len(folded) <= _MAX_REMEMBERED:
        return read_chunk(folded, found)
    return found


def _word(raw: str, start: int) -> list[Place]:
    form = _form(raw)
    if form:
        return [(start, start + len(raw), form)]
    return _split(raw, start)


def _split(raw: str, start: int) -> list[Place]:
    """Signs inside that hide nothing part the words: «да!нет» is three tokens."""
    found = []
    for match in _PIECE.finditer(raw):
        piece = match.group()
        form = (_form(piece) or piece) if piece[0].isalnum() else piece
        found.append((start + match.start(), start + match.end(), form))
    return found


def back(places: list[Place], origin: list[int]) -> list[Place]:
    """Places in the folded text to places in the original."""
    found: list[Place] = []
    for start, end, form in places:
        place = (origin[start], origin[end - 1] + 1, form)
        if not found or found[-1][1] <= place[0]:  # one sign may have fallen into two tokens
            found.append(place)
    return found
