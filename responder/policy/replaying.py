"""Deciding again what was decided: what another policy would have made of the last weeks.

Both policies, the one of then and the new one, see the same facts: the verdict and the time of
then, and of threads, incidents and authors what is known now. So what differs is the policies'
doing and not time's; how often time alone would change a decision is counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from sqlmodel import Session

from otklik.models import Mention
from otklik.store import decisions
from otklik.store.decisions import Decided
from responder.policy.comparing import Tally, Told
from responder.policy.kept import find_kept
from responder.policy.sections import GENERAL
from responder.policy.seeing import Moment, Seen, see
from responder.policy.values import Policy, deeds

AS_THEN = ("text's verdict", "time of day", "minutes waiting")
AS_NOW = ("thread", "incident", "author's history", "rating")
BATCH = 500


@dataclass
class Replay:
    """What was counted.

    Attributes:
        moved: mentions that the policy of then would decide otherwise by what is known now.
        unread: mentions whose policy of then cannot be read any more; what was recorded counts.
    """

    tally: Tally
    moved: int = 0
    unread: int = 0
    revisions: set[str] = field(default_factory=set)

    def as_json(self) -> dict[str, Any]:
        """Everything counted, as plain JSON values."""
        return {
            "facts_as_then": list(AS_THEN),
            "facts_as_now": list(AS_NOW),
            "policies_then": sorted(self.revisions),
            "would_differ_by_time_alone": self.moved,
            "policy_of_then_unreadable": self.unread,
            **self.tally.as_json(),
        }


def replay(
    session: Session,
    brand_id: str,
    policy: Policy,
    *,
    since: datetime,
    zone: tzinfo,
    examples: int = 3,
    progress: Callable[[int], None] = lambda _: None,
    after: int = 0,
    size: int = BATCH,
) -> Replay:
    """Decide again all mentions decided since then; nothing is written.

    Args:
        zone: the desk's own time zone.
        progress: told how many are done.
        after: only what was decided after the decision of that id.
        size: how many at a time.
    """
    found = Replay(Tally(keep=examples))
    for batch in decisions.list_in_batches(session, brand_id, since, size, after=after):
        _replay_batch(session, batch, policy, zone, found)
        progress(found.tally.mentions)
    return found


def _replay_batch(
    session: Session, batch: Sequence[Decided], policy: Policy, zone: tzinfo, found: Replay
) -> None:
    digests = {one.decision.policy_digest for one in batch}
    kept = {digest: find_kept(session, digest) for digest in digests}
    policies = {one.digest: one for one in (policy, *kept.values()) if one is not None}
    moments = {
        one.mention.id or 0: Moment(one.decision.created_at.astimezone(zone), GENERAL, one.verdict)
        for one in batch
    }
    rows: list[Mention] = [one.mention for one in batch]
    latest = max(moment.at for moment in moments.values())
    seen = see(session, rows, list(policies.values()), latest, moments)
    for one in batch:
        _compare(one, seen, policy, kept[one.decision.policy_digest], found)


def _compare(one: Decided, seen: Seen, policy: Policy, then: Policy | None, found: Replay) -> None:
    recorded = Told(one.decision.rule_id, one.decision.effects)
    before = Told.of(seen.decide(then, one.mention)) if then else recorded
    after = Told.of(seen.decide(policy, one.mention))
    found.tally.add(one.mention.id or 0, before, after)
    found.moved += deeds(before.effects) != deeds(recorded.effects)
    found.unread += then is None
    found.revisions.add(f"{then.name} {then.version}" if then else one.decision.policy_digest[:12])
