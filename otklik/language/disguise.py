"""What a disguised word means: look-alikes, leet, stars, repeats, letters set apart.

A guess is only accepted when it reads as a known obscenity; else the word keeps its face.
"""

from __future__ import annotations

import re

from otklik.language.obscenity import is_innocent, is_obscene
from otklik.language.stars import unstar

_LATIN = re.compile(r"[a-z]")
_CYRILLIC = re.compile(r"[а-яіїєґўқәғңөұүһѵ]")
_LOOKALIKE = {
    "a": "а", "b": "в", "c": "с", "e": "е", "h": "н", "k": "к", "m": "м", "o": "о",
    "p": "р", "t": "т", "x": "х", "y": "у", "i": "і",
}  # fmt: skip
_SAME_FACE = str.maketrans(_LOOKALIKE)
_TO_LATIN = str.maketrans({cyrillic: latin for latin, cyrillic in _LOOKALIKE.items()})
_TO_CYRILLIC = str.maketrans({
    **_LOOKALIKE,
    "b": "б", "n": "п", "u": "и", "r": "г", "s": "с", "d": "д", "z": "з", "g": "д", "l": "л",
    "f": "ф", "v": "в", "j": "й", "i": "и", "q": "я", "w": "ш", "і": "и",
    "0": "о", "3": "з", "4": "ч", "6": "б", "1": "и", "8": "в", "9": "я",
    "@": "а", "$": "с", "!": "и", "|": "и", "&": "е",
})  # fmt: skip
_BY_SOUND = str.maketrans({
    "a": "а", "b": "б", "c": "с", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и",
    "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с",
    "t": "т", "u": "у", "v": "в", "x": "х", "y": "у", "z": "з", "і": "и", "є": "е", "ї": "и",
    "ў": "у", "ү": "у", "ұ": "у", "һ": "х", "қ": "к", "ң": "н", "ө": "о", "ә": "а", "ғ": "г",
    "0": "о", "3": "е", "4": "а", "6": "б", "1": "и", "7": "т", "@": "а", "$": "с", "!": "и",
    "€": "е", "к": "к",
})  # fmt: skip
# Letters that are drawn rather than sounded: «n» for «п», «1» for «л», «r» for «я».
_DRAWN = str.maketrans({
    **_LOOKALIKE,
    "b": "ь", "n": "п", "u": "и", "r": "я", "g": "д", "d": "д", "z": "з", "s": "с", "i": "и",
    "l": "л", "0": "о", "1": "л", "3": "з", "4": "а", "6": "б", "9": "я", "!": "й",
})  # fmt: skip
_TO_ENGLISH = (
    str.maketrans("013457@$!|+8(", "oieastasiitbc"),
    str.maketrans("013457@$!|+9<", "oleastaslltgc"),
    str.maketrans("уаеосхркнвтмі", "yaeocxpkhbtmi"),
)
# Letters drawn with several signs.
_DRAWINGS = (
    ("}{", "х"), ("><", "х"), (")(", "х"), ("}|{", "ж"), (">|<", "ж"), ("|/|", "и"),
    ("/\\", "л"), ("|_|", "u"), ("|-|", "н"), ("()", "о"), ("[]", "о"), ("bl", "ы"), ("ji", "л"),
    ("3.14", "пи"), ("3,14", "пи"), ("b|", "ы"), ("ь|", "ы"), ("|3", "в"), ("|<", "к"), ("|)", "d"),
    ("|\\|", "n"), ("ph", "f"),
)  # fmt: skip
_FLAGS = {0x1F1E6 + place: chr(ord("a") + place) for place in range(26)}
_REPEAT = re.compile(r"(.)\1{2,}")
_DOUBLE = re.compile(r"(.)\1+")
_SIGNS = re.compile(r"[^\w]|_|\d")
_LEET = re.compile(r"[\d@$!|+&<(]")
_MARKS = re.compile(r"[^\w]|_")
_UNREPEATED = frozenset({"ссср", "www", "iii", "ооо", "ааа", "xxx", "ммм", "ввв"})
_CLEAN = re.compile(r"(?:([а-я])(?!\1))+|(?:([a-z])(?!\2)){9,}")

# «36.6тыс», «33bn», «#336», «3б»: numbers with a unit hide nothing.
_NUMBER_LIKE = re.compile(r"#?\d[\d.,:;&]+\D*$|\W*\d?[^\W\d_]?\W*$|#?\d*[^\W\d_]?\d+$")

Place = tuple[int, int, str]


def plain_word(raw: str) -> str:
    """Normal form of one folded token, or "" when its signs hide nothing and part words."""
    if _CLEAN.fullmatch(raw):
        return raw
    form = _without_repeats(raw)
    if not raw.isalnum() and _open_inside(raw):
        return ""
    found = disguised(form)
    if found:
        return found
    if "*" in raw or "#" in raw or "@" in raw or "$" in raw or "_" in raw:
        starred = _starred(raw)
        if starred:
            return starred
    if _has_both(form):
        return _one_alphabet(form)
    return form if form.isalnum() else ""


def disguised(form: str) -> str:
    """The obscenity that `form` is or can be read as, or ""."""
    if is_obscene(form):
        return form
    if _NUMBER_LIKE.match(form) or is_innocent(form):
        return ""
    for reading in _readings(form):
        if is_obscene(reading):
            return reading
    return ""


def _open_inside(raw: str) -> bool:
    """Whether an obscenity stands open between the signs: they part words, then."""
    pieces = [piece for piece in _MARKS.split(raw) if piece]
    return len(pieces) > 1 and any(len(piece) > 2 and is_obscene(piece) for piece in pieces)


def _has_both(word: str) -> bool:
    return _LATIN.search(word) is not None and _CYRILLIC.search(word) is not None


