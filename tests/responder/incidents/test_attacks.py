"""A wave of hatred with eight real customers inside: held, spared, answered with one text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import DraftState, IncidentKind, IncidentState, Language, MentionState, Role
from otklik.errors import ApprovalError
from otklik.models import DraftRow, Incident, Mention
from otklik.store import members
from responder import labelling, statements
from responder.incidents import attack_holds, attacks, life, membership, working
from responder.incidents.attack_people import Who
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from responder.policy.seeing import see
from tests.acts import approve
from tests.fakes import Stage, make_stage

INSULT = "Идиоты и бездари, позорная контора, закройте лавку наконец, {name}"
CASE = "Заказ {n} привезли без двух позиций, верните деньги, доставка опоздала"
SAID = "Видим, что пишут. На вопросы по заказам отвечаем каждому, оскорбления без ответа."
WAVE, CRITICS = 16, 8


@dataclass
class Attack:
    """The stage, the incident, and who wrote which comment."""

    stage: Stage
    incident_id: int
    critics: tuple[int, ...]

    def act(self, verb: Any, role: Role = Role.LEAD, **more: Any) -> Any:
        with session(self.stage.desk.engine) as db:
            person, at = self.stage.people[role], self.stage.clock()
            return verb(db, person=person, incident_id=self.incident_id, at=at, **more)

    def rows(self) -> list[Mention]:
        with reading(self.stage.desk.engine) as db:
            query = select(Mention).where(Mention.incident_id == self.incident_id)
            return list(db.exec(query.order_by(col(Mention.id))))

    def hostile(self) -> list[Mention]:
        return [row for row in self.rows() if row.id not in self.critics]

    def real(self) -> list[Mention]:
        return [row for row in self.rows() if row.id in self.critics]

    def one(self) -> Incident:
        with reading(self.stage.desk.engine) as db:
            return db.get_one(Incident, self.incident_id)

    def drafts(self) -> list[DraftRow]:
        with reading(self.stage.desk.engine) as db:
            return list(db.exec(select(DraftRow).where(DraftRow.state == DraftState.PROPOSED)))

    def say(self) -> int:
        """One statement in force; its id."""
        with session(self.stage.desk.engine) as db:
            made = statements.propose(
                db,
                person=self.stage.people[Role.OPERATOR],
                incident_id=self.incident_id,
                language=Language.RUSSIAN,
                text=SAID,
                at=self.stage.clock(),
            )
            for role in (Role.APPROVER, Role.LEAD)[: made.approvals_needed]:
                person, at = self.stage.people[role], self.stage.clock()
                digest, number = made.text_digest, made.id or 0
                statements.approve(
                    db, person=person, statement_id=number, text_digest=digest, at=at
                )
        pipeline.drain(self.stage.desk)
        return number


def arrive(stage: Stage) -> None:
    """What was written meanwhile is read and worked on."""
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)


@pytest.fixture
def attack(sqlite_engine: Engine) -> Attack:
    """Sixteen insults, which make the incident; eight customers put among them."""
    stage = make_stage(sqlite_engine, shipped_policy(), shipped_knowledge())
    for n in range(WAVE):
        stage.site.add(INSULT.format(name=f"аноним{n}"), f"hater{n}")
    pipeline.drain(stage.desk)
    for n in range(CRITICS):
        stage.site.add(CASE.format(n=4400 + n), f"customer{n}")
    arrive(stage)
    with session(sqlite_engine) as db:
        rows = db.exec(select(Mention).order_by(col(Mention.id))).all()
        (number,) = {row.incident_id for row in rows[:WAVE]} - {None}
        critics = tuple(row.id or 0 for row in rows[WAVE:])
        members.save_members(db, critics, number)
        db.expire_all()
        incident = db.get_one(Incident, number)
        members.save_counts(db, incident)
        attacks.refresh(db, incident, stage.clock())
    return Attack(stage, number or 0, critics)


def test_the_machine_suspects_it_and_holds_the_hostile_with_the_reason(attack: Attack) -> None:
    one = attack.one()
    assert (one.kind, one.state) == (IncidentKind.ATTACK, IncidentState.SUSPECTED)
    kept = attacks.Evidence.from_row(one.evidence)
    assert (kept.sample, kept.claims) == (24, 0.3333)
    assert {(row.state, row.last_error) for row in attack.hostile()} == {
        (MentionState.HELD, attack_holds.HELD)
    }


def test_none_of_eight_critics_is_handled_as_part_of_it(attack: Attack) -> None:
    with reading(attack.stage.desk.engine) as db:
        one = db.get_one(Incident, attack.incident_id)
        assert attacks.spared(db, one) == sorted(attack.critics)
        assert attacks.list_real(db, one) == sorted(attack.critics)
    before = {row.mention_id: row.text for row in attack.drafts()}
    assert set(before) == set(attack.critics), "each has a draft of its own, nobody else has one"
    assert {row.state for row in attack.real()} == {MentionState.DRAFTED}
    attack.act(working.name_kind, kind=IncidentKind.ATTACK)
    attack.say()
    assert {row.state for row in attack.real()} == {MentionState.DRAFTED}
    after = {row.mention_id: row.text for row in attack.drafts()}
    assert {key: after[key] for key in attack.critics} == before
    assert not any(SAID in after[key] for key in attack.critics)


def test_policy_sees_a_critic_outside_the_wave_and_the_hostile_inside(attack: Attack) -> None:
    policy = shipped_policy()
    with reading(attack.stage.desk.engine) as db:
        rows = list(db.exec(select(Mention).where(Mention.incident_id == attack.incident_id)))
        seen = see(db, rows, [policy], attack.stage.clock())
        kinds = {row.id: seen.of(policy, row).incident_kind for row in rows}
    assert {kinds[one] for one in attack.critics} == {None}
    assert {kinds[row.id] for row in attack.hostile()} == {IncidentKind.ATTACK}


def test_one_text_in_a_thread_carries_the_statement_and_the_rest_is_held(attack: Attack) -> None:
    number = attack.say()
    carriers = [row for row in attack.drafts() if row.statement_id == number]
    assert [row.text for row in carriers] == [SAID]
    states = [row.state for row in attack.hostile()]
    assert (states.count(MentionState.DRAFTED), states.count(MentionState.HELD)) == (1, WAVE - 1)
    attack.stage.site.add(INSULT.format(name="ещё один"), "hater99")
    arrive(attack.stage)
    assert len([row for row in attack.drafts() if row.statement_id == number]) == 1
    late = attack.rows()[-1]
    assert (late.state, late.last_error) == (MentionState.HELD, attack_holds.HELD)


def test_no_attack_after_all_lets_everything_go_and_the_machine_does_not_insist(
    attack: Attack,
) -> None:
    attack.act(working.name_kind, kind=IncidentKind.FAULT)
    assert {row.state for row in attack.hostile()} == {MentionState.GROUPED}
    pipeline.drain(attack.stage.desk)
    assert not any(attack_holds.is_held(row) for row in attack.rows())
    with session(attack.stage.desk.engine) as db:
        one = db.get_one(Incident, attack.incident_id)
        attacks.refresh(db, one, attack.stage.clock())
        assert attacks.evidence_of(db, one).looks_like_attack
    assert attack.one().kind is IncidentKind.FAULT


def test_a_draft_of_one_who_is_held_waits_unharmed_and_cannot_be_approved(attack: Attack) -> None:
    attack.act(working.name_kind, kind=IncidentKind.FAULT)
    first = attack.hostile()[0]
    with session(attack.stage.desk.engine) as db:
        row = db.get_one(Mention, first.id)
        row.state = MentionState.DECIDED  # the policy wants it answered
        db.add(row)
    pipeline.drain(attack.stage.desk)
    (draft,) = [one for one in attack.drafts() if one.mention_id == first.id]
    attack.act(working.name_kind, kind=IncidentKind.ATTACK)
    assert attack_holds.is_held(attack.hostile()[0])
    with pytest.raises(ApprovalError, match="part of an attack"):
        approve(attack.stage, draft)
    attack.act(life.dismiss, reason="спор двух фанатов")
    assert attack.hostile()[0].state is MentionState.DRAFTED
    assert draft.id in {one.id for one in attack.drafts()}


def test_who_is_taken_out_or_labelled_a_critic_is_free(attack: Attack) -> None:
    first, second = (row.id or 0 for row in attack.hostile()[:2])
    attack.act(membership.exclude, mention_ids=[first])
    with session(attack.stage.desk.engine) as db:
        labelling.label(
            db,
            person=attack.stage.people[Role.OPERATOR],
            mention_id=second,
            mention_version=1,
            field="stance",
            value="critic",
            at=attack.stage.clock(),
        )
        assert {db.get_one(Mention, one).state for one in (first, second)} == {MentionState.GROUPED}
        who = attacks.sort_members(db, db.get_one(Incident, attack.incident_id))
    assert who[second] is Who.CASE
    assert first not in who


def test_who_told_a_case_before_is_spared_for_an_insult_in_the_wave(attack: Attack) -> None:
    attack.stage.site.add(INSULT.format(name="это снова я"), "customer0")
    arrive(attack.stage)
    late = attack.rows()[-1]
    with reading(attack.stage.desk.engine) as db:
        who = attacks.sort_members(db, db.get_one(Incident, attack.incident_id))
    assert who[late.id or 0] is Who.KNOWN
    assert not attack_holds.is_held(late)
