"""The policy in force follows its file; what is broken changes nothing but is told."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.entries import ChannelSettings
from otklik.enums import AlertKind, MentionState
from otklik.errors import PolicyError
from otklik.models import Alert, AlertDelivery, AuditEvent, DecisionRow, Mention, ShadowDecision
from otklik.policies import Fixed, Following
from otklik.settings import Settings
from responder.policy.file import parse_policy, shipped_policy
from responder.policy.kept import find_in_force, keep_policy, save_policy
from tests.fakes import START, Stage
from tests.responder.policy.conftest import StageMaker, policy_of

CHANNELS = [
    ChannelSettings(name="night", kind="console", min_urgency=3),
    ChannelSettings(name="day", kind="console", min_urgency=0),
]
ONE = policy_of("{stance: critic}")
TWO = policy_of("{stance: [critic, praise]}", version=2, hit="{stance: praise}")
BROKEN = TWO.replace("version: 2", "version: 3").replace("stance:", "stanse:", 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.yaml"


def write(file: Path, text: str) -> None:
    """As an editor does: a new file in place of the old one, with a time of its own."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text, "utf-8")
    os.utime(file, ns=(before + 10**9, before + 10**9))


def opened(engine: Engine, file: Path, policy_shadow_file: str = "") -> Following:
    settings = Settings(
        policy_file=str(file), channels=CHANNELS, policy_shadow_file=policy_shadow_file
    )
    return Following(engine, settings, START)


def events(engine: Engine) -> list[str]:
    with reading(engine) as db:
        return list(db.exec(select(AuditEvent.action).order_by(col(AuditEvent.id))))


def alerts(engine: Engine) -> list[Alert]:
    with reading(engine) as db:
        return list(db.exec(select(Alert).where(Alert.kind == AlertKind.POLICY_BROKEN)))


def test_a_good_change_is_taken_over_while_the_desk_runs(engine: Engine, file: Path) -> None:
    write(file, ONE)
    policies = opened(engine, file)
    assert policies.current.version == 1
    write(file, TWO)
    policies.follow(START)
    assert policies.current.version == 2
    assert events(engine) == ["policy.loaded", "policy.loaded"]
    with reading(engine) as db:
        in_force = find_in_force(db, "default")
        assert in_force is not None
        assert in_force.digest == policies.current.digest
        audit.verify(db)


def test_a_file_that_did_not_change_is_not_read_again(engine: Engine, file: Path) -> None:
    write(file, ONE)
    policies = opened(engine, file)
    before = policies.current
    policies.follow(START)
    assert policies.current is before
    assert events(engine) == ["policy.loaded"]


def test_a_broken_file_leaves_the_last_good_revision_and_all_channels_are_told_once(
    engine: Engine, file: Path
) -> None:
    write(file, ONE)
    policies = opened(engine, file)
    for _ in range(2):
        write(file, BROKEN)
        policies.follow(START)
    assert policies.current.version == 1
    assert "did you mean 'stance'" in policies.problem
    (alert,) = alerts(engine)
    assert f"{file}:8:12" in alert.body
    with reading(engine) as db:
        assert set(db.exec(select(AlertDelivery.channel))) == {"night", "day"}
    assert events(engine) == ["policy.loaded", "policy.broken"]


def test_another_broken_text_is_told_again_and_a_good_one_is_noted_as_mended(
    engine: Engine, file: Path
) -> None:
    write(file, ONE)
    policies = opened(engine, file)
    for text in (BROKEN, BROKEN + "# still\n", ONE):
        write(file, text)
        policies.follow(START)
    assert policies.problem == ""
    assert len(alerts(engine)) == 2
    assert events(engine) == [
        *("policy.loaded", "policy.broken", "policy.broken", "policy.recovered")
    ]


def test_a_changed_text_under_its_old_version_is_as_good_as_broken(
    engine: Engine, file: Path
) -> None:
    write(file, ONE)
    policies = opened(engine, file)
    write(file, ONE.replace("hold: hit", "hold: other"))
    policies.follow(START)
    assert "must rise above 1" in policies.problem
    assert policies.current.text == ONE
    write(file, TWO)
    policies.follow(START)
    write(file, ONE)
    policies.follow(START)
    assert policies.current.version == 2
    assert len(alerts(engine)) == 2


def test_a_desk_that_starts_with_a_broken_file_decides_by_the_last_good_revision(
    engine: Engine, file: Path
) -> None:
    write(file, ONE)
    opened(engine, file)
    write(file, BROKEN)
    again = opened(engine, file)
    assert again.current.version == 1
    assert len(alerts(engine)) == 1
    file.unlink()
    assert opened(engine, file).current.version == 1
    write(file, TWO)
    assert opened(engine, file).current.version == 2
    assert events(engine)[-2:] == ["policy.loaded", "policy.recovered"]


