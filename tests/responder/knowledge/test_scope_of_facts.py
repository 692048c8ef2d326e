"""A fact of one branch is told of that branch; rules look at what is named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from otklik.enums import Language, Topic
from otklik.errors import PolicyError
from otklik.marked_yaml import parse_yaml
from responder.knowledge.file import load_knowledge, shipped_knowledge
from responder.policy.conditions import parse_condition

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCOPED = """
  - id: hours_{id}
    ru: [Кафе «{id}» открыто до {hour}.]
    en: [The café {id} is open until {hour}.]
    topics: [place]
    keywords: [часы работы, работать до]
    owner: управляющий
    source: приказ
    valid_from: 2024-01-01
    about: {{branch: {id}}}
"""


@pytest.fixture
def scoped(tmp_path: Path) -> Path:
    from importlib import resources

    text = (resources.files("responder") / "knowledge" / "shop.yaml").read_text("utf-8")
    facts = "".join(
        SCOPED.format(id=one, hour=hour) for one, hour in (("north", 21), ("south", 23))
    )
    file = tmp_path / "facts.yaml"
    file.write_text(text.replace("\nfacts:\n", "\nfacts:" + facts + "\n", 1), "utf-8")
    return file


def ids(file: Path, about: dict[str, frozenset[str]]) -> list[str]:
    found = load_knowledge(file).find(
        "часы работы", Topic.PLACE, Language.RUSSIAN, AT, limit=9, at_fault=False, about=about
    )
    return [one.fact.id for one in found if one.fact.id.startswith("hours")]


def test_the_fact_of_the_named_branch_comes_first_and_the_other_one_never(scoped: Path) -> None:
    found = ids(scoped, {"branch": frozenset({"south"})})
    assert found[0] == "hours_south"
    assert "hours_north" not in found


def test_without_a_branch_the_general_fact_comes_before_that_of_a_branch(scoped: Path) -> None:
    text, plain = "часы работы", shipped_knowledge()
    general = plain.find(text, Topic.PLACE, Language.RUSSIAN, AT, at_fault=False)[0].fact.id
    found = load_knowledge(scoped).find(text, Topic.PLACE, Language.RUSSIAN, AT, at_fault=False)
    assert found[0].fact.id == general


def test_a_kind_that_does_not_exist_is_refused_at_its_place(scoped: Path) -> None:
    scoped.write_text(scoped.read_text("utf-8").replace("{branch: north}", "{brunch: north}"))
    with pytest.raises(PolicyError, match="brunch"):
        load_knowledge(scoped)


@pytest.mark.parametrize(
    ("written", "facts", "holds"),
    [
        ("{about: branch}", {"about": ("branch", "city")}, True),
        ("{about: [company, product]}", {"about": ("branch",)}, False),
        ("{about: none}", {"about": ("none",)}, True),
        ("{about: branch}", {"about": None}, None),
        ("{not: {about: branch}}", {"about": None}, None),
        ("{entity: spb}", {"entity": ("sadovaya", "spb")}, True),
        ("{entity: [mira, nn]}", {"entity": ("sadovaya", "spb")}, False),
        ('{relevance: "<0.25"}', {"relevance": 0.1}, True),
        ('{relevance: "<0.25"}', {"relevance": None}, None),
    ],
)
def test_rules_look_at_what_is_named_and_at_relevance(
    written: str, facts: dict[str, object], holds: bool | None
) -> None:
    assert parse_condition(parse_yaml(written, "x.yaml")).holds(facts) is holds


def test_a_kind_no_rule_may_ask_for_is_refused() -> None:
    with pytest.raises(PolicyError, match="namesake"):
        parse_condition(parse_yaml("{about: namesake}", "x.yaml"))
