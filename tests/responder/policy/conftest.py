"""What tests of policies share: facts of any kind, small policies to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlalchemy import Engine

from otklik.enums import (
    Abuse,
    Claim,
    IncidentKind,
    IncidentState,
    Language,
    Stance,
    Topic,
    Urgency,
)
from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from responder.policy import Facts
from responder.policy.conditions import PARTED_KEYS, LabelWord
from responder.policy.file import EXAMPLE_DEFAULTS
from tests.fakes import Stage, make_stage

COUNTS = st.integers(0, 50)


def parts(key: str) -> st.SearchStrategy[dict[str, float]]:
    return st.dictionaries(st.sampled_from(PARTED_KEYS[key]), st.floats(0, 1))


ANY_FACTS = st.builds(
    Facts,
    platform=st.sampled_from(["isso", "wordpress", "file"]),
    stance=st.sampled_from(Stance),
    claim=st.sampled_from(Claim),
    abuse=st.sampled_from(Abuse),
    urgency=st.sampled_from(Urgency),
    topic=st.sampled_from(Topic),
    language=st.sampled_from(Language),
    abstained=st.booleans(),
    claim_proba=st.none() | parts("claim_proba"),
    abuse_proba=st.none() | parts("abuse_proba"),
    urgency_parts=parts("urgency_parts"),
    source=st.none() | st.sampled_from(["blog", "reviews"]),
    zone=st.sampled_from(["general", "delivery"]),
    rating=st.none() | st.floats(0, 5),
    reach=st.none() | st.integers(0, 10**7),
    author_mentions=COUNTS,
    author_answered=COUNTS,
    author_warnings=COUNTS,
    author_insults=COUNTS,
    author_threats=COUNTS,
    author_violation_days=COUNTS,
    author_hidden=COUNTS,
    author_labels=st.lists(st.sampled_from([word.value for word in LabelWord])).map(tuple),
    is_repeat_contact=st.booleans(),
    thread_closed=st.booleans(),
    thread_replies=st.integers(0, 5000),
    incident_kind=st.none() | st.sampled_from(IncidentKind),
    incident_state=st.none() | st.sampled_from(IncidentState),
    incident_size=st.integers(0, 500),
    has_statement=st.booleans(),
    working_hours=st.none() | st.booleans(),
    open_zones=st.none() | st.lists(st.sampled_from(["general", "delivery"])).map(tuple),
    has_text=st.booleans(),
    has_media=st.booleans(),
    minutes_waiting=st.none() | st.integers(0, 10**5),
    is_reply_to_us=st.booleans(),
)


def facts(**changes: Any) -> Facts:
    return Facts.model_validate({**EXAMPLE_DEFAULTS, **changes})


SMALL = """\
name: small
version: {version}
mode: {mode}
{more}
rules:
{above}  - id: hit
    why: This is what the test asks about.
    when: {when}
    then: {then}
  - {{id: rest, why: Everything else., when: always, then: {rest}}}
examples:
  - {{rule: hit, facts: {hit}}}
  - {{rule: rest, facts: {{stance: other}}}}
"""


def policy_of(when: str, **changes: Any) -> str:
    """The text of a policy with a rule `hit` for `when`, and a catch-all.

    Args:
        changes: `version`, `mode`, `more` sections, a rule `above`, `then`, `rest`, and the
            facts that `hit`; by default those of `when`.
    """
    values = {"version": 1, "mode": "live", "more": "", "above": "", "hit": when}
    values |= {"then": "[{hold: hit}]", "rest": "[{hold: rest}]", "when": when, **changes}
    if values["above"]:
        values["above"] = f"  - {values['above']}\n"
    return SMALL.format(**values)


StageMaker = Callable[..., Stage]


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return shipped_knowledge()


@pytest.fixture
def make(engine: Engine, knowledge: Knowledge) -> StageMaker:
    """A desk on a fake site that decides by the policy given."""
    return lambda policy, **more: make_stage(engine, policy, knowledge, **more)
