"""Which model serves: figures side by side, a person's consent, a pointer that always holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from classifier.comparing import Comparison, Truth, compare, objections, remarks, wilson
from otklik import database, promotion
from otklik.enums import Role, Stance
from otklik.errors import InputError, ModelError, NotAllowed
from otklik.learning import is_frozen
from otklik.models import AuditEvent
from otklik.registry import POINTER, SHIPPED, Pointer, Registry
from otklik.serving import Serving
from otklik.verdicts import Verdict
from tests.fakes import RuleJudge, Stage
from tests.learning.conftest import Label, MakeVersion, judge_all

Change = Callable[[Verdict, str], dict[str, Any]]


@dataclass
class Changed:
    """The rules' verdicts with some fields changed."""

    change: Change
    version: str = "changed"

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        found = RuleJudge().judge(texts)
        return [
            one.model_copy(update=self.change(one, text))
            for one, text in zip(found, texts, strict=True)
        ]


def same(_verdict: Verdict, _text: str) -> dict[str, Any]:
    return {}


TEXTS = [f"чай битый, номер {number}" for number in range(40)] + [
    f"вы идиоты, {number}" for number in range(20)
]
CRITIC = {"claim": "concrete", "abuse": "none", "topic": "quality", "urgency": "1"}


def rows() -> list[Truth]:
    """Forty critics and twenty haters, as the rules judge them."""
    return [
        Truth(text, {"stance": "critic" if "чай" in text else "hater", **CRITIC}) for text in TEXTS
    ]


def hater_for_one(verdict: Verdict, text: str) -> dict[str, Any]:
    return {"stance": Stance.HATER} if text.endswith("номер 7") else {}


def test_a_model_beside_itself_shows_no_difference_and_is_not_better() -> None:
    found = compare(Changed(same), Changed(same), rows())
    assert found.figures["stance_kappa"].new == 1.0
    assert {one.difference for one in found.figures.values() if one.cases} == {0.0}
    assert objections(found) == ["nothing is better than with the serving model"]


def test_one_critic_more_filed_as_hater_is_enough_to_refuse() -> None:
    found = compare(Changed(same), Changed(hater_for_one), rows())
    assert found.figures["critics_filed_as_hater"].new == pytest.approx(1 / 40)
    assert any(line.startswith("critics_filed_as_hater is worse") for line in objections(found))


def test_one_critic_fewer_filed_as_hater_is_better() -> None:
    found = compare(Changed(hater_for_one), Changed(same), rows())
    assert found.figures["critics_filed_as_hater"].difference == pytest.approx(-1 / 40)
    assert objections(found) == []


def test_an_abstained_hater_is_filed_nowhere() -> None:
    def unsure(verdict: Verdict, text: str) -> dict[str, Any]:
        return {**hater_for_one(verdict, text), "abstained": text.endswith("номер 7")}

    found = compare(Changed(same), Changed(unsure), rows())
    assert found.figures["critics_filed_as_hater"].new == 0
    assert found.figures["abstained"].new == pytest.approx(1 / 60)


def test_too_few_frozen_labels_prove_nothing() -> None:
    found = compare(Changed(hater_for_one), Changed(same), rows()[:49])
    assert objections(found) == ["too few frozen labels: 49 of at least 50"]


def test_an_unlucky_end_beyond_the_budget_refuses_although_the_figure_is_equal() -> None:
    def another(verdict: Verdict, text: str) -> dict[str, Any]:
        return {"stance": Stance.HATER} if text.endswith("номер 8") else {}

    found = compare(Changed(hater_for_one), Changed(another), rows())
    assert found.figures["critics_filed_as_hater"].difference == 0
    assert any("may be worse" in line for line in objections(found))


def test_a_field_nobody_labelled_counts_for_nothing() -> None:
    known = [replace(row, values={"stance": row.values["stance"]}) for row in rows()]
    found = compare(Changed(same), Changed(same), known)
    assert found.figures["topic_kappa"].cases == 0
    assert found.figures["stance_kappa"].cases == 60
    assert "urgency_3_recall: no label of urgency 3" in remarks(found)


def test_figures_come_back_from_their_file_as_they_were() -> None:
    found = compare(Changed(hater_for_one), Changed(same), rows(), rounds=20)
    told = json.loads(json.dumps(found.as_json()))
    assert Comparison.from_json(told).as_json() == found.as_json()
    assert objections(Comparison.from_json(told)) == objections(found)


def test_no_rows_make_no_figures() -> None:
    found = compare(Changed(same), Changed(same), [])
    assert found.rows == 0
    assert objections(found) == ["too few frozen labels: 0 of at least 50"]


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_of_a_share_holds_the_share(hits: int, more: int) -> None:
    low, high = wilson(hits, hits + more)
    assert 0 <= low <= high <= 1
    if hits + more:
        assert low - 1e-9 <= hits / (hits + more) <= high + 1e-9


# ---- the pointer ---------------------------------------------------------------------------


