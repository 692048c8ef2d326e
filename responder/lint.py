"""Reply lint: what is wrong with a text before a person may let it out."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from otklik.clock import now
from otklik.enums import Language, Severity, Stance
from otklik.verdicts import Span
from responder.knowledge import Fact
from responder.points import Known, Point


class Finding(BaseModel):
    """One thing wrong with a reply. `span` is its place in the reply; a whole text has all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    severity: Severity
    span: Span
    message_ru: str
    message_en: str
    way_out_ru: str
    way_out_en: str


class LintContext(BaseModel):
    """What a reply is checked against.

    Attributes:
        facts: facts the reply cites, valid or not.
        thread_texts: public texts above it, ours and theirs.
        approved_texts: statements approved for an incident.
        own_contacts: our addresses, phones and paths that may stand in public.
        points, known: of the comment, as `responder.points` found them.
        reply_max_length: characters, None when unlimited.
        links_allowed: whether the platform lets a reply carry links.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    comment: str = ""
    language: Language = Language.RUSSIAN
    stance: Stance = Stance.CRITIC
    at: AwareDatetime = Field(default_factory=now)
    facts: tuple[Fact, ...] = ()
    thread_texts: tuple[str, ...] = ()
    approved_texts: tuple[str, ...] = ()
    recent_replies: tuple[str, ...] = ()
    own_contacts: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    known: tuple[Known, ...] = ()
    author_name: str = ""
    reply_max_length: int | None = None
    links_allowed: bool = True


def lint(text: str, context: LintContext) -> list[Finding]:
    """Everything found wrong with `text`, in order of place. Pure."""
    return []
