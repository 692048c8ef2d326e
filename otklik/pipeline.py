"""The data's way: one function per step, in order. Read this file first.

Each step claims rows by state, does one thing and commits once. So each can run alone, twice,
in several processes or after a crash; nothing is kept in memory only.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlmodel import Session

from otklik import readings
from otklik.ahead import judge_ahead, reply_limits, take_up_facts, write_ahead
from otklik.database import reading, session
from otklik.desk import Desk, StepCount, note_failure
from otklik.doing import act_all
from otklik.enums import MentionState, PostingMode
from otklik.errors import NotFound, OtklikError, PlatformError
from otklik.models import Mention, Reply
from otklik.outside import read_thread, send_reply
from otklik.platforms import Page
from otklik.readings import Progress
from otklik.store import judgements, mentions, replies, sources
from otklik.store.intake import IntakeCount
from otklik.switches import posting_mode
from otklik.telling import tell_all
from responder import deciding, escalation, notices, posting, proposing, relating
from responder.incidents import life, mended, waves
from responder.knowledge import expiry

log = structlog.get_logger()

# seconds: sources are read side by side in shares of a round, so that none waits for another
ROUND, SHARE, WAKE = 30.0, 15.0, 1.0


# ---- collect -------------------------------------------------------------------------------


def collect(desk: Desk, source: str | None = None, progress: Progress | None = None) -> StepCount:
    """Read the sources that are due, side by side, or the named one now. Counts changes."""
    if source is None:
        return _collect_due(desk)
    with reading(desk.engine) as db:
        found = sources.find_source(db, desk.brand_id, source)
    if found is None:
        raise NotFound(f"no source is named {source!r}")
    intake, error = read_source(desk, found.id or 0, progress)
    return StepCount(intake.changes, int(error is not None))


def _collect_due(desk: Desk) -> StepCount:
    due = _due(desk)
    with reading(desk.engine) as db:
        is_alone = sources.count_read_sources(db, desk.brand_id) == 1
    if due and is_alone:
        return _read_share(desk, due[0], share=None)
    return _collect_together(desk, due) if due else StepCount(0, 0)


def _collect_together(desk: Desk, due: list[int]) -> StepCount:
    """A slow source delays no other: whatever falls due meanwhile is read beside it."""
    changed = failed = 0
    until = time.monotonic() + ROUND
    with ThreadPoolExecutor(desk.settings.collect_threads) as pool:
        running = {pool.submit(_read_share, desk, number): number for number in due}
        first = set(running)
        while running:
            done, _ = wait(running, timeout=WAKE, return_when=FIRST_COMPLETED)
            counts = [future.result() for future in done]
            changed += sum(count.done for count in counts)
            failed += sum(count.failed for count in counts)
            running = {future: number for future, number in running.items() if future not in done}
            in_time = time.monotonic() < until or first & running.keys()
            if in_time and not desk.stopping.is_set():
                fresh = set(_due(desk)) - set(running.values())
                running |= {pool.submit(_read_share, desk, number): number for number in fresh}
    return StepCount(changed, failed)


def _due(desk: Desk) -> list[int]:
    with reading(desk.engine) as db:
        return [row.id or 0 for row in sources.list_due_sources(db, desk.brand_id, desk.now())]


def _read_share(desk: Desk, source_id: int, share: float | None = SHARE) -> StepCount:
    changed: list[int] = []

    def work() -> None:
        found, error = read_source(desk, source_id, share=share)
        changed.append(found.changes)
        if error is not None:
            raise error

    failure = _isolated(work)
    return StepCount(sum(changed), int(failure is not None))


def read_source(
    desk: Desk, source_id: int, progress: Progress | None = None, *, share: float | None = None
) -> tuple[IntakeCount, Exception | None]:
    """Read one source; its failure is recorded and does not concern the others.

    Args:
        share: seconds it may take before another one's turn comes; None reads to its end.
    """
    of = readings.begin(desk, source_id)
    if of is None:
        return IntakeCount(), None  # somebody else is reading it
    error = _isolated(lambda: readings.read_pages(desk, of, progress, share))
    readings.finish(desk, of, error)
    return of.total, error


def import_file(
    desk: Desk, path: Path, progress: Progress | None = None, **config: object
) -> IntakeCount:
    """Read an export: JSONL, CSV or XLSX; importing it twice adds nothing.

    Args:
        config: settings of the `file` platform (`columns`, `encoding`, `timezone`, …).

    Raises:
        OtklikError: the file cannot be read; rows that cannot are in quarantine instead.
    """
    with session(desk.engine) as db:
        source = sources.ensure_source(
            db,
            desk.brand_id,
            f"file:{path.name}",
            platform="file",
            config={"path": str(path.resolve()), **config},
            at=desk.now(),
        )
        source.cursor = {}
        db.add(source)
    intake, error = read_source(desk, source.id or 0, progress)
    if error is not None:
        raise error
    return intake


# ---- classify, group, decide, draft --------------------------------------------------------


def classify(desk: Desk, limit: int = 200) -> StepCount:
    """Judge what was collected; what has no words (pictures, stars) is left to people's eyes."""
    judge = judge_ahead(desk, limit)

    def work(db: Session, rows: list[Mention]) -> None:
        rows = judge.ready(rows)
        worded = [row for row in rows if row.text.strip()]
        verdicts = judge.judge([row.text for row in worded])
        judgements.save_verdicts(db, worded, verdicts, desk.now())
        judgements.save_unjudged([row for row in rows if not row.text.strip()])
        relating.relate_all(db, rows, desk.relator, desk.now())
        _move(rows, MentionState.CLASSIFIED, desk.now())

    return _each(desk, "classify", MentionState.COLLECTED, judge.limit, work)