@given(st.lists(st.sampled_from("abc"), max_size=6), st.integers(0, 6))
def test_rolling_back_restores_exactly_what_served(names: list[str], back: int) -> None:
    pointers = [Pointer()]
    for name in names:
        pointers.append(pointers[-1].promoted(name, {}))
    now = pointers[-1]
    for step in range(1, min(back, len(names)) + 1):
        now = now.rolled_back({})
        assert now.stack == pointers[-1 - step].stack
        assert now.serving == pointers[-1 - step].serving
    assert len(now.history) == len(names) + min(back, len(names))


def test_what_came_with_otklik_cannot_be_rolled_back() -> None:
    with pytest.raises(InputError):
        Pointer().rolled_back({})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.lists(st.sampled_from(["v1", "v2"]), max_size=4))
def test_the_pointer_is_read_as_it_was_written(registry: Registry, names: list[str]) -> None:
    pointer = Pointer()
    for name in names:
        pointer = pointer.promoted(name, {"by": "person:1"})
    registry.save_pointer(pointer)
    assert registry.pointer() == pointer
    assert [path.name for path in registry.folder.glob(".new-*")] == []


def test_a_version_is_kept_as_it_was_first_added(
    registry: Registry, make_version: MakeVersion
) -> None:
    assert registry.add(make_version("v1")) == "v1"
    before = registry.place("v1").stat().st_mtime_ns
    assert registry.add(registry.place("v1")) == "v1"
    assert registry.place("v1").stat().st_mtime_ns == before
    assert [one.version for one in registry.entries()] == ["v1", SHIPPED]


@pytest.mark.parametrize("name", ["../v1", "", ".", "..", "a/b", "-x", "x" * 65])
def test_no_name_leads_out_of_the_folder(registry: Registry, name: str) -> None:
    with pytest.raises(InputError):
        registry.place(name)


# ---- the model at work ---------------------------------------------------------------------


def damage(registry: Registry, version: str) -> None:
    (registry.place(version) / "model.npz").write_bytes(b"not a model")


def test_a_promoted_model_is_taken_up_at_the_next_batch(
    registry: Registry, make_version: MakeVersion
) -> None:
    serving = Serving(registry)
    first = serving.judge(["чай битый"])[0].model_version
    registry.add(make_version("v1"))
    registry.save_pointer(Pointer().promoted("v1", {}))
    assert serving.judge(["чай битый"])[0].model_version == "v1"
    registry.save_pointer(registry.pointer().rolled_back({}))
    assert serving.judge(["чай битый"])[0].model_version == first


def test_a_damaged_model_stops_nothing_and_is_named(
    registry: Registry, make_version: MakeVersion
) -> None:
    registry.add(make_version("v1"))
    registry.save_pointer(Pointer().promoted("v1", {}))
    serving = Serving(registry)
    registry.add(make_version("v2"))
    damage(registry, "v2")
    registry.save_pointer(registry.pointer().promoted("v2", {}))
    assert serving.judge(["чай битый"])[0].model_version == "v1"
    assert "v2" in serving.problem
    assert "v2" in next(one.problem for one in registry.entries() if one.version == "v2")


def test_a_start_with_a_damaged_model_finds_the_last_good_one(
    registry: Registry, make_version: MakeVersion
) -> None:
    for name in ("v1", "v2"):
        registry.add(make_version(name))
    registry.save_pointer(Pointer().promoted("v1", {}).promoted("v2", {}))
    damage(registry, "v2")
    assert Serving(registry).version == "v1"
    damage(registry, "v1")
    assert Serving(registry).version not in {"v1", "v2"}


def test_a_pointer_that_cannot_be_read_leaves_the_shipped_model(registry: Registry) -> None:
    registry.folder.mkdir()
    (registry.folder / POINTER).write_text("{half", encoding="utf-8")
    serving = Serving(registry)
    assert serving.problem
    assert serving.judge(["чай битый"])
    with pytest.raises(ModelError):
        registry.pointer()


# ---- a person's consent --------------------------------------------------------------------


def keep_figures(stage: Stage, registry: Registry, version: str, old: Change, new: Change) -> None:
    """Figures as `measure` would keep them, of judges the test chose."""
    with database.reading(stage.desk.engine) as session:
        material = promotion.gather(session, stage.desk.brand_id, stage.clock())
    found = compare(Changed(old), Changed(new), rows(), rounds=50)
    told = {
        "against": registry.pointer().serving,
        "labels": material.digest,
        "frozen": found.as_json(),
    }
    registry.save_comparison(version, told)


def promote(stage: Stage, registry: Registry, role: Role, version: str, **more: Any) -> str:
    with database.session(stage.desk.engine) as session:
        return promotion.promote(
            session,
            registry,
            person=stage.people[role],
            version=version,
            at=stage.clock(),
            brand_id=stage.desk.brand_id,
            **more,
        )


def roll_back(stage: Stage, registry: Registry, role: Role) -> str:
    with database.session(stage.desk.engine) as session:
        return promotion.roll_back(
            session,
            registry,
            person=stage.people[role],
            at=stage.clock(),
            brand_id=stage.desk.brand_id,
        )


def actions(stage: Stage) -> list[tuple[str, str, str]]:
    with database.reading(stage.desk.engine) as session:
        found = session.exec(select(AuditEvent).where(AuditEvent.subject_kind == "model"))
        return [(one.action, one.subject_id, one.actor) for one in found]


