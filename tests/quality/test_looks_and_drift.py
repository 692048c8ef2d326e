"""Golden items, second looks, agreement of people and drift, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import audit, database, drift, looking, quality
from otklik.clock import now
from otklik.enums import Abuse, Claim, Language, LookKind, Stance, Topic
from otklik.errors import InputError, NotAllowed
from otklik.learning import read_labels
from otklik.looking import Shares
from otklik.models import Label, Look, Mention, Person, VerdictRow
from otklik.store import looks
from otklik.store.people import find_person
from responder import labelling
from tests.dashboard.seed import BRAND, seed

ALL = Shares(golden=0.5, second=1.0)


@pytest.fixture
def made(engine: Engine) -> dict[str, int]:
    return seed(engine)


def person(session: Session, login: str) -> Person:
    found = find_person(session, login)
    assert found is not None
    return found


def label(engine: Engine, login: str, number: int, stance: str, urgency: str = "1") -> None:
    with database.session(engine) as session:
        who = person(session, login)
        for field, value in (("stance", stance), ("urgency", urgency)):
            labelling.label(
                session,
                person=who,
                mention_id=number,
                mention_version=1,
                field=field,
                value=value,
                at=now(),
            )


def answer(engine: Engine, login: str, number: int, stance: str, urgency: str = "1") -> None:
    with database.session(engine) as session:
        looking.answer(
            session,
            person=person(session, login),
            mention_id=number,
            mention_version=1,
            stance=stance,
            urgency=urgency,
            at=now(),
        )


def batch(engine: Engine, login: str, shares: Shares = ALL) -> list[int]:
    with database.reading(engine) as session:
        found = looking.next_batch(
            session, person=person(session, login), brand_id=BRAND, shares=shares
        )
        return [one.id or 0 for one in found]


def golden(engine: Engine, number: int) -> None:
    label(engine, "lead", number, "critic")
    with database.session(engine) as session:
        looking.make_golden(
            session, person=person(session, "lead"), brand_id=BRAND, mention_id=number, at=now()
        )


def test_a_golden_item_is_given_once_and_is_no_label(engine: Engine, made: dict[str, int]) -> None:
    number = made["Олег"]
    golden(engine, number)
    assert number in batch(engine, "operator")
    assert number not in batch(engine, "lead")
    answer(engine, "operator", number, "hater", "1")
    assert number not in batch(engine, "operator")
    with database.reading(engine) as session:
        operator = person(session, "operator")
        labels = session.exec(select(Label).where(Label.person_id == operator.id)).all()
        marks = quality.golden_marks(session, BRAND, now() - timedelta(days=1))
        assert audit.verify(session).length
    assert labels == []
    assert marks[operator.id or 0] == quality.Marks(1, 0, {"urgency": 1})


def test_a_later_answer_takes_the_place_of_an_earlier_one(
    engine: Engine, made: dict[str, int]
) -> None:
    golden(engine, made["Олег"])
    answer(engine, "operator", made["Олег"], "hater")
    answer(engine, "operator", made["Олег"], "critic")
    with database.reading(engine) as session:
        (look,) = session.exec(select(Look)).all()
    assert (look.kind, look.is_agreed, look.given["stance"]) == (LookKind.GOLDEN, True, "critic")


def test_only_leads_make_golden_items_and_only_of_what_is_settled(
    engine: Engine, made: dict[str, int]
) -> None:
    with database.session(engine) as session, pytest.raises(InputError):
        looking.make_golden(
            session,
            person=person(session, "lead"),
            brand_id=BRAND,
            mention_id=made["Олег"],
            at=now(),
        )
    label(engine, "operator", made["Олег"], "critic")
    with database.session(engine) as session:
        assert [one.mention_id for one in looking.list_candidates(session, BRAND)] == [made["Олег"]]
        with pytest.raises(NotAllowed):
            looking.make_golden(
                session,
                person=person(session, "approver"),
                brand_id=BRAND,
                mention_id=made["Олег"],
                at=now(),
            )


def test_a_share_of_what_is_done_goes_to_somebody_else(
    engine: Engine, made: dict[str, int]
) -> None:
    with database.session(engine) as session:
        done = {one.id: one for one in looks.list_newest_done(session, BRAND)}
        assert looking.draw_second_looks(session, BRAND, 0.0, now()) == 0
        assert looking.draw_second_looks(session, BRAND, 1.0, now()) == len(done) > 0
        assert looking.draw_second_looks(session, BRAND, 1.0, now()) == 0
        approver = person(session, "approver")
        queued = session.exec(select(Look)).all()
        by_approver = {one.mention_id for one in queued if one.first_id == approver.id}
    assert by_approver
    assert not by_approver & set(batch(engine, "approver", Shares(golden=0, second=1)))
    offered = [one for one in batch(engine, "operator", Shares(0, 1)) if one in by_approver]
    mention = done[offered[0]]
    answer(engine, "operator", offered[0], str(mention.stance), str(mention.urgency))
    with database.reading(engine) as session:
        marks, others = quality.second_looks(session, BRAND, now() - timedelta(days=1))
        waiting = looks.count_waiting_looks(session, BRAND)
    assert (marks.looks, marks.agreed, others) == (1, 1, [])
    assert waiting == len(done) - 1


def test_what_this_person_has_judged_is_not_given_again(
    engine: Engine, made: dict[str, int]
) -> None:
    first = batch(engine, "operator", Shares(0, 0))
    assert len(first) == len(set(first)) == 20
    with database.reading(engine) as session:
        unsure = {one.id for one in looks.list_newest_judged(session, BRAND) if one.is_unsure}
    assert unsure <= set(first)
    answer(engine, "operator", first[0], "critic")
    assert first[0] not in batch(engine, "operator", Shares(0, 0))
    assert first[0] in batch(engine, "second", Shares(0, 0)) or len(unsure) < 20
    with pytest.raises(InputError):
        answer(engine, "operator", first[1], "nonsense")


def test_people_who_agree_by_chance_only_have_no_kappa_to_speak_of(
    engine: Engine, made: dict[str, int]
) -> None:
    ids = batch(engine, "operator", Shares(0, 0))[:8]
    for place, number in enumerate(ids):
        label(engine, "operator", number, "critic" if place % 2 else "hater")
        label(engine, "second", number, "critic" if place < 4 else "hater")
    with database.reading(engine) as session:
        found = quality.agreement(session, BRAND, now() - timedelta(days=1))
        said = read_labels(session, BRAND)
        matrix = quality.confusion(said, now() - timedelta(days=1), ["stance"])
    assert found.by_field["stance"].rows == 8
    assert found.by_field["stance"].kappa == pytest.approx(0.0)
    assert found.by_field["urgency"].same == 1.0
    assert len(found.pairs) == 1
    assert sum(matrix["stance"].values()) == 4  # where they agree


def verdicts(session: Session, at: datetime, stances: list[str], model: str) -> None:
    mentions = session.exec(select(Mention.id)).all()
    session.add_all(
        VerdictRow(
            brand_id=BRAND,
            mention_id=mentions[place % len(mentions)] or 0,
            mention_version=1,
            model_version=f"{model}-{place}",
            claim=Claim.NONE,
            abuse=Abuse.NONE,
            stance=Stance(stance),
            urgency=1,
            topic=Topic.NONE,
            language=Language.RUSSIAN,
            abstained=False,
            value={"stance_proba": {stance: 0.91}},
            created_at=at,
        )
        for place, stance in enumerate(stances)
    )


def test_drift_tells_a_changed_week_from_the_same_one(engine: Engine, made: dict[str, int]) -> None:
    at = now() + timedelta(days=1)
    with database.session(engine) as session:
        verdicts(session, at - timedelta(days=10), ["critic", "praise", "other"] * 60, "old")
        verdicts(session, at - timedelta(days=2), ["hater"] * 150 + ["critic"] * 30, "new")
    with database.reading(engine) as session:
        found = {one.name: one for one in drift.measure_drift(session, BRAND, at)}
    assert found["stance"].state == "changed"
    assert found["stance"].low <= found["stance"].distance <= found["stance"].high
    assert found["urgency"].state in {"changed", "slight"}
    assert sum(found["confidence"].before) == 180


@pytest.mark.parametrize(
    ("now_counts", "before", "state"),
    [
        ([10, 5], [400, 200], "few"),
        ([100, 50], [400, 200], "same"),
        ([5200, 4800], [20000, 20000], "slight"),
        ([150, 10], [400, 400], "changed"),
        ([60, 0], [400, 0], "same"),
    ],
)
def test_words_of_drift(now_counts: list[int], before: list[int], state: str) -> None:
    found = drift.compare("stance", ("a", "b"), now_counts, before)
    assert found.state == state
    assert found == drift.compare("stance", ("a", "b"), now_counts, before)


def test_chance_alone_seldom_counts_as_drift() -> None:
    import numpy as np

    draw = np.random.default_rng(7)
    shares = [0.4, 0.3, 0.2, 0.1]
    alarms = sum(
        drift.compare(
            "stance",
            ("a", "b", "c", "d"),
            [int(one) for one in draw.multinomial(300, shares)],
            [int(one) for one in draw.multinomial(1200, shares)],
        ).state
        != "same"
        for _ in range(200)
    )
    assert alarms <= 20  # 5 % expected; 20 of 200 is beyond 3 sigma
