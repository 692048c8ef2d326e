"""What somebody said against a measure goes with them; nothing else makes the words go."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from otklik import audit
from otklik.database import reading, session
from otklik.enums import AppealState, Role
from otklik.erasing import Erased, erase_author
from otklik.models import Act, Appeal, DraftRow, Mention
from responder.moderation import appeals
from tests.acts import mention_of
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import (
    OBSCENE,
    Moderated,
    act_now,
    ask_hide,
    say_yes,
    write,
)
from tests.thief import everything

Desk = tuple[Stage, type[Moderated]]
NAME = "Зинаида Горохова"
MARKS = ("Зинаид", "Горохов", "барсук", "квитанция 7788")
OURS = ("draft.text", "reply.text")  # what we wrote stays, with a name that we called them by
ANSWER = "посмотрели ещё раз"


def objected(stage: Stage, words: str) -> tuple[int, int]:
    """Somebody's comment was hidden, and they object: numbers of act and objection."""
    act = ask_hide(stage, write(stage, f"{OBSCENE}, барсуки", NAME))
    say_yes(stage, act, Role.APPROVER)
    act_now(stage, act)
    with session(stage.desk.engine) as db:
        entered = appeals.enter_appeal(
            db,
            person=stage.people[Role.OPERATOR],
            act_id=act.id or 0,
            text=words,
            at=stage.clock(),
        )
    return act.id or 0, entered.id or 0


def change(stage: Stage, values: str) -> None:
    with session(stage.desk.engine) as db:
        db.connection().execute(text(f"UPDATE appeal SET {values}"))  # noqa: S608


def forget(stage: Stage, act_id: int) -> Erased:
    with session(stage.desk.engine) as db:
        author = db.get_one(Act, act_id).author_id or 0
        lead = stage.people[Role.LEAD]
        return erase_author(db, person=lead, author_id=author, reason="letter", at=stage.clock())


def test_nothing_an_objector_said_is_left_in_any_table(desk: Desk) -> None:
    stage, _ = desk
    engine = stage.desk.engine
    number = write(stage, "Я Зинаида. Заказ не приехал, квитанция 7788, сдам в суд.", NAME)
    kept = write(stage, "Где мой заказ? Пишет Олег.", "Олег")
    act, objection = objected(stage, "Я Горохова, барсуков не оскорбляла")
    with session(engine) as db:
        draft = db.exec(select(DraftRow)).first()
        assert draft is not None
        draft.known = [{"quote": "квитанция 7788"}]
        db.add(draft)
        appeals.decide_appeal(
            db,
            person=stage.people[Role.LEAD],
            appeal_id=objection,
            is_overturned=False,
            answer=ANSWER,
            at=stage.clock(),
        )
        theirs = mention_of(db, number).id
        others = mention_of(db, kept).id
    before = everything(engine, besides=OURS)
    assert [one for one in MARKS if one not in before] == []
    forget(stage, act)
    after = everything(engine, besides=OURS)
    assert [one for one in MARKS if one in after] == []
    with reading(engine) as db:
        decided = db.get_one(Appeal, objection)
        assert (decided.text, decided.answer) == ("", ANSWER)
        assert decided.state is AppealState.UPHELD
        assert db.get_one(Mention, theirs).text == ""
        assert "Олег" in db.get_one(Mention, others).text
        audit.verify(db)


def test_the_words_stand_while_their_author_is_known(desk: Desk) -> None:
    stage, _ = desk
    act, objection = objected(stage, "за что")
    with pytest.raises(IntegrityError, match="keeps its words"):
        change(stage, "text = ''")
    forget(stage, act)
    for values in ("text = 'другие'", "act_id = act_id + 1"):
        with pytest.raises(IntegrityError, match="keeps its words"):
            change(stage, values)
    with reading(stage.desk.engine) as db:
        left = db.get_one(Appeal, objection)
        assert (left.text, left.state) == ("", AppealState.OPEN)
