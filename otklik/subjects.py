"""What a mention is about: the company's own names, who is named, and whether it is about us.

Values shared by classifier, responder and desk. The lists themselves are read by
`classifier.lists`, names are found by `classifier.entities`, relevance by `classifier.relevance`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from otklik.verdicts import Span

NOTHING = "none"  # in conditions: nothing of ours is named
# settings of platforms that search a whole network for words, not one place of ours
SEARCHING = ("query", "queries", "hashtags")
SEARCHING_PLATFORMS = frozenset({"rss"})


class EntityKind(StrEnum):
    """What a row of the company's lists names."""

    COMPANY = "company"
    PRODUCT = "product"
    BRANCH = "branch"
    CITY = "city"
    DEPARTMENT = "department"
    CONTEXT = "context"
    NAMESAKE = "namesake"


WORD_KINDS = frozenset({EntityKind.CONTEXT, EntityKind.NAMESAKE})
OURS = frozenset({EntityKind.COMPANY, EntityKind.PRODUCT, EntityKind.BRANCH})
SUBJECT_KINDS = tuple(kind for kind in EntityKind if kind not in WORD_KINDS)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entity(_Value):
    """One row of the lists: a thing with its names, or words for and against us.

    Attributes:
        id: unique in the whole file; stands in policies and facts.
        name: as people at the desk read it; `aliases` are read in comments alike.
        parent: id of what it belongs to (a branch to its city), or empty.
        strict: True: counts only with a capital letter, in quotes or after a word such as
            «город»; False: always; None: strict if it is a word of the dictionary.
        line: of the file, counted from 1.
    """

    kind: EntityKind
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    parent: str = ""
    note: str = ""
    strict: bool | None = None
    line: int = 0


class Named(_Value):
    """An entity where a text names it.

    Attributes:
        name: of the entity; `text` is how it is written there.
        within: ids of what it belongs to, nearest first.
        is_ambiguous: another entity has the same name and nothing in the text decides.
    """

    kind: EntityKind
    id: str
    name: str
    span: Span
    text: str
    within: tuple[str, ...] = ()
    is_ambiguous: bool = False


class Sign(_Value):
    """One thing that speaks for (weight > 0) or against (< 0) a text being about us.

    `name` is `place`, `thread`, `reply`, `company`, `product`, `branch`, `city`, `department`,
    `context`, `namesake`, `address` or `nothing`; `text` the words, if there are any.
    """

    name: str
    weight: float
    text: str = ""


class Relevance(_Value):
    """Whether a text is about us: `score` in [0, 1], and the signs it follows from."""

    score: float = Field(ge=0, le=1)
    signs: tuple[Sign, ...] = ()


class Subject(_Value):
    """What one version of a mention is about. No lists, no relevance: then it is unknown."""

    named: tuple[Named, ...] = ()
    relevance: Relevance | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of what is named, each once; `none` when nothing is."""
        found = dict.fromkeys(one.kind.value for one in self.named)
        return tuple(found) or (NOTHING,)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of what is named and of what that belongs to, each once."""
        return tuple(dict.fromkeys(id_ for one in self.named for id_ in (one.id, *one.within)))

    def by_kind(self) -> dict[str, frozenset[str]]:
        """Ids of what is certainly named, by kind."""
        found: dict[str, set[str]] = {}
        for one in self.named:
            if not one.is_ambiguous:
                found.setdefault(one.kind.value, set()).add(one.id)
        return {kind: frozenset(ids) for kind, ids in found.items()}

    def scopes(self) -> dict[str, frozenset[str]]:
        """`by_kind`, and under `within` ids of what the certainly named things belong to."""
        within = {id_ for one in self.named if not one.is_ambiguous for id_ in one.within}
        found = self.by_kind()
        return {**found, "within": frozenset(within)} if within else found

    def as_row(self) -> dict[str, Any]:
        """The fields as plain JSON values."""
        return self.model_dump(mode="json")


class Setting(_Value):
    """Where a text stands, as far as relevance cares.

    Attributes:
        is_ours: everything written in this place is about us (our page, our product's card).
        thread_title: of the post, page or product above it.
        answers_us: it replies to a comment of ours, or we have written in its thread.
    """

    is_ours: bool = True
    thread_title: str = ""
    answers_us: bool = False


def is_our_place(platform: str, config: Mapping[str, Any], said: bool | None = None) -> bool:
    """Is all that is written in a source about us?

    Args:
        said: what its settings say; None: it is, unless the source searches for words.
    """
    if said is not None:
        return said
    searches = any(config.get(key) for key in SEARCHING)
    return not searches and platform not in SEARCHING_PLATFORMS


def distinct(named: Iterable[Named]) -> list[Named]:
    """Each entity once, where it is named first."""
    return list({(one.kind, one.id): one for one in reversed(list(named))}.values())[::-1]