def group(desk: Desk, limit: int = 200) -> StepCount:
    """Put mentions into cases (one person) and incidents (one story)."""
    with reading(desk.engine) as db:
        waves.prepare(db, desk.settings, desk.now(), limit)

    def work(db: Session, rows: list[Mention]) -> None:
        waves.open_cases(db, rows, desk.now())
        house = life.House(desk.settings.channels, desk.knowledge)
        for incident in waves.find_incidents(db, rows, desk.settings, desk.knowledge, desk.now()):
            life.took_in(db, incident, desk.now(), house=house, least=desk.settings.incident_size)
        _move(rows, MentionState.GROUPED, desk.now())

    return _each(
        desk, "group", MentionState.CLASSIFIED, limit, work, before=judgements.lock_grouping
    )


def decide(desk: Desk, limit: int = 200) -> StepCount:
    """Ask the policy, write down its decision, apply its effects."""
    desk.policies.follow(desk.now())
    desk.operating.follow(desk.now())
    policy, shadow = desk.policies.current, desk.policies.shadow

    def work(db: Session, rows: list[Mention]) -> None:
        channels = desk.settings.channels
        set_up, at = desk.operations, desk.local_now()
        deciding.decide_all(db, rows, policy, channels, at, shadow=shadow, operations=set_up)

    return _each(desk, "decide", MentionState.GROUPED, limit, work)


def draft(desk: Desk, limit: int = 25) -> StepCount:
    """Write a reply for what policy wants answered; anew where a fact it needs has changed."""
    take_up_facts(desk)
    limits, ahead = reply_limits(desk), write_ahead(desk, limit)

    def work(db: Session, rows: list[Mention]) -> None:
        if rows := ahead.ready(rows):
            at = desk.local_now()
            proposing.draft_all(db, rows, desk.writer, desk.knowledge, limits=limits, at=at)

    return _each(desk, "draft", MentionState.DECIDED, ahead.limit, work)


def _move(rows: Sequence[Mention], state: MentionState, at: datetime) -> None:
    for row in rows:
        mentions.save_state(row, state, at)


def _each(
    desk: Desk,
    step: str,
    state: MentionState,
    limit: int,
    work: Callable[[Session, list[Mention]], None],
    *,
    before: Callable[[Session], None] = lambda _: None,
) -> StepCount:
    """Claim a batch and work on it in one transaction; if that fails, row by row."""
    taken: list[int] = []

    def together() -> None:
        with session(desk.engine) as db:
            before(db)
            rows = mentions.claim_mentions(db, desk.brand_id, state, desk.now(), limit)
            taken.extend(row.id or 0 for row in rows)
            if rows:
                work(db, rows)

    error = _isolated(together)
    if error is None:
        return StepCount(len(taken), 0)
    if not taken:
        raise error
    failed = sum(not _alone(desk, step, state, one, work, before=before) for one in taken)
    return StepCount(len(taken) - failed, failed)


def _alone(
    desk: Desk,
    step: str,
    state: MentionState,
    mention_id: int,
    work: Callable[[Session, list[Mention]], None],
    *,
    before: Callable[[Session], None],
) -> bool:
    def one() -> None:
        with session(desk.engine) as db:
            before(db)
            row = mentions.claim_mention(db, mention_id, state)
            if row is not None:
                work(db, [row])

    error = _isolated(one)
    if error is None:
        return True
    with session(desk.engine) as db:
        row = mentions.claim_mention(db, mention_id, state)
        if row is not None:
            message = f"{step}: {type(error).__name__}: {error}"
            mentions.save_step_failure(row, message, desk.now(), desk.settings.max_attempts)
            note_failure(desk, db, ("mention", mention_id), step, error)
    return False


