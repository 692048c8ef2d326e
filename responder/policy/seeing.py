"""Facts of mentions, as rules see them: read from the database in batches.

Facts that no rule looks at are not read. The history of an author costs most, so it is read
only of those whose decision it could change: three-valued conditions say whose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from otklik.enums import Abuse, Claim, Language, Stance, Topic, Urgency
from otklik.models import Mention, VerdictRow
from otklik.subjects import Subject
from responder.around import Around, has_words, look_around
from responder.moderation.history import AuthorRecord, author_record
from responder.policy.values import Decision, Facts, Policy, Rule, decide

HISTORY = frozenset(
    {
        *("author_answered", "author_warnings", "author_insults", "author_threats"),
        *("author_violation_days", "author_hidden", "author_labels"),
    }
)
_NO_HISTORY = dict.fromkeys(HISTORY)
_LABELS_OF_AUTHORS = ("stance:", "abuse:")
# rules by digest of their policy: a text never changes under its digest
_HISTORICAL: dict[str, tuple[Rule, ...]] = {}
# what policy knows of a comment without words
_UNJUDGED: dict[str, Any] = {
    "stance": Stance.OTHER,
    "claim": Claim.NONE,
    "abuse": Abuse.NONE,
    "urgency": Urgency.NORMAL,
    "topic": Topic.NONE,
    "language": Language.OTHER,
}


@dataclass(frozen=True)
class Seen:
    """What policies know of a batch: what stands around it, and facts by policy and mention."""

    around: Around
    facts: Mapping[str, Mapping[int, Facts]]

    def of(self, policy: Policy, row: Mention) -> Facts:
        """What that policy may know of that mention."""
        return self.facts[policy.digest][row.id or 0]

    def decide(self, policy: Policy, row: Mention) -> Decision:
        """What that policy says of that mention."""
        return decide(policy, self.of(policy, row))


def see(
    session: Session,
    rows: Sequence[Mention],
    policies: Sequence[Policy],
    at: datetime,
    moments: Mapping[int, Moment] | None = None,
) -> Seen:
    """All that these policies look at for these mentions, in a few queries.

    Args:
        at: the moment of the decision, in the desk's own time zone.
        moments: by mention id, where a mention is to be seen as it stood at another moment.
    """
    wanted = frozenset[str]().union(*(policy.looks_at for policy in policies))
    around = look_around(session, rows, wanted, at, is_judged=moments is not None)
    then = moments or {}
    facts = {
        policy.digest: {
            row.id or 0: _facts(row, around, policy, then.get(row.id or 0) or _now(row, at))
            for row in rows
        }
        for policy in policies
    }
    if HISTORY & wanted:
        _add_history(session, rows, policies, facts, at)
    return Seen(around, facts)


@dataclass(frozen=True)
class Moment:
    """When and where a mention is seen; a verdict given here stands instead of the newest."""

    at: datetime
    zone: str
    verdict: VerdictRow | None = None
    is_past: bool = True


def _now(row: Mention, at: datetime) -> Moment:
    return Moment(at, row.zone, is_past=False)


def _add_history(
    session: Session,
    rows: Sequence[Mention],
    policies: Sequence[Policy],
    facts: Mapping[str, dict[int, Facts]],
    at: datetime,
) -> None:
    """What authors did before, of those whose decision could hang on it."""
    asked = {
        row.id or 0: row.author_id
        for row in rows
        if any(hangs_on_history(policy, facts[policy.digest][row.id or 0]) for policy in policies)
    }
    if not asked:
        return
    records = author_record(session, set(asked.values()), at)
    for known in facts.values():
        for number, author in asked.items():
            if author in records:
                known[number] = known[number].model_copy(update=_of_record(records[author]))


def hangs_on_history(policy: Policy, facts: Facts) -> bool:
    """Whether a rule could hold, or not, by what the author did before."""
    known = {**facts.for_conditions(), **_NO_HISTORY}
    if all(rule.when.holds(known) is not None for rule in _historical(policy)):
        return False
    for rule in policy.rules:
        holds = rule.when.holds(known)
        if holds:
            return False
        if holds is None and _looks_back(rule):
            return True
    return False


def _historical(policy: Policy) -> tuple[Rule, ...]:
    """Rules that look at what an author did before."""
    found = _HISTORICAL.get(policy.digest)
    if found is None:
        looks = [rule for rule in policy.rules if _looks_back(rule)]
        found = _HISTORICAL[policy.digest] = tuple(looks)
    return found


def _looks_back(rule: Rule) -> bool:
    return any(leaf.key in HISTORY for leaf in rule.when.leaves())


def _facts(row: Mention, around: Around, policy: Policy, moment: Moment) -> Facts:
    hours, wanted = policy.hours, policy.looks_at
    judged = moment.verdict if moment.is_past else around.verdicts.get(row.id or 0)
    value = judged.value if judged else _UNJUDGED
    # stars say what they say, a picture may say anything
    unsure = {} if judged else {"abstained": bool(row.media), "confidence": 1.0}
    language = Language(value["language"])
    return Facts.of_values(
        value,
        platform=row.platform,
        **unsure,
        **_of_mention(row, around, moment.at),
        **_of_incident(row, around, language),
        **_of_author(row, around),
        **_about(around.subjects.get(row.id or 0)),
        zone=moment.zone,
        working_hours=(
            hours.is_open(moment.zone, moment.at) if "working_hours" in wanted else None
        ),
        open_zones=hours.open_zones(moment.at) if "open_zones" in wanted else None,
    )


def _of_mention(row: Mention, around: Around, at: datetime) -> dict[str, Any]:
    parent = around.parents.get(row.parent_external_id or "")
    waiting = int((at - row.waiting_since).total_seconds() // 60) if row.starts_clock else None
    return {
        "source": around.sources.get(row.source_id),
        "rating": row.rating,
        "thread_closed": around.threads[row.thread_id].is_closed,
        "thread_replies": max(around.thread_sizes.get(row.thread_id, 1) - 1, 0),
        "has_text": has_words(row),
        "has_media": bool(row.media),
        "minutes_waiting": waiting,
        "is_reply_to_us": parent is not None and parent.is_ours,
    }


def _of_incident(row: Mention, around: Around, language: Language) -> dict[str, Any]:
    incident = around.incidents.get(row.incident_id or 0)
    if incident is None or row.id in around.spared:
        return {}
    return {
        "incident_kind": incident.kind,
        "incident_state": incident.state,
        "incident_size": incident.size,
        "has_statement": (incident.id, language) in around.stated,
    }


def _of_author(row: Mention, around: Around) -> dict[str, Any]:
    contacts = around.contacts.get(around.person_of(row))
    first_at = contacts.first_at if contacts else None
    return {
        "reach": around.authors[row.author_id].followers,
        "author_mentions": max(contacts.mentions - 1, 0) if contacts else 0,
        "is_repeat_contact": first_at is not None and first_at < row.waiting_since,
    }


def _of_record(record: AuthorRecord) -> dict[str, Any]:
    labels = [label for label in record.labels if label.startswith(_LABELS_OF_AUTHORS)]
    words = {label.partition(":")[2] for label in labels} - {Abuse.NONE.value}
    return {
        "author_answered": record.answered,
        "author_warnings": len(record.warnings),
        "author_insults": len(record.insults),
        "author_threats": len(record.threats),
        "author_violation_days": len(record.violation_days),
        "author_hidden": record.hidden,
        "author_labels": tuple(sorted(words)),
    }


def _about(subject: Subject | None) -> dict[str, Any]:
    if subject is None:
        return {}
    relevance = subject.relevance.score if subject.relevance else None
    return {"about": subject.kinds, "entity": subject.ids, "relevance": relevance}
