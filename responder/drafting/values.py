"""Values of drafting: what a writer is asked, what it gives back, and the port itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from otklik.enums import Approach, Language, Severity
from otklik.verdicts import Verdict
from responder.drafting.address import Address
from responder.lint import Finding
from responder.points import Known, Point


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CitedFact(_Value):
    """A fact a draft rests on, as it stood then."""

    id: str
    digest: str


class EarlierAnswer(_Value):
    """Our public answer to the same person about the same, at another comment of theirs."""

    fact_ids: frozenset[str]


class DraftRequest(_Value):
    """Everything a writer needs for one mention.

    Attributes:
        language: of the reply; usually `verdict.language`.
        reply_max_length: characters, None when unlimited.
        author_name: only checked against, never used: a name is a stranger's text.
        recent_replies: our latest public replies, so that none is repeated.
        thread_texts: public texts above the mention, theirs and ours.
        at: the moment of writing, in the time zone dates are meant in.
        incident_statement: the approved statement of the wave this mention belongs to.
        about: ids of what the mention certainly names of ours, by kind.
        seed: identity of the mention; the same seed gives the same words.
        address: how the company addresses people in Russian; «вы» unless its knowledge says so.
        known: what we know beside the text: rating, branch, earlier cases, the thread.
        statement_id: of the row `incident_statement` comes from.
        severities: weights of findings as this house's policy has them.
        answered_before: what this person was told lately: referred to, not repeated.
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
    about: dict[str, frozenset[str]] = Field(default_factory=dict)
    address: Address = Address.VY
    known: tuple[Known, ...] = ()
    statement_id: int | None = None
    severities: dict[str, Severity | None] = Field(default_factory=dict)
    answered_before: EarlierAnswer | None = None


class Style(StrEnum):
    """Whether a draft answers in kind; anything but plain wants a person's eye."""

    PLAIN = "plain"
    VERSE = "verse"
    FAIRY_TALE = "fairy_tale"


class Draft(_Value):
    """One proposed reply with what it rests on and what is wrong with it.

    `uses_statement` says that the incident's approved statement stands in it.
    """

    text: str
    approach: Approach
    language: Language
    points: tuple[Point, ...]
    known: tuple[Known, ...]
    facts: tuple[CitedFact, ...]
    findings: tuple[Finding, ...]
    writer: str
    style: Style = Style.PLAIN
    uses_statement: bool = False


class Writer(Protocol):
    """Writes drafts for one mention, the best first; at least one. Pure."""

    name: str

    def write(self, request: DraftRequest) -> list[Draft]:
        """The drafts, each already linted."""
        ...
