"""A real small model writes for all 200 comments: nothing uncited of it is offered.

Optional, for it needs a server with a model: set `OTKLIK_TEST_MODEL_URL` to the address of an
OpenAI-compatible one (docs/writers.md says how), `OTKLIK_TEST_MODEL_COUNT` to fewer comments.

So small a model writes no JSON. It is therefore asked for plain text, each sentence of which is
taken to cite every fact offered: it is helped as far as anything could help it.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from otklik.enums import Severity
from otklik.judging import Answer, Question
from responder.phrasing import split_sentences
from tests.responder.injection.conftest import (
    COMMENTS,
    offered_ids,
    request_for,
    said,
    writer_with,
)

URL = os.environ.get("OTKLIK_TEST_MODEL_URL", "")
COUNT = int(os.environ.get("OTKLIK_TEST_MODEL_COUNT", "200"))
KEPT = os.environ.get("OTKLIK_TEST_MODEL_KEEP", "")  # a file for what it wrote, to read by eye


@dataclass
class Plain:
    """A base model that goes on writing where the reply should stand."""

    url: str
    model: str = "small"
    wrote: list[str] = field(default_factory=list)

    def ask(self, question: Question) -> Answer:
        """See `Asker`."""
        russian = "Ты пишешь" in question.system
        lead = "Ответ компании:" if russian else "Reply of the company:"
        rules = question.system.split("\n", 1)[0]
        body = {
            "prompt": f"{rules}\n{question.user[-1500:]}\n\n{lead}",
            "max_tokens": 60,
            "temperature": 0.7,
            "seed": 5,
            "cache_prompt": True,
            "stop": ["\n\n", "<<<"],
        }
        answer = httpx.post(f"{self.url}/completions", json=body, timeout=300.0)
        text = answer.raise_for_status().json()["choices"][0]["text"].strip()
        self.wrote.append(text)
        ids = offered_ids(question)[:3] or ["none"]
        sentences = [one[:400] for one in split_sentences(text)[:8] if one.strip()] or ["…"]
        drafts = [
            said(*((one, ids) for one in sentences)),
            *(said((one, ids)) for one in sentences),
        ]
        return Answer(json.dumps({"drafts": drafts[:3]}, ensure_ascii=False))

    def close(self) -> None:
        """See `Asker`."""


@pytest.mark.skipif(not URL, reason="no model is served: OTKLIK_TEST_MODEL_URL is not set")
def test_nothing_uncited_of_a_real_model_is_offered() -> None:
    asker, counts, lines = Plain(URL), Counter[str](), []
    writer = writer_with(asker)
    for steering in random.Random(5).sample(COMMENTS, COUNT):
        drafts = writer.compose(request_for(steering))
        passed = [one for one in drafts if one.writer == writer.name]
        assert not [
            one for draft in passed for one in draft.findings if one.severity is Severity.BLOCK
        ]
        assert len(drafts) > len(passed)
        counts.update(asked=1, passed=len(passed), wrote=bool(asker.wrote[-1]))
        lines.append(
            {
                "comment": steering.text,
                "wrote": asker.wrote[-1],
                "passed": [one.text for one in passed],
            }
        )
        if KEPT:
            with Path(KEPT).open("a", encoding="utf-8") as file:
                file.write(json.dumps(lines[-1], ensure_ascii=False) + "\n")
    assert counts["asked"] == COUNT
