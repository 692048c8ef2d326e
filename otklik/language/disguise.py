"""What a disguised word means: look-alikes, leet, stars, repeats, letters set apart.

A guess is only accepted when it reads as a known obscenity; else the word keeps its face.
"""

from __future__ import annotations

import re

from otklik.language.obscenity import is_obscene

_LATIN = re.compile(r"[a-z]")
_CYRILLIC = re.compile(r"[а-яіїєґўқәғңөұүһ]")
_LOOKALIKE = {
    "a": "а", "b": "в", "c": "с", "e": "е", "h": "н", "k": "к", "m": "м", "o": "о",
    "p": "р", "t": "т", "x": "х", "y": "у", "i": "і",
}  # fmt: skip
_SAME_FACE = str.maketrans(_LOOKALIKE)
_TO_LATIN = str.maketrans({cyrillic: latin for latin, cyrillic in _LOOKALIKE.items()})
_TO_CYRILLIC = str.maketrans({
    **_LOOKALIKE,
    "b": "б", "n": "п", "u": "и", "r": "г", "s": "с", "d": "д", "z": "з", "g": "д", "l": "л",
    "f": "ф", "v": "в", "j": "й", "i": "и", "q": "я", "w": "ш",
    "0": "о", "3": "з", "4": "ч", "6": "б", "1": "и", "8": "в", "9": "я",
    "@": "а", "$": "с", "!": "и", "|": "и", "&": "е",
})  # fmt: skip
_BY_SOUND = str.maketrans({
    "a": "а", "b": "б", "c": "с", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и",
    "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с",
    "t": "т", "u": "у", "v": "в", "x": "х", "y": "у", "z": "з",
    "0": "о", "3": "е", "4": "а", "6": "б", "1": "и", "@": "а", "$": "с", "!": "и",
})  # fmt: skip
_TO_ENGLISH = str.maketrans("013457@$!|+", "oieastasiit")
_REPEAT = re.compile(r"(.)\1{2,}")
_DOUBLE = re.compile(r"(.)\1+")
_SIGNS = re.compile(r"[^\w]|_|\d")
_STARS = re.compile(r"[*#@$%&!^~|+_]+")
_UNREPEATED = frozenset({"ссср", "www", "iii", "ооо", "ааа", "xxx", "ммм", "ввв"})


def plain_word(raw: str) -> str:
    """Normal form of one lower-case token, or "" when its signs hide nothing and part words."""
    if raw.isalpha() and not _needs_care(raw):
        return raw
    form = _without_repeats(raw)
    if is_obscene(form):
        return form
    for reading in _readings(form):
        if is_obscene(reading):
            return reading
    if "*" in raw or "#" in raw or "@" in raw or "$" in raw or "_" in raw:
        starred = _unstar(raw)
        if starred:
            return starred
    if _has_both(form):
        return _one_alphabet(form)
    return form if form.isalnum() else ""


def _needs_care(raw: str) -> bool:
    return (
        _REPEAT.search(raw) is not None
        or _DOUBLE.search(raw) is not None
        or _has_both(raw)
        or (_LATIN.match(raw) is not None and len(raw) <= 8)
    )


def _has_both(word: str) -> bool:
    return _LATIN.search(word) is not None and _CYRILLIC.search(word) is not None


def _without_repeats(word: str) -> str:
    if word in _UNREPEATED or _REPEAT.search(word) is None:
        return word
    return _REPEAT.sub(r"\1" if _CYRILLIC.search(word) else r"\1\1", word)


def _readings(form: str) -> list[str]:
    """Every way to read the token, the most literal first."""
    signs = _SIGNS.search(form) is not None
    found = [_SIGNS.sub("", form)] if signs and len(form) > 3 else []
    if _CYRILLIC.search(form):
        found += [form.translate(_TO_CYRILLIC), form.translate(_BY_SOUND)]
    elif signs:
        found += [
            form.translate(_TO_ENGLISH),
            form.translate(_BY_SOUND),
            form.translate(_TO_CYRILLIC),
        ]
    elif all(sign in _LOOKALIKE for sign in form):
        found.append(form.translate(_SAME_FACE))
    return found + [_DOUBLE.sub(r"\1", reading) for reading in (form, *found)]


