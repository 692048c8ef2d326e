"""The same contact in two comments suggests one person; people confirm, refuse and undo."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import CaseState, LinkState, Role, Topic
from otklik.errors import NotAllowed, StaleText
from otklik.models import Author, AuthorLink, Case, ContactMark, DraftRow, Reply
from otklik.store import cases, histories, links
from responder import leases, same_person
from responder.proposing import requests_for
from responder.same_person import find_contacts
from tests.acts import approve_fully, mention_of, proposed
from tests.fakes import Stage

PHONE = "Доставка опоздала, мой телефон +7 (912) 345-67-89, перезвоните."
AGAIN = "Заказ так и не приехал! Звоните 8 912 345 67 89."


def two(stage: Stage, first: str = PHONE, second: str = AGAIN) -> tuple[int, int]:
    numbers = stage.site.add(first, "anna"), stage.site.add(second, "anna_v")
    pipeline.drain(stage.desk)
    return numbers


def link_of(stage: Stage) -> AuthorLink | None:
    with reading(stage.desk.engine) as db:
        return db.exec(select(AuthorLink)).one_or_none()


def suggested(stage: Stage) -> AuthorLink:
    found = link_of(stage)
    assert found is not None
    return found


def case_of(db: Session, number: int) -> Case:
    return db.get_one(Case, mention_of(db, number).case_id)


def confirm(stage: Stage, link: AuthorLink, role: Role = Role.APPROVER) -> Case | None:
    with session(stage.desk.engine) as db:
        return same_person.confirm(
            db, person=stage.people[role], link_id=link.id or 0, at=stage.clock()
        )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Мой номер +7 (912) 345-67-89", {("phone", "9123456789")}),
        ("8 912 345 67 89", {("phone", "9123456789")}),
        ("пишите на Anna.V@mail.example", {("email", "anna.v@mail.example")}),
        ("Заказ № 7734512 не приехал", {("order", "7734512")}),
        ("заказ номер AB-77345", {("order", "ab77345")}),
        ("Заказ 4512, ждал 3 дня, заплатил 12 500 рублей", set()),
        ("Анна Задунайская, Урюпинск", set()),
        ("Курьер приехал 12.11.2026 в 18:30", set()),
    ],
)
def test_contacts_are_found_in_one_form(text: str, expected: set[tuple[str, str]]) -> None:
    assert find_contacts(text) == expected


def test_the_same_phone_suggests_one_person_and_is_never_kept(stage: Stage) -> None:
    two(stage)
    link = suggested(stage)
    assert (link.state, link.evidence) == (LinkState.SUGGESTED, "the same phone")
    with reading(stage.desk.engine) as db:
        marks = db.exec(select(ContactMark)).all()
    assert len(marks) == 2
    assert len({mark.digest for mark in marks}) == 1
    assert not any("345" in mark.model_dump_json(include={"kind"}) for mark in marks)
    assert all("9123456789" not in mark.digest for mark in marks)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Чай пахнет пылью. Анна Задунайская, Урюпинск", "Доставка ужас. А. Задунайская, Урюпинск"),
        ("Доставка опоздала, звонил вам на 8 800 555 35 35", "Заказ где? 8-912-345-67-89"),
        ("Заказ 4512 не приехал", "Заказ 4512 не приехал"),
    ],
)
def test_a_rare_name_or_a_short_number_suggests_nobody(
    stage: Stage, first: str, second: str
) -> None:
    two(stage, first, second)
    assert link_of(stage) is None


def test_a_number_that_everybody_names_suggests_nobody(stage: Stage) -> None:
    for number in range(6):
        stage.site.add(f"Доставка опоздала, курьер звонил с +79001112233, {number}", f"n{number}")
    pipeline.drain(stage.desk)
    assert link_of(stage) is None


def test_confirmed_accounts_have_one_case_with_one_owner(stage: Stage) -> None:
    one, other = two(stage)
    with session(stage.desk.engine) as db:
        owned = case_of(db, other)
        owned.owner_id = stage.people[Role.OPERATOR].id
        db.add(owned)
    link = suggested(stage)
    kept = confirm(stage, link)
    assert kept is not None
    with reading(stage.desk.engine) as db:
        assert case_of(db, one).id == case_of(db, other).id == kept.id
        assert kept.owner_id == stage.people[Role.OPERATOR].id
        open_ = db.exec(select(Case).where(Case.state == CaseState.OPEN)).all()
        assert [case.id for case in open_] == [kept.id]
        assert cases.list_canonical_ids(db, [link.second_id]) == {link.second_id: link.first_id}
        assert histories.list_accounts(db, [link.second_id]) == {
            link.first_id: link.first_id,
            link.second_id: link.first_id,
        }
        told = cases.list_case_mentions(db, kept.id or 0)
    assert [line.author_name for line in told] == ["anna", "anna_v"]


def test_what_a_known_person_writes_next_joins_their_story(stage: Stage) -> None:
    one, _ = two(stage)
    confirm(stage, suggested(stage))
    stage.clock.wait(minutes=1)
    third = stage.site.add("И чай пахнет пылью", "anna_v", at=stage.clock())
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        assert case_of(db, third).id == case_of(db, one).id


def test_undone_each_has_a_story_of_their_own_again(stage: Stage) -> None:
    one, other = two(stage)
    link = suggested(stage)
    confirm(stage, link)
    with session(stage.desk.engine) as db:
        same_person.undo(
            db, person=stage.people[Role.APPROVER], link_id=link.id or 0, at=stage.clock()
        )
    assert suggested(stage).state == LinkState.SUGGESTED
    with reading(stage.desk.engine) as db:
        assert case_of(db, one).id != case_of(db, other).id
        assert {case_of(db, one).state, case_of(db, other).state} == {CaseState.OPEN}
        linked = db.exec(select(Author).where(col(Author.same_as_id).is_not(None))).all()
        assert linked == []


def test_two_people_stay_two_and_are_not_suggested_again(stage: Stage) -> None:
    two(stage)
    link = suggested(stage)
    with session(stage.desk.engine) as db:
        same_person.refuse(
            db, person=stage.people[Role.APPROVER], link_id=link.id or 0, at=stage.clock()
        )
    stage.clock.wait(minutes=1)
    stage.site.add("Ещё раз: +7 912 345 67 89, где заказ?", "anna", at=stage.clock())
    pipeline.drain(stage.desk)
    assert suggested(stage).state == LinkState.REFUSED
    with pytest.raises(StaleText, match="refused by now"):
        confirm(stage, link)


def test_three_accounts_come_together_through_the_one_between(stage: Stage) -> None:
    for text, name in (
        (PHONE, "anna"),
        (AGAIN + " a@b.example", "anna_v"),
        ("Где доставка? a@b.example", "a.v"),
    ):
        stage.site.add(text, name)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        found = links.list_suggested(db, stage.desk.brand_id)
    assert [link.evidence for link in found] == ["the same phone", "the same email"]
    for link in found:
        confirm(stage, link)
    with reading(stage.desk.engine) as db:
        open_ = db.exec(select(Case).where(Case.state == CaseState.OPEN)).all()
        assert len(links.list_person(db, found[0].first_id)) == 3
    assert len(open_) == 1


def test_an_operator_does_not_decide_who_is_who(stage: Stage) -> None:
    two(stage)
    with pytest.raises(NotAllowed):
        confirm(stage, suggested(stage), Role.OPERATOR)


def test_the_database_refuses_a_link_nobody_has_decided(stage: Stage) -> None:
    two(stage)
    link = suggested(stage)
    confirmed = (
        update(AuthorLink).where(col(AuthorLink.id) == link.id).values(state=LinkState.CONFIRMED)
    )
    with (
        pytest.raises(IntegrityError, match="decided by a person"),
        session(stage.desk.engine) as db,
    ):
        db.exec(confirmed)


def test_who_was_answered_elsewhere_is_told_with_the_place(stage: Stage) -> None:
    one, other = two(stage)
    confirm(stage, suggested(stage))
    approve_fully(stage, proposed(stage, one))
    pipeline.post(stage.desk)
    with reading(stage.desk.engine) as db:
        mentions = [mention_of(db, one), mention_of(db, other)]
        found = cases.list_answered_elsewhere(db, mentions, stage.clock())
    assert list(found) == [mentions[1].id]
    told = found[mentions[1].id or 0]
    assert (told.mention_id, told.is_out) == (mentions[0].id, True)
    assert told.url.startswith("http://site/#")
    stage.clock.wait(days=15)
    with reading(stage.desk.engine) as db:
        assert cases.list_answered_elsewhere(db, mentions, stage.clock()) == {}


def test_one_lease_covers_all_accounts_of_a_person(stage: Stage) -> None:
    one, other = two(stage)
    confirm(stage, suggested(stage))
    with session(stage.desk.engine) as db:
        ids = [mention_of(db, number).id or 0 for number in (one, other)]
        leases.take(db, person=stage.people[Role.OPERATOR], mention_id=ids[0], at=stage.clock())
        held = leases.holder_of(db, ids, stage.clock())
    assert {holder.name for holder in held.values()} == {"operator"}
    assert set(held) == set(ids)


def test_a_draft_refers_to_what_its_author_was_told_elsewhere(stage: Stage) -> None:
    one, other = two(stage, PHONE, "Доставка опять опоздала. " + PHONE)
    confirm(stage, suggested(stage))
    approve_fully(stage, proposed(stage, one))
    pipeline.post(stage.desk)
    with reading(stage.desk.engine) as db:
        rows = [mention_of(db, one), mention_of(db, other)]
        first, second = requests_for(db, rows, limits={}, at=stage.clock()).values()
        reply = db.exec(select(Reply).where(Reply.mention_id == rows[0].id)).one()
        cited = {fact["id"] for fact in db.get_one(DraftRow, reply.draft_id).facts}
        rows[1].topic = Topic.PRICE if rows[0].topic is not Topic.PRICE else Topic.STAFF
        third = requests_for(db, rows, limits={}, at=stage.clock())[rows[1].id or 0]
    assert first.answered_before is None
    assert second.answered_before is not None
    assert second.answered_before.fact_ids == cited
    assert third.answered_before is None  # about something else
