"""Who may give how much, and which decisions are shown to colleagues."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from otklik.database import session
from otklik.enums import DraftState, Role, Topic
from otklik.errors import ApprovalError, InputError, NotAllowed, PolicyError
from otklik.models import Person
from otklik.store import replies
from otklik.store.audit import list_events
from responder import granting, showcase
from responder.knowledge import Knowledge, Unit
from responder.knowledge.file import shipped_knowledge
from responder.powers import (
    allowed,
    covering,
    find_power,
    fitting,
    limit_of,
    may_give,
    needs_role,
)
from tests.fakes import Stage

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = shipped_knowledge()
POWERS = """\
powers:
  - id: drink
    topics: [staff]
    ru: [угостить]
    en: [a drink]
    up_to: 500
    limits: {operator: 500, approver: 1000}
    people: {vera: 2000}
    owner: управляющий
"""


@pytest.fixture
def power(make_knowledge: Callable[..., Knowledge]) -> object:
    return make_knowledge(powers=POWERS).powers[0]


@pytest.mark.parametrize(
    ("role", "limit"),
    [(Role.OPERATOR, 500), (Role.APPROVER, 1000), (Role.LEAD, 1000), (Role.ADMIN, 1000)],
)
def test_a_role_has_at_least_what_the_ones_before_it_have(
    power: object, role: Role, limit: int
) -> None:
    assert limit_of(power, role) == limit  # type: ignore[arg-type]


def test_one_person_may_be_trusted_with_more_than_their_role(power: object) -> None:
    assert limit_of(power, Role.OPERATOR, "vera") == 2000  # type: ignore[arg-type]
    assert may_give(power, Role.OPERATOR, 2000, "vera")  # type: ignore[arg-type]
    assert not may_give(power, Role.OPERATOR, 2000, "oleg")  # type: ignore[arg-type]


def test_beyond_the_limits_only_the_named_role_may_go() -> None:
    refund = find_power(SHOP.powers, "order_refund")
    goodwill = find_power(SHOP.powers, "goodwill")
    assert refund is not None
    assert goodwill is not None
    assert [needs_role(refund, sum) for sum in (1500, 1501, 15_000, 15_001)] == [
        *(Role.OPERATOR, Role.APPROVER, Role.LEAD, Role.ADMIN)
    ]
    assert needs_role(goodwill, 3001) is None


def test_the_power_that_the_lowest_role_may_use_covers_a_sum() -> None:
    found = covering(SHOP.powers, Topic.QUALITY, 2000)
    assert found is not None
    assert found.id == "pack_refund"
    assert covering(SHOP.powers, Topic.DELIVERY, 300, unit=Unit.POINTS) is not None
    assert covering(SHOP.powers, Topic.QUALITY, 300, unit=Unit.POINTS) is None
    assert covering(SHOP.powers, Topic.STAFF, 3001) is None


def test_a_power_for_harm_is_for_cases_of_harm() -> None:
    def ids(parts: dict[str, float] | None) -> list[str]:
        return [power.id for power in fitting(SHOP.powers, Topic.QUALITY, parts=parts)]

    assert ids({"harm": 0.8}) == ["pack_refund", "harm_costs"]
    assert ids({"harm": 0.2, "money": 1.0}) == ["pack_refund"]
    assert ids(None) == ["pack_refund", "harm_costs"]


def test_a_sum_is_allowed_by_topic_and_role() -> None:
    assert allowed(SHOP.powers, Topic.PLACE, Role.OPERATOR, 500)
    assert not allowed(SHOP.powers, Topic.PLACE, Role.OPERATOR, 501)
    assert allowed(SHOP.powers, Topic.PLACE, Role.LEAD, 3000)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("operator: 500, approver: 1000", "operator: 500, approver: 400", "500 or more"),
        ("operator: 500", "operator: 600", "up_to says 500"),
        ("operator: 500", "cashier: 500", "cashier"),
        ("vera: 2000", "vera: lots", "whole number"),
    ],
)
def test_limits_that_contradict_themselves_are_refused(
    make_knowledge: Callable[..., Knowledge], old: str, new: str, said: str
) -> None:
    with pytest.raises(PolicyError, match=said):
        make_knowledge(powers=POWERS.replace(old, new))


def test_a_sum_beyond_ones_limit_is_only_asked_for_until_a_lead_gives_it(
    stage: Stage, add_draft: Callable[..., int], people: dict[Role, Person]
) -> None:
    draft_id = add_draft()

    def give(role: Role) -> None:
        with session(stage.desk.engine) as db:
            granting.give(
                db,
                person=people[role],
                draft_id=draft_id,
                power_id="goodwill",
                sum=2500,
                knowledge=SHOP,
                at=AT,
            )

    def used(db: Session) -> list[Role | None]:
        given = granting.used_powers(replies.get_draft(db, draft_id))
        return [one.approved_by_role for one in given]

    give(Role.OPERATOR)
    with session(stage.desk.engine) as db:
        assert used(db) == [None]
        draft = replies.get_draft(db, draft_id)
        assert len(granting.not_granted(granting.used_powers(draft))) == 1
    give(Role.LEAD)
    with session(stage.desk.engine) as db:
        assert used(db) == [Role.LEAD]
        granting.take_back(
            db, person=people[Role.OPERATOR], draft_id=draft_id, power_id="goodwill", at=AT
        )
        assert used(db) == []
        actions = [event.action for event in list_events(db)]
    assert actions[-3:] == ["draft.power_asked", "draft.power_given", "draft.power_taken_back"]


def test_nobody_approves_a_sum_that_is_only_asked_for(
    stage: Stage,
    add_draft: Callable[..., int],
    people: dict[Role, Person],
    approve: Callable[[int], None],
) -> None:
    draft_id = add_draft()

    def give(role: Role) -> None:
        with session(stage.desk.engine) as db:
            granting.give(
                db,
                person=people[role],
                draft_id=draft_id,
                power_id="goodwill",
                sum=2500,
                knowledge=SHOP,
                at=AT,
            )

    give(Role.OPERATOR)
    with pytest.raises(ApprovalError, match="2500"):
        approve(draft_id)
    give(Role.LEAD)
    approve(draft_id)
    with session(stage.desk.engine) as db:
        assert replies.get_draft(db, draft_id).state is DraftState.APPROVED


@pytest.mark.parametrize(("power_id", "sum"), [("goodwil", 10), ("goodwill", 0)])
def test_an_unknown_power_and_an_empty_gift_are_refused(
    stage: Stage,
    add_draft: Callable[..., int],
    people: dict[Role, Person],
    power_id: str,
    sum: int,
) -> None:
    draft_id = add_draft()
    with session(stage.desk.engine) as db, pytest.raises(InputError):
        granting.give(
            db,
            person=people[Role.LEAD],
            draft_id=draft_id,
            power_id=power_id,
            sum=sum,
            knowledge=SHOP,
            at=AT,
        )


def test_only_an_approved_reply_goes_on_the_showcase_and_comes_off_again(
    stage: Stage,
    add_draft: Callable[..., int],
    approve: Callable[[int], None],
    people: dict[Role, Person],
) -> None:
    draft_id, by = add_draft(text="Вернём всё и угостим."), people[Role.APPROVER]
    with session(stage.desk.engine) as db, pytest.raises(InputError, match="approved"):
        showcase.put(db, person=by, draft_id=draft_id, why="щедро", at=AT)
    approve(draft_id)
    with session(stage.desk.engine) as db:
        with pytest.raises(NotAllowed):
            showcase.put(db, person=people[Role.OPERATOR], draft_id=draft_id, why="щедро", at=AT)
        with pytest.raises(InputError, match="good"):
            showcase.put(db, person=by, draft_id=draft_id, why=" ", at=AT)
        showcase.put(db, person=by, draft_id=draft_id, why="щедро", at=AT)
        showcase.put(db, person=by, draft_id=draft_id, why="щедро и быстро", at=AT)
        (shown,) = showcase.list_shown(db, "default")
        assert (shown.text, shown.why) == ("Вернём всё и угостим.", "щедро и быстро")
        showcase.remove(db, person=by, draft_id=draft_id, at=AT)
        assert showcase.list_shown(db, "default") == []
        with pytest.raises(InputError, match="not on the showcase"):
            showcase.remove(db, person=by, draft_id=draft_id, at=AT)
