"""Trying: what policy, knowledge and writer would make of comments, without a database.

For reading drafts as the reader of the thread would, before a desk works with them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from otklik.enums import Abuse, Approach, Claim, EffectKind, Language, Stance, Topic, Urgency
from otklik.errors import ConfigError
from otklik.verdicts import Verdict
from responder.drafting import Address, Draft, DraftRequest, Writer
from responder.policy import Decision, Facts, Policy, decide

MOST_RECENT = 200
_HEAD = """# Drafts for comments

Each comment with its verdict, the points it was split into and what each has (a fact by id, an
action, an honest "not yet", or a visible gap), then the drafts, the proposed one first, and what
lint says of each. Nothing here was posted; a person chooses, edits and approves.
"""
_LABELS = ("claim", "abuse", "stance", "urgency", "topic")


class TriedComment(BaseModel):
    """One line of the file: a comment, and if it has them all, labels that stand for a verdict."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str
    lang: str = ""
    platform: str = "reviews"
    author: str = ""
    rating: float | None = None
    reply_max_length: int | None = None
    address: Address = Address.VY
    claim: Claim | None = None
    abuse: Abuse | None = None
    stance: Stance | None = None
    urgency: int | None = Field(default=None, ge=0, le=3)
    topic: Topic | None = None

    @property
    def is_labelled(self) -> bool:
        """Whether people have said what the verdict is."""
        return all(getattr(self, name) is not None for name in _LABELS)

    def labelled_verdict(self) -> Verdict:
        """The verdict its labels stand for."""
        return Verdict(
            claim=self.claim or Claim.NONE,
            claim_proba={},
            abuse=self.abuse or Abuse.NONE,
            abuse_proba={},
            stance=self.stance or Stance.OTHER,
            stance_proba={},
            urgency=Urgency(self.urgency or 0),
            urgency_parts={},
            topic=self.topic or Topic.NONE,
            topic_proba={},
            language=Language.ENGLISH if self.lang == "en" else Language.RUSSIAN,
            abstained=False,
            model_version="labels",
        )


class Trial(BaseModel):
    """One comment with what became of it. `seconds` is the time the drafts took."""

    model_config = ConfigDict(frozen=True)

    comment: TriedComment
    verdict: Verdict
    decision: Decision
    drafts: tuple[Draft, ...]
    seconds: float


def read_comments(text: str, name: str) -> list[TriedComment]:
    """The comments of a JSONL file.

    Raises:
        ConfigError: a line is not a JSON object with `id` and `text`; with its number.
    """
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(TriedComment.model_validate(json.loads(line)))
        except ValueError as error:
            raise ConfigError(f"{name}:{number}: not a comment: {error}") from error
    return found


def try_drafts(
    comments: Sequence[TriedComment],
    verdicts: Mapping[str, Verdict],
    policy: Policy,
    writer: Writer,
    at: AwareDatetime,
) -> list[Trial]:
    """Drafts for each comment in order; the first of each counts as said for those after it."""
    said: list[str] = []
    trials = []
    for comment in comments:
        verdict = verdicts[comment.id]
        decision = decide(policy, facts_of(comment, verdict))
        request = _request(comment, verdict, decision, tuple(said[:MOST_RECENT]), at)
        started = time.perf_counter()
        drafts = tuple(writer.write(request))
        seconds = time.perf_counter() - started
        said.insert(0, drafts[0].text)
        trials.append(
            Trial(
                comment=comment,
                verdict=verdict,
                decision=decision,
                drafts=drafts,
                seconds=seconds,
            )
        )
    return trials


def facts_of(comment: TriedComment, verdict: Verdict) -> Facts:
    """What the rules of a policy may look at."""
    return Facts.of(verdict, platform=comment.platform, rating=comment.rating)


def _request(
    comment: TriedComment,
    verdict: Verdict,
    decision: Decision,
    said: tuple[str, ...],
    at: datetime,
) -> DraftRequest:
    known = verdict.language if verdict.language is not Language.OTHER else Language.RUSSIAN
    return DraftRequest(
        text=comment.text,
        verdict=verdict,
        approach=approach_of(decision, verdict),
        language=known,
        platform_name=comment.platform,
        reply_max_length=comment.reply_max_length,
        author_name=comment.author,
        recent_replies=said,
        at=at,
        seed=f"{comment.platform}:{comment.id}",
        address=comment.address,
    )


def approach_of(decision: Decision, verdict: Verdict) -> Approach:
    """The approach the policy asks for; the usual one of the stance where it wants no draft."""
    effect = decision.effect(EffectKind.DRAFT)
    if effect is not None and effect.approach is not None:
        return effect.approach
    usual = {
        Stance.CRITIC: Approach.APOLOGISE_AND_FIX,
        Stance.HEATED: Approach.APOLOGISE_AND_FIX,
        Stance.HATER: Approach.ARGUE,
        Stance.PRAISE: Approach.THANK,
    }
    return usual.get(verdict.stance, Approach.ANSWER)


def as_markdown(trials: Sequence[Trial], made_by: str) -> str:
    """The trials as a page to read; strangers' words stand in code blocks, as plain text.

    Args:
        made_by: the command that makes this page again.
    """
    pages = "\n".join(_page(trial) for trial in trials)
    return f"{_HEAD}\nMade by `{made_by}`.\n\n{pages}"


def _page(trial: Trial) -> str:
    verdict, decision = trial.verdict, trial.decision
    lines = [
        f"## {trial.comment.id}",
        "",
        *_quoted(trial.comment.text),
        "",
        f"{verdict.stance} · {verdict.claim} · {verdict.abuse} · urgency {int(verdict.urgency)}"
        f" · {verdict.topic} · rule `{decision.rule_id}`",
        "",
        *_points(trial.drafts[0]),
        *(line for draft in trial.drafts for line in _draft(draft)),
    ]
    return "\n".join(lines)


def _points(draft: Draft) -> list[str]:
    rows = [
        f"| `{_cell(point.text)}` | {point.kind} | {point.state} | "
        f"{', '.join(point.fact_ids) or '–'} |"
        for point in draft.points
    ]
    known = ", ".join(f"{one.kind} `{_cell(one.text)}`" for one in draft.known)
    table = ["| point | kind | state | facts |", "|---|---|---|---|", *rows, ""] if rows else []
    return [*table, *([f"Known: {known}", ""] if known else [])]


def _draft(draft: Draft) -> list[str]:
    style = "" if draft.style == "plain" else f", {draft.style}"
    found = [f"{one.severity} {one.code}" for one in draft.findings]
    return [
        f"**{draft.approach}{style}**",
        "",
        *(f"> {line}" for line in draft.text.split("\n")),
        "",
        f"Findings: {', '.join(found) or 'none'}",
        "",
    ]


def _quoted(text: str) -> list[str]:
    plain = "".join(one if one.isprintable() or one == "\n" else " " for one in text)
    return ["```text", *plain.replace("```", "'''").split("\n"), "```"]


def _cell(text: str, most: int = 60) -> str:
    plain = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    plain = plain.replace("|", "/").replace("`", "'")
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def as_rows(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    """The trials as plain JSON values."""
    return [trial.model_dump(mode="json") for trial in trials]
