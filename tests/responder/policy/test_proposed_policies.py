"""Policies written at the desk: proposed by one lead, activated by another person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.entries import ChannelSettings
from otklik.enums import ProposalKind, ProposalState, RehearsalState, Role
from otklik.errors import InputError, NotAllowed, PolicyError, SecondApprovalNeeded, StaleText
from otklik.models import Alert, AuditEvent, DecisionRow, Person, Proposal, WorkingText
from otklik.people import add_person
from otklik.policies import Following
from otklik.settings import Settings
from otklik.store import proposals
from responder.policy import proposing, rehearsing
from responder.policy.file import parse_policy, shipped_policy
from responder.policy.kept import find_in_force
from tests.fakes import START
from tests.responder.policy.conftest import StageMaker, policy_of

ONE = policy_of("{stance: critic}")
TWO = policy_of("{stance: [critic, praise]}", version=2, hit="{stance: praise}")
THREE = TWO.replace("version: 2", "version: 3").replace("hold: hit", "hold: otherwise")
BROKEN = TWO.replace("stance:", "stanse:", 1)
CHANNELS = [ChannelSettings(name="day", kind="console", min_urgency=0)]


@dataclass
class House:
    """A desk whose file says `ONE`, with two leads and an operator."""

    engine: Engine
    file: Path
    lead: Person
    other: Person
    operator: Person

    def follow(self) -> Following:
        settings = Settings(policy_file=str(self.file), channels=CHANNELS)
        return Following(self.engine, settings, START)

    def base(self) -> str:
        with reading(self.engine) as db:
            return proposing.digest_in_force(db, "default")

    def propose(self, written: str, *, by: Person | None = None, base: str | None = None) -> int:
        with session(self.engine) as db:
            made = proposing.propose(
                db,
                person=by or self.lead,
                text=written,
                note="потому что",
                base_digest=self.base() if base is None else base,
                at=START,
            )
            return made.id or 0

    def activate(self, number: int, by: Person | None = None) -> None:
        with session(self.engine) as db:
            who = by or self.other
            proposing.activate(db, person=who, proposal_id=number, at=START, file=str(self.file))

    def one(self, number: int) -> Proposal:
        with reading(self.engine) as db:
            return proposals.get_proposal(db, number)


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> House:
    file = tmp_path / "mine.yaml"
    file.write_text(ONE, "utf-8")
    with session(engine) as db:
        people = [
            add_person(db, login=name, role=role, password=None, at=START, brand_id="default")
            for name, role in (("a", Role.LEAD), ("b", Role.ADMIN), ("c", Role.OPERATOR))
        ]
    return House(engine, file, *people)


def test_what_a_second_person_activates_decides_the_next_mention_without_a_restart(
    house: House, make: StageMaker
) -> None:
    policies = house.follow()
    stage = make(shipped_policy())
    desk = replace(stage.desk, policies=policies)
    stage.site.add("Чай пришёл мокрым")
    pipeline.drain(desk)
    house.activate(house.propose(THREE.replace("version: 3", "version: 2")))
    stage.clock.wait(minutes=5)
    stage.site.add("Спасибо, всё понравилось")
    pipeline.drain(desk)
    with reading(house.engine) as db:
        rows = db.exec(select(DecisionRow).order_by(col(DecisionRow.id))).all()
        assert [(row.rule_id, row.policy_version) for row in rows] == [("hit", 1), ("hit", 2)]
        found = find_in_force(db, "default")
        assert found is not None
        assert found.version == 2
        events = db.exec(
            select(AuditEvent).where(col(AuditEvent.action).startswith("policy."))
        ).all()
        assert [event.action for event in events] == [
            *("policy.loaded", "policy.proposed", "policy.loaded")
        ]
        assert events[-1].actor == f"person:{house.other.id}"
        assert (events[-1].detail or {})["proposal"] == 1
        audit.verify(db)
    assert house.follow().current.version == 2  # after a restart, too


def test_nobody_activates_their_own_proposal(house: House) -> None:
    house.follow()
    number = house.propose(TWO)
    with pytest.raises(SecondApprovalNeeded):
        house.activate(number, house.lead)
    with pytest.raises(NotAllowed):
        house.activate(number, house.operator)
    assert house.one(number).state is ProposalState.PROPOSED
    with pytest.raises(DBAPIError), session(house.engine) as db:
        db.connection().execute(
            text("UPDATE proposal SET state = 'active', decided_by_id = author_id")
        )


def test_what_was_proposed_never_changes(house: House) -> None:
    house.follow()
    house.propose(TWO)
    with pytest.raises(DBAPIError), session(house.engine) as db:
        db.connection().execute(text("UPDATE proposal SET text = 'name: other'"))
    with pytest.raises(DBAPIError), session(house.engine) as db:
        db.connection().execute(text("UPDATE proposal SET state = 'retired', decided_by_id = 2"))


def test_a_text_that_is_wrong_is_not_even_proposed(house: House) -> None:
    house.follow()
    with pytest.raises(PolicyError, match="policy:8:12: unknown key 'stanse'"):
        house.propose(BROKEN)
    with pytest.raises(PolicyError, match=r"policy:2:1: .*must rise above 1"):
        house.propose(ONE.replace("hold: hit", "hold: other"))
    with pytest.raises(PolicyError, match="policy:3:1: a policy of the desk is live"):
        house.propose(TWO.replace("mode: live", "mode: shadow"))
    with pytest.raises(InputError, match="in force already"):
        house.propose(ONE)
    with pytest.raises(NotAllowed):
        house.propose(TWO, by=house.operator)


def test_a_proposal_written_for_an_older_policy_is_not_activated(house: House) -> None:
    house.follow()
    first, second = house.propose(TWO), house.propose(THREE, by=house.other)
    house.activate(first)
    with pytest.raises(StaleText, match="has changed since"):
        house.activate(second, house.lead)
    with pytest.raises(StaleText, match="has changed since"):
        house.propose(THREE, base=parse_policy(ONE, "").digest)
    with pytest.raises(StaleText, match="decided on already"):
        house.activate(first)
    house.activate(house.propose(THREE))
    assert house.one(first).state is ProposalState.RETIRED


def test_a_newer_proposal_of_the_same_author_takes_the_place_of_the_older(house: House) -> None:
    house.follow()
    first, second = house.propose(TWO), house.propose(THREE)
    assert house.one(first).state is ProposalState.REJECTED
    assert house.one(second).state is ProposalState.PROPOSED


def test_a_rejection_needs_a_reason_and_a_withdrawal_none(house: House) -> None:
    house.follow()
    number = house.propose(TWO)
    with session(house.engine) as db:
        with pytest.raises(InputError):
            proposing.reject(db, person=house.other, proposal_id=number, reason=" ", at=START)
        proposing.reject(db, person=house.lead, proposal_id=number, reason="", at=START)
    assert house.one(number).state is ProposalState.REJECTED


def test_what_the_desk_activated_goes_before_the_file_until_two_people_follow_it_again(
    house: House,
) -> None:
    policies = house.follow()
    house.activate(house.propose(TWO))
    house.file.write_text(THREE.replace("otherwise", "from the file"), "utf-8")
    policies.follow(START)
    assert policies.current.version == 2
    with session(house.engine) as db:
        number = proposing.propose_file(
            db, person=house.lead, file=str(house.file), note="файл", at=START
        ).id
    house.activate(number or 0)
    policies.follow(START)
    assert policies.current.text == house.file.read_text("utf-8")
    house.file.write_text(THREE.replace("version: 3", "version: 4"), "utf-8")
    policies.follow(START)
    assert policies.current.version == 4


def test_a_file_with_an_older_version_cannot_be_followed_again(house: House) -> None:
    house.follow()
    house.activate(house.propose(TWO))
    with session(house.engine) as db, pytest.raises(PolicyError, match="must rise above 2"):
        proposing.propose_file(db, person=house.lead, file=str(house.file), note="x", at=START)


def test_a_file_changed_after_it_was_proposed_is_not_activated(house: House) -> None:
    house.follow()
    house.activate(house.propose(TWO))
    house.file.write_text(THREE, "utf-8")
    with session(house.engine) as db:
        made = proposing.propose_file(
            db, person=house.lead, file=str(house.file), note="x", at=START
        )
    house.file.write_text(THREE.replace("version: 3", "version: 4"), "utf-8")
    with pytest.raises(StaleText, match="file has changed"):
        house.activate(made.id or 0)


def test_an_active_text_this_reader_refuses_leaves_the_last_good_revision(house: House) -> None:
    """As after an upgrade whose reader is stricter."""
    policies = house.follow()
    with session(house.engine) as db:
        db.add(
            Proposal(
                kind=ProposalKind.POLICY,
                subject=proposals.POLICY,
                text=BROKEN,
                digest="b" * 64,
                note="x",
                author_id=house.lead.id or 0,
                created_at=START,
            )
        )
        db.flush()
        row = db.exec(select(Proposal)).one()
        row.state, row.decided_by_id = ProposalState.ACTIVE, house.other.id
    policies.follow(START)
    assert policies.current.version == 1
    assert "desk:1:8:12" in policies.problem
    with reading(house.engine) as db:
        assert len(db.exec(select(Alert)).all()) == 1
    assert house.follow().current.version == 1


def test_a_proposal_in_the_shadow_decides_beside_until_it_is_activated(house: House) -> None:
    policies = house.follow()
    number = house.propose(TWO)
    with session(house.engine) as db:
        proposing.set_shadow(db, person=house.lead, proposal_id=number, is_on=True, at=START)
    policies.follow(START)
    assert policies.shadow is not None
    assert (policies.current.version, policies.shadow.version) == (1, 2)
    other = house.propose(THREE, by=house.other)
    with session(house.engine) as db:
        proposing.set_shadow(db, person=house.lead, proposal_id=other, is_on=True, at=START)
    policies.follow(START)
    assert policies.shadow.version == 3
    assert not house.one(number).is_shadowed
    with session(house.engine) as db:
        proposing.set_shadow(db, person=house.lead, proposal_id=other, is_on=False, at=START)
    policies.follow(START)
    assert policies.shadow is None
    house.activate(number)
    policies.follow(START)
    assert policies.current.version == 2


def test_a_proposal_ends_what_its_author_was_writing(house: House) -> None:
    house.follow()
    with session(house.engine) as db:
        db.add(
            WorkingText(
                person_id=house.lead.id or 0,
                kind=ProposalKind.POLICY,
                subject=proposals.POLICY,
                text=TWO,
                saved_at=START,
            )
        )
    house.propose(TWO)
    with reading(house.engine) as db:
        assert proposals.find_working_text(db, house.lead.id or 0, ProposalKind.POLICY) is None


def test_the_next_free_version_is_above_all_that_were_ever_kept(house: House) -> None:
    house.follow()
    house.activate(house.propose(THREE))
    with reading(house.engine) as db:
        assert proposing.find_next_version(db, "default", ONE) == 4
        assert proposing.find_next_version(db, "default", "name: strange") == 1
    assert proposing.with_version(ONE, 4).splitlines()[1] == "version: 4"


@pytest.fixture
def decided(house: House, make: StageMaker) -> House:
    stage = make(parse_policy(ONE, "one.yaml"))
    desk = replace(stage.desk, policies=house.follow())
    for number in range(7):
        stage.site.add("Спасибо, всё понравилось", f"anna{number}")
    stage.site.add("Чай пришёл мокрым", "oleg")
    pipeline.drain(desk)
    return house


def rehearse(house: House, written: str, most: int = 100) -> dict[str, object]:
    policy = proposing.read_text(written)
    with session(house.engine) as db:
        row = rehearsing.start(db, person=house.lead, policy=policy, days=30, at=START)
    rehearsing.run(house.engine, row, policy, ZoneInfo("Europe/Moscow"), most=most)
    with reading(house.engine) as db:
        kept = proposals.find_last_rehearsal(db, "default", policy.digest)
    assert kept is not None
    assert kept.state is RehearsalState.DONE
    return kept.result


def test_a_rehearsal_is_kept_and_says_what_would_differ(decided: House) -> None:
    found = rehearse(decided, TWO.replace("then: [{hold: hit}]", "then: [{draft: thank}]"))
    assert (found["mentions"], found["differ"], found["is_cut"]) == (8, 8, False)
    again = rehearse(decided, TWO, most=3)
    assert (again["mentions"], again["is_cut"]) == (3, True)


def test_only_one_rehearsal_runs_at_a_time(decided: House) -> None:
    with session(decided.engine) as db:
        policy = proposing.read_text(TWO)
        rehearsing.start(db, person=decided.lead, policy=policy, days=30, at=START)
        with pytest.raises(StaleText):
            rehearsing.start(db, person=decided.other, policy=policy, days=7, at=START)
        later = START + rehearsing.SILENT * 2
        assert rehearsing.start(db, person=decided.other, policy=policy, days=7, at=later)
        with pytest.raises(NotAllowed):
            rehearsing.start(db, person=decided.operator, policy=policy, days=7, at=later)
