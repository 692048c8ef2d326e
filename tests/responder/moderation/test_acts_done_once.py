"""An act is done once or not at all, whatever the platform answers and whoever dies."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import ActState, AlertKind, PostingMode, Role
from otklik.errors import (
    AccessDenied,
    ApprovalError,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    StaleText,
    Transient,
)
from otklik.models import Act, Alert
from otklik.switches import set_posting_mode
from responder.moderation import approving, asking
from tests.acts import mention_of
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import (
    INSULT,
    OBSCENE,
    Moderated,
    act_now,
    again,
    ask_hide,
    moderated_stage,
    say_yes,
    write,
)

Desk = tuple[Stage, type[Moderated]]


def alerts_of(stage: Stage) -> list[Alert]:
    with reading(stage.desk.engine) as db:
        return list(db.exec(select(Alert).where(Alert.kind == AlertKind.ACT_FAILED)))


def test_in_dry_run_nothing_happens_outside(engine: Engine) -> None:
    stage, site = moderated_stage(engine, posting="dry_run")
    act = ask_hide(stage, write(stage, OBSCENE))
    say_yes(stage, act, Role.APPROVER)
    assert act_now(stage, act).state is ActState.REHEARSED
    switch(stage, PostingMode.LIVE)
    pipeline.act(stage.desk)
    assert site.done == []


def switch(stage: Stage, mode: PostingMode) -> None:
    with session(stage.desk.engine) as db:
        set_posting_mode(
            db,
            person=stage.people[Role.ADMIN],
            mode=mode,
            at=stage.clock(),
            brand_id=stage.desk.brand_id,
        )


def test_an_emergency_stop_holds_acts(small_desk: Desk) -> None:
    stage, site = small_desk
    act = ask_hide(stage, write(stage, OBSCENE))
    say_yes(stage, act, Role.APPROVER)
    switch(stage, PostingMode.STOPPED)
    assert act_now(stage, act).state is ActState.APPROVED
    assert site.done == []
    switch(stage, PostingMode.LIVE)
    assert act_now(stage, act).state is ActState.DONE


def test_an_approved_act_can_be_stopped_before_it_is_done(small_desk: Desk) -> None:
    stage, site = small_desk
    act = ask_hide(stage, write(stage, OBSCENE))
    say_yes(stage, act, Role.APPROVER)
    with session(stage.desk.engine) as db:
        person = stage.people[Role.OPERATOR]
        approving.refuse(db, person=person, act_id=act.id or 0, reason="зря", at=stage.clock())
    assert act_now(stage, act).state is ActState.REFUSED
    with pytest.raises(StaleText, match="refused by now"):
        say_yes(stage, act, Role.LEAD)
    assert site.done == []


@pytest.mark.parametrize(
    ("error", "state", "is_told"),
    [
        (Rejected("no right to moderate"), ActState.FAILED, True),
        (AccessDenied("token revoked"), ActState.FAILED, True),
        (Gone("not there"), ActState.FAILED, True),
        (OutcomeUnknown("cut off"), ActState.UNKNOWN, True),
        (RateLimited("slowly", retry_after=90), ActState.APPROVED, False),
        (Transient("busy"), ActState.APPROVED, False),
    ],
)
def test_what_went_wrong_decides_what_becomes_of_it(
    desk: Desk, error: Exception, state: ActState, is_told: bool
) -> None:
    stage, site = desk
    act = ask_hide(stage, write(stage, OBSCENE))
    say_yes(stage, act, Role.APPROVER)
    stage.site.faults["hide"] = [error]
    ended = act_now(stage, act)
    assert (ended.state, ended.error) == (state, str(error))
    assert bool(alerts_of(stage)) is is_told
    stage.clock.wait(seconds=100)
    pipeline.act(stage.desk)
    is_tried_again = state is ActState.APPROVED
    assert len(site.done) == int(is_tried_again)


def test_a_crash_in_the_middle_is_settled_by_what_stands_there(desk: Desk) -> None:
    stage, site = desk
    act = ask_hide(stage, write(stage, OBSCENE))
    say_yes(stage, act, Role.APPROVER)
    site.after.append(KeyboardInterrupt())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        pipeline.act(stage.desk)
    assert again(stage, act).state is ActState.DOING
    stage.clock.wait(hours=1)
    assert act_now(stage, act).state is ActState.DONE
    assert len(site.done) == 1


def test_what_the_thread_shows_undone_has_failed_and_nothing_is_tried_again(desk: Desk) -> None:
    stage, site = desk
    act = ask_hide(stage, write(stage, OBSCENE))
    say_yes(stage, act, Role.APPROVER)
    stage.site.faults["hide"] = [OutcomeUnknown("cut off")]
    assert act_now(stage, act).state is ActState.UNKNOWN
    assert act_now(stage, act).state is ActState.FAILED
    assert site.done == []


def test_a_person_settles_what_no_thread_shows(small_desk: Desk) -> None:
    stage, site = small_desk
    number = write(stage, INSULT)
    act = report(stage, number)
    say_yes(stage, act, Role.APPROVER)
    site.after.append(OutcomeUnknown("cut off"))
    assert act_now(stage, act).state is ActState.UNKNOWN
    assert act_now(stage, act).state is ActState.UNKNOWN
    with session(stage.desk.engine) as db:
        person = stage.people[Role.APPROVER]
        approving.resolve(db, person=person, act_id=act.id or 0, was_done=True, at=stage.clock())
    assert again(stage, act).state is ActState.DONE
    with pytest.raises(ApprovalError, match="reported already"):
        report(stage, number)


def report(stage: Stage, number: int) -> Act:
    with session(stage.desk.engine) as db:
        mention = mention_of(db, number)
        return asking.ask_report(
            db,
            person=stage.people[Role.OPERATOR],
            mention_id=mention.id or 0,
            version=mention.version,
            reason="оскорбления",
            at=stage.clock(),
        )
