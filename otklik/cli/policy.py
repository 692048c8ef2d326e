"""Commands about policies: check one, try one on the past, see what it did and left undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.policy_tables import (
    say_changes,
    say_explanation,
    say_silences,
    say_tally,
    shortened,
)
from otklik.cli.screen import Json, progress, say, say_json, say_table
from otklik.cli.since import read_since
from otklik.errors import NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from otklik.settings import Settings
    from responder.policy import Policy

policy_app = typer.Typer(help="Policies: which rule answers what, and why.", no_args_is_help=True)
File = Annotated[str, typer.Argument(help="Policy YAML, or shop, bank, institution.")]
Since = Annotated[str, typer.Option(help="How far back: 30d, 12h, 2w, or a date.")]
Examples = Annotated[int, typer.Option(min=0, max=50, help="Mentions shown for each line.")]


@contextmanager
def _reading() -> Iterator[tuple[Session, Settings]]:
    from otklik.bootstrap import open_database
    from otklik.database import reading
    from otklik.settings import load_settings

    settings = load_settings()
    engine = open_database(settings)
    try:
        with reading(engine) as db:
            yield db, settings
    finally:
        engine.dispose()


@policy_app.command("check")
def check(file: File, as_json: Json = False) -> None:
    """Read a policy and run its examples, without touching the desk.

    An error names file, line and column. Exit code 0 means that `otklik run` would accept it.
    Then come remarks: words that never decide because a rule above always does, facts that are
    never known, names of platforms and zones that nothing has.

    Example: `otklik policy check policies/shop.yaml`
    """
    from otklik.platforms import discover
    from responder.policy.file import find_policy
    from responder.policy.inspecting import inspect

    policy = find_policy(file)
    remarks = inspect(policy, platforms=discover())
    found: dict[str, Any] = {
        "name": policy.name,
        "version": policy.version,
        "mode": policy.mode,
        "rules": len(policy.rules),
        "examples": len(policy.examples),
        "digest": policy.digest,
        "remarks": [dict(remark.__dict__) for remark in remarks],
    }
    if as_json:
        say_json(found)
        return
    said = "{name} version {version} ({mode}): {rules} rules, {examples} examples hold"
    say(said.format_map(found))
    say(f"digest {policy.digest}")
    for remark in remarks:
        say(f"{file}:{remark.line}: {remark.rule_id}: {remark.message}")


@policy_app.command("replay")
def replay(
    file: File, *, since: Since = "30d", examples: Examples = 3, as_json: Json = False
) -> None:
    """Decide again what was decided since then, with another policy, and show what differs.

    The policy of then and the new one see the same facts: verdict and time of then, and what
    is known now of threads, incidents and authors. Nothing is written. Comments are shown on
    the screen only; `--json` has their ids.

    Example: `otklik policy replay new.yaml --since 30d`
    """
    from zoneinfo import ZoneInfo

    from otklik import clock
    from responder.policy.file import find_policy
    from responder.policy.replaying import AS_NOW, AS_THEN
    from responder.policy.replaying import replay as decide_again

    policy = find_policy(file)
    with _reading() as (db, settings), progress("deciding again") as update:
        found = decide_again(
            db,
            settings.brand_id,
            policy,
            since=read_since(since, clock.now(), settings.timezone),
            zone=ZoneInfo(settings.timezone),
            examples=examples,
            progress=lambda done: update(None, str(done)),
        )
        if as_json:
            told = {"policy": f"{policy.name} {policy.version}", "since": since}
            say_json({**told, **found.as_json()})
            return
        then = ", ".join(sorted(found.revisions)) or "none"
        say(f"{policy.name} version {policy.version} beside what decided then: {then}")
        say(f"As they were then: {', '.join(AS_THEN)}. As they are now: {', '.join(AS_NOW)}.")
        if found.moved:
            say(f"{found.moved} the policy of then would decide otherwise by what is known now")
        if found.unread:
            say(f"{found.unread} were decided by a policy that cannot be read any more")
        say_tally(db, found.tally)


@policy_app.command("shadow")
def shadow(*, since: Since = "30d", examples: Examples = 3, as_json: Json = False) -> None:
    """Show what the policy that decides beside the live one would have changed.

    Set one with `policy_shadow_file`, or write `mode: shadow` into the policy file itself: the
    last live revision goes on deciding.

    Example: `otklik policy shadow --since 7d`
    """
    from otklik import clock
    from otklik.store import decisions
    from responder.policy.comparing import Tally, Told

    tally = Tally(keep=examples)
    with _reading() as (db, settings):
        start = read_since(since, clock.now(), settings.timezone)
        digest = decisions.find_last_shadow_digest(db, settings.brand_id)
        if digest is None:
            raise NotFound("no policy has decided in the shadow; set policy_shadow_file")
        for pair in decisions.list_shadow_pairs(db, settings.brand_id, digest, start):
            live = Told(pair.rule_id, pair.effects)
            tally.add(pair.mention_id, live, Told(pair.shadow_rule_id, pair.shadow_effects))
        row = decisions.find_revision(db, digest)
        name = f"{row.name} version {row.version}" if row else digest
        if as_json:
            say_json({"policy": name, "digest": digest, "since": since, **tally.as_json()})
            return
        say(f"{name} in the shadow:")
        say_tally(db, tally)


@policy_app.command("silences")
def silences(*, since: Since = "30d", examples: Examples = 3, as_json: Json = False) -> None:
    """The diary of silence: what was left unanswered, by which rule, for what reason, how often.

    Only what is still unanswered counts. Where a rule wanted an answer and a person decided
    against it, it says so.

    Example: `otklik policy silences --since 30d`
    """
    from otklik import clock
    from otklik.store import decisions

    with _reading() as (db, settings):
        start = read_since(since, clock.now(), settings.timezone)
        found = decisions.list_silences(db, settings.brand_id, start, examples)
        if as_json:
            say_json([dict(one.__dict__) for one in found])
        else:
            say_silences(db, found)


@policy_app.command("explain")
def explain(
    mention: Annotated[int, typer.Argument(help="Number of the mention.")], as_json: Json = False
) -> None:
    """Say why a mention was decided as it was: which conditions of earlier rules failed.

    The policy of then is asked, by the verdict of then; threads, incidents and authors are seen
    as they are now.

    Example: `otklik policy explain 17`
    """
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from otklik.store import decisions
    from responder.policy.explaining import explain_decided

    with _reading() as (db, settings):
        start = datetime.min.replace(tzinfo=UTC)
        found = decisions.list_decided(db, settings.brand_id, start, mention_id=mention)
        if not found:
            raise NotFound(f"mention {mention}: nothing was decided")
        one = found[0]
        at = one.decision.created_at.astimezone(ZoneInfo(settings.timezone))
        why = explain_decided(db, one, at)
        if why is None:
            raise NotFound(f"the policy {one.decision.policy_digest} cannot be read any more")
        if as_json:
            steps = [step.as_json() for step in why.steps]
            told = {"mention": mention, "recorded": one.decision.rule_id, "rule": why.rule.id}
            say_json({**told, "why": why.rule.why, "held": list(why.held), "steps": steps})
        else:
            say(f"mention {mention}: {shortened(one.mention.text)}")
            say_explanation(why, one.decision.rule_id)


@policy_app.command("diff")
def diff(
    old: Annotated[str, typer.Argument(help="File, shipped name, or beginning of a digest.")],
    new: Annotated[str, typer.Argument(help="The same, of the newer one.")],
    as_json: Json = False,
) -> None:
    """Show what changed between two policies, rule by rule.

    Rules that were added, removed, moved or changed in `when`, `then` or `why`; then the sections.
    Comments and blanks do not count. Either side may be a revision of the past.

    Example: `otklik policy diff 3fa9 policies/shop.yaml`
    """
    from responder.policy.revisions import list_changes

    changes = list_changes(_any_policy(old), _any_policy(new))
    if as_json:
        say_json([dict(change.__dict__) for change in changes])
    else:
        say_changes(changes)


def _any_policy(place: str) -> Policy:
    """A policy of a file, a shipped one, or a kept revision."""
    from pathlib import Path

    from otklik.store import decisions
    from responder.policy.file import find_policy, read_kept, shipped_names

    is_digest = len(place) >= 4 and not set(place) - set("0123456789abcdef")
    if Path(place).is_file() or place in shipped_names() or not is_digest:
        return find_policy(place)
    with _reading() as (db, _):
        row = decisions.find_revision(db, place)
        if row is None:
            raise NotFound(f"no single policy revision begins with {place}")
        return read_kept(row.text, f"{row.name} {row.version}")


@policy_app.command("history")
def history(as_json: Json = False) -> None:
    """List every revision that was ever loaded: when, by whom, and how much it decided.

    The last column tells which one is in force now, and which one decides in the shadow.

    Example: `otklik policy history --json`
    """
    with _reading() as (db, settings):
        rows = list(_history(db, settings.brand_id))
    if as_json:
        say_json(rows)
        return
    headings = ("digest", "name", "version", "loaded_at", "by", "decisions", "is_now")
    shown = [{**row, "digest": row["digest"][:12], "loaded_at": _minute(row)} for row in rows]
    say_table(shown, {key: key.replace("_", " ") for key in headings})


def _minute(row: dict[str, Any]) -> str:
    return f"{row['loaded_at']:%Y-%m-%d %H:%M}"


def _history(db: Session, brand_id: str) -> Iterator[dict[str, Any]]:
    from otklik.store import decisions
    from responder.policy.kept import LOADED, SHADOWED, find_row_in_force

    in_force = find_row_in_force(db, brand_id)
    events = decisions.list_policy_events(db, brand_id)
    for row, count in decisions.list_revisions(db, brand_id):
        own = [one for one in events if one.subject_id == row.digest]
        loads = [one for one in own if one.action in (LOADED, SHADOWED)]
        yield {
            "digest": row.digest,
            "name": row.name,
            "version": row.version,
            "loaded_at": loads[-1].at if loads else row.loaded_at,
            "by": _by(loads),
            "decisions": count,
            "is_now": _is_now(row.digest, in_force.digest if in_force else "", loads),
        }


def _by(loads: Sequence[Any]) -> str:
    """Who brought it: a person, or the file that the settings name."""
    if not loads:
        return ""
    detail = loads[-1].detail or {}
    return f"{loads[-1].actor} ({detail.get('file') or 'shipped'})"


def _is_now(digest: str, in_force: str, loads: Sequence[Any]) -> str:
    if digest == in_force:
        return "in force"
    return "in the shadow" if loads and loads[-1].action == "policy.shadowed" else ""
