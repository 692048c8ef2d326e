"""Values the responder's tests share: verdicts, requests, the shop's knowledge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from otklik.enums import Abuse, Approach, Claim, Language, Stance, Topic, Urgency
from otklik.verdicts import Verdict
from responder.drafting import DeterministicWriter
from responder.drafting.values import Draft, DraftRequest
from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday


def make_verdict(**changes: Any) -> Verdict:
    values: dict[str, Any] = {
        "claim": Claim.CONCRETE,
        "claim_proba": {},
        "abuse": Abuse.NONE,
        "abuse_proba": {},
        "stance": Stance.CRITIC,
        "stance_proba": {},
        "urgency": Urgency.NORMAL,
        "urgency_parts": {},
        "topic": Topic.NONE,
        "topic_proba": {},
        "language": Language.RUSSIAN,
        "abstained": False,
        "model_version": "test",
    }
    return Verdict.model_validate({**values, **changes})


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return shipped_knowledge()


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def verdict() -> Callable[..., Verdict]:
    return make_verdict


@pytest.fixture
def draft(knowledge: Knowledge) -> Callable[..., Draft]:
    """`draft(text, approach, stance=…, topic=…, request fields…)`: one draft by the machine."""

    def write(text: str, approach: Approach = Approach.APOLOGISE_AND_FIX, **changes: Any) -> Draft:
        asked = {
            name: changes.pop(name) for name in list(changes) if name in DraftRequest.model_fields
        }
        judged = make_verdict(**changes)
        values = {"language": judged.language, "at": AT, "seed": "blog.example/17", **asked}
        request = DraftRequest(text=text, verdict=judged, approach=approach, **values)
        return DeterministicWriter(knowledge).write(request)[0]

    return write
