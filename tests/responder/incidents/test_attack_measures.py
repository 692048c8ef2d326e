"""Measures against a whole attack: previewed, asked for with exceptions, approved, taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import ActKind, ActState, PostingMode, Role
from otklik.errors import InputError, NotAllowed, StaleText
from otklik.models import BulkBatch
from otklik.platforms import Capability
from otklik.switches import set_posting_mode
from responder.incidents import attack_measures, life
from responder.incidents.attack_people import Who
from responder.moderation.terms import DEFAULT_TERMS
from tests.responder.incidents.attack_wave import WAVE, WHY, Wave


@pytest.fixture
def wave(sqlite_engine: Engine) -> Wave:
    """On SQLite only: what is tested does not depend on the database."""
    return Wave(sqlite_engine)


def test_the_preview_holds_the_hostile_by_their_ground_and_none_of_eight_critics(
    wave: Wave,
) -> None:
    found = wave.plan()
    assert [line.mention_id for line in found.lines] == wave.hostile
    assert {line.rule for line in found.lines} == {"insult"}
    assert found.real == wave.critics
    assert found.spared[wave.other] is Who.OTHER
    assert wave.plan(ActKind.REPORT).left_out == {attack_measures.NO_GROUND: WAVE}


def test_a_platform_that_cannot_is_told_of(wave: Wave) -> None:
    found = wave.plan(can=lambda _: frozenset({Capability.POST}))
    assert (found.lines, found.cannot) == ((), {"fake": WAVE})


def test_nobody_is_proposed_for_a_ban_without_all_three_criteria(wave: Wave) -> None:
    found = wave.plan(ActKind.BAN)
    assert found.lines == ()
    assert found.left_out == {attack_measures.NOT_MET: WAVE}
    assert found.bans_left == DEFAULT_TERMS.yearly_budget


def test_what_was_unticked_is_not_asked_for_and_each_act_waits_for_people(wave: Wave) -> None:
    done = wave.ask(wave.plan().lines[1:])
    assert (list(done.done), done.left_out) == (wave.hostile[1:], {})
    made = wave.acts()
    assert {(one.kind, one.state, one.reason) for one in made} == {
        (ActKind.HIDE, ActState.ASKED, WHY)
    }
    pipeline.act(wave.stage.desk)
    assert wave.kind.done == [], "nothing happens without an approval"
    with pytest.raises(NotAllowed):
        wave.approve(Role.OPERATOR)
    given, left = wave.approve()
    assert (len(given), left) == (WAVE - 1, {})
    pipeline.act(wave.stage.desk)
    assert len(wave.kind.done) == WAVE - 1
    assert wave.plan().left_out == {attack_measures.UNDER_WAY: WAVE - 1}


def test_a_critic_smuggled_into_the_list_is_left_out(wave: Wave) -> None:
    line = wave.plan().lines[0]
    forged = [line._replace(mention_id=one) for one in (*wave.critics, wave.other)]
    done = wave.ask(forged)
    assert done.done == ()
    assert set(done.left_out) == {*wave.critics, wave.other}
    assert wave.acts() == []


def test_a_batch_is_taken_back_before_and_after_it_was_done(wave: Wave) -> None:
    lines = wave.plan().lines
    first, second = wave.ask(lines[:3]), wave.ask(lines[3:])
    assert len(wave.undo(first.batch_id).done) == 3
    assert [one.state for one in wave.acts()[:3]] == [ActState.REFUSED] * 3
    wave.approve()
    pipeline.act(wave.stage.desk)
    assert len(wave.undo(second.batch_id).done) == 3
    asked = [one for one in wave.acts() if one.kind is ActKind.UNHIDE]
    assert {one.state for one in asked} == {ActState.ASKED}
    wave.approve()
    pipeline.act(wave.stage.desk)
    assert wave.kind.hidden == set()
    with reading(wave.engine) as db:
        assert {one.action for one in db.exec(select(BulkBatch))} == {"measures"}


def test_in_dry_run_all_of_it_is_rehearsed(wave: Wave) -> None:
    wave.ask(wave.plan().lines)
    wave.approve()
    with session(wave.engine) as db:
        admin, at = wave.stage.people[Role.ADMIN], wave.stage.clock()
        mode, brand = PostingMode.DRY_RUN, admin.brand_id
        set_posting_mode(db, mode=mode, person=admin, at=at, brand_id=brand)
    pipeline.act(wave.stage.desk)
    assert {one.state for one in wave.acts()} == {ActState.REHEARSED}
    assert wave.kind.done == []


def test_without_a_reason_or_an_attack_nothing_is_asked_for(wave: Wave) -> None:
    lines = wave.plan().lines
    for chosen, reason in ((lines, " "), ((), WHY)):
        with pytest.raises(InputError):
            wave.ask(chosen, reason=reason)
    with session(wave.engine) as db:
        person, at = wave.stage.people[Role.LEAD], wave.stage.clock()
        life.dismiss(db, person=person, incident_id=wave.incident_id, reason="шутка", at=at)
    with pytest.raises(StaleText):
        wave.ask(lines)
    with pytest.raises(StaleText):
        wave.plan()