def _isolated(work: Callable[[], None]) -> Exception | None:
    """The one place that catches everything: one source or one row must not stop the others."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 — handed to the caller, which records it
        log.warning("failed", error=f"{type(error).__name__}: {error}")
        return error
    return None


# ---- post, act, follow up, alert -----------------------------------------------------------


def post(desk: Desk, limit: int = 20) -> StepCount:
    """Send what people have approved: commit `sending`, call the platform, commit the outcome."""
    done = failed = 0
    for _ in range(limit):
        sent = _post_one(desk)
        if sent is None:
            break
        done, failed = done + sent.done, failed + sent.failed
    return StepCount(done, failed)


def _post_one(desk: Desk) -> StepCount | None:
    with reading(desk.engine) as db:
        mode = posting_mode(db, desk.brand_id, desk.settings.posting)
        upcoming = replies.find_next_reply(db, desk.brand_id, desk.now())
    if upcoming is None or mode is PostingMode.STOPPED:
        return None
    shown = read_thread(desk, upcoming)  # an edit or a deletion since the approval voids it now
    if isinstance(shown, OtklikError):
        with session(desk.engine) as db:
            posting.postpone(db, upcoming.id or 0, shown, desk.now())
        return StepCount(0, 1)
    lease = timedelta(seconds=desk.settings.sending_timeout)
    with session(desk.engine) as db:
        mode = posting_mode(db, desk.brand_id, desk.settings.posting)
        begun = posting.begin(db, desk.brand_id, mode, desk.now(), lease)
    if not isinstance(begun, posting.Outgoing):
        return StepCount(int(begun is not None), 0)
    outcome = send_reply(desk, begun)
    with session(desk.engine) as db:
        reply = posting.finish(db, begun.reply_id, outcome, desk.now())
        notices.reply_outcome(db, reply, desk.settings.channels, desk.now())
    failed = isinstance(outcome, PlatformError)
    return StepCount(int(not failed), int(failed))


def act(desk: Desk, limit: int = 20) -> StepCount:
    """Hide, ban, report, withdraw, correct: what people have approved, each once."""
    return act_all(desk, limit)


def follow_up(desk: Desk, limit: int = 20) -> StepCount:
    """Read threads again after our replies; draft what a solved incident owes to its authors."""
    now, pause = desk.now(), timedelta(seconds=desk.settings.follow_up_interval)
    with session(desk.engine) as db:
        for lost in posting.mark_lost(db, desk.brand_id, now):
            notices.reply_outcome(db, lost, desk.settings.channels, now)
    with session(desk.engine) as db:
        claimed = replies.claim_follow_ups(db, desk.brand_id, now, limit, pause)
    with session(desk.engine) as db:
        told = mended.draft_follow_ups(db, desk.brand_id, desk.knowledge, desk.local_now(), limit)
    for reply in claimed:
        page = read_thread(desk, reply)
        with session(desk.engine) as db:
            _resolve(desk, db, replies.get_reply(db, reply.id or 0), page)
    return StepCount(len(claimed) + told, 0)


def _resolve(desk: Desk, db: Session, reply: Reply, page: Page | OtklikError | None) -> None:
    mention = mentions.get_mention(db, reply.mention_id)
    proves = desk.platforms[mention.platform].reads_back
    thread = page.mentions if isinstance(page, Page) else None
    posting.follow_up(db, reply, thread, desk.now(), absence_proves=proves)


def alert(desk: Desk, limit: int = 50) -> StepCount:
    """Raise what has fallen due, then deliver what waits, channel by channel."""
    desk.known.follow(desk.now())
    with session(desk.engine) as db:
        if desk.operations is not None:
            channels, at = desk.settings.channels, desk.local_now()
            escalation.run_clocks(db, desk.brand_id, desk.operations, channels, at)
        notices.fallen_due(db, desk.settings, desk.local_now())
        expiry.tell(db, desk.knowledge.facts, desk.settings, desk.now())
    return tell_all(desk, limit, desk.operations)


Step = Callable[[Desk, int | None], StepCount]


def _limited(step: Callable[..., StepCount]) -> Step:
    return lambda desk, limit: step(desk) if limit is None else step(desk, limit)


STEPS: dict[str, Step] = {
    "collect": lambda desk, _: collect(desk),
    "classify": _limited(classify),
    "group": _limited(group),
    "decide": _limited(decide),
    "draft": _limited(draft),
    "post": _limited(post),
    "act": _limited(act),
    "follow_up": _limited(follow_up),
    "alert": _limited(alert),
}


def drain(
    desk: Desk, progress: Callable[[str, int], None] | None = None, *, collecting: bool = True
) -> dict[str, StepCount]:
    """Run all machine steps until none of them has anything left to do now."""
    totals = {name: StepCount(0, 0) for name in STEPS}
    while True:
        worked = 0
        for name, step in STEPS.items():
            if name == "collect" and not collecting:
                continue
            count = step(desk, None)
            totals[name] = StepCount(
                totals[name].done + count.done, totals[name].failed + count.failed
            )
            worked += count.done
            if progress is not None and count.done:
                progress(name, totals[name].done)
        if not worked:
            return totals
