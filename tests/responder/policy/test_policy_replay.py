"""Deciding again what was decided: exactly the differences, and nothing written."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import pipeline
from otklik.database import reading
from otklik.enums import EffectKind
from otklik.models import Author, DecisionRow, Mention
from otklik.store import decisions
from responder.policy import Policy
from responder.policy.comparing import Tally, Told
from responder.policy.explaining import explain, explain_decided
from responder.policy.file import parse_policy
from responder.policy.kept import find_kept
from responder.policy.replaying import Replay, replay
from responder.policy.revisions import list_changes
from tests.fakes import START, Stage
from tests.responder.policy.conftest import StageMaker, facts, policy_of

UTC = ZoneInfo("UTC")
OLD = policy_of("{stance: critic}", then="[{draft: apologise_and_fix}, {sla: 60}]")
NEW = policy_of(
    "{stance: critic, topic: delivery}",
    version=2,
    then="[{draft: argue}, {sla: 30}, {route: delivery}, {alert: late}]",
    above="{id: thanks, why: New., when: {stance: praise}, then: [{ignore: enough}]}",
)
NEW += "  - {rule: thanks, facts: {stance: praise}}\n"


@pytest.fixture
def old() -> Policy:
    return parse_policy(OLD, "old.yaml")


@pytest.fixture
def new() -> Policy:
    return parse_policy(NEW, "new.yaml")


@pytest.fixture
def stage(old: Policy, make: StageMaker) -> Stage:
    """Four comments, decided by the old policy."""
    made = make(old)
    for text in ("Доставка опоздала", "Чай пришёл мокрым", "Спасибо всем", "Просто так"):
        made.site.add(text, author=text)
    pipeline.collect(made.desk)
    pipeline.classify(made.desk)
    pipeline.group(made.desk)
    pipeline.decide(made.desk)
    return made


def again(engine: Engine, policy: Policy, since: timedelta = timedelta(days=30)) -> Replay:
    with reading(engine) as db:
        return replay(db, "default", policy, since=START + timedelta(hours=1) - since, zone=UTC)


def test_a_replay_shows_exactly_what_would_differ(
    engine: Engine, stage: Stage, new: Policy
) -> None:
    found = again(engine, new)
    told = found.as_json()
    assert (told["mentions"], told["differ"], told["would_differ_by_time_alone"]) == (4, 3, 0)
    assert {(row["from"], row["to"], row["count"]) for row in told["rules"]} == {
        ("hit", "hit", 1),
        ("hit", "rest", 1),
        ("rest", "thanks", 1),
    }
    effects = {row["effect"]: (row["before"], row["after"]) for row in told["effects"]}
    assert effects == {
        "draft apologise_and_fix": (2, 0),
        "draft argue": (0, 1),
        "route delivery": (0, 1),
        "alert": (0, 1),
        "sla": (2, 1),
        "ignore": (0, 1),
    }
    assert told["zones"] == {
        "delivery": {"before": 0, "after": 1},
        "general": {"before": 4, "after": 2},
    }
    assert told["drafts"] == {"before": 2, "after": 1}
    assert told["alerts"] == {"before": 0, "after": 1}
    assert told["sla"] == {"sooner": 1, "later": 0, "set": 0, "dropped": 1}
    assert told["policies_then"] == ["small 1"]
    ids = [number for row in told["rules"] for number in row["examples"]]
    with reading(engine) as db:
        texts = {row.text for row in db.exec(select(Mention).where(col(Mention.id).in_(ids)))}
    assert texts == {"Доставка опоздала", "Чай пришёл мокрым", "Спасибо всем"}


def test_the_same_policy_differs_in_nothing_and_a_replay_writes_nothing(
    engine: Engine, stage: Stage, old: Policy
) -> None:
    with reading(engine) as db:
        before = db.exec(select(DecisionRow)).all()
    found = again(engine, old)
    assert (found.tally.mentions, found.tally.differ, found.tally.renamed) == (4, 0, 0)
    with reading(engine) as db:
        assert db.exec(select(DecisionRow)).all() == before


def test_what_was_decided_earlier_is_left_out(engine: Engine, stage: Stage, new: Policy) -> None:
    assert again(engine, new, since=timedelta(seconds=-1)).tally.mentions == 0


def test_a_decision_that_only_time_would_change_is_counted_apart(
    engine: Engine, make: StageMaker
) -> None:
    policy = parse_policy(
        policy_of("{stance: critic, author_mentions: '>=1'}", hit="{author_mentions: 1}"), "p.yaml"
    )
    stage = make(policy)
    stage.site.add("Чай пришёл мокрым", "anna")
    pipeline.drain(stage.desk)
    stage.clock.wait(hours=1)
    stage.site.add("Чай опять мокрый", "anna")
    pipeline.drain(stage.desk)
    found = again(engine, policy)
    assert (found.tally.differ, found.moved) == (0, 0)  # both rules only hold
    stricter = parse_policy(
        policy_of(
            "{stance: critic, author_mentions: '>=1'}",
            version=2,
            hit="{author_mentions: 1}",
            then="[{hold: hit}, {alert: again}]",
        ),
        "s.yaml",
    )
    assert again(engine, stricter).tally.rules == {("hit", "hit"): 2}


def test_a_batch_after_another_counts_every_mention_once(
    engine: Engine, stage: Stage, new: Policy
) -> None:
    with reading(engine) as db:
        batches = list(decisions.list_in_batches(db, "default", START - timedelta(days=1), size=3))
    assert [len(batch) for batch in batches] == [3, 1]


def test_the_diary_of_silence_names_rule_reason_count_and_examples(
    engine: Engine, make: StageMaker
) -> None:
    policy = parse_policy(policy_of("{stance: praise}", then="[{ignore: Уже благодарили}]"), "p")
    stage = make(policy)
    for number in range(3):
        stage.site.add(f"Спасибо {number}", f"guest{number}")
    stage.site.add("Чай пришёл мокрым", "anna")
    pipeline.drain(stage.desk)
    with reading(engine) as db:
        (found,) = decisions.list_silences(db, "default", START, examples=2)
        assert decisions.list_silences(db, "default", START + timedelta(days=1)) == []
    assert (found.rule_id, found.reason, found.count) == ("hit", "Уже благодарили", 3)
    assert len(found.examples) == 2


def test_an_explanation_names_what_failed_what_was_unknown_and_what_held(
    engine: Engine, stage: Stage, new: Policy
) -> None:
    why = explain(new, facts(topic="app", rating=None))
    assert [step.rule_id for step in why.steps] == ["thanks", "hit", "rest"]
    assert why.steps[0].failed == ("stance: praise (is critic)",)
    assert why.steps[1].failed == ("topic: delivery (is app)",)
    rated = policy_of("{rating: '<=2', urgency_parts: {harm: '>=0.5'}}", hit="{rating: 1}")
    rated = rated.replace("{rating: 1}", "{rating: 1, urgency_parts: {harm: 1}}")
    said = explain(parse_policy(rated, "r.yaml"), facts())
    assert said.steps[0].holds is False
    assert said.steps[0].unknown == ("rating <= 2 (is unknown)",)
    assert said.steps[0].failed == ("urgency_parts.harm >= 0.5 (is 0)",)
    with reading(engine) as db:
        number = db.exec(select(Mention.id).where(Mention.text == "Доставка опоздала")).one()
        (one,) = decisions.list_decided(db, "default", START, mention_id=number)
        found = explain_decided(db, one, one.decision.created_at)
    assert found is not None
    assert (found.rule.id, found.policy.version) == ("hit", 1)
    assert found.held == ("stance: critic (is critic)",)


def test_a_person_erased_or_not_the_policy_of_then_is_read_by_its_digest(
    engine: Engine, stage: Stage, old: Policy
) -> None:
    with reading(engine) as db:
        kept = find_kept(db, old.digest)
        assert find_kept(db, "0" * 64) is None
        assert db.exec(select(Author)).first() is not None
    assert kept == old


def test_two_revisions_differ_by_rule_part_and_place(old: Policy, new: Policy) -> None:
    changes = {(one.what, one.name, one.part) for one in list_changes(old, new)}
    assert changes == {
        ("added", "thanks", ""),
        ("changed", "hit", "when"),
        ("changed", "hit", "then"),
        ("changed", "examples", "number"),
    }
    assert list_changes(old, old) == []
    back = {(one.what, one.name) for one in list_changes(new, old)}
    assert ("removed", "thanks") in back


def test_a_tally_keeps_few_examples_and_counts_all() -> None:
    tally = Tally(keep=2)
    hold = Told("a", [{"kind": "hold", "reason": "x"}])
    draft = Told("b", [{"kind": "draft", "approach": "thank"}, {"kind": "sla", "minutes": 5}])
    renamed = Told("c", [{"kind": "hold", "reason": "other words"}])
    for number in range(5):
        tally.add(number, hold, draft)
    tally.add(9, hold, renamed)
    assert (tally.mentions, tally.differ, tally.renamed) == (6, 5, 1)
    assert tally.examples == {("a", "b"): [0, 1]}
    assert tally.count(EffectKind.DRAFT) == (0, 5)
    assert tally.sla == {"set": 5}