def _without_repeats(word: str) -> str:
    if word in _UNREPEATED or _REPEAT.search(word) is None:
        return word
    return _REPEAT.sub(r"\1" if _CYRILLIC.search(word) else r"\1\1", word)


def _readings(form: str) -> list[str]:
    """Every way to read the token, the most literal first."""
    signs = _SIGNS.search(form) is not None
    cyrillic, latin = _CYRILLIC.search(form) is not None, _LATIN.search(form) is not None
    found = [_SIGNS.sub("", form)] if signs and len(form) > 3 else []
    if cyrillic and (signs or latin or not form.isascii()):
        tables = (_TO_CYRILLIC, _BY_SOUND, _DRAWN) if signs or latin else (_BY_SOUND,)
        found += [form.translate(table) for table in tables]
        if latin:
            found += [form.translate(_TO_ENGLISH[2])]
    elif signs and _LEET.search(form):  # «e-book» is no leet
        found += [form.translate(table) for table in _TO_ENGLISH[:2]]
        found += [form.translate(_BY_SOUND), form.translate(_TO_CYRILLIC), form.translate(_DRAWN)]
    elif latin and all(sign in _LOOKALIKE for sign in form):
        found.append(form.translate(_SAME_FACE))
    if signs:
        found += [bare for bare in (_MARKS.sub("", reading) for reading in found) if len(bare) > 2]
    return found + [_DOUBLE.sub(r"\1", reading) for reading in (form, *found)]


def _one_alphabet(word: str) -> str:
    latin = len(_LATIN.findall(word))
    cyrillic = len(_CYRILLIC.findall(word))
    other = word.translate(_SAME_FACE) if cyrillic >= latin else word.translate(_TO_LATIN)
    return word if _has_both(other) else _SIGNS.sub("", other) or word


def _starred(token: str) -> str:
    found = unstar(token)
    if found or not _has_both(token):
        return found
    return unstar(token.translate(_SAME_FACE))


# Where one chunk of several tokens may be one disguised word.
_EDGES = re.compile(r"^[^\w*#@$}<>|(\[)]+|[^\w*#@$}{<>|)\]]+$")
_MAX_CORE = 32
_PICTURE = re.compile(r"[\u2600-\u27bf\U0001f000-\U0001faff]")
_LETTER_RUN = re.compile(r"[^\W\d_]+")


def read_chunk(folded: str, places: list[Place]) -> list[Place]:
    """The chunk's tokens, or one where signs or pictures inside hide an obscenity."""
    edges = _EDGES.search(folded)
    start = edges.end() if edges and edges.start() == 0 else 0
    core = _EDGES.sub("", folded)
    form = _hidden(core, places)
    if not form:
        return places
    end = start + len(core)
    before = [place for place in places if place[1] <= start]
    return [*before, (start, end, form), *[place for place in places if place[0] >= end]]


def _hidden(core: str, places: list[Place]) -> str:
    inner = _MARKS.search(core)
    if inner is None or not 3 <= len(core) <= _MAX_CORE or _MARKS.findall(core) == ["'"]:
        return ""
    if any(form in ("httpurl", "@user") or is_obscene(form) for _, _, form in places):
        return ""
    drawn = core.translate(_FLAGS)
    for drawing, letter in _DRAWINGS:
        drawn = drawn.replace(drawing, letter)
    for reading in (core, drawn) if drawn != core else (core,):
        found = _joined(reading) or _starred(reading) or (reading != core and disguised(reading))
        if found:
            return found
    return ""


def _joined(core: str) -> str:
    """The obscenity that appears when the signs inside go; whole words must not be joined."""
    runs = _LETTER_RUN.findall(core)
    bare = _MARKS.sub("", core)
    if not runs or len(bare) < 3:
        return ""
    if min(map(len, runs)) > 3 and len(runs) < 3 and _PICTURE.search(core) is None:
        return ""
    return disguised(_without_repeats(bare)) or disguised(core)


SPACED = re.compile(r"(?<![^\W_])[^\W_](?:[ .\-_*~,|/\n]{1,3}[^\W_]){2,30}(?![^\W_])")
_BROKEN = re.compile(
    r"(?<![^\W_])([хпждебг]|п[ие]з?|х[уy]|е[бb][аa]?|с[уy]|м[уy]д?|г[ао]н?|п[ие]до?|бля?|зал?у?"
    r"|дол[бо]о?|жо|др?о|шл|сра?|[fsbcd]|fu|sh|piz?|[hx]u) ([^\W\d_]{1,8})(?![^\W_])"
)


def broken_words(folded: str) -> list[Place]:
    """Obscenities whose letters stand apart («п и з д е ц») or that a blank cuts («пиз дец»)."""
    found: list[Place] = []
    for match in SPACED.finditer(folded):
        place = _spaced_word(match.group(), match.start())
        if place is not None:
            found.append(place)
    for match in _BROKEN.finditer(folded):
        head, tail = match.groups()
        if is_obscene(head) or is_obscene(tail):
            continue
        form = disguised(head + tail)
        if form and all(match.start() >= end or match.end() <= start for start, end, _ in found):
            found.append((match.start(1), match.end(2), form))
    return sorted(found)


def _spaced_word(stretch: str, offset: int) -> Place | None:
    places = [place for place, sign in enumerate(stretch) if sign.isalnum()]
    # A neighbour of one letter («я», «и», «в») may stand at either edge.
    for first, last in ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0)):
        kept = places[first : len(places) - last]
        word = "".join(stretch[place] for place in kept)
        if len(word) < 3:
            continue
        form = plain_word(word)
        if form and is_obscene(form):
            return offset + kept[0], offset + kept[-1] + 1, form
    return None
