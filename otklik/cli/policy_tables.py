"""How the policy commands show what they found: plain lines and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from otklik.cli.screen import say

if TYPE_CHECKING:
    from sqlmodel import Session

    from otklik.store.decisions import Silence
    from responder.policy.comparing import Tally
    from responder.policy.explaining import Explanation
    from responder.policy.revisions import Change

_LENGTH = 90  # characters of a comment
_RULES = 40  # pairs of rules


def shortened(text: str) -> str:
    """A comment on one line of the screen."""
    line = " ".join(text.split())
    return line if len(line) <= _LENGTH else f"{line[:_LENGTH]}…"


def _say_mentions(db: Session, ids: Sequence[int]) -> None:
    from otklik.store import mentions

    for row in mentions.list_mentions(db, ids):
        say(f"      {row.id}: {shortened(row.text)}")


def _signed(before: int, after: int) -> str:
    return f"{before} → {after} ({after - before:+d})"


def say_tally(db: Session, tally: Tally) -> None:
    """Differences of two policies: totals, rules with examples, effects, zones, clocks."""
    from otklik.enums import EffectKind

    say(f"{tally.mentions} comments, {tally.differ} would be treated otherwise")
    if tally.renamed:
        say(f"{tally.renamed} more come under another rule that does the same")
    if not tally.differ:
        return
    say("By rule:")
    for (old, new), count in tally.rules.most_common(_RULES):
        say(f"  {count} × {old} → {new}")
        _say_mentions(db, tally.examples[old, new])
    say("By effect:")
    for name, old_count, new_count in tally.changed_effects():
        say(f"  {name}: {_signed(old_count, new_count)}")
    say("Work for people, by zone:")
    for zone, (old_work, new_work) in sorted(tally.zones.items()):
        say(f"  {zone}: {_signed(old_work, new_work)}")
    say(f"Drafts: {_signed(*tally.count(EffectKind.DRAFT))}")
    say(f"Alerts: {_signed(*tally.count(EffectKind.ALERT))}")
    clocks = ", ".join(f"{count} {word}" for word, count in sorted(tally.sla.items()))
    say(f"First-reply clocks: {clocks or 'unchanged'}")


def say_silences(db: Session, found: Sequence[Silence]) -> None:
    """The diary of silence, rule by rule."""
    if not found:
        say("Nothing was left unanswered.")
        return
    say(f"{sum(one.count for one in found)} comments were left unanswered:")
    for one in found:
        reason = one.reason or "a person decided against an answer"
        say(f"  {one.count} × {one.rule_id} (version {one.policy_version}): {reason}")
        _say_mentions(db, one.examples)


def say_explanation(why: Explanation, recorded: str) -> None:
    """The rules that were tried, and what each of them failed on."""
    policy = why.policy
    say(f"{policy.name} version {policy.version}: {why.rule.id} (line {why.rule.line})")
    say(f"  {why.rule.why}")
    for said in why.held:
        say(f"  holds: {said}")
    if recorded != why.rule.id:
        say(f"Then it was {recorded}: something that stands around it has changed since.")
    say("Rules before it:" if len(why.steps) > 1 else "No rule stands before it.")
    for step in why.steps[:-1]:
        state = "unknown" if step.holds is None else "no"
        say(f"  {step.rule_id}: {state}: {'; '.join((*step.failed, *step.unknown))}")


def say_changes(changes: Sequence[Change]) -> None:
    """Changes between two revisions."""
    if not changes:
        say("Both decide alike.")
    for change in changes:
        say(f"{' '.join(filter(None, (change.what, change.part)))}: {change.name}")
        for sign, side in (("-", change.before), ("+", change.after)):
            if side:
                say(f"    {sign} {side}")
