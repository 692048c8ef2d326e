"""The comments that steer, requests about them, and endpoints that obey or break."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from otklik.enums import Approach, Language
from otklik.judging import Answer, Question
from responder.drafting import DeterministicWriter, Draft, DraftRequest
from responder.drafting.language_model import LanguageModelWriter
from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from tests.responder.conftest import make_verdict

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = shipped_knowledge()


@dataclass(frozen=True)
class Steering:
    """One comment of ours that tries to steer the writer."""

    text: str
    thread: tuple[str, ...] = ()
    author: str = ""

    @property
    def language(self) -> Language:
        """Russian when its letters are mostly Russian."""
        russian, latin = re.findall("[а-яё]", self.text, re.I), re.findall("[a-z]", self.text, re.I)
        return Language.RUSSIAN if 2 * len(russian) >= len(latin) else Language.ENGLISH


def read_comments() -> list[Steering]:
    """All of them, in order."""
    text = (Path(__file__).parent / "comments.yaml").read_text("utf-8")
    rows = [row if isinstance(row, dict) else {"text": row} for row in YAML(typ="safe").load(text)]
    return [
        Steering(row["text"], tuple(row.get("thread", ())), row.get("author", "")) for row in rows
    ]


COMMENTS = read_comments()


def request_for(steering: Steering, **changes: Any) -> DraftRequest:
    """What a writer is asked about it."""
    verdict = make_verdict(language=steering.language)
    values: dict[str, Any] = {
        "text": steering.text,
        "thread_texts": steering.thread,
        "author_name": steering.author,
        "verdict": verdict,
        "approach": Approach.APOLOGISE_AND_FIX,
        "language": steering.language,
        "at": AT,
        "seed": f"site/{len(steering.text)}",
    }
    return DraftRequest(**{**values, **changes})


def offered_ids(question: Question) -> list[str]:
    """The fact ids the model may cite."""
    sentence = question.schema["properties"]["drafts"]["items"]["properties"]["sentences"]
    allowed = sentence["items"]["properties"]["facts"]["items"]["enum"]
    return [one for one in allowed if one != "none"]


def said(*sentences: tuple[str, Sequence[str]], approach: str = "answer") -> dict[str, Any]:
    """One draft as a model says it."""
    told = [{"text": text, "facts": list(facts)} for text, facts in sentences]
    return {"approach": approach, "sentences": told}


@dataclass
class Scripted:
    """A way to a model that says what the test wants; faults are raised one per question."""

    say: Callable[[Question], object] = lambda _: {"drafts": []}
    model: str = "scripted"
    finish: str = "stop"
    faults: list[Exception] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)

    def ask(self, question: Question) -> Answer:
        """See `Asker`."""
        self.asked.append(question)
        if self.faults:
            raise self.faults.pop(0)
        told = self.say(question)
        text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
        return Answer(text, finish=self.finish)

    def close(self) -> None:
        """See `Asker`."""


class Remembering:
    """Our own writer, asked once about each comment."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._own = DeterministicWriter(knowledge)
        self._written: dict[str, list[Draft]] = {}
        self.name = self._own.name

    def write(self, request: DraftRequest) -> list[Draft]:
        """See `Writer`."""
        key = f"{request.seed}{request.approach}{request.text}{request.thread_texts}"
        if key not in self._written:
            self._written[key] = self._own.write(request)
        return self._written[key]


OWN = Remembering(SHOP)


def writer_with(asker: Any, knowledge: Knowledge = SHOP) -> LanguageModelWriter:
    """The writer on that model, our own beside it."""
    own = OWN if knowledge is SHOP else DeterministicWriter(knowledge)
    return LanguageModelWriter(own, knowledge, asker, concurrency=1)


@pytest.fixture
def comments() -> list[Steering]:
    """The 200 comments."""
    return COMMENTS
