"""Address: turning a sentence of ours from «вы» to «ты», where that can be done without a slip.

A past tense would tell the author's gender, so a sentence that has one with «вы» is refused.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from otklik.language.inflection import is_imperative
from responder.knowledge import Form
from responder.words import tokens


class Address(StrEnum):
    """How the company addresses people in Russian."""

    VY = "vy"
    TY = "ty"


_TY = frozenset(
    {"ты", "тебя", "тебе", "тобой", "твой", "твоя", "твое", "твои", "твоего", "твоей", "твою"}
)
_VY = frozenset(
    {"вы", "вас", "вам", "вами", "ваш", "ваша", "ваше", "ваши", "вашего", "вашей", "вашу"}
)


def address_for(form: Form, comment: str, asked: Address) -> Address:
    """How the author is addressed: as asked for, else as the house does."""
    if asked is Address.TY or form is Form.TY:
        return Address.TY
    if form is not Form.MIRROR:
        return Address.VY
    said = {word for word, _ in tokens(comment)}
    return Address.TY if said & _TY and not said & _VY else Address.VY


_FORMS = {
    "вы": "ты", "вас": "тебя", "вам": "тебе", "вами": "тобой", "ваш": "твой", "ваша": "твоя",
    "ваше": "твоё", "ваши": "твои", "вашего": "твоего", "вашей": "твоей", "вашу": "твою",
    "вашему": "твоему", "вашим": "твоим", "вашем": "твоём", "ваших": "твоих",
    "вашими": "твоими", "можете": "можешь", "хотите": "хочешь", "будете": "будешь",
    "напишете": "напишешь", "пишете": "пишешь", "отзовётесь": "отзовёшься",
    "возьмите": "возьми", "будьте": "будь",
}  # fmt: skip
_WORD = re.compile(r"[А-Яа-яЁё]+")
_TELLS_GENDER = re.compile(
    r"\bвы\b[^.!?]{0,40}?\b(?:\w+ли|вправе|недовольны|правы|довольны)\b", re.IGNORECASE
)
_IMPERATIVE = re.compile(r"^(\w+(?:[ийь]))те(сь)?$", re.IGNORECASE)
_NOT_IMPERATIVE = frozenset({"сайте", "ответите", "счете", "визите", "лимите", "кредите", "аудите"})


@lru_cache(maxsize=4_000)
def in_ty(text: str) -> str | None:
    """The sentence in «ты», or None where it cannot be said without guessing a gender."""
    if _TELLS_GENDER.search(text):
        return None
    return _WORD.sub(_turned, text)


def _turned(found: re.Match[str]) -> str:
    word = found[0]
    form = _FORMS.get(word.lower())
    if form is None:
        form = _imperative(word.lower())
    if form is None:
        return word
    return form.capitalize() if word[0].isupper() else form


def _imperative(word: str) -> str | None:
    shaped = _IMPERATIVE.match(word)
    if shaped is None or word in _NOT_IMPERATIVE or not is_imperative(word):
        return None
    reflexive = {"": "", "сь": "ся" if shaped[1][-1] in "йь" else "сь"}[shaped[2] or ""]
    return shaped[1] + reflexive
