"""Acts on a real Isso, and on VK's stand-in that holds every request against VK's schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from collectors.isso import Isso
from collectors.vk import Vk
from collectors.vk import acts as vk_acts
from otklik import pipeline
from otklik.database import session
from otklik.enums import ActState, Approach, Role
from otklik.models import Act, Mention, Reply, Source
from responder.moderation import asking, own_words
from responder.moderation.grounds import HideGround
from tests.fakes import Stage, make_stage
from tests.responder.moderation import grounds_to_act as desk_work
from tests.responder.moderation.grounds_to_act import (
    COMPLAINT,
    INSULT,
    OBSCENE,
    act_now,
    say_yes,
    shipped,
)
from tests.rigs.vk import VkRig
from tests.servers.isso import ADMIN_PASSWORD, IssoServer

PAGE = "/post/1"
SAID = "Заказ задержал курьер. Вернём деньги до 25 ноября."


def put_on(stage: Stage, platform: str, kind: type[Any], config: dict[str, Any]) -> Stage:
    """The same desk, its one source on another platform."""
    with session(stage.desk.engine) as db:
        source = db.exec(select(Source)).one()
        source.platform, source.config = platform, config
        db.add(source)
    return replace(stage, desk=replace(stage.desk, platforms={platform: kind}))


@pytest.fixture
def isso() -> Iterator[IssoServer]:
    with IssoServer() as server:
        yield server


@pytest.fixture
def on_isso(sqlite_engine: Engine, isso: IssoServer, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("ISSO_ADMIN", ADMIN_PASSWORD)
    config = {
        "base_url": isso.url,
        "uris": [PAGE],
        "allow_private_hosts": True,
        "min_interval": 0,
        "timeout": 60.0,
        "author_name": "Магазин",
        "author_email": "desk@shop.example",
        "author_website": "https://shop.example/",
        "admin_password": "env:ISSO_ADMIN",
    }
    return put_on(make_stage(sqlite_engine, *shipped()), "isso", Isso, config)


@pytest.fixture
def vk() -> Iterator[VkRig]:
    with VkRig() as rig:
        yield rig
        assert not rig.violations


@pytest.fixture
def on_vk(sqlite_engine: Engine, vk: VkRig, monkeypatch: pytest.MonkeyPatch) -> Stage:
    secrets = {"token": "VK_GROUP", "user_token": "VK_USER"}
    config = vk.settings(since_days=36_500.0)  # the stage's day recedes into the past
    for key, name in secrets.items():
        monkeypatch.setenv(name, config[key])
        config[key] = f"env:{name}"
    stage = make_stage(sqlite_engine, *shipped())
    # our replies are as old as the desk believes, whatever the day on which this runs
    vk.world.now = stage.clock
    monkeypatch.setattr(vk_acts, "now", stage.clock)
    return put_on(stage, "vk", Vk, config)


def later(stage: Stage) -> None:
    """A minute passes, and the machine does all it can do."""
    stage.clock.wait(minutes=1)
    pipeline.drain(stage.desk)


def the_mention(stage: Stage, external_id: str) -> Mention:
    with session(stage.desk.engine) as db:
        return db.exec(select(Mention).where(Mention.external_id == external_id)).one()


def answered(stage: Stage, external_id: str) -> Reply:
    mention = the_mention(stage, external_id)
    desk_work.answer_mention(stage, mention.id or 0, Approach.APOLOGISE_AND_FIX, SAID)
    with session(stage.desk.engine) as db:
        return db.exec(select(Reply).where(Reply.mention_id == mention.id)).one()


def test_our_reply_on_isso_is_put_right_and_then_taken_down(
    on_isso: Stage, isso: IssoServer
) -> None:
    number = isso.add_comment(COMPLAINT, uri=PAGE)
    later(on_isso)
    reply = answered(on_isso, f"{isso.host}/{number}")
    assert [row["text"] for row in isso.list(PAGE)] == [COMPLAINT, SAID]
    other = SAID.replace("25", "27")
    corrected = ask_correction(on_isso, reply, other)
    approved(on_isso, corrected)
    assert act_now(on_isso, corrected).state is ActState.DONE
    assert [row["text"] for row in isso.list(PAGE)] == [COMPLAINT, other]
    later(on_isso)
    gone = ask_withdrawal(on_isso, reply)
    approved(on_isso, gone)
    assert act_now(on_isso, gone).state is ActState.DONE
    assert [row["text"] for row in isso.list(PAGE)] == [COMPLAINT]


def approved(stage: Stage, act: Act) -> None:
    if say_yes(stage, act, Role.APPROVER):
        assert say_yes(stage, act, Role.LEAD) == 0


def ask_correction(stage: Stage, reply: Reply, text: str) -> Act:
    with session(stage.desk.engine) as db:
        return own_words.ask_correction(
            db,
            person=stage.people[Role.OPERATOR],
            reply_id=reply.id or 0,
            text=text,
            reason="не тот день",
            at=stage.clock(),
        )


def ask_withdrawal(stage: Stage, reply: Reply) -> Act:
    with session(stage.desk.engine) as db:
        return own_words.ask_withdraw(
            db,
            person=stage.people[Role.OPERATOR],
            reply_id=reply.id or 0,
            reason="не тот заказ",
            at=stage.clock(),
        )


def test_isso_hides_nothing_and_says_so(on_isso: Stage, isso: IssoServer) -> None:
    number = isso.add_comment(OBSCENE, uri=PAGE)
    later(on_isso)
    act = ask_hiding(on_isso, f"{isso.host}/{number}")
    approved(on_isso, act)
    ended = act_now(on_isso, act)
    assert (ended.state, ended.error) == (ActState.FAILED, "isso cannot hide")


def ask_hiding(stage: Stage, external_id: str) -> Act:
    mention = the_mention(stage, external_id)
    with session(stage.desk.engine) as db:
        return asking.ask_hide(
            db,
            person=stage.people[Role.OPERATOR],
            mention_id=mention.id or 0,
            version=mention.version,
            ground=HideGround.OBSCENITY,
            reason="мат",
            at=stage.clock(),
        )


@pytest.mark.needs_shared
def test_on_vk_a_comment_is_hidden_reported_and_shown_again(on_vk: Stage, vk: VkRig) -> None:
    obscene, insult = vk.write(OBSCENE), vk.write(INSULT)
    later(on_vk)
    act = ask_hiding(on_vk, obscene)
    approved(on_vk, act)
    assert act_now(on_vk, act).state is ActState.DONE
    assert vk.world.find(obscene)[1].is_deleted
    with session(on_vk.desk.engine) as db:
        who, mention = on_vk.people[Role.OPERATOR], the_mention(on_vk, insult)
        report = asking.ask_report(
            db,
            person=who,
            mention_id=mention.id or 0,
            version=1,
            reason="Оскорбления сотрудников",
            at=on_vk.clock(),
        )
        undo = asking.ask_undo(
            db, person=who, act_id=act.id or 0, reason="ошиблись", at=on_vk.clock()
        )
    for asked in (report, undo):
        approved(on_vk, asked)
        assert act_now(on_vk, asked).state is ActState.DONE
    assert [one["reason"] for one in vk.world.reports] == ["6"]
    assert not vk.world.find(obscene)[1].is_deleted


@pytest.mark.needs_shared
def test_on_vk_an_author_is_banned_for_a_term_and_let_back(on_vk: Stage, vk: VkRig) -> None:
    above = None
    for _day in range(3):
        comment = vk.write(INSULT, author="Тролль", parent=above, at=on_vk.clock())
        later(on_vk)
        mention = the_mention(on_vk, comment)
        desk_work.answer_mention(
            on_vk, mention.id or 0, Approach.WARN, f"Просим не оскорблять ({mention.id})."
        )
        with session(on_vk.desk.engine) as db:
            reply = db.exec(select(Reply).where(Reply.mention_id == mention.id)).one()
        above = reply.external_id
        on_vk.clock.wait(days=1)
    last = vk.write(INSULT, author="Тролль", parent=above, at=on_vk.clock())
    later(on_vk)
    with session(on_vk.desk.engine) as db:
        act = asking.ask_ban(
            db,
            person=on_vk.people[Role.OPERATOR],
            mention_id=the_mention(on_vk, last).id or 0,
            reason="Оскорбление участников",
            at=on_vk.clock(),
        )
    approved(on_vk, act)
    done = act_now(on_vk, act)
    assert done.state is ActState.DONE, done.error
    (entry,) = vk.world.banned.values()
    assert done.until is not None
    assert entry["end_date"] == str(int(done.until.timestamp()))
    assert entry["comment"] == "Оскорбление участников"
    with session(on_vk.desk.engine) as db:
        who = on_vk.people[Role.LEAD]
        undo = asking.ask_undo(
            db, person=who, act_id=act.id or 0, reason="извинился", at=on_vk.clock()
        )
    approved(on_vk, undo)
    assert act_now(on_vk, undo).state is ActState.DONE
    assert vk.world.banned == {}
