"""Matters: kinds of trouble any company hears of, named in our own words.

They make a reply specific where the company's knowledge has no thing and no fact: what was
wrong is called by its name, and "we shall find out" says what. Read from `phrases/matters.yaml`.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from otklik.enums import Topic
from otklik.marked_yaml import Marked, parse_yaml
from responder.knowledge import Need, Wording
from responder.words import stems, telling_stems

_KEYS = (
    *("id", "topic", "words", "about_ru", "with_ru", "en", "why_ru", "why_en"),
    *("norm_ru", "norm_en"),
)
_OPTIONAL = ("needs", "without", "asked_of")
_DENIALS = frozenset({"не", "нет", "not", "no"})
NEAR = 3  # words between a denial and what it denies


class Matter(BaseModel):
    """One kind of trouble.

    Attributes:
        about, being_with: as `Thing` has them.
        why: what is to be found out, after "we shall find out".
        norm: how it should be; a whole sentence without figures.
        needs: what must be told in private before anybody can look into it.
        without: words beside which it is another kind of trouble.
        asked_of: whose team looks into it, where that is not the topic's.
        vocabulary: stems of all that is said of it here, in both languages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    topic: Topic
    words: tuple[frozenset[str], ...]
    about: Wording
    being_with: Wording
    why: Wording
    norm: Wording
    vocabulary: frozenset[str]
    needs: Need = Need.NOTHING
    without: frozenset[str] = frozenset()
    asked_of: Topic | None = None

    @property
    def team(self) -> Topic:
        """Whose team looks into it."""
        return self.asked_of or self.topic


@cache
def matters() -> dict[str, Matter]:
    """All matters by id, the gravest first.

    Raises:
        PolicyError: the file is wrong, at its line and column.
    """
    text = (resources.files("responder") / "phrases" / "matters.yaml").read_text("utf-8")
    found = [_matter(item) for item in parse_yaml(text, "matters.yaml").items()]
    return {matter.id: matter for matter in found}


def find_matters(text: str) -> list[Matter]:
    """Matters a clause tells of, the longest match first, then the gravest."""
    order_of_words = stems(text)
    words = frozenset(order_of_words)
    hits: dict[str, int] = {}
    for word in words:
        for phrase, matter_id in _by_word().get(word, ()):
            fits = phrase <= words and not matters()[matter_id].without & words
            if fits and _is_denied_near(phrase, order_of_words):
                hits[matter_id] = max(hits.get(matter_id, 0), len(phrase))
    order = list(matters())
    return [matters()[one] for one in sorted(hits, key=lambda one: (-hits[one], order.index(one)))]


def _is_denied_near(phrase: frozenset[str], words: tuple[str, ...]) -> bool:
    """Whether a denial of the phrase stands by what it denies."""
    denials = phrase & _DENIALS
    rest = phrase - denials
    if not denials or not rest:
        return True
    places = [place for place, word in enumerate(words) if word in denials]
    others = [place for place, word in enumerate(words) if word in rest]
    return any(abs(one - other) <= NEAR for one in places for other in others)


@cache
def _by_word() -> dict[str, list[tuple[frozenset[str], str]]]:
    found: dict[str, list[tuple[frozenset[str], str]]] = defaultdict(list)
    for matter in matters().values():
        for phrase in matter.words:
            found[max(phrase, key=len)].append((phrase, matter.id))
    return found


def _matter(mark: Marked) -> Matter:
    found = mark.check_keys((*_KEYS, *_OPTIONAL), _KEYS)
    english = (found["en"].text(),)
    phrases = frozenset(word for words in found["words"].texts() for word in stems(words))
    said = [found[key].text() for key in ("about_ru", "with_ru", "en", "why_ru", "why_en")]
    return Matter(
        id=found["id"].text(),
        topic=found["topic"].choice(Topic),
        words=tuple(frozenset(stems(words)) for words in found["words"].texts()),
        about=Wording(ru=(found["about_ru"].text(),), en=english),
        being_with=Wording(ru=(found["with_ru"].text(),), en=english),
        why=Wording(ru=(found["why_ru"].text(),), en=(found["why_en"].text(),)),
        norm=Wording(ru=found["norm_ru"].texts(), en=found["norm_en"].texts()),
        needs=found["needs"].choice(Need) if "needs" in found else Need.NOTHING,
        without=frozenset(found["without"].texts()) if "without" in found else frozenset(),
        asked_of=found["asked_of"].choice(Topic) if "asked_of" in found else None,
        vocabulary=(phrases & telling_stems(" ".join(phrases))) | telling_stems(" ".join(said)),
    )
