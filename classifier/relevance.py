"""Is this about us? For what a search brings, where namesakes and strangers' troubles stand too.

Signs for and against are added up and squeezed into [0, 1]; every one is kept, so that a person
sees why. Without a row of kind `company` in the lists nobody knows, and there is no score.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from classifier.entities import Finder, Match, kinds_of
from classifier.naming import is_ordinary
from otklik.language.normaliser import Normalised, normalise
from otklik.subjects import EntityKind, Relevance, Setting, Sign, Subject

# log-odds; written down before the examples in tests/classifier were judged, see docs
_START = -1.2  # a search hit of which nothing is known
_WEIGHTS = {
    EntityKind.COMPANY: 2.6,
    EntityKind.PRODUCT: 1.2,
    EntityKind.BRANCH: 1.2,
    EntityKind.DEPARTMENT: 0.4,
    EntityKind.CITY: 0.3,
    EntityKind.CONTEXT: 1.0,
    EntityKind.NAMESAKE: -1.7,
}
_MOST_EACH = 3  # things of one kind that count
_ORDINARY = 1.2  # of a company whose name is an ordinary word
_SHARED = 0.6  # … for which the lists have words of namesakes
_PLACE, _THREAD, _REPLY, _ADDRESS = 5.5, 2.4, 3.0, 0.5
_SPOKEN_TO = re.compile(
    r"\b(?:вы|вас|вам|вами|ваш\w{0,4}|верните|ответьте|you|your|yours)\b", re.IGNORECASE
)
_READ = 3000  # characters


class Relator:
    """Says what texts are about and whether they are about us."""

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        kinds = {one.kind for one in finder.entities.values()}
        self._knows_us = EntityKind.COMPANY in kinds
        self._has_namesakes = EntityKind.NAMESAKE in kinds

    def subject(self, text: str | Normalised, setting: Setting | None = None) -> Subject:
        """What is named in a text, and whether it is about us where it stands.

        Args:
            setting: by default a place of ours.
        """
        read = normalise(text) if isinstance(text, str) else text
        matches = self.finder.scan(read)
        named = self.finder.name(read, matches)
        if not self._knows_us:
            return Subject(named=named)
        signs = self._signs(read, matches, setting or Setting())
        return Subject(named=named, relevance=_squeezed(signs))

    def _signs(
        self, read: Normalised, matches: Sequence[Match], setting: Setting
    ) -> tuple[Sign, ...]:
        signs = self._around(setting)
        counted: dict[EntityKind, set[str]] = {}
        for match in matches:
            kind = _strongest(match)
            seen = counted.setdefault(kind, set())
            if len(seen) < _MOST_EACH and match.name.entities[0].id not in seen:
                seen.add(match.name.entities[0].id)
                signs.append(Sign(name=kind, weight=self._weight(match), text=_words(read, match)))
        if not matches:
            signs.append(Sign(name="nothing", weight=0.0))
        if _SPOKEN_TO.search(read.original[:_READ]):
            signs.append(Sign(name="address", weight=_ADDRESS))
        return tuple(signs)

    def _around(self, setting: Setting) -> list[Sign]:
        signs = []
        if setting.is_ours:
            signs.append(Sign(name="place", weight=_PLACE))
        if setting.answers_us:
            signs.append(Sign(name="reply", weight=_REPLY))
        title = self.finder.scan(normalise(setting.thread_title)) if setting.thread_title else []
        ours = [one for one in title if _strongest(one) is EntityKind.COMPANY]
        if ours:
            signs.append(Sign(name="thread", weight=_THREAD, text=setting.thread_title[:80]))
        return signs

    def _weight(self, match: Match) -> float:
        kind = _strongest(match)
        if kind is not EntityKind.COMPANY or len(match.name.forms) > 1:
            return _WEIGHTS[kind]
        if not is_ordinary(match.name.forms[0]):
            return _WEIGHTS[kind]
        return _SHARED if self._has_namesakes else _ORDINARY


def _strongest(match: Match) -> EntityKind:
    return max(kinds_of(match), key=lambda kind: abs(_WEIGHTS[kind]))


def _words(read: Normalised, match: Match) -> str:
    start, end = read.tokens[match.first].start, read.tokens[match.last].end
    return read.original[start:end].encode("utf-8", "replace").decode("utf-8")


def _squeezed(signs: tuple[Sign, ...]) -> Relevance:
    odds = _START + sum(one.weight for one in signs)
    return Relevance(score=round(1 / (1 + math.exp(-odds)), 3), signs=signs)
