"""What mentions are about, carried through: stored, decided by, grouped by, shown, kept good."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from classifier.lists import parse_lists
from otklik import pipeline
from otklik.database import reading, session
from otklik.entries import SourceSettings
from otklik.enums import CloseReason, MentionState
from otklik.errors import ConfigError
from otklik.models import DecisionRow, Incident, Mention, Source
from otklik.own_lists import find_lists, make_relator, open_relator
from otklik.settings import Settings
from otklik.store import queue, sources, subjects
from otklik.store.queue_filter import QueueFilter
from tests import acts
from tests.acts import state_of
from tests.fakes import START, Stage

LISTS = """kind,id,name,aliases,parent,note,strict
company,us,Чайный двор,,,,
city,spb,Санкт-Петербург,СПб,,,
branch,sadovaya,Садовая,,spb,,
branch,mira,кафе на Мира,,spb,,
product,tai,Чёрный тай,,,,
namesake,house,новостройка,застройщик|ЖК,,,
"""
STRANGER = "Застройщик и ЖК, новостройка у парка, двор чайный"


def with_lists(stage: Stage, *, is_ours: bool = True) -> Stage:
    relator = make_relator(parse_lists(LISTS, "lists.csv"))
    with session(stage.desk.engine) as db:
        (source,) = sources.list_sources(db, stage.desk.brand_id)
        source.is_ours = is_ours
    return replace(stage, desk=replace(stage.desk, relator=relator))


def mention_of(stage: Stage, number: int) -> Mention:
    with reading(stage.desk.engine) as db:
        return acts.mention_of(db, number)


def rule_of(stage: Stage, number: int) -> str:
    mention = mention_of(stage, number)
    with reading(stage.desk.engine) as db:
        rows = db.exec(select(DecisionRow).where(DecisionRow.mention_id == mention.id))
        return [row.rule_id for row in rows][-1]


def test_what_is_named_is_stored_and_filters_the_queue(stage: Stage) -> None:
    stage = with_lists(stage)
    number = stage.site.add("На Садовой заказ ждали час, чай остыл")
    other = stage.site.add("Чай пахнет пылью")
    pipeline.drain(stage.desk)
    mention, plain = mention_of(stage, number), mention_of(stage, other)
    with reading(stage.desk.engine) as db:
        about = subjects.list_subjects(db, [mention, plain])
        assert about[mention.id or 0].ids == ("sadovaya", "spb")
        assert about[plain.id or 0].kinds == ("none",)
        for wanted in ("sadovaya", "spb"):
            page = queue.list_queue(db, "default", QueueFilter(entities=(wanted,)))
            assert [row.id for row in page.rows] == [mention.id]
        assert subjects.list_named_entities(db, "default") == ["sadovaya", "spb"]


def test_an_edit_replaces_what_a_mention_is_about(stage: Stage) -> None:
    stage = with_lists(stage)
    number = stage.site.add("На Садовой заказ ждали час")
    pipeline.drain(stage.desk)
    stage.site.comments[number].text = "Ой, это было в кафе на Мира, заказ ждали час"
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    mention = mention_of(stage, number)
    with reading(stage.desk.engine) as db:
        assert subjects.list_subjects(db, [mention])[mention.id or 0].ids == ("mira", "spb")
        assert subjects.list_named_entities(db, "default") == ["mira", "spb"]


def test_a_stranger_found_by_search_is_ignored_with_a_reason(stage: Stage) -> None:
    stage = with_lists(stage, is_ours=False)
    number = stage.site.add(STRANGER)
    pipeline.drain(stage.desk)
    mention = mention_of(stage, number)
    assert (mention.state, mention.close_reason) == (MentionState.CLOSED, CloseReason.IGNORED)
    assert rule_of(stage, number) == "elsewhere"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Заказ ждали час, ужасно", "perhaps_elsewhere"),
        ("Чайный двор, застройщик, ЖК, новостройка: заказ не довезли", "perhaps_elsewhere"),
        ("Чай отравил ребёнка, новостройка, застройщик", "perhaps_elsewhere_urgent"),
    ],
)
def test_a_complaint_that_may_be_about_us_is_held_for_a_person(
    stage: Stage, text: str, rule: str
) -> None:
    stage = with_lists(stage, is_ours=False)
    number = stage.site.add(text)
    pipeline.drain(stage.desk)
    assert rule_of(stage, number) == rule
    assert state_of(stage, number) == MentionState.HELD


def test_on_a_page_of_ours_and_without_lists_nothing_changes(stage: Stage) -> None:
    text = STRANGER + ", заказ не довезли"
    first = stage.site.add(text)
    pipeline.drain(stage.desk)
    ours = with_lists(stage)
    ours.clock.wait(minutes=5)
    second = ours.site.add(text, "another")
    pipeline.drain(ours.desk)
    assert rule_of(stage, first) == rule_of(ours, second) == "critic_with_case"


def test_one_trouble_at_two_branches_is_two_stories(stage: Stage) -> None:
    stage = with_lists(stage)
    for number in range(10):
        place = "на Садовой" if number % 2 else "в кафе на Мира"
        stage.site.add(f"Был {place}, заказ носили целый вечер, остывший чай", f"guest{number}")
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        found = db.exec(select(Incident)).all()
        members = {
            row.id: {
                "Садовой" in m.text for m in db.exec(select(Mention)) if m.incident_id == row.id
            }
            for row in found
        }
    assert len(found) == 2
    assert all(len(places) == 1 for places in members.values())


def test_settings_say_whether_a_source_is_ours(engine: Engine) -> None:
    wanted = [
        SourceSettings(name="a", platform="fake", is_ours=False),
        SourceSettings(name="b", platform="fake"),
    ]
    with session(engine) as db:
        sources.sync_sources(db, "default", wanted, START)
        found = {row.name: row.is_ours for row in db.exec(select(Source))}
    assert found == {"a": False, "b": None}
    assert "is_ours" not in wanted[0].config


def test_a_broken_new_file_leaves_the_last_good_lists_in_force(
    engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "lists.csv"
    settings = Settings(entities_file=str(file))
    with session(engine) as db, pytest.raises(ConfigError, match=r"lists\.csv"):
        open_relator(db, settings, START)  # none was ever good
    file.write_text(LISTS, "utf-8")
    with session(engine) as db:
        good = open_relator(db, settings, START)
    file.write_text(LISTS + "shop,x,Альфа,,,,\n", "utf-8")
    with session(engine) as db:
        still = open_relator(db, settings, START)
        found = find_lists(db, settings)
    assert good is not None
    assert still is not None
    assert still.digest == good.digest
    assert "lists.csv:8: unknown kind 'shop'" in found.fault


def test_no_file_means_no_lists(engine: Engine) -> None:
    with session(engine) as db:
        assert open_relator(db, Settings(), START) is None
        assert find_lists(db, Settings()).fault == ""