def test_a_desk_without_any_good_revision_does_not_start(engine: Engine, file: Path) -> None:
    write(file, BROKEN)
    with pytest.raises(PolicyError, match="8:12"):
        opened(engine, file)
    assert events(engine) == []
    assert alerts(engine) == []


def test_a_broken_policy_goes_on_deciding_in_the_pipeline(
    engine: Engine, file: Path, make: StageMaker
) -> None:
    write(file, ONE)
    stage = make(shipped_policy())
    desk = _with(stage, opened(engine, file))
    stage.site.add("Чай пришёл мокрым")
    write(file, BROKEN)
    pipeline.drain(desk.desk)
    with reading(engine) as db:
        assert [row.rule_id for row in db.exec(select(DecisionRow))] == ["hit"]
        assert [row.policy_version for row in db.exec(select(DecisionRow))] == [1]
    assert len(alerts(engine)) == 1


def _with(stage: Stage, policies: Following) -> Stage:
    return replace(stage, desk=replace(stage.desk, policies=policies))


def test_a_policy_in_shadow_mode_never_decides(engine: Engine, file: Path) -> None:
    write(file, ONE)
    opened(engine, file)
    shadow = TWO.replace("mode: live", "mode: shadow")
    write(file, shadow)
    policies = opened(engine, file)
    assert policies.current.text == ONE
    assert policies.shadow is not None
    assert policies.shadow.text == shadow
    assert events(engine) == ["policy.loaded", "policy.shadowed"]


def test_a_shadow_without_any_live_revision_leaves_the_shipped_policy_in_force(
    engine: Engine, file: Path
) -> None:
    write(file, ONE.replace("mode: live", "mode: shadow"))
    policies = opened(engine, file)
    assert policies.current.digest == shipped_policy("shop").digest
    assert policies.shadow is not None


def test_a_shadow_file_decides_beside_and_its_fault_stops_nothing(
    engine: Engine, file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "next.yaml"
    write(file, ONE)
    write(other, TWO)
    policies = opened(engine, file, policy_shadow_file=str(other))
    assert policies.shadow is not None
    assert (policies.current.version, policies.shadow.version) == (1, 2)
    write(other, BROKEN)
    policies.follow(START)
    assert policies.shadow.version == 2
    assert policies.current.version == 1
    assert len(alerts(engine)) == 1
    assert opened(engine, file).current.version == 1  # a shadow's revision never comes into force


def test_what_decided_before_there_were_events_is_in_force(engine: Engine, file: Path) -> None:
    old = parse_policy(ONE, "old.yaml")
    with session(engine) as db:
        save_policy(db, old, "default", START)
    write(file, BROKEN)
    with pytest.raises(PolicyError):
        opened(engine, file)
    with session(engine) as db:
        assert keep_policy(db, "default", old, START)
        assert not keep_policy(db, "default", old, START)
    assert opened(engine, file).current.digest == old.digest


def test_decisions_of_the_shadow_are_recorded_and_nothing_follows_from_them(
    engine: Engine, file: Path, make: StageMaker
) -> None:
    live = policy_of("{stance: critic}", then="[{hold: hit}]")
    other = policy_of(
        "{stance: critic}", version=2, then="[{draft: argue}, {alert: x}]", rest="[{hold: worded}]"
    )
    write(file, other)
    stage = make(parse_policy(live, "live.yaml"))
    policies = Following(
        engine,
        Settings(policy_file="shop", policy_shadow_file=str(file), channels=CHANNELS),
        START,
    )
    desk = replace(stage.desk, policies=Fixed(parse_policy(live, "live.yaml"), policies.shadow))
    stage.site.add("Чай пришёл мокрым", "anna")
    stage.site.add("Просто так", "oleg")
    pipeline.drain(desk)
    with reading(engine) as db:
        found = list(db.exec(select(ShadowDecision).order_by(col(ShadowDecision.mention_id))))
        states = set(db.exec(select(Mention.state)))
        assert db.exec(select(Alert)).all() == []
    assert [(row.rule_id, row.is_same) for row in found] == [("hit", False), ("rest", True)]
    assert found[0].effects == [
        {"kind": "draft", "approach": "argue"},
        {"kind": "alert", "reason": "x"},
    ]
    assert states == {"held"}
    with session(engine) as db:
        for row in db.exec(select(Mention)):
            row.state = MentionState.GROUPED
    pipeline.decide(desk)
    with reading(engine) as db:
        assert len(db.exec(select(ShadowDecision)).all()) == 2
