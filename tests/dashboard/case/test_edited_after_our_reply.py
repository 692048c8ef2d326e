"""A comment edited while nobody knows whether our reply is out: it is settled, then answered."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import database
from otklik.clock import now
from otklik.enums import MentionState, ReplyState
from otklik.models import DecisionRow, Mention, Reply
from otklik.store import mentions, queue
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown
from tests.dashboard.seed import BRAND

SETTLED = {True: ReplyState.POSTED, False: ReplyState.FAILED}


def edited_meanwhile(engine: Engine) -> Reply:
    """The seeded reply of unknown outcome; its comment says something else by now."""
    with database.session(engine) as session:
        (reply,) = queue.list_unknown_replies(session, BRAND)
        mention = session.get_one(Mention, reply.mention_id)
        mention.version += 1
        decided = session.exec(
            select(DecisionRow).where(DecisionRow.mention_id == mention.id)
        ).one()
        kept = decided.model_dump(exclude={"id", "mention_version"})
        session.add(DecisionRow(**kept, mention_version=mention.version))
        mentions.save_state(mention, MentionState.HELD, now())
        mention.last_error = "edited after our reply"
        session.add(mention)
    return reply


@pytest.mark.parametrize("was_posted", [True, False])
def test_an_approver_settles_it_and_a_text_can_be_written(
    open_app: OpenApp, desk_engine: Engine, was_posted: bool
) -> None:
    reply = edited_meanwhile(desk_engine)
    number = reply.mention_id
    app = open_app("approver", mention=number)
    assert not app.exception
    assert "Комментарий изменили после нашего ответа" in shown(app)
    assert reply.text[:40] in shown(app)
    assert "другой ответ здесь одобрить нельзя" in shown(app)
    app.button(key=f"resolve-{reply.id}-{was_posted}").click().run()
    assert not app.exception
    with database.reading(desk_engine) as session:
        assert session.get_one(Reply, reply.id).state is SETTLED[was_posted]
        assert session.get_one(Mention, number).state is MentionState.HELD
    said = shown(app)
    assert "другой ответ здесь одобрить нельзя" not in said
    assert ("нашего ответа. Прочтите" if was_posted else "изменили после нашего ответа") in said
    (box,) = [one for one in app.text_area if (one.key or "").startswith(f"text-{number}-")]
    box.set_value("Спасибо, что уточнили: мы прочитали комментарий заново и отвечаем.").run()
    app.button(key=f"save-{number}").click().run()
    assert not app.exception
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, number).state is MentionState.DRAFTED


def test_an_operator_is_told_who_settles_it(open_app: OpenApp, desk_engine: Engine) -> None:
    reply = edited_meanwhile(desk_engine)
    app = open_app("operator", mention=reply.mention_id)
    assert not app.exception
    assert "Одобряющий посмотрит на страницу" in shown(app)
    assert not [one for one in app.button if (one.key or "").startswith("resolve-")]
