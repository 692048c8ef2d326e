"""Drafting: a reply that answers each point with a fact, an action or an honest "not yet".

`Writer` is the port; `DeterministicWriter` composes offline from points, facts and phrases.
What strangers wrote is data: none of their words flow into a draft.
"""

from __future__ import annotations

from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from otklik.enums import Approach, Language
from otklik.verdicts import Verdict
from responder.knowledge import Knowledge
from responder.lint import Finding
from responder.points import Known, Point


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CitedFact(_Value):
    """A fact a draft rests on, as it stood then."""

    id: str
    digest: str


class DraftRequest(_Value):
    """Everything a writer needs for one mention.

    Attributes:
        language: of the reply; usually `verdict.language`.
        reply_max_length: characters, None when unlimited.
        recent_replies: our latest public replies, so that none is repeated.
        at: the moment of writing, in the time zone dates are meant in.
        incident_statement: the approved statement of the wave this mention belongs to.
        seed: identity of the mention; the same seed gives the same words.
    """

    text: str
    verdict: Verdict
    approach: Approach
    language: Language
    platform_name: str = ""
    reply_max_length: int | None = None
    author_name: str = ""
    recent_replies: tuple[str, ...] = ()
    thread_texts: tuple[str, ...] = ()
    at: AwareDatetime
    incident_statement: str | None = None
    seed: str
    links_allowed: bool = True


class Draft(_Value):
    """One proposed reply with what it rests on and what is wrong with it."""

    text: str
    approach: Approach
    language: Language
    points: tuple[Point, ...]
    known: tuple[Known, ...]
    facts: tuple[CitedFact, ...]
    findings: tuple[Finding, ...]
    writer: str


class Writer(Protocol):
    """Writes drafts for one mention, the best first; at least one. Pure."""

    name: str

    def write(self, request: DraftRequest) -> list[Draft]:
        """The drafts, each already linted."""
        ...


class DeterministicWriter:
    """Composes offline; the same request gives the same drafts."""

    name = "deterministic-1"

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def write(self, request: DraftRequest) -> list[Draft]:
        """See `Writer.write`."""
        raise NotImplementedError
