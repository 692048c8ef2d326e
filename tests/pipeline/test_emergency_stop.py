"""The emergency stop: within a second of the switch no reply is begun any more."""

from __future__ import annotations

import dataclasses
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import col, func, select

from otklik import clock, pipeline
from otklik.database import reading, session
from otklik.enums import PostingMode, ReplyState, Role
from otklik.models import Reply
from otklik.switches import set_posting_mode
from responder import approval
from tests.acts import proposed
from tests.fakes import Stage

REPLIES, BEGUN = 120, 10
HELD_WITHIN = timedelta(seconds=1)


def queue(stage: Stage) -> None:
    """Many approved replies, due now."""
    numbers = [
        stage.site.add(f"Заказ {7000 + n} так и не приехал, доставка опоздала", f"guest{n}")
        for n in range(REPLIES)
    ]
    pipeline.drain(stage.desk)
    drafts = [proposed(stage, number) for number in numbers]
    items = [(draft.id or 0, draft.text_digest, draft.mention_version) for draft in drafts]
    for role in (Role.APPROVER, Role.LEAD):
        with session(stage.desk.engine) as db:
            needed = db.exec(select(Reply.draft_id)).all()
            approval.approve_batch(
                db,
                person=stage.people[role],
                items=[item for item in items if item[0] not in needed],
                at=stage.clock(),
                undo=timedelta(0),
            )


def test_the_stop_switch_holds_everything_within_a_second(stage: Stage, artefacts: Path) -> None:
    queue(stage)
    desk = dataclasses.replace(stage.desk, now=clock.now)
    begun, over = threading.Event(), threading.Event()

    def send() -> None:
        while not over.is_set():
            pipeline.post(desk, limit=1)
            if len(stage.site.posts) >= BEGUN:
                begun.set()

    sender = threading.Thread(target=send)
    sender.start()
    assert begun.wait(timeout=60)
    with session(desk.engine) as db:
        set_posting_mode(
            db,
            person=stage.people[Role.APPROVER],
            mode=PostingMode.STOPPED,
            at=clock.now(),
            brand_id=desk.brand_id,
        )
    stopped = datetime.now(UTC)
    time.sleep(2 * HELD_WITHIN.total_seconds())  # time to do wrong in
    over.set()
    sender.join(timeout=60)
    with reading(desk.engine) as db:
        started = db.exec(select(col(Reply.sending_at)).where(col(Reply.sending_at).is_not(None)))
        begins = [at for at in started if at is not None]
        left = db.exec(
            select(func.count()).select_from(Reply).where(Reply.state == ReplyState.QUEUED)
        ).one()
    after = [at - stopped for at in begins if at > stopped]
    name = f"emergency-stop-{desk.engine.dialect.name}.txt"
    last = max(after, default=timedelta(0)).total_seconds()
    told = f"begun {len(begins)}, held {left}, begun after the switch {len(after)}, last {last} s\n"
    (artefacts / name).write_text(told, "utf-8")
    assert left, "everything was sent before the switch: nothing was shown"
    assert [late for late in after if late > HELD_WITHIN] == []
