"""What judges texts: the port every classifier fills, our own, a local model or one far away.

A `Judge` is all the pipeline asks for. A `Backend` is a judge from elsewhere: it says which
heads are its own and may have no answer. A language model asks through an `Asker`, which the
composition root hands over, so that the classifier itself never touches a network.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field

from otklik.verdicts import Verdict

HEADS = ("claim", "abuse", "stance", "urgency", "topic")
NO_ANSWER = "no answer"


class Judge(Protocol):
    """A classifier, as the pipeline needs it."""

    @property
    def version(self) -> str:
        """Which model this is; 64 characters at most."""

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict per text, in order."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One text judged by a backend, and what that took.

    Attributes:
        heads: the heads the backend itself answered for; the others are our own model's.
        seconds: of this text's own share of work or waiting.
        tokens_in, tokens_out, micros: what an endpoint counted; micro-dollars by its prices.
        dropped: quotes the model gave that do not stand in the text.
    """

    verdict: Verdict
    heads: tuple[str, ...]
    seconds: float = 0.0
    tokens_in: int = 0
    tokens_out: int = 0
    micros: int = 0
    dropped: int = 0


class BackendConfig(BaseModel):
    """Settings every backend has.

    Attributes:
        least_sure: stance below this probability is abstained on.
        least_sure_hater: `hater` below this probability is abstained on.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    least_sure: float = Field(default=0.5, ge=0, le=1)
    least_sure_hater: float = Field(default=0.8, ge=0, le=1)


class Backend(ABC):
    """A judge from elsewhere, completed by our own model.

    Class attributes:
        kind: equals the file name.
        title: for people.
        settings_type: the pydantic model of its settings.
        is_remote: it waits for a network; no database transaction may be open around it.
        batch: texts it is given at once.

    Args:
        base: our own model; it fills the heads the backend has not.
    """

    kind: ClassVar[str]
    title: ClassVar[str] = ""
    settings_type: ClassVar[type[BackendConfig]] = BackendConfig
    is_remote: ClassVar[bool] = False
    batch: int = 200
    version: str

    def __init__(self, base: Judge) -> None:
        self.base = base

    @abstractmethod
    def attempt(self, texts: Sequence[str]) -> list[Attempt | None]:
        """Each text judged; None where no answer came and one may come later."""

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict per text; where no answer came our own model's guess, abstained."""
        found = self.attempt(texts)
        missing = [place for place, one in enumerate(found) if one is None]
        guesses = self.base.judge([texts[place] for place in missing])
        verdicts = {
            place: abstaining(guess, self.version, NO_ANSWER)
            for place, guess in zip(missing, guesses, strict=True)
        }
        verdicts |= {place: one.verdict for place, one in enumerate(found) if one is not None}
        return [verdicts[place] for place in range(len(texts))]

    def close(self) -> None:  # noqa: B027 (most hold nothing)
        """Give back connections."""


def abstaining(verdict: Verdict, version: str, why: str) -> Verdict:
    """The same guess under another model's version, not to be trusted without a person."""
    changes = {"abstained": True, "abstain_reason": why, "model_version": version}
    return verdict.model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class Question:
    """What a language model is asked: rules, wrapped data, the form of the answer.

    Attributes:
        schema: JSON Schema of the answer.
    """

    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What it said.

    Attributes:
        finish: why it stopped: `stop`, `length`, `content_filter`, …
        refusal: its own words of refusal; empty when it answered.
    """

    text: str
    finish: str = "stop"
    refusal: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


class Asker(Protocol):
    """A way to a language model."""

    @property
    def model(self) -> str:
        """Name of the model as its endpoint knows it."""

    def ask(self, question: Question) -> Answer:
        """One answer.

        Raises:
            Transient, RateLimited: none now; perhaps later.
            AccessDenied: none until a person acts (key, address).
            Rejected: the endpoint refuses this question for ever.
        """

    def close(self) -> None:
        """Give back connections."""


def read_json(text: str) -> Any:
    """The JSON a model wrote, with or without the fence some put around it.

    Raises:
        ValueError: it is none, or a key stands twice.
    """
    found = re.fullmatch(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", text, re.S)
    return json.loads(found.group(1) if found else text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)
