"""Is this about us? For what a search brings, where namesakes and strangers' troubles stand too.

Signs for and against are added up and squeezed into [0, 1]; every one is kept, so that a person
sees why. Without a row of kind `company` in the lists nobody knows, and there is no score.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from classifier.entities import Finder, Match, kinds_of
from otklik.language.normaliser import Normalised, normalise
from otklik.subjects import OURS, WORD_KINDS, EntityKind, Relevance, Setting, Sign, Subject

# log-odds, by judgement; how well they do: docs/operating.md
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
_ALONE = 0.2  # a word of context where nothing of ours is named: others have the same trade
_DOUBTFUL = 0.6  # of the company's name where it may as well be the ordinary word
_PLACE, _THREAD, _REPLY, _ADDRESS = 5.5, 2.4, 3.0, 0.5
_SPOKEN_TO = re.compile(
    r"\b(?:вы|вас|вам|вами|ваш\w{0,4}|верните|ответьте|you|your|yours)\b", re.IGNORECASE
)
_OURS = 0.95  # the least score on a page of ours, whatever stands there
_READ = 3000  # characters


class Relator:
    """Says what texts are about and whether they are about us. Safe to share between threads.

    Args:
        digest: of the lists the finder was made of.
    """

    def __init__(self, finder: Finder, digest: str = "") -> None:
        self.finder, self.digest = finder, digest
        companies = [one for one in finder.entities.values() if one.kind is EntityKind.COMPANY]
        self._knows_us = bool(companies)

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
        least = _OURS if setting is None or setting.is_ours else 0.0
        return Subject(named=named, relevance=_squeezed(signs, least))

    def _signs(
        self, read: Normalised, matches: Sequence[Match], setting: Setting
    ) -> tuple[Sign, ...]:
        signs = self._around(setting)
        counted: dict[EntityKind, set[object]] = {}
        names_us = any(_strongest(match) in OURS for match in matches)
        for match in matches:
            kind = _strongest(match)
            seen, thing = counted.setdefault(kind, set()), _thing(match, kind)
            if len(seen) < _MOST_EACH and thing not in seen:
                seen.add(thing)
                weight = _WEIGHTS[kind] if match.is_meant else _DOUBTFUL
                if kind is EntityKind.CONTEXT and not names_us:
                    weight = _ALONE
                signs.append(Sign(name=kind, weight=weight, text=_words(read, match)))
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
        ours = [one for one in title if one.is_meant and _strongest(one) is EntityKind.COMPANY]
        if ours:
            signs.append(Sign(name="thread", weight=_THREAD, text=setting.thread_title[:80]))
        return signs


def _thing(match: Match, kind: EntityKind) -> object:
    """What counts once: a thing of ours, but each word of a list of words."""
    return match.name.forms if kind in WORD_KINDS else match.name.entities[0].id


def _strongest(match: Match) -> EntityKind:
    return max(kinds_of(match), key=lambda kind: abs(_WEIGHTS[kind]))


def _words(read: Normalised, match: Match) -> str:
    start, end = read.tokens[match.first].start, read.tokens[match.last].end
    return read.original[start:end].encode("utf-8", "replace").decode("utf-8")


def _squeezed(signs: tuple[Sign, ...], least: float) -> Relevance:
    odds = _START + sum(one.weight for one in signs)
    return Relevance(score=max(least, round(1 / (1 + math.exp(-odds)), 3)), signs=signs)
