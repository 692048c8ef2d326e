"""Whoever asks to be forgotten is, everywhere; that it was done stays on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import audit, people
from otklik.database import reading, session
from otklik.enums import (
    Abuse,
    AlertKind,
    Claim,
    Language,
    MentionState,
    Role,
    Stance,
    Topic,
)
from otklik.erasing import Erased, erase_author, preview
from otklik.errors import InputError, NotAllowed, NotFound
from otklik.models import (
    Author,
    ContactMark,
    Mention,
    Person,
    ShadowVerdict,
    Source,
    VerdictRow,
)
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread, Page
from otklik.store import alerts, erasing, intake
from otklik.store import audit as log
from tests.thief import everything

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)
SECRET_WORDS = ("Марина", "Кузнецова", "сын", "партия 4471", "marina.example")
REASON = "a letter of hers"


def comment(number: int, words: str, author: str = "u-7") -> CollectedMention:
    name, host = (
        ("Марина Кузнецова", "marina.example") if author == "u-7" else ("Олег", "oleg.example")
    )
    return CollectedMention(
        external_id=f"shop.example/c{number}",
        thread=CollectedThread(external_id="shop.example/t"),
        author=CollectedAuthor(external_id=author, name=name, url=f"https://{host}/"),
        text=words,
        url=f"https://shop.example/c1#{host}",
        media=(f"https://{host}/photo.jpg",),
        original={"mail": host},
        published_at=AT - timedelta(hours=1),
    )


def collect(engine: Engine, *mentions: CollectedMention, at: datetime = AT) -> intake.Intake:
    with session(engine) as db:
        source = db.exec(select(Source)).one()
        return intake.save_page(db, source, Page(mentions=mentions), at)


def verdict_of(mention_id: int, table: Any, **more: object) -> object:
    return table(
        mention_id=mention_id,
        mention_version=1,
        model_version="m",
        claim=next(iter(Claim)),
        abuse=next(iter(Abuse)),
        stance=next(iter(Stance)),
        urgency=3,
        topic=next(iter(Topic)),
        abstained=False,
        value={"reasons": [{"text": "партия 4471"}], "stance": "critic"},
        created_at=AT,
        **more,
    )


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """Марина wrote twice and edited once, Олег once; much was made of it."""
    with session(engine) as db:
        db.add(Source(platform="isso", name="shop", next_due_at=AT))
    collect(engine, comment(1, "Мой сын отравился, партия 4471"), comment(2, "Я Марина"))
    collect(engine, comment(1, "Мой сын отравился! партия 4471"), comment(3, "Спасибо", "u-8"))
    with session(engine) as db:
        number = db.exec(select(Mention.id).where(Mention.external_id == "shop.example/c1")).one()
        author = db.exec(select(Author).where(Author.external_id == "u-7")).one()
        assert number
        db.add(verdict_of(number, VerdictRow, language=next(iter(Language))))
        db.add(verdict_of(number, ShadowVerdict))
        db.add(ContactMark(author_id=author.id or 0, kind="mail", digest="d" * 64, seen_at=AT))
        alerts.save_alert(
            db,
            brand_id="default",
            kind=next(iter(AlertKind)),
            dedup_key="a",
            title="Марина Кузнецова",
            body="сын, партия 4471",
            urgency=3,
            channels=["console"],
            at=AT,
            mention_id=number,
        )
        said = "Марина Кузнецова пишет: сын"
        subjects: list[tuple[str, object, str]] = [
            ("mention", number, said),
            ("author", author.id, said),
            ("source", 1, "pause"),
        ]
        for kind, subject_id, why in subjects:
            subject = (kind, subject_id)
            audit.record(
                db, at=AT, actor="machine", action="x.noted", subject=subject, detail={"why": why}
            )
    return engine


def marina(engine: Engine) -> int:
    with reading(engine) as db:
        found = erasing.list_authors_like(db, "default", "Кузнец")
    return found[0].id or 0


def erase(engine: Engine, person: Person | None = None) -> Erased:
    number = marina(engine)
    with session(engine) as db:
        return erase_author(db, person=person, author_id=number, reason=REASON, at=LATER)


def test_nothing_of_the_person_is_left_in_any_table(shop: Engine) -> None:
    before = everything(shop)
    assert all(word in before for word in SECRET_WORDS)
    assert erase(shop) == Erased(accounts=1, mentions=2, details=2)
    after = everything(shop)
    assert [word for word in SECRET_WORDS if word in after] == []
    assert "Спасибо" in after


def test_how_it_was_judged_stays_and_so_does_the_chain(shop: Engine) -> None:
    number = marina(shop)
    erase(shop)
    with reading(shop) as db:
        report = audit.verify(db)
        assert report.erased == 2
        last = list(log.list_events(db))[-1]
        assert (last.action, last.subject_id, last.actor) == ("author.erased", str(number), "cli")
        assert (last.detail or {})["reason"] == REASON
        verdict = db.exec(select(VerdictRow)).one()
        assert (verdict.urgency, verdict.value) == (
            *(3, {"reasons": [], "stance": "critic", "abstain_reason": ""}),
        )
        assert db.exec(select(ShadowVerdict)).all() == []
        mentions = db.exec(select(Mention).where(Mention.author_id == number)).all()
        assert {one.state for one in mentions} == {MentionState.CLOSED}
        others = db.exec(select(Mention.text).where(col(Mention.author_id) != number)).all()
        assert others == ["Спасибо"]


def test_comments_met_again_are_not_taken_in_again_and_a_new_one_is_a_strangers(
    shop: Engine,
) -> None:
    number = marina(shop)
    erase(shop)
    edited = comment(1, "Мой сын отравился, партия 4471, я дополнила")
    found = collect(shop, edited, comment(2, "Я Марина"), at=LATER)
    assert (found.new, found.edited, found.deleted) == ([], [], [])
    assert [word for word in SECRET_WORDS if word in everything(shop)] == []
    found = collect(shop, edited, comment(9, "Снова здравствуйте"), at=LATER)
    assert len(found.new) == 1
    with reading(shop) as db:
        again = db.get_one(Mention, found.new[0])
        assert again.author_id != number
        assert db.get_one(Author, number).name == ""


def test_accounts_of_the_same_person_go_together(shop: Engine) -> None:
    with session(shop) as db:
        other = db.exec(select(Author).where(Author.external_id == "u-8")).one()
        other.same_as_id = marina(shop)
    assert erase(shop).accounts == 2
    assert "Спасибо" not in everything(shop)


def test_only_a_lead_may_and_only_once(shop: Engine) -> None:
    with session(shop) as db:
        made = {
            role: people.add_person(
                db, login=role.value, role=role, password=None, at=AT, brand_id="default"
            )
            for role in (Role.APPROVER, Role.LEAD)
        }
    with pytest.raises(NotAllowed):
        erase(shop, made[Role.APPROVER])
    number = marina(shop)
    erase(shop, made[Role.LEAD])
    with pytest.raises(InputError, match="already"), session(shop) as db:
        erase_author(db, person=None, author_id=number, reason="", at=LATER)
    with pytest.raises(NotFound), session(shop) as db:
        erase_author(db, person=None, author_id=10_000, reason="", at=LATER)


def test_we_do_not_erase_ourselves(shop: Engine) -> None:
    with session(shop) as db:
        db.exec(select(Author).where(Author.external_id == "u-7")).one().is_ours = True
    with pytest.raises(InputError, match="our own"):
        erase(shop)


def test_a_preview_says_what_will_be_done_and_to_whom(shop: Engine) -> None:
    with session(shop) as db:
        lead = people.add_person(
            db, login="lead", role=Role.LEAD, password=None, at=AT, brand_id="default"
        )
        operator = people.add_person(
            db, login="op", role=Role.OPERATOR, password=None, at=AT, brand_id="default"
        )
        other = people.add_person(
            db, login="other", role=Role.LEAD, password=None, at=AT, brand_id="another"
        )
    number = marina(shop)
    with reading(shop) as db:
        found = preview(db, person=lead, author_id=number)
        with pytest.raises(NotAllowed):
            preview(db, person=operator, author_id=number)
        with pytest.raises(NotFound):
            preview(db, person=other, author_id=number)
    assert [one.name for one in found.accounts] == ["Марина Кузнецова"]
    assert (found.mentions, found.public, found.hindrance) == (2, 0, "")
    done = erase(shop, lead)
    assert (done.accounts, done.mentions) == (len(found.accounts), found.mentions)


@pytest.mark.parametrize("words", ["марина куз", "МАРИНА", " Кузнец ", "marina.example"])
def test_a_name_is_found_in_any_case(shop: Engine, words: str) -> None:
    with reading(shop) as db:
        assert [one.external_id for one in erasing.list_authors_like(db, "default", words)] == [
            "u-7"
        ]
        assert erasing.list_authors_like(db, "default", "М%а") == []
