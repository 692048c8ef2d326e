"""Who works on what: leases, collisions, and work handed out by urgency."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlmodel import select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import MentionState, Role
from otklik.errors import ApprovalError, NotAllowed
from otklik.models import AuditEvent, Case, Mention, Person
from otklik.people import add_person
from responder import editing, leases
from responder.leases import Lease
from tests.acts import approve, mention_of, proposed, ready
from tests.fakes import Stage
from tests.responder.approval.rows import fill

WORKERS = 40
OPERATOR, APPROVER, LEAD = Role.OPERATOR, Role.APPROVER, Role.LEAD


def take(stage: Stage, number: int, role: Role) -> Lease:
    with session(stage.desk.engine) as db:
        return leases.take(
            db,
            person=stage.people[role],
            mention_id=mention_of(db, number).id or 0,
            at=stage.clock(),
        )


def next_for(stage: Stage, role: Role, **more: object) -> int | None:
    """Number of the comment handed out."""
    with session(stage.desk.engine) as db:
        lease = leases.next_most_urgent(
            db,
            person=stage.people[role],
            at=stage.clock(),
            **more,  # type: ignore[arg-type]
        )
        if lease is None:
            return None
        return int(db.get_one(Mention, lease.mention_id).external_id.split("/")[1])


def holder(stage: Stage, number: int) -> str | None:
    with reading(stage.desk.engine) as db:
        mention_id = mention_of(db, number).id or 0
        found = leases.holder_of(db, [mention_id], stage.clock()).get(mention_id)
    return found.name if found else None


def three(stage: Stage) -> tuple[int, int, int]:
    """A poisoning, a complaint, one that came later; each by another author."""
    later = stage.site.add("Чай пахнет пылью", "vera", at=stage.clock())
    plain = stage.site.add("Заказ 4512 так и не приехал, где доставка?", "boris")
    grave = stage.site.add("Ваш чай отравил ребёнка", "anna")
    pipeline.drain(stage.desk)
    return grave, plain, later


def test_a_case_somebody_works_on_is_refused_with_their_name(stage: Stage) -> None:
    number, draft = ready(stage)
    take(stage, number, OPERATOR)
    assert holder(stage, number) == "operator"
    with pytest.raises(ApprovalError, match=r"operator is working on this case until \d\d:\d\d"):
        take(stage, number, APPROVER)
    with pytest.raises(ApprovalError, match="operator is working"):
        approve(stage, draft)
    with (
        pytest.raises(ApprovalError, match="operator is working"),
        session(stage.desk.engine) as db,
    ):
        editing.edit_draft(
            db, person=stage.people[LEAD], draft_id=draft.id or 0, text="Иначе", at=stage.clock()
        )


def test_a_lease_ends_by_itself_and_lives_on_while_its_holder_types(stage: Stage) -> None:
    number, _ = ready(stage)
    take(stage, number, OPERATOR)
    stage.clock.wait(minutes=9)
    with session(stage.desk.engine) as db:
        mention_id = mention_of(db, number).id or 0
        leases.renew(db, person=stage.people[OPERATOR], mention_id=mention_id, at=stage.clock())
    stage.clock.wait(minutes=9)
    assert holder(stage, number) == "operator"
    stage.clock.wait(minutes=2)
    assert holder(stage, number) is None
    assert take(stage, number, APPROVER).person_id == stage.people[APPROVER].id


def test_an_approval_gives_the_case_back_and_makes_the_one_who_answered_its_owner(
    stage: Stage,
) -> None:
    number, draft = ready(stage)
    take(stage, number, APPROVER)
    approve(stage, draft)
    assert holder(stage, number) is None
    with reading(stage.desk.engine) as db:
        case = db.get_one(Case, mention_of(db, number).case_id)
    assert case.owner_id == stage.people[APPROVER].id


def test_a_lead_takes_over_and_that_is_on_record(stage: Stage) -> None:
    number, draft = ready(stage)
    take(stage, number, OPERATOR)
    for role in (APPROVER, LEAD):
        with session(stage.desk.engine) as db:
            mention_id = mention_of(db, number).id or 0
            if role is APPROVER:
                with pytest.raises(NotAllowed):
                    leases.take_over(
                        db, person=stage.people[role], mention_id=mention_id, at=stage.clock()
                    )
            else:
                leases.take_over(
                    db, person=stage.people[role], mention_id=mention_id, at=stage.clock()
                )
    approve(stage, draft, LEAD)
    with reading(stage.desk.engine) as db:
        events = db.exec(select(AuditEvent).where(AuditEvent.action == "case.taken_over")).all()
    assert [event.detail["holder"] for event in events if event.detail] == [
        stage.people[OPERATOR].id
    ]


def test_a_case_handed_over_is_the_colleagues_from_then_on(stage: Stage) -> None:
    number, _ = ready(stage)
    take(stage, number, OPERATOR)
    with session(stage.desk.engine) as db:
        mention_id = mention_of(db, number).id or 0
        leases.hand_over(
            db,
            person=stage.people[OPERATOR],
            mention_id=mention_id,
            to_person=stage.people[APPROVER],
            at=stage.clock(),
        )
    assert holder(stage, number) == "approver"
    with session(stage.desk.engine) as db:
        assert not leases.release(
            db, person=stage.people[OPERATOR], mention_id=mention_id, at=stage.clock()
        )
        assert leases.release(
            db, person=stage.people[APPROVER], mention_id=mention_id, at=stage.clock()
        )
        assert db.get_one(Case, mention_of(db, number).case_id).owner_id == (
            stage.people[APPROVER].id
        )


def test_work_is_handed_out_by_urgency_and_each_case_to_one_person(stage: Stage) -> None:
    grave, plain, later = three(stage)
    assert next_for(stage, APPROVER) == grave
    assert next_for(stage, LEAD) == plain
    assert next_for(stage, Role.ADMIN) == later
    assert next_for(stage, OPERATOR) is None
    # what one has begun comes first, whatever else waits
    assert next_for(stage, LEAD) == plain
    assert next_for(stage, LEAD, skip=[]) == plain


def test_what_was_put_aside_or_lies_in_another_zone_is_not_handed_out(stage: Stage) -> None:
    grave, plain, _ = three(stage)
    with session(stage.desk.engine) as db:
        skipped = mention_of(db, grave).id or 0
        zone = mention_of(db, plain).zone
    assert next_for(stage, LEAD, skip=[skipped], zones=[zone]) == plain
    assert next_for(stage, APPROVER, zones=["nowhere"]) is None


def test_a_text_that_needs_a_second_yes_goes_to_somebody_else(stage: Stage) -> None:
    number = stage.site.add("Ваш чай отравил ребёнка", "anna")
    pipeline.drain(stage.desk)
    draft = proposed(stage, number)
    if draft.approvals_needed < 2:
        with session(stage.desk.engine) as db:
            editing.edit_draft(
                db,
                person=stage.people[OPERATOR],
                draft_id=draft.id or 0,
                text="Позвоните +7 912 345-67-89, разберёмся.",
                at=stage.clock(),
            )
        draft = proposed(stage, number)
    assert draft.approvals_needed == 2
    assert approve(stage, draft, APPROVER).missing == 1
    assert next_for(stage, APPROVER) is None
    assert next_for(stage, LEAD) == number


def test_a_case_goes_to_its_owner_first_and_to_others_when_it_waits_too_long(
    stage: Stage,
) -> None:
    first, draft = ready(stage)
    approve(stage, draft)
    pipeline.drain(stage.desk)
    stage.clock.wait(minutes=1)
    again = stage.site.add("А теперь чай пахнет пылью", at=stage.clock())
    pipeline.drain(stage.desk)
    assert again != first
    with session(stage.desk.engine) as db:
        mention = mention_of(db, again)
        case = db.get_one(Case, mention.case_id)
        case.owner_id = stage.people[APPROVER].id
        mention.sla_due_at = None
        db.add_all([case, mention])
    assert next_for(stage, LEAD) is None
    assert next_for(stage, APPROVER) == again
    stage.clock.wait(hours=3)
    assert next_for(stage, LEAD) == again


def test_what_a_step_failed_on_before_it_had_a_case_is_handed_out_too(stage: Stage) -> None:
    number = stage.site.add("BROKEN")
    for _ in range(8):
        pipeline.drain(stage.desk)
        stage.clock.wait(minutes=10)
    with reading(stage.desk.engine) as db:
        stuck = mention_of(db, number)
    assert (stuck.state, stuck.case_id) == (MentionState.STUCK, None)
    assert next_for(stage, LEAD) == number


def test_nobody_without_a_role_is_handed_anything(stage: Stage) -> None:
    number, _ = ready(stage)
    gone = stage.people[LEAD].model_copy()
    gone.is_active = False
    with pytest.raises(NotAllowed), session(stage.desk.engine) as db:
        leases.next_most_urgent(db, person=gone, at=stage.clock())
    assert holder(stage, number) is None


def test_forty_people_at_once_are_never_handed_the_same_case(stage: Stage) -> None:
    engine, at = stage.desk.engine, stage.clock()
    with session(engine) as db:
        fill(db, 3 * WORKERS, at)
        people = [
            add_person(
                db,
                login=f"w{number}",
                role=Role.OPERATOR,
                password=None,
                at=at,
                brand_id=stage.desk.brand_id,
            )
            for number in range(WORKERS)
        ]
    ready_, handed = threading.Barrier(WORKERS), Counter[int]()
    lock = threading.Lock()

    def work(person: Person) -> None:
        ready_.wait(timeout=60)
        for _ in range(2):
            with session(engine) as db:
                lease = leases.next_most_urgent(db, person=person, at=at, skip=mine[person.id])
            assert lease is not None
            with lock:
                handed[lease.case_id] += 1
                mine[person.id].append(lease.mention_id)

    mine: dict[int | None, list[int]] = {person.id: [] for person in people}
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, people))
    assert handed.total() == 2 * WORKERS
    assert set(handed.values()) == {1}


@pytest.mark.proof
def test_handing_out_among_thousands_of_open_cases(stage: Stage, artefacts: Path) -> None:
    whole = "20000" if os.environ.get("PROOF") == "full" else "2000"
    count = int(os.environ.get("CASES", whole))
    engine, at = stage.desk.engine, stage.clock()
    with session(engine) as db:
        fill(db, count, at)
    taken: list[float] = []
    skip: list[int] = []
    for _ in range(20):
        with session(engine) as db:
            started = time.perf_counter()
            lease = leases.next_most_urgent(db, person=stage.people[LEAD], at=at, skip=skip)
            taken.append(time.perf_counter() - started)
        assert lease is not None
        skip.append(lease.mention_id)
    assert len(set(skip)) == len(skip)
    taken.sort()
    name = f"next-case-{engine.dialect.name}.txt"
    best, median, worst = (f"{taken[place] * 1e3:.1f} ms" for place in (0, 10, -1))
    told = f"{count} cases: best {best}, median {median}, worst {worst}\n"
    (artefacts / name).write_text(told, "utf-8")