def test_a_better_model_is_promoted_by_a_lead_and_rolled_back_by_one(
    stage: Stage, registry: Registry, make_version: MakeVersion
) -> None:
    registry.add(make_version("v1"))
    keep_figures(stage, registry, "v1", hater_for_one, same)
    assert promote(stage, registry, Role.LEAD, "v1", reason="лучше") == SHIPPED
    assert registry.pointer().serving == "v1"
    assert roll_back(stage, registry, Role.LEAD) == SHIPPED
    assert registry.pointer().stack == (SHIPPED,)
    actor = f"person:{stage.people[Role.LEAD].id}"
    assert actions(stage) == [
        ("model.promoted", "v1", actor),
        ("model.rolled_back", SHIPPED, actor),
    ]
    change = registry.pointer().history[0]
    assert (change["by"], change["why"], change["before"]) == (actor, "лучше", SHIPPED)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER])
def test_only_a_lead_or_an_admin_decides_which_model_serves(
    stage: Stage, registry: Registry, make_version: MakeVersion, role: Role
) -> None:
    registry.add(make_version("v1"))
    keep_figures(stage, registry, "v1", hater_for_one, same)
    with pytest.raises(NotAllowed):
        promote(stage, registry, role, "v1")
    with pytest.raises(NotAllowed):
        roll_back(stage, registry, role)
    assert registry.pointer() == Pointer()
    assert actions(stage) == []


def test_a_worse_model_is_refused_and_only_an_admin_with_a_reason_may_force_it(
    stage: Stage, registry: Registry, make_version: MakeVersion
) -> None:
    registry.add(make_version("v1"))
    keep_figures(stage, registry, "v1", same, hater_for_one)
    with pytest.raises(InputError, match="critics_filed_as_hater is worse"):
        promote(stage, registry, Role.ADMIN, "v1")
    with pytest.raises(NotAllowed):
        promote(stage, registry, Role.LEAD, "v1", is_forced=True, reason="надо")
    with pytest.raises(InputError, match="needs a reason"):
        promote(stage, registry, Role.ADMIN, "v1", is_forced=True, reason=" ")
    assert registry.pointer() == Pointer()
    promote(stage, registry, Role.ADMIN, "v1", is_forced=True, reason="надо")
    assert registry.pointer().history[-1]["forced"] is True


def test_a_model_that_was_never_compared_is_refused(
    stage: Stage, registry: Registry, make_version: MakeVersion
) -> None:
    registry.add(make_version("v1"))
    with pytest.raises(InputError, match="never compared"):
        promote(stage, registry, Role.LEAD, "v1")


def test_figures_against_another_model_or_other_labels_do_not_count(
    stage: Stage, registry: Registry, make_version: MakeVersion, label: Label
) -> None:
    registry.add(make_version("v1"))
    keep_figures(stage, registry, "v1", hater_for_one, same)
    judge_all(stage, *(f"чай битый {number}" for number in range(30)))
    frozen = next(n for n in range(1, 31) if is_frozen(stage.desk.brand_id, n))
    label(frozen, stance="critic")
    with pytest.raises(InputError, match="have changed"):
        promote(stage, registry, Role.LEAD, "v1")


def test_not_even_an_admin_lets_a_damaged_model_serve(
    stage: Stage, registry: Registry, make_version: MakeVersion
) -> None:
    registry.add(make_version("v1"))
    damage(registry, "v1")
    with pytest.raises(ModelError):
        promote(stage, registry, Role.ADMIN, "v1", is_forced=True, reason="надо")
    assert registry.pointer() == Pointer()


def test_recent_labels_a_model_has_learned_from_do_not_flatter_it(
    stage: Stage, registry: Registry, make_version: MakeVersion, label: Label
) -> None:
    registry.add(make_version("v1"))
    judge_all(stage, "чай битый", "чай холодный")
    label(1, stance="critic")
    label(2, stance="critic")
    registry.save_learned("v1", ["staff-1-1"])
    with database.reading(stage.desk.engine) as session:
        material = promotion.gather(session, stage.desk.brand_id, stage.clock())
    told = promotion.measure(registry, SHIPPED, "v1", material, stage.clock())
    assert told["recent"]["rows"] == 1


def test_a_file_the_model_was_trained_on_is_not_frozen(
    stage: Stage, registry: Registry, make_version: MakeVersion, tmp_path: Path
) -> None:
    row = {"id": "1", "text": "чай битый", "stance": "critic", **CRITIC}
    file = tmp_path / "gold.jsonl"
    file.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    folder = make_version("v1")
    from classifier.artefact import file_digest

    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    told = json.dumps({**manifest, "data": {"gold.jsonl": file_digest(file)}})
    (folder / "manifest.json").write_text(told, encoding="utf-8")
    registry.add(folder)
    with database.reading(stage.desk.engine) as session:
        material = promotion.gather(session, stage.desk.brand_id, stage.clock(), files=[file])
    with pytest.raises(InputError, match="trained on a file"):
        promotion.measure(registry, SHIPPED, "v1", material, stage.clock())
