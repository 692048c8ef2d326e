"""What every platform must keep to when it reads, each against its rig."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from otklik.platforms import discover, load_platform
from tests.rigs.base import FreeMeter, Rig
from tests.rigs.reading import RIGS, Ledger, each_rig, fill
from tests.servers.faulty import Exchange, Fault, FaultyProxy, Reply

WITHOUT_RIG = {"file"}  # no host: `test_file_*` and `test_platform_contract` prove it
TEXTS = (
    "Заказ 1742 шёл 9 дней вместо 2, поддержка молчит 😡",
    "<b>Не</b> работает & «совсем» \"никак\" 'вообще' <script>alert(1)</script>",
    "שלום עולם — смешанное направление \u202eзадом наперёд\u202c",
    "Ёжик 👨‍👩‍👧‍👦 съел ½ торта за 1 999 ₽",
)


@pytest.fixture(params=each_rig(RIGS.values()))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with request.param() as running:
        yield running
        assert not running.violations


def test_every_platform_with_a_host_has_a_rig() -> None:
    assert set(discover()) == set(RIGS) | WITHOUT_RIG


def test_it_reads_to_the_end(rig: Rig) -> None:
    written = fill(rig)
    ledger = Ledger()
    ledger.read(rig.platform())
    assert ledger.theirs == set(written)
    assert all("/" in key for key in written)
    for page in ledger.pages:
        ids = [mention.external_id for mention in page.mentions]
        assert len(ids) == len(set(ids))
        assert len(json.dumps(page.cursor)) < 64_000


def test_texts_and_times_come_as_they_are(rig: Rig) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    written = {
        rig.write(text, author="Ольга 🌷", at=at + timedelta(minutes=n)): (text, n)
        for n, text in enumerate(TEXTS)
    }
    ledger = Ledger()
    ledger.read(rig.platform())
    for key, (text, n) in written.items():
        mention = ledger.standing[key]
        assert _words(mention.text) == _words(text) or text in mention.text
        assert mention.published_at is not None
        assert mention.published_at.utcoffset() == timedelta(0)
        assert abs(mention.published_at - at - timedelta(minutes=n)) < timedelta(seconds=1)
        assert mention.thread.external_id
        assert mention.author.external_id
        assert not mention.author.is_ours


def _words(text: str) -> list[str]:
    return text.split()


def test_the_time_zone_of_the_process_changes_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    written = rig.write("Время по Гринвичу", at=at)
    monkeypatch.setenv("TZ", "Asia/Vladivostok")
    time.tzset()
    try:
        ledger = Ledger()
        ledger.read(rig.platform())
    finally:
        monkeypatch.undo()
        os.environ.pop("TZ", None)
        time.tzset()
    shown = ledger.standing[written].published_at
    assert shown is not None
    assert abs(shown - at) < timedelta(seconds=1)


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_death_after_any_page_loses_nothing(rig: Rig, pages: int) -> None:
    written = fill(rig)
    ledger = Ledger()
    ledger.read(rig.platform(), pages)
    late = rig.write("Пришло, пока нас не было")
    ledger.read(rig.platform())
    ledger.read(rig.platform())
    assert ledger.theirs == {*written, late}


def test_what_is_written_between_two_pages_is_found(rig: Rig) -> None:
    written = fill(rig)
    ledger = Ledger()
    platform = rig.platform()
    for number, page in enumerate(platform.collect({})):
        ledger.store(page)
        if number < 3:
            written.append(rig.write(f"Между страницами {number}"))
    platform.close()
    ledger.read(rig.platform())
    assert ledger.theirs >= set(written)


@pytest.mark.parametrize(
    "rig", each_rig(kind for kind in RIGS.values() if kind.can_delete), indirect=True
)
def test_what_moves_between_two_pages_is_found(rig: Rig) -> None:
    """A deletion shifts everything behind it: paging by offset would step over one."""
    written = fill(rig, 10)
    ledger = Ledger()
    platform = rig.platform()
    for number, page in enumerate(platform.collect({})):
        ledger.store(page)
        if number in (0, 1):
            rig.delete(written.pop(-1))
            rig.delete(written.pop(0))
    platform.close()
    ledger.read(rig.platform())
    ledger.read(rig.platform())
    assert ledger.theirs >= set(written)


def test_polls_without_news_bring_nothing(rig: Rig) -> None:
    fill(rig)
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    assert [mention.external_id for mention in ledger.read(rig.platform())] == []
    new = rig.write("А вот и новость")
    assert new in {mention.external_id for mention in ledger.read(rig.platform())}


@pytest.mark.parametrize(
    "rig", each_rig(kind for kind in RIGS.values() if kind.can_edit), indirect=True
)
def test_an_edit_is_the_same_mention_with_another_text(rig: Rig) -> None:
    written = fill(rig, 5)
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    rig.edit(written[-1], "Исправлено: деньги вернули")
    ledger.read(rig.platform())
    assert "Исправлено: деньги вернули" in ledger.standing[written[-1]].text
    assert ledger.theirs == set(written)


@pytest.mark.parametrize(
    "rig", each_rig(kind for kind in RIGS.values() if kind.can_delete), indirect=True
)
def test_a_deletion_is_seen(rig: Rig) -> None:
    written = fill(rig, 5)
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    rig.delete(written[-2])
    for _ in range(2):
        ledger.read(rig.platform())
    assert ledger.deleted == {written[-2]}
    assert ledger.theirs == set(written) - {written[-2]}


@pytest.mark.parametrize(
    "rig", each_rig(kind for kind in RIGS.values() if kind.has_history), indirect=True
)
def test_a_back_fill_brings_everything_since_its_date(rig: Rig) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for n in range(12):
        rig.write(f"Старое {n}", at=now - timedelta(days=6, hours=-n))
    new = [rig.write(f"Новое {n}", at=now - timedelta(hours=20 - n)) for n in range(7)]
    ledger = Ledger(cursor={"since": (now - timedelta(days=2)).isoformat()})
    ledger.read(rig.platform())
    assert ledger.theirs >= set(new)
    later = rig.write("После дозагрузки")
    ledger.read(rig.platform())
    assert ledger.theirs >= {*new, later}


def test_the_same_page_twice_doubles_and_loses_nothing(rig: Rig) -> None:
    written = fill(rig)
    with FaultyProxy(rig.url) as proxy:
        ledger = Ledger()
        proxy.break_with(_echo_each_once())
        ledger.read(rig.platform(proxy.url))
        proxy.heal()
        ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == set(written)


def _echo_each_once() -> Fault:
    """The second call of a path gets the answer to the first; later ones their own."""
    first: dict[str, Reply] = {}
    echoed: set[str] = set()

    def fault(exchange: Exchange) -> None:
        place = f"{exchange.method} {exchange.path.split('?')[0]}"
        if place in first and place not in echoed:
            echoed.add(place)
            exchange.send(first[place])
            return
        reply = exchange.forward()
        first.setdefault(place, reply)
        exchange.send(reply)

    return fault


def test_paging_without_an_end_ends(rig: Rig) -> None:
    """Every call of a path gets its first answer, with the same next token, for ever."""
    written = fill(rig)
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(_echo_for_ever())
        ledger = Ledger()
        ledger.read(rig.platform(proxy.url), 60)
        assert len(proxy.requests) < 150
        assert len(ledger.pages) < 60
        proxy.heal()
        for _ in range(2):
            ledger.read(rig.platform(proxy.url))
    assert ledger.theirs >= set(written)


def _echo_for_ever() -> Fault:
    first: dict[str, Reply] = {}

    def fault(exchange: Exchange) -> None:
        place = f"{exchange.method} {exchange.path.split('?')[0]}"
        if place not in first:
            first[place] = exchange.forward()
        exchange.send(first[place])

    return fault


@pytest.mark.parametrize(
    "rig",
    each_rig(kind for kind in RIGS.values() if load_platform(kind.name).limits),
    indirect=True,
)
def test_every_call_waits_for_its_turn(rig: Rig) -> None:
    fill(rig, 4)
    meter, before = FreeMeter(), len(rig.requests)
    Ledger().read(rig.platform(meter=meter))
    assert meter.turns.total() >= len(rig.requests) - before > 0
