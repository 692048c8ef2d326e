"""What grouping sees of an unhappy mention: its telling words, its things, its meaning. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otklik.enums import Topic
from otklik.language.lemmas import lemmas
from responder.incidents.near_copies import Signature

_MIN_WORD = 4
_MAX_WORDS = 60
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![\w.,])\d{3,6}(?![\w.,]\d)")
# words that say nothing of what went wrong
_COMMON_WORDS = """
быть который очень просто опять снова теперь сегодня вчера потом только такой какой весь сказать
написать говорить делать сделать стать хотеть мочь знать ваш наш свой этот спасибо здравствовать
пожалуйста купить заказать взять брать пачка раз день неделя после
with that this have from your they what were just again very when there here been will would
bought ordered pack same also about
"""
_NOTHING = frozenset[str]()
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, eq=False)
class Story:
    """One unhappy mention, as grouping sees it.

    Attributes:
        named: (kind, id) of what it certainly names of ours.
        incident_id: the incident it belongs to, or None.
        apart_from: incidents that a person took it out of.
        meaning: sentence vector of length 1; None where no vectors are.
        is_hostile: abuse without a case.
    """

    mention_id: int
    author_id: int
    at: datetime
    topic: Topic
    named: frozenset[tuple[str, str]]
    words: frozenset[str]
    signature: Signature
    bands: tuple[int, ...]
    meaning: NDArray[np.floating[Any]] | None = None
    incident_id: int | None = None
    apart_from: frozenset[int] = frozenset()
    version: int = 1
    is_hostile: bool = False

    @cached_property
    def by_kind(self) -> Mapping[str, frozenset[str]]:
        """Ids of what it names, by kind; a kind it does not name is absent."""
        kinds = {kind for kind, _ in self.named}
        return {
            kind: frozenset(one for named, one in self.named if named == kind) for kind in kinds
        }

    def ids(self, *kinds: str) -> frozenset[str]:
        """Ids of what it names of these kinds."""
        known = self.by_kind
        return _NOTHING.union(*(known.get(kind, _NOTHING) for kind in kinds)) if known else _NOTHING


def telling_words(text: str) -> frozenset[str]:
    """Lemmas that can tell one story from another: four letters or more, at most 60."""
    words = [word for word in _WORD.findall(text[:2000].lower()) if len(word) >= _MIN_WORD]
    return frozenset(lemmas(words[:_MAX_WORDS])) - _COMMON


def said_in(text: str) -> frozenset[str]:
    """Telling words and numbers: a batch, a branch, a sum."""
    return telling_words(text) | frozenset(_NUMBER.findall(text[:2000]))
