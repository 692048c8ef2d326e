"""What is usual is asked of the mentions that stand in the database, once an hour."""

from __future__ import annotations

from datetime import timedelta

from otklik import pipeline
from otklik.database import reading
from otklik.store.usual import list_unhappy_hours
from otklik.usual_rates import Rates
from responder.incidents.expecting import rates_for
from tests.fakes import Stage


def usual(stage: Stage) -> Rates:
    with reading(stage.desk.engine) as db:
        return rates_for(db, stage.desk.settings, stage.clock())


def test_the_past_is_counted_by_people_and_the_newest_days_are_not(stage: Stage) -> None:
    begun = stage.clock()
    for day in range(10):
        at = begun - timedelta(days=20 - day)
        for guest in ("Анна", "Анна", "Борис"):
            stage.site.add("Чай рассыпан, верните деньги", guest, at=at)
    for name in range(30):  # what grows now is no part of its own yardstick
        stage.site.add("Чай рассыпан, верните деньги", f"Гость {name}", at=begun)
    pipeline.collect(stage.desk)
    while pipeline.classify(stage.desk).done:
        pass
    with reading(stage.desk.engine) as db:
        hours = list_unhappy_hours(
            db, "default", begun - timedelta(days=30), begun - timedelta(days=3)
        )
    assert [one.people for one in hours] == [2] * 10
    (topic,) = {one.topic for one in hours}
    found = usual(stage)
    assert 0.7 <= found.by_topic[topic] <= 1.7  # twenty people in seventeen days
    assert found.per_day >= found.by_topic[topic]


def test_it_is_learned_anew_when_the_next_hour_begins(stage: Stage) -> None:
    assert usual(stage).per_day <= 1
    past = stage.clock() - timedelta(days=5)
    for name in range(40):
        stage.site.add("Чай рассыпан, верните деньги", f"Гость {name}", at=past)
    pipeline.collect(stage.desk)
    while pipeline.classify(stage.desk).done:
        pass
    assert usual(stage).per_day <= 1
    stage.clock.wait(hours=1)
    assert usual(stage).per_day > 1.4  # a storm counts as far as credible
