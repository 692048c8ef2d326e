"""Facts and powers kept at the desk: proposed, activated by a second person, followed at once."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, update

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import AlertKind, DraftState, ProposalState, ReplyState, Role
from otklik.errors import (
    ApprovalError,
    InputError,
    NotAllowed,
    PolicyError,
    SecondApprovalNeeded,
    StaleText,
)
from otklik.knowing import FollowingKnowledge
from otklik.models import Alert, AuditEvent, DraftRow, Person, Reply
from otklik.people import add_person
from responder import approval, leases, rewriting
from responder.drafting import DeterministicWriter
from responder.knowledge import changing
from responder.knowledge.file import list_named_texts, parse_knowledge, shipped_knowledge
from responder.knowledge.writing_yaml import export
from responder.policy.file import shipped_policy
from tests.fakes import START, Stage, make_stage
from tests.responder.knowledge.place import COMMENT, FACT, FLAGS, POWER, Place


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    file = tmp_path / "mine.yaml"
    file.write_text(list_named_texts("shop")[0][0], "utf-8")
    with session(engine) as db:
        people = [
            add_person(db, login=name, role=role, password=None, at=START, brand_id="default")
            for name, role in (("a", Role.LEAD), ("b", Role.ADMIN), ("c", Role.OPERATOR))
        ]
    return Place(engine, file, *people)


def staged(place: Place, known: FollowingKnowledge) -> Stage:
    stage = make_stage(place.engine, shipped_policy(), shipped_knowledge())
    return with_known(stage, known)


def with_known(stage: Stage, known: FollowingKnowledge) -> Stage:
    return replace(stage, desk=replace(stage.desk, known=known, writer=DeterministicWriter(known)))


def drafts(place: Place) -> list[DraftRow]:
    with reading(place.engine) as db:
        return list(
            db.exec(
                select(DraftRow)
                .where(DraftRow.state == DraftState.PROPOSED)
                .order_by(col(DraftRow.id))
            )
        )


def test_what_a_second_person_activates_is_cited_by_the_waiting_case_without_a_restart(
    place: Place,
) -> None:
    stage = staged(place, place.follow())
    stage.site.add(COMMENT)
    pipeline.drain(stage.desk)
    (before,) = drafts(place)
    assert "samovar_rent" not in {fact["id"] for fact in before.facts}
    place.activate(place.propose(FLAGS))
    pipeline.drain(stage.desk)
    (after,) = drafts(place)
    assert "samovar_rent" in {fact["id"] for fact in after.facts}
    assert "900" in after.text
    with reading(place.engine) as db:
        found = db.exec(select(AuditEvent).where(col(AuditEvent.action).startswith("fact."))).all()
        actions = [event.action for event in found]
        assert actions == ["fact.proposed", "fact.activated", "fact.drafted_anew"]
        assert found[1].actor == f"person:{place.other.id}"
        audit.verify(db)


def test_a_case_in_somebodys_hands_keeps_its_draft_until_they_ask_for_another(
    place: Place,
) -> None:
    stage = staged(place, place.follow())
    stage.site.add(COMMENT)
    pipeline.drain(stage.desk)
    (before,) = drafts(place)
    who = stage.people[Role.OPERATOR]
    with session(place.engine) as db:
        leases.take(db, person=who, mention_id=before.mention_id, at=stage.clock())
    place.activate(place.propose(FLAGS))
    pipeline.drain(stage.desk)
    (kept,) = drafts(place)
    assert kept.id == before.id
    with session(place.engine) as db:
        rewriting.ask_anew(
            db,
            person=who,
            mention_id=before.mention_id,
            mention_version=before.mention_version,
            draft_id=kept.id,
            at=stage.clock(),
        )
    pipeline.drain(stage.desk)
    (after,) = drafts(place)
    assert "samovar_rent" in {fact["id"] for fact in after.facts}
    with reading(place.engine) as db:
        assert db.get_one(DraftRow, kept.id).state is DraftState.SUPERSEDED


def test_a_fact_activated_while_nothing_ran_is_cited_once_the_scheduler_is_back(
    place: Place,
) -> None:
    stage = staged(place, place.follow())
    stage.site.add(COMMENT)
    pipeline.drain(stage.desk)
    place.activate(place.propose(FLAGS), after=1)
    os.utime(place.file, (0, 0))  # the file was not written since
    pipeline.drain(with_known(stage, place.follow()).desk)
    (after,) = drafts(place)
    assert "samovar_rent" in {fact["id"] for fact in after.facts}
    pipeline.drain(with_known(stage, place.follow()).desk)
    (again,) = drafts(place)
    assert again.id == after.id  # once, not at every start


def test_an_approved_text_is_not_sent_once_the_fact_it_cites_was_changed(place: Place) -> None:
    place.activate(place.propose(FLAGS))
    stage = staged(place, place.follow())
    stage.site.add(COMMENT)
    pipeline.drain(stage.desk)
    (draft,) = drafts(place)
    cited = {fact["id"]: fact["digest"] for fact in draft.facts}
    with session(place.engine) as db:
        approval.approve(
            db,
            person=stage.people[Role.APPROVER],
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            at=stage.clock(),
            mention_version=draft.mention_version,
            undo=timedelta(0),
        )
    dearer = {**FLAGS, "ru": [FLAGS["ru"][0].replace("900", "950")], "en": [
        FLAGS["en"][0].replace("900", "950")]}  # fmt: skip
    place.activate(place.propose(dearer), after=1.0)
    at = stage.clock() + timedelta(hours=1)
    with pytest.raises(DBAPIError, match="over"), session(place.engine) as db:
        db.exec(update(Reply).values(state=ReplyState.SENDING, sending_at=at))
    stage.clock.wait(hours=1)
    pipeline.drain(stage.desk)
    with reading(place.engine) as db:
        (reply,) = db.exec(select(Reply)).all()
        assert reply.state is ReplyState.FAILED
        assert reply.error == "a cited fact has expired: samovar_rent"
    (fresh,) = drafts(place)
    assert "950" in fresh.text
    assert {fact["id"]: fact["digest"] for fact in fresh.facts} != cited


def test_what_was_taken_out_stays_out_whatever_the_file_says(place: Place) -> None:
    known = place.follow()
    subject = known.current.facts[0].id
    place.activate(place.take_out(subject))
    known.follow(START)
    assert known.current.fact(subject) is None
    place.file.write_text(place.file.read_text("utf-8") + "\n# touched\n", "utf-8")
    known.follow(START)
    assert known.current.fact(subject) is None
    assert place.house().origin(FACT, subject).is_out
    with session(place.engine) as db:
        number = changing.propose_file(
            db, person=place.lead, kind=FACT, subject=subject, note="вернуть", base_digest="",
            named=str(place.file), at=START,
        ).id  # fmt: skip
    place.activate(number or 0)
    known.follow(START)
    assert known.current.fact(subject) is not None


def test_a_changed_file_counts_at_once_and_a_broken_one_changes_nothing(place: Place) -> None:
    known = place.follow()
    was = place.file.read_text("utf-8")
    first = known.current.facts[0]
    place.file.write_text(was.replace(first.text_ru, "Совсем другие слова об этом."), "utf-8")
    known.follow(START)
    assert known.current.facts[0].text_ru == "Совсем другие слова об этом."
    place.file.write_text("company: [", "utf-8")
    known.follow(START)
    assert known.problem
    assert known.current.facts[0].text_ru == "Совсем другие слова об этом."
    assert place.follow().current.facts[0].text_ru == "Совсем другие слова об этом."  # restarted
    with reading(place.engine) as db:
        (alert,) = db.exec(select(Alert).where(Alert.kind == AlertKind.KNOWLEDGE_BROKEN)).all()
        assert "mine.yaml" in alert.body
    place.file.write_text(was, "utf-8")
    known.follow(START)
    assert not known.problem


def test_nothing_is_known_where_the_first_file_is_broken(place: Place) -> None:
    place.file.write_text("company: [", "utf-8")
    with pytest.raises(PolicyError):
        place.follow()


def test_nobody_activates_their_own_fact_while_somebody_else_could(place: Place) -> None:
    number = place.propose(FLAGS)
    with pytest.raises(SecondApprovalNeeded):
        place.activate(number, by=place.lead)
    with pytest.raises(NotAllowed):
        place.activate(number, by=place.operator)
    with pytest.raises(DBAPIError, match="somebody else"), session(place.engine) as db:
        db.connection().execute(
            text("UPDATE proposal SET state = 'active', decided_by_id = author_id, is_alone = true")
        )


def test_the_only_lead_of_a_desk_brings_their_own_fact_into_force_and_it_is_on_record(
    place: Place,
) -> None:
    with session(place.engine) as db:
        other = db.get(Person, place.other.id)
        assert other is not None
        other.is_active = False
        db.add(other)
    number = place.propose(FLAGS)
    place.activate(number, by=place.lead)
    assert place.one(number).is_alone
    assert place.one(number).state is ProposalState.ACTIVE
    with reading(place.engine) as db:
        event = db.exec(select(AuditEvent).where(AuditEvent.action == "fact.activated")).one()
        assert (event.detail or {})["alone"] is True


def test_who_keeps_a_fact_true_may_propose_it_and_no_other_operator(place: Place) -> None:
    with pytest.raises(NotAllowed):
        place.propose(FLAGS, by=place.operator)
    own = {**FLAGS, "person": "c"}
    place.activate(place.propose(own, by=place.operator))
    dearer = {**own, "source": "новый прейскурант"}
    place.activate(place.propose(dearer, by=place.operator))
    with pytest.raises(NotAllowed):
        place.propose({**own, "person": "b"}, by=place.operator)  # nobody gives it away alone
    with pytest.raises(NotAllowed):
        place.take_out(shipped_knowledge().facts[0].id, by=place.operator)


def test_a_fact_that_is_wrong_is_not_even_proposed(place: Place) -> None:
    with pytest.raises(InputError, match="whole sentences"):
        place.propose({**FLAGS, "ru": ["самовар 900 рублей"]})
    with pytest.raises(InputError, match="last day is before"):
        place.propose({**FLAGS, "valid_until": "2025-12-31"})
    with pytest.raises(InputError, match="who keeps it true"):
        place.propose({**FLAGS, "owner": "нет"})
    with pytest.raises(InputError, match="none of its words"):
        place.propose({**FLAGS, "keywords": ["—"], "asked": []})
    with pytest.raises(InputError, match="nobody has the login"):
        place.propose({**FLAGS, "person": "ghost"})
    place.activate(place.propose(FLAGS))
    with pytest.raises(InputError, match="says this already"):
        place.propose(FLAGS)
    with pytest.raises(StaleText):
        place.propose({**FLAGS, "source": "другой"}, base="")


def test_a_contradiction_is_said_before_a_fact_is_proposed(place: Place) -> None:
    place.activate(place.propose(FLAGS))
    other = {**FLAGS, "id": "samovar_two", "keywords": ["самоварный"]}
    other["ru"] = ["Самовар напрокат стоит 1200 рублей в сутки, залог 3000 рублей."]
    other["en"] = ["A samovar for hire is 1200 roubles a day, with a deposit of 3000 roubles."]
    with pytest.raises(InputError, match="contradicts"):
        place.propose(other)
    place.propose(other, accepts=True)
    with reading(place.engine) as db:
        events = db.exec(select(AuditEvent).where(AuditEvent.action == "fact.proposed")).all()
        assert (events[-1].detail or {})["against"] == ["samovar_rent"]


def test_a_fact_that_only_holds_longer_leaves_approved_texts_alone(place: Place) -> None:
    short = {**FLAGS, "valid_until": "2026-12-31"}
    place.activate(place.propose(short))
    digest = place.house().knowledge.fact("samovar_rent")
    assert digest is not None
    place.activate(place.propose({**FLAGS, "valid_until": "2027-12-31"}))
    with reading(place.engine) as db:
        query = text("SELECT count(*) FROM fact_end")
        assert db.connection().execute(query).scalar_one() == 0


def test_powers_are_changed_by_two_people(place: Place) -> None:
    power = place.house().knowledge.powers[0]
    values = place.house().values(POWER, power.id)
    with pytest.raises(NotAllowed):
        place.propose({**values, "owner": "другой"}, kind=POWER, by=place.operator)
    more = {**values, "up_to": power.up_to + 100}
    more["limits"] = {**values.get("limits", {}), "operator": power.up_to + 100}
    number = place.propose(more, kind=POWER)
    with pytest.raises(SecondApprovalNeeded):
        place.activate(number, by=place.lead)
    known = place.follow()
    place.activate(number)
    known.follow(START)
    sums = {one.id: one.up_to for one in known.current.powers}
    assert sums[power.id] == power.up_to + 100


def test_what_is_exported_reads_back_as_the_same(place: Place) -> None:
    place.activate(place.propose(FLAGS), place.take_out(place.house().knowledge.facts[0].id))
    house = place.house()
    out = export(
        house.contents,
        [mark for mark, _ in house.contents.facts],
        [mark for mark, _ in house.contents.powers],
    )
    again = parse_knowledge(out, "again.yaml")
    left = [fact.model_dump(exclude={"place"}) for fact in again.facts]
    assert left == [fact.model_dump(exclude={"place"}) for fact in house.knowledge.facts]
    assert [one.digest for one in again.facts] == [one.digest for one in house.knowledge.facts]
    assert again.things == house.knowledge.things


def test_an_author_takes_back_and_a_lead_refuses_with_a_reason(place: Place) -> None:
    first, second = place.propose(FLAGS), place.propose({**FLAGS, "source": "другой"})
    assert place.one(first).state is ProposalState.REJECTED  # the newer one of its author
    with session(place.engine) as db:
        with pytest.raises(InputError):
            changing.reject(db, person=place.other, proposal_id=second, reason=" ", at=START)
        changing.reject(db, person=place.other, proposal_id=second, reason="рано", at=START)
    with pytest.raises(StaleText):
        place.activate(second)


def test_approval_of_a_text_that_rests_on_a_changed_fact_is_refused(place: Place) -> None:
    place.activate(place.propose(FLAGS))
    stage = staged(place, place.follow())
    stage.site.add(COMMENT)
    pipeline.drain(stage.desk)
    (draft,) = drafts(place)
    place.activate(place.take_out("samovar_rent"), after=1.0)
    with pytest.raises(ApprovalError, match="samovar_rent"), session(place.engine) as db:
        approval.approve(
            db,
            person=stage.people[Role.APPROVER],
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            at=START + timedelta(hours=2),
            mention_version=draft.mention_version,
            undo=timedelta(0),
        )