def _one_alphabet(word: str) -> str:
    latin = len(_LATIN.findall(word))
    cyrillic = len(_CYRILLIC.findall(word))
    other = word.translate(_SAME_FACE) if cyrillic >= latin else word.translate(_TO_LATIN)
    return word if _has_both(other) else _SIGNS.sub("", other) or word


# Heads of words that are starred in print; a star stands for one letter, a run for up to six.
_STARRED_WORDS = """
хуй хуи хуе хуя хую хуев хуевый хуевая хуево хуйня хуйню хуйни хуйло хули хуесос нахуй нахуя
похуй похую нихуя охуел охуели охуеть охуенно охуенный дохуя захуй пизда пизды пизде пизду
пиздец пиздеца пиздит пиздят пиздеж пиздюк пиздабол пиздобол пиздос пиздатый распиздяй спиздил
спиздили спиздить отпиздить ебать ебал ебали ебан ебаный ебаная ебаное ебаные ебанный ебанные
ебаного ебаных ебучий ебучая ебучие еби ебут ебет ебаться ебло ебланы еблан ебанько ебанутый
ебанутые ебану заебал заебали заебала заебись заебло заебался наебали наебать наебал наебывают
наебалово выебал выебать проебали проебать разъебать отъебись уебок уебки уебан уебаны уебище
долбоеб долбоебы долбоеба еб ебт бля блять блядь бляди блядский блядская блядские блядей
блядство сука суки суке суку сукой сучка мудак мудаки мудака мудила мудило гандон гондон гандоны
гондоны пидор пидоры пидорас пидорасы пидарас пидарасы пидар жопа жопу жопе жопы жопой говно
говна говне говном гавно говнище говняный дерьмо дерьма срать срал насрать насрали обосрались
сраный сраная дрочить залупа манда шлюха шлюхи хер хера fuck fucking fucked fucker fuckers fucks
motherfucker motherfucking shit shitty bullshit shits bitch bitches cunt cunts asshole assholes
dick dickhead pussy whore nigger nigga faggot fag ass bastard slut
"""
_STEMS = tuple(_STARRED_WORDS.split())


def _unstar(token: str) -> str:
    """The starred obscenity this token can be read as, or ""."""
    letters = re.sub(r"[^a-zа-я]", "", token)
    if not letters or len(token) > 24:
        return ""
    for guess in (token, token.translate(_TO_CYRILLIC) if _CYRILLIC.search(token) else token):
        pattern = _star_pattern(guess)
        if pattern is None:
            continue
        for stem in _STEMS:
            if pattern.fullmatch(stem):
                return stem
    return ""


def _star_pattern(token: str) -> re.Pattern[str] | None:
    parts = _STARS.split(token)
    runs = [len(run) for run in _STARS.findall(token)]
    letters = sum(len(part) for part in parts)
    if not runs or letters + sum(runs) < 3 or (not parts[0] and letters < 2):
        return None
    if letters == 1 and sum(runs) < 2:
        return None
    pieces = [re.escape(parts[0])]
    for run, part in zip(runs, parts[1:], strict=True):
        pieces.append(r"\w" if run == 1 else rf"\w{{{run},{run + 1}}}")
        pieces.append(re.escape(part))
    return re.compile("".join(pieces))


def read_spaced(
    folded: str, tokens: list[tuple[int, int, str]], spaced: re.Pattern[str]
) -> list[tuple[int, int, str]]:
    """Tokens with letters set apart («п и з д е ц») joined where they make an obscenity."""
    for match in spaced.finditer(folded):
        found = _spaced_word(match.group(), match.start())
        if found is not None:
            start, end, _ = found
            before = [token for token in tokens if token[1] <= start]
            after = [token for token in tokens if token[0] >= end]
            tokens = [*before, found, *after]
    return tokens


def _spaced_word(stretch: str, offset: int) -> tuple[int, int, str] | None:
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
