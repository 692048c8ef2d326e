"""Verdict: what the classifier says of one text. A value, shared by classifier and responder.

Source of the categories: the labelling guide the gold set was made by (docs/concepts.md).
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from otklik.enums import Abuse, Claim, Language, Stance, Topic, Urgency


class Span(BaseModel):
    """A stretch of the original text: characters `start` (inclusive) to `end` (exclusive)."""

    model_config = ConfigDict(frozen=True)

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Reason(BaseModel):
    """Why the verdict is what it is: one span and what it speaks for.

    `kind` is `hostile` (made it abusive), `case` (made it a case), or `signal`
    (a named hard fact); `name` says which: an abuse kind, a claim kind, a signal's name.
    """

    model_config = ConfigDict(frozen=True)

    kind: str
    name: str
    span: Span
    text: str


class Verdict(BaseModel):
    """Judgement of one text on two axes, with what follows from them.

    Probabilities are in [0, 1]. `abuse_proba` has the keys `none`, `profane`, `insult`,
    `threat` (summing to one), and beside them, each for itself, `any` (a reader would take
    offence), `obscenity` (an obscene word stands in the text) and `group_hate` (abuse of a
    group of people). `stance` is always the best guess; `abstained` says that it must not be
    trusted without a person. `sentiment` towards the company is -1, 0 or 1.
    `urgency_parts` maps a named part (`harm`, `money`, …) to its strength in [0, 1].
    """

    model_config = ConfigDict(frozen=True)

    claim: Claim
    claim_proba: dict[str, float]
    abuse: Abuse
    abuse_proba: dict[str, float]
    stance: Stance
    stance_proba: dict[str, float]
    urgency: Urgency
    urgency_parts: dict[str, float]
    topic: Topic
    topic_proba: dict[str, float]
    sentiment: int = 0
    sentiment_proba: dict[str, float] = Field(default_factory=dict)
    spam_proba: float = 0.0
    language: Language
    abstained: bool
    abstain_reason: str = ""
    reasons: tuple[Reason, ...] = ()
    model_version: str

    def as_row(self) -> dict[str, Any]:
        """The fields as plain JSON values, as `otklik model predict` writes them."""
        return self.model_dump(mode="json")
