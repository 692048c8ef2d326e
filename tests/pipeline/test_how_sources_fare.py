"""What becomes of readings: side by side, silent, out of money, turned away."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from pydantic import SecretStr
from sqlmodel import select

from otklik import pipeline, readings
from otklik.database import reading, session
from otklik.entries import SourceSettings
from otklik.enums import SourceHealth
from otklik.errors import AccessDenied, BudgetSpent, RateLimited
from otklik.models import Source, Spend
from otklik.platforms import Cursor, Limit, Page, PlatformSettings, PostedReply, ReplyRequest
from otklik.store import sources
from tests.acts import approve_fully, mention_of, ready
from tests.fakes import START, FakePlatform, Site, Stage
from tests.pipeline.conftest import StageMaker

LIMIT = Limit(1000, 1.0, burst=100)


class TokenSettings(PlatformSettings):
    """Settings with a secret and a name for the place.

    Attributes:
        token, place: of the test.
    """

    token: SecretStr = SecretStr("")
    place: str = ""


class Metered(FakePlatform):
    """A platform that counts calls and money, fails by the name of its place, and may wait."""

    settings_type = TokenSettings
    faults: ClassVar[dict[str, list[Exception]]]
    gates: ClassVar[dict[str, threading.Event]]
    began: ClassVar[list[str]]
    warnings: ClassVar[list[str]]
    micros: ClassVar[int] = 0

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """One page of three, or what was planned."""
        settings: TokenSettings = self.settings  # type: ignore[assignment]
        self.began.append(settings.place)
        self.meter.wait("calls", LIMIT)
        self.meter.reserve_money(self.micros)
        if self.faults.get(settings.place):
            raise self.faults[settings.place].pop(0)
        gate = self.gates.get(settings.place)
        if gate is not None:
            assert gate.wait(60)
        pages = [*super().collect(cursor)]
        yield pages[0].model_copy(update={"warnings": tuple(self.warnings)})
        self.meter.settle_money(self.micros, self.micros, items=1)

    def thread(self, thread_external_id: str) -> Any:
        """The thread, by a counted call."""
        self.meter.wait("calls", LIMIT)
        return super().thread(thread_external_id)

    def post(self, request: ReplyRequest) -> PostedReply:
        """A counted call."""
        self.meter.wait("calls", LIMIT)
        return super().post(request)


def staged(make: StageMaker, *places: str, **more: Any) -> tuple[Stage, type[Metered]]:
    """A desk with one source for each place."""
    entries = [
        SourceSettings.model_validate(
            {"name": place, "platform": "fake", "interval": 10, "place": place, **more}
        )
        for place in places
    ]
    stage = make(sources=entries)
    kind = type(
        "Staged",
        (Metered,),
        {"site": stage.site, "faults": {}, "gates": {}, "began": [], "warnings": []},
    )
    stage.desk.platforms["fake"] = kind  # type: ignore[index]
    return stage, kind


def source_of(stage: Stage, name: str) -> Source:
    with reading(stage.desk.engine) as db:
        found = sources.find_source(db, stage.desk.brand_id, name)
    assert found is not None
    return found


def told(stage: Stage) -> list[str]:
    pipeline.alert(stage.desk)
    return [message.kind for message in stage.channel.sent]


def test_a_hung_source_delays_no_other_and_others_are_read_again_meanwhile(
    make: StageMaker,
) -> None:
    stage, kind = staged(make, "hung", "one", "two")
    stage.site.add("Спасибо")
    kind.gates["hung"] = threading.Event()
    counts: list[Any] = []
    worker = threading.Thread(target=lambda: counts.append(pipeline.collect(stage.desk)))
    worker.start()
    try:
        until = time.monotonic() + 20
        while min(kind.began.count("one"), kind.began.count("two")) < 2:
            assert time.monotonic() < until, kind.began
            time.sleep(0.05)
            stage.clock.wait(seconds=1)
    finally:
        kind.gates["hung"].set()
        worker.join(30)
    assert counts[0].failed == 0
    assert kind.began.count("hung") == 1
    assert source_of(stage, "hung").health == SourceHealth.OK


def test_one_process_never_reads_a_source_twice_at_once(stage: Stage) -> None:
    number = source_of(stage, "site").id or 0
    first = readings.begin(stage.desk, number)
    assert first is not None
    assert readings.begin(stage.desk, number) is None
    stage.clock.wait(seconds=first.lease.total_seconds() + 1)
    second = readings.begin(stage.desk, number)
    assert second is not None
    assert second.owner != first.owner
    readings.finish(stage.desk, first, None)
    assert source_of(stage, "site").lease_owner == second.owner


def test_the_lease_is_longer_than_the_longest_call(make: StageMaker) -> None:
    stage, _ = staged(make, "slow", timeout=120)
    found = readings.begin(stage.desk, source_of(stage, "slow").id or 0)
    assert found is not None
    assert found.lease >= timedelta(seconds=3 * 120)


def test_a_reading_that_has_had_its_share_goes_on_where_it_stopped(make: StageMaker) -> None:
    stage, _ = staged(make, "long")
    stage.site.add("Спасибо")
    number = source_of(stage, "long").id or 0
    of = readings.begin(stage.desk, number)
    assert of is not None
    readings.read_pages(stage.desk, of, share=-1.0)
    readings.finish(stage.desk, of, None)
    row = source_of(stage, "long")
    assert (row.cursor, row.live_since, row.lease_owner) == ({"seen": 1}, None, None)
    assert row.next_due_at == stage.clock()
    pipeline.collect(stage.desk)
    assert source_of(stage, "long").live_since == stage.clock()


def test_a_stop_ends_a_long_reading_after_its_page_and_gives_the_source_back(
    stage: Stage,
) -> None:
    stage.site.add("Спасибо")
    stage.desk.stopping.set()
    pipeline.collect(stage.desk)
    row = source_of(stage, "site")
    assert (row.cursor, row.live_since, row.lease_owner) == ({"seen": 1}, None, None)
    stage.desk.stopping.clear()
    pipeline.collect(stage.desk)
    assert source_of(stage, "site").live_since is not None


def test_platforms_may_count_their_calls_wherever_the_pipeline_calls_them(
    make: StageMaker,
) -> None:
    stage, _ = staged(make, "only")
    number, draft = ready(stage)
    approve_fully(stage, draft)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        assert mention_of(db, number).state == "answered"


def test_a_dead_token_takes_down_every_source_that_uses_it_and_no_other(
    make: StageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OTKLIK_SECRET_A", "OTKLIK_SECRET_B"):
        monkeypatch.setenv(name, "x")
    stage, kind = staged(make, "a1", "a2", "b")
    tokens = {"a1": "env:OTKLIK_SECRET_A", "a2": "env:OTKLIK_SECRET_A", "b": "env:OTKLIK_SECRET_B"}
    with session(stage.desk.engine) as db:
        for name, token in tokens.items():
            row = sources.find_source(db, stage.desk.brand_id, name)
            assert row is not None
            row.config = {**row.config, "token": token}
            row.next_due_at += timedelta(minutes=name != "a1")
            db.add(row)
    denied = AccessDenied("invalid", to_do="Получите новый токен", whole_account=True)
    kind.faults["a1"] = [denied]
    pipeline.collect(stage.desk)
    healths = {name: source_of(stage, name).health for name in tokens}
    assert healths == {"a1": SourceHealth.OFF, "a2": SourceHealth.OFF, "b": SourceHealth.NEW}
    assert source_of(stage, "a2").to_do == "Получите новый токен"
    assert told(stage) == ["source_down"]
    body = stage.channel.sent[0].body
    assert "Получите новый токен" in body
    assert "a2" in body
    stage.clock.wait(minutes=5)
    pipeline.collect(stage.desk)
    assert kind.began == ["a1", "b"]


def test_a_denial_of_one_place_leaves_the_account_s_other_places(make: StageMaker) -> None:
    stage, kind = staged(make, "closed", "open")
    kind.faults["closed"] = [AccessDenied("blocked here", to_do="Спросите владельца")]
    pipeline.collect(stage.desk)
    assert source_of(stage, "open").health == SourceHealth.OK


def test_a_spent_budget_waits_for_the_next_month_and_is_told_once(make: StageMaker) -> None:
    stage, kind = staged(make, "paid", monthly_budget=0.0000025)
    kind.micros = 1
    for _ in range(4):
        pipeline.collect(stage.desk)
        stage.clock.wait(minutes=5)
    row = source_of(stage, "paid")
    assert (row.health, row.failures, row.is_enabled) == (SourceHealth.SUSPECT, 0, True)
    assert "бюджет" in row.warning
    assert (row.next_due_at.month, row.next_due_at.day) == (12, 1)
    assert told(stage) == ["budget_spent"]
    with reading(stage.desk.engine) as db:
        spend = db.exec(select(Spend)).one()
    assert (spend.month, spend.micros, spend.items) == ("2026-11", 2, 2)
    stage.clock.wait(days=11)
    pipeline.collect(stage.desk)
    assert source_of(stage, "paid").health == SourceHealth.OK
    assert told(stage) == ["budget_spent"]


def test_a_greater_budget_in_the_settings_is_used_at_once(make: StageMaker) -> None:
    stage, kind = staged(make, "paid", monthly_budget=1.0)
    kind.faults["paid"] = [BudgetSpent("spent", retry_after=9e5)]
    pipeline.collect(stage.desk)
    assert pipeline.collect(stage.desk) == (0, 0)
    entry = {"name": "paid", "platform": "fake", "place": "paid", "monthly_budget": 2.0}
    with session(stage.desk.engine) as db:
        wanted = [SourceSettings.model_validate(entry)]
        sources.sync_sources(db, stage.desk.brand_id, wanted, stage.clock())
    pipeline.collect(stage.desk)
    assert kind.began == ["paid", "paid"]


def test_limits_between_readings_are_no_failure_but_an_hour_of_them_is(stage: Stage) -> None:
    pipeline.collect(stage.desk)
    for _ in range(3):
        stage.clock.wait(minutes=10)
        stage.site.faults["collect"] = [RateLimited("429", retry_after=60)]
        pipeline.collect(stage.desk)
        assert source_of(stage, "site").health == SourceHealth.OK
    stage.clock.wait(hours=2)
    stage.site.faults["collect"] = [RateLimited("429", retry_after=60)]
    pipeline.collect(stage.desk)
    assert source_of(stage, "site").health == SourceHealth.SUSPECT


def live(site: Site, stage: Stage, days: int) -> None:
    """Fourteen comments a day, all in the past, stored."""
    for number in range(14 * days):
        site.add("Спасибо", f"guest{number}", at=START - timedelta(days=1) * number / 14)
    pipeline.collect(stage.desk)


def test_a_source_that_falls_silent_is_suspect_told_once_and_forgiven_when_it_speaks(
    stage: Stage,
) -> None:
    live(stage.site, stage, 20)
    assert source_of(stage, "site").health == SourceHealth.OK
    for _ in range(4):
        stage.clock.wait(hours=18)
        pipeline.collect(stage.desk)
    row = source_of(stage, "site")
    assert (row.health, row.failures, row.last_error) == (SourceHealth.SUSPECT, 0, "")
    assert row.warning.startswith("обычно 14 в день, уже ")
    assert told(stage) == ["source_silent"]
    assert "14 в день" in stage.channel.sent[0].body
    stage.site.add("Снова тут", "old friend", at=stage.clock())
    stage.clock.wait(hours=1)
    pipeline.collect(stage.desk)
    row = source_of(stage, "site")
    assert (row.health, row.warning) == (SourceHealth.OK, "")
    assert told(stage) == ["source_silent"]


def test_a_source_that_never_had_anything_stays_ok(stage: Stage) -> None:
    for _ in range(5):
        pipeline.collect(stage.desk)
        stage.clock.wait(days=30)
    assert source_of(stage, "site").health == SourceHealth.OK


def test_warnings_of_a_page_make_a_source_suspect_until_they_stop(make: StageMaker) -> None:
    stage, kind = staged(make, "page")
    kind.warnings.append("разметка страницы изменилась")
    for _ in range(3):
        pipeline.collect(stage.desk)
        stage.clock.wait(minutes=5)
    row = source_of(stage, "page")
    assert (row.health, row.warning) == (SourceHealth.SUSPECT, "разметка страницы изменилась")
    assert told(stage) == ["source_silent"]
    kind.warnings.clear()
    pipeline.collect(stage.desk)
    assert source_of(stage, "page").health == SourceHealth.OK


def test_a_busy_source_is_read_sooner_and_a_quiet_one_later(stage: Stage) -> None:
    pauses: list[float] = []
    for brought in [1] * 4 + [0] * 20:
        if brought:
            stage.site.add("Спасибо", f"guest{len(pauses)}")
        pipeline.collect(stage.desk)
        row = source_of(stage, "site")
        pauses.append((row.next_due_at - stage.clock()).total_seconds())
        stage.clock.at = row.next_due_at
    assert pauses[0] == 10
    assert pauses[3] == pytest.approx(10 / 6)
    assert pauses[-1] == 50


def test_a_bad_row_in_the_database_stops_no_other_source(make: StageMaker) -> None:
    stage, kind = staged(make, "broken", "fine")
    with session(stage.desk.engine) as db:
        row = sources.find_source(db, stage.desk.brand_id, "broken")
        assert row is not None
        row.config = {"no such setting": 1}
        db.add(row)
    assert pipeline.collect(stage.desk).failed == 1
    assert kind.began == ["fine"]
    assert "no such setting" in source_of(stage, "broken").last_error
