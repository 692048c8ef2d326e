"""A model beside the serving one: it judges the same, decides nothing, delays nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import pipeline
from otklik.bootstrap import open_backend
from otklik.comparing import compare, kappa
from otklik.database import reading, session
from otklik.entries import BackendSettings
from otklik.enums import Abuse, MentionState, Role, Stance
from otklik.errors import ConfigError, ModelError, Transient
from otklik.judging import NO_ANSWER, Attempt, Backend
from otklik.models import DecisionRow, Label, Mention, ShadowVerdict, VerdictRow
from otklik.schedule import Schedule
from otklik.shadowing import shadow
from otklik.store import shadow as rows
from otklik.store.shadow import Pair
from tests.acts import COMPLAINT, mention_of, state_of
from tests.fakes import RuleJudge, Stage
from tests.pipeline.conftest import StageMaker


class Second(Backend):
    """Calls everybody a hater; answers nothing to what it is told to be silent on."""

    kind = "second"
    version = "second-1"
    batch = 3

    def __init__(self) -> None:
        super().__init__(RuleJudge())
        self.asked: list[str] = []
        self.silent_on = ""
        self.fault: Exception | None = None
        self.open_writers = 0
        self.engine: Engine | None = None

    def attempt(self, texts: Sequence[str]) -> list[Attempt | None]:
        """See `Backend`."""
        self.asked += texts
        if self.engine is not None:
            with session(self.engine) as db:  # waits for ever inside another write transaction
                db.exec(select(Mention.id)).first()
        if self.fault is not None:
            raise self.fault
        changes = {"stance": Stance.HATER, "abuse": Abuse.INSULT, "model_version": self.version}
        return [
            None
            if self.silent_on and self.silent_on in text
            else Attempt(guess.model_copy(update=changes), ("stance", "abuse"), 0.25, 10, 2, 7, 1)
            for text, guess in zip(texts, self.base.judge(texts), strict=True)
        ]


class Remote(Second):
    """The same behind a network."""

    is_remote = True
    batch = 6


def beside(stage: Stage, second: Second) -> Stage:
    second.engine = stage.desk.engine
    return replace(stage, desk=replace(stage.desk, shadow=second))


def instead(stage: Stage, second: Second) -> Stage:
    second.engine = stage.desk.engine
    return replace(stage, desk=replace(stage.desk, classifier=second))


def kept(stage: Stage) -> list[ShadowVerdict]:
    with reading(stage.desk.engine) as db:
        return list(db.exec(select(ShadowVerdict)))


def test_the_shadow_judges_the_same_and_decides_nothing(stage: Stage) -> None:
    alone = stage.site.add(COMPLAINT)
    stage.site.add("Спасибо")
    stage.site.add(" ")
    second = Second()
    stage = beside(stage, second)
    pipeline.drain(stage.desk)
    assert second.asked == []
    assert shadow(stage.desk) == (2, 0)
    assert shadow(stage.desk) == (0, 0)
    pipeline.drain(stage.desk)
    assert {row.stance for row in kept(stage)} == {Stance.HATER}
    assert state_of(stage, alone) == MentionState.DRAFTED
    with reading(stage.desk.engine) as db:
        assert mention_of(db, alone).stance is Stance.CRITIC
        assert {row.model_version for row in db.exec(select(VerdictRow))} == {"rules-1"}
        assert len(db.exec(select(DecisionRow)).all()) == 3


@pytest.mark.parametrize("fault", [Transient("down"), ModelError("broken")])
def test_a_shadow_that_fails_stops_nobody(stage: Stage, fault: Exception) -> None:
    number = stage.site.add(COMPLAINT)
    second = Second()
    second.fault = fault
    stage = beside(stage, second)
    pipeline.drain(stage.desk)
    assert shadow(stage.desk) == (0, 1)
    assert state_of(stage, number) == MentionState.DRAFTED
    second.fault = None
    assert shadow(stage.desk) == (1, 0)


def test_what_got_no_answer_is_asked_again_later(stage: Stage) -> None:
    for text in ("Чай пахнет пылью", "Заказ потерян"):
        stage.site.add(text)
    second = Second()
    second.silent_on = "Заказ"
    stage = beside(stage, second)
    pipeline.drain(stage.desk)
    assert shadow(stage.desk) == (1, 1)
    second.silent_on = ""
    assert shadow(stage.desk) == (1, 0)
    assert len(kept(stage)) == 2


def test_only_the_newest_are_judged_and_the_newest_first(make: StageMaker) -> None:
    second = Second()
    stage = beside(make(shadow_backlog=4), second)
    for number in range(7):
        stage.site.add(f"Заказ {number}")
    pipeline.drain(stage.desk)
    while shadow(stage.desk).done:
        continue
    assert second.asked == [f"Заказ {number}" for number in (6, 5, 4, 3)]


def test_an_edited_text_is_judged_anew(stage: Stage) -> None:
    number = stage.site.add("Заказ потерян")
    stage = beside(stage, Second())
    pipeline.drain(stage.desk)
    shadow(stage.desk)
    stage.site.comments[number].text = "Заказ нашёлся"
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    assert shadow(stage.desk) == (1, 0)
    assert [row.mention_version for row in kept(stage)] == [1, 2]


def test_the_clock_wakes_the_shadow_only_where_there_is_one(stage: Stage) -> None:
    without = Schedule(stage.desk)._names
    assert "shadow" not in without
    assert Schedule(beside(stage, Second()).desk)._names == [*without, "shadow"]


def test_a_remote_model_in_front_is_asked_while_no_transaction_is_open(stage: Stage) -> None:
    second = Remote()
    stage = instead(stage, second)
    numbers = [stage.site.add(text) for text in (COMPLAINT, "", "Чай", "Чай", "Заказ", "Заказ 2")]
    pipeline.drain(stage.desk)
    assert all(state_of(stage, n) != MentionState.COLLECTED for n in numbers)
    with reading(stage.desk.engine) as db:
        judged = db.exec(select(VerdictRow)).all()
    assert {row.model_version for row in judged} == {"second-1"}
    assert len(judged) == 5
    assert second.asked.count("Чай") == 1


def test_where_the_remote_model_gives_no_answer_a_person_decides(stage: Stage) -> None:
    second = Remote()
    second.silent_on = "отравились"
    stage = instead(stage, second)
    number = stage.site.add("Мы отравились вашим чаем")
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        mention = mention_of(db, number)
        verdict = db.exec(select(VerdictRow)).one()
    assert (mention.is_unsure, mention.urgency) == (True, 3)
    assert verdict.value["abstain_reason"] == NO_ANSWER


def test_the_comparison_knows_who_was_right_and_what_it_cost(stage: Stage) -> None:
    rude = stage.site.add("Идиоты")
    stage.site.add(COMPLAINT)
    stage = beside(stage, Second())
    pipeline.drain(stage.desk)
    shadow(stage.desk)
    with session(stage.desk.engine) as db:
        mention = mention_of(db, rude)
        person = stage.people[Role.OPERATOR].id or 0
        for value in ("critic", "hater"):  # the last word counts
            label = Label(mention_id=mention.id or 0, mention_version=1, person_id=person,
                          field="stance", value=value, created_at=stage.clock())  # fmt: skip
            db.add(label)
    with reading(stage.desk.engine) as db:
        assert rows.count_shadowed(db, stage.desk.brand_id) == {"second-1": 2}
        pairs = rows.list_pairs(db, stage.desk.brand_id)
        assert rows.list_pairs(db, stage.desk.brand_id, model="no such") == []
    found = compare(pairs)
    assert [head.head for head in found.heads] == ["abuse", "stance"]
    stance = found.heads[1]
    assert (stance.rows, stance.agreement) == (2, 0.5)
    assert [(d.serving, d.shadow, d.count) for d in stance.differences] == [("critic", "hater", 1)]
    assert stance.right == {"both": 1, "serving": 0, "shadow": 0, "neither": 0}
    assert (found.tokens_in, found.tokens_out, found.dropped_quotes) == (20, 4, 2)
    assert (found.dollars, found.seconds_p50) == (0.000014, 0.25)


def test_kappa_is_agreement_beyond_chance() -> None:
    assert kappa(["a", "b"] * 5, ["a", "b"] * 5) == 1
    assert kappa(["a", "b"] * 2, ["a", "a", "b", "b"]) == 0
    assert kappa(["a"] * 4, ["a"] * 4) is None
    assert kappa([], []) is None
    # 35 of 50 agreed, marginals 25/25 and 30/20: (0.7 - 0.5) / 0.5
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert kappa(first, second) == pytest.approx(0.4)


def test_heads_the_shadow_left_to_our_model_are_not_compared() -> None:
    values = {"claim": "none", "abuse": "none", "stance": "other", "urgency": "0", "topic": "none"}
    pair = Pair(1, values, values, (), False, True, "no JSON", {}, 0.1, (1, 1), 0, 0)
    found = compare([pair])
    assert found.heads == []
    assert found.abstain_reasons == {"no JSON": 1}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"kind": "oracle"}, "unknown kind 'oracle'"),
        ({"kind": "onnx"}, "path"),
        ({"kind": "onnx", "path": "/no/such/folder"}, "no such folder"),
        ({"kind": "onnx", "path": "x", "surprise": 1}, "surprise"),
        ({"kind": "language_model", "base_url": "https://x.example/v1"}, "model"),
        ({"kind": "language_model", "api_key": "sk-written-out"}, "env:NAME"),
        ({"kind": "language_model", "api_key": "env:OTKLIK_SECRET_NONE"}, "OTKLIK_SECRET_NONE"),
    ],
)
def test_wrong_settings_are_refused_at_start_and_show_no_secret(
    stage: Stage, entry: dict[str, Any], told: str
) -> None:
    with pytest.raises((ConfigError, ModelError), match=told) as caught:
        open_backend(BackendSettings(**entry), stage.desk.engine, RuleJudge(), "shadow")
    assert "sk-written-out" not in str(caught.value)


def test_no_backend_is_opened_where_none_is_set(stage: Stage, tmp_path: Path) -> None:
    assert open_backend(None, stage.desk.engine, RuleJudge(), "shadow") is None
    assert stage.desk.settings.shadow is None
    assert stage.desk.settings.classifier is None
