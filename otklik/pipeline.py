"""The data's way: one function per step, in order. Read this file first.

Each step claims rows by state, does one thing and commits once. So each can run alone, twice,
in several processes or after a crash; nothing is kept in memory only.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlmodel import Session

from otklik.database import reading, session
from otklik.desk import Desk, StepCount, note_failure
from otklik.enums import MentionState, PostingMode, SourceHealth
from otklik.errors import (
    AccessDenied,
    NotFound,
    OtklikError,
    PlatformError,
    RateLimited,
)
from otklik.models import Mention, Reply, Source
from otklik.outside import open_platform, read_thread, send_reply, store_page
from otklik.platforms import Page
from otklik.store import alerts as alert_rows
from otklik.store import judgements, mentions, replies, sources
from otklik.store.intake import Intake
from otklik.switches import posting_mode
from responder import notices, posting, rulings, waves

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
Progress = Callable[[float | None, int], None]


# ---- collect -------------------------------------------------------------------------------


def collect(desk: Desk, source: str | None = None, progress: Progress | None = None) -> StepCount:
    """Read the sources that are due, or the named one now. Counts changed mentions."""
    with reading(desk.engine) as db:
        if source is None:
            due = sources.list_due_sources(db, desk.brand_id, desk.now())
        else:
            found = sources.find_source(db, desk.brand_id, source)
            if found is None:
                raise NotFound(f"no source is named {source!r}")
            due = [found]
    changed = failed = 0
    for row in due:
        intake, error = read_source(desk, row.id or 0, progress)
        changed += len(intake.new) + len(intake.edited) + len(intake.deleted) + len(intake.ours)
        failed += error is not None
    return StepCount(changed, failed)


def read_source(
    desk: Desk, source_id: int, progress: Progress | None = None
) -> tuple[Intake, Exception | None]:
    """Read one source to its end; its failure is recorded and does not concern the others."""
    total = Intake()
    with session(desk.engine) as db:
        source = sources.claim_source(db, source_id, desk.owner, desk.now(), LEASE)
    if source is None:
        return total, None  # somebody else is reading it
    error = _isolated(lambda: _read_pages(desk, source, total, progress))
    with session(desk.engine) as db:
        row = sources.get_source(db, source_id)
        if row.lease_owner != desk.owner:
            return total, error  # taken over: whoever reads it now says how it is
        if error is None:
            sources.save_source_ok(
                db, row, desk.now(), brought=len(total.new), pace=row.interval_seconds
            )
        else:
            _save_source_error(desk, db, row, error)
    return total, error


def _read_pages(desk: Desk, source: Source, total: Intake, progress: Progress | None) -> None:
    with open_platform(desk, source) as platform:
        for page in platform.collect(dict(source.cursor)):
            with session(desk.engine) as db:
                now = desk.now()
                if not sources.save_cursor(
                    db, source.id or 0, desk.owner, page.cursor, now + LEASE
                ):
                    raise OtklikError(f"source {source.name}: another process has taken it over")
                total.add(store_page(db, source, page, now))
            if progress is not None:
                progress(page.progress, total.seen)


def _save_source_error(desk: Desk, db: Session, source: Source, error: Exception) -> None:
    now, was_ok = desk.now(), source.health not in (SourceHealth.FAILING, SourceHealth.OFF)
    message = f"{type(error).__name__}: {error}"
    if isinstance(error, AccessDenied):
        sources.save_source_off(db, source, now, message, error.to_do)
    else:
        wait = error.retry_after if isinstance(error, RateLimited) else None
        sources.save_source_failure(db, source, now, message, retry_after=wait)
    note_failure(desk, db, ("source", source.id), "collect", error)
    if was_ok and source.health in (SourceHealth.FAILING, SourceHealth.OFF):
        notices.source_down(db, source, desk.settings.channels, now)


def import_file(
    desk: Desk, path: Path, progress: Progress | None = None, **config: object
) -> Intake:
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
    """Judge what was collected."""

    def work(db: Session, rows: list[Mention]) -> None:
        verdicts = desk.classifier.judge([row.text for row in rows])
        judgements.save_verdicts(db, rows, verdicts, desk.now())
        _move(rows, MentionState.CLASSIFIED, desk.now())

    return _each(desk, "classify", MentionState.COLLECTED, limit, work)


def group(desk: Desk, limit: int = 200) -> StepCount:
    """Put mentions into cases (one person) and incidents (one story)."""

    def work(db: Session, rows: list[Mention]) -> None:
        waves.open_cases(db, rows, desk.now())
        for incident in waves.find_incidents(db, rows, desk.settings, desk.knowledge, desk.now()):
            notices.new_incident(db, incident, desk.settings.channels, desk.now())
        _move(rows, MentionState.GROUPED, desk.now())

    return _each(
        desk, "group", MentionState.CLASSIFIED, limit, work, before=judgements.lock_grouping
    )


def decide(desk: Desk, limit: int = 200) -> StepCount:
    """Ask the policy, write down its decision, apply its effects."""

    def work(db: Session, rows: list[Mention]) -> None:
        rulings.decide_all(db, rows, desk.policy, desk.settings.channels, desk.now())

    return _each(desk, "decide", MentionState.GROUPED, limit, work)


def draft(desk: Desk, limit: int = 25) -> StepCount:
    """Write a reply for what policy wants answered."""
    limits = {name: kind.reply_max_length for name, kind in desk.platforms.items()}

    def work(db: Session, rows: list[Mention]) -> None:
        rulings.draft_all(db, rows, desk.writer, desk.knowledge, limits=limits, at=desk.local_now())

    return _each(desk, "draft", MentionState.DECIDED, limit, work)


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


# ---- post, follow up, alert ----------------------------------------------------------------


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


def follow_up(desk: Desk, limit: int = 20) -> StepCount:
    """Read threads again after our replies; resolve what is unknown by what stands there."""
    now, pause = desk.now(), timedelta(seconds=desk.settings.follow_up_interval)
    with session(desk.engine) as db:
        for lost in posting.mark_lost(db, desk.brand_id, now):
            notices.reply_outcome(db, lost, desk.settings.channels, now)
    with session(desk.engine) as db:
        claimed = replies.claim_follow_ups(db, desk.brand_id, now, limit, pause)
    for reply in claimed:
        page = read_thread(desk, reply)
        with session(desk.engine) as db:
            _resolve(desk, db, replies.get_reply(db, reply.id or 0), page)
    return StepCount(len(claimed), 0)


def _resolve(desk: Desk, db: Session, reply: Reply, page: Page | OtklikError | None) -> None:
    mention = mentions.get_mention(db, reply.mention_id)
    proves = desk.platforms[mention.platform].reads_back
    thread = page.mentions if isinstance(page, Page) else None
    posting.follow_up(db, reply, thread, desk.now(), absence_proves=proves)


def alert(desk: Desk, limit: int = 50) -> StepCount:
    """Raise what has fallen due, then deliver what waits, channel by channel."""
    with session(desk.engine) as db:
        notices.fallen_due(db, desk.brand_id, desk.settings.channels, desk.now())
    done = failed = 0
    for _ in range(limit):
        with session(desk.engine) as db:
            claimed = alert_rows.claim_delivery(db, desk.brand_id, desk.now(), LEASE)
        if claimed is None:
            break
        error = notices.deliver(desk.channels, *claimed, desk_url=desk.settings.desk_url)
        with session(desk.engine) as db:
            notices.save_outcome(db, claimed[0].id or 0, error, desk.now())
        done, failed = done + (error is None), failed + (error is not None)
    return StepCount(done, failed)


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
