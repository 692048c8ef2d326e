"""Commands about drafts: read what the writer would propose, before a desk works with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from otklik.cli.screen import Json, progress, say, say_json

if TYPE_CHECKING:
    from otklik.verdicts import Verdict
    from responder.trying import Trial, TriedComment

WARM_UP = 10  # comments

drafts_app = typer.Typer(help="Drafts: what the writer proposes.", no_args_is_help=True)


@drafts_app.command("try")
def drafts_try(
    file: Annotated[Path, typer.Argument(help="Comments as JSONL: id and text, labels if known.")],
    *,
    knowledge: Annotated[
        str, typer.Option(help="Shipped knowledge by name, or a file or folder.")
    ] = "shop",
    policy: Annotated[str, typer.Option(help="Shipped policy by name, or a file.")] = "",
    ids: Annotated[
        Path | None, typer.Option(help="Only these ids, one a line, optionally after a name.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Page to write.")] = Path("var/drafts.md"),
    at: Annotated[str, typer.Option(help="Day and time of writing, ISO; now by default.")] = "",
    judge: Annotated[
        bool, typer.Option("--judge", help="Ask the classifier even where labels are given.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Draft replies to the comments of a file and write comment, points, drafts and findings.

    Nothing is stored or posted. In an ids file a line `bank g0001` counts only with
    `--knowledge bank`. The page holds strangers' words: keep it out of the repository.

    Example: `otklik drafts try comments.jsonl --knowledge bank --policy bank`
    """
    from responder.drafting import DeterministicWriter
    from responder.knowledge.file import open_knowledge
    from responder.policy.file import find_policy
    from responder.trying import as_markdown, as_rows, read_comments, try_drafts

    comments = _only(read_comments(file.read_text("utf-8"), str(file)), ids, knowledge)
    facts = open_knowledge(knowledge)
    rules = find_policy(policy)
    with progress("drafting"):
        verdicts = _verdicts(comments, judge=judge)
        writer, moment = DeterministicWriter(facts), _moment(at)
        # Dictionaries and vectors are read with the first drafts: no part of what one takes.
        try_drafts(comments[:WARM_UP], verdicts, rules, writer, moment)
        trials = try_drafts(comments, verdicts, rules, writer, moment)
    out.parent.mkdir(parents=True, exist_ok=True)
    made_by = f"otklik drafts try {file} --knowledge {knowledge}"
    out.write_text(as_markdown(trials, made_by), "utf-8")
    if as_json:
        say_json(as_rows(trials))
        return
    _tell(trials, out)


def _only(comments: list[TriedComment], ids: Path | None, knowledge: str) -> list[TriedComment]:
    if ids is None:
        return comments
    wanted: dict[str, None] = {}
    for line in ids.read_text("utf-8").splitlines():
        words = line.split("#")[0].split()
        if len(words) == 1 or (len(words) == 2 and words[0] == knowledge):
            wanted[words[-1]] = None
    by_id = {comment.id: comment for comment in comments}
    return [by_id[one] for one in wanted if one in by_id]


def _verdicts(comments: Sequence[TriedComment], *, judge: bool) -> dict[str, Verdict]:
    found = {one.id: one.labelled_verdict() for one in comments if one.is_labelled and not judge}
    asked = [one for one in comments if one.id not in found]
    if asked:
        from otklik.bootstrap import open_judge
        from otklik.settings import load_settings

        judged = open_judge(load_settings()).judge([one.text for one in asked])
        found.update(zip((one.id for one in asked), judged, strict=True))
    return found


def _moment(at: str) -> datetime:
    from otklik.clock import now

    if not at:
        return now()
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise typer.BadParameter("expected a moment such as 2026-11-22T12:00+03:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=now().tzinfo)


def _tell(trials: Sequence[Trial], out: Path) -> None:
    drafts = [draft for trial in trials for draft in trial.drafts]
    states = [str(point.state) for trial in trials for point in trial.drafts[0].points]
    blocked = sum(any(f.severity == "block" for f in d.findings) for d in drafts)
    counted = ", ".join(f"{state} {states.count(state)}" for state in sorted(set(states)))
    say(f"{len(trials)} comments, {len(drafts)} drafts; points: {counted or 'none'}")
    say(f"{blocked} drafts have a finding that blocks")
    taken = sorted(trial.seconds for trial in trials)
    if taken:
        p95 = taken[min(len(taken) - 1, int(len(taken) * 0.95))]
        say(f"{len(drafts) / sum(taken):.0f} drafts a second, p95 {p95 * 1000:.0f} ms a comment")
    say(f"Read them in {out}")
