"""The App Store's feed: its odd shapes, its silences, its recording."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.appstore.wire import app_name, entries_of, mention_of, read_entries
from otklik.errors import ConfigError, Gone, RateLimited
from tests.rigs.appstore import AppStoreRig
from tests.rigs.reading import Ledger, fill
from tests.servers.faulty import Exchange, Fault, FaultyProxy, answer


@pytest.fixture
def rig() -> Iterator[AppStoreRig]:
    with AppStoreRig() as running:
        yield running
        assert not running.violations


def read(rig: AppStoreRig, ledger: Ledger, **changes: Any) -> list[str]:
    return [mention.external_id for mention in ledger.read(rig.platform(**changes))]


def test_a_feed_of_one_review_writes_it_without_a_list(rig: AppStoreRig) -> None:
    written = rig.write("Единственный отзыв")
    assert read(rig, Ledger()) == [written]


def test_a_review_comes_with_stars_version_author_and_store(rig: AppStoreRig) -> None:
    written = rig.write("Плохо", author="Оля", rating=2)
    rig.reviews[written.rpartition("/")[2]].title = "Не грузится"
    ledger = Ledger()
    ledger.read(rig.platform(app_title="Ромашка"))
    (mention,) = ledger.standing.values()
    assert mention.text == "Не грузится\n\nПлохо"
    assert mention.rating == 2
    assert mention.author.name == "Оля"
    assert mention.author.external_id.startswith("itunes.apple.com/id")
    assert mention.thread.title == "Ромашка"
    assert mention.thread.url == f"https://apps.apple.com/ru/app/id{rig.app_id}"
    assert mention.original["version"] == "1.8.0"
    assert mention.cannot_answer


def test_an_empty_feed_that_held_reviews_is_suspect_and_deletes_nothing(rig: AppStoreRig) -> None:
    written = fill(rig, 4)
    ledger = Ledger()
    for _ in range(2):
        read(rig, ledger)
    rig.is_empty = True
    read(rig, ledger)
    assert "empty" in ledger.warnings[-1]
    assert not ledger.deleted
    rig.is_empty = False
    assert read(rig, ledger) == []
    assert ledger.theirs == set(written)


def test_a_new_app_without_reviews_is_not_suspect(rig: AppStoreRig) -> None:
    ledger = Ledger()
    read(rig, ledger)
    assert ledger.warnings == []


def test_the_first_entry_may_be_the_app_itself(rig: AppStoreRig) -> None:
    rig.opening = [{"im:name": {"label": "Ромашка: магазин"}, "id": {"label": "https://x"}}]
    written = rig.write("Отзыв")
    ledger = Ledger()
    ledger.read(rig.platform())
    assert set(ledger.standing) == {written}
    assert ledger.standing[written].thread.title == "Ромашка: магазин"


def test_one_spoilt_entry_costs_that_entry_only(rig: AppStoreRig) -> None:
    written = rig.write("Целый")
    rig.opening = [{"im:rating": {"label": "много"}, "id": {"label": "7"}}]
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    assert set(ledger.standing) == {written}
    (bad,) = [row for page in ledger.pages for row in page.bad_rows]
    assert "rating" in bad.reason
    assert "review 7" in bad.place


def test_every_country_is_read_and_one_without_the_app_does_not_stop_the_others(
    rig: AppStoreRig,
) -> None:
    written = fill(rig, 4)
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(404, "{}"), path="/kz/")
        ledger = Ledger()
        ledger.read(rig.platform(proxy.url, countries=["kz", "ru", "by"]))
    assert ledger.theirs == set(written)
    assert any(" kz" in warning for warning in ledger.warnings)


def test_an_app_that_is_not_in_its_only_country_is_gone(rig: AppStoreRig) -> None:
    with pytest.raises(Gone):
        read(rig, Ledger(), app_id="7")


def test_more_news_than_ten_pages_show_is_said(rig: AppStoreRig) -> None:
    ledger = Ledger()
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    rig.write("Первый", at=start)
    for _ in range(2):
        read(rig, ledger)
    for n in range(40):
        rig.write(f"Наплыв {n}", at=start + timedelta(minutes=n + 1))
    read(rig, ledger, recheck_days=0.01)
    assert len(ledger.theirs) == 31
    assert any("more came than the platform shows" in told for told in ledger.warnings)
    assert not ledger.deleted


def test_a_feed_that_shows_less_the_second_time_is_not_believed(rig: AppStoreRig) -> None:
    written = fill(rig, 5)
    ledger = Ledger()
    for _ in range(2):
        read(rig, ledger)
    rig.delete(written[2])
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(_emptied_after(3))
        ledger.read(rig.platform(proxy.url))
    assert not ledger.deleted
    ledger.read(rig.platform())
    assert ledger.deleted == {written[2]}


def _emptied_after(calls: int) -> Fault:
    """The feed comes whole for so many calls, then it is empty."""
    served: list[str] = []

    def fault(exchange: Exchange) -> None:
        served.append(exchange.path)
        reply = exchange.forward()
        if len(served) > calls:
            reply.body = b'{"feed": {}}'
        exchange.send(reply)

    return fault


def test_a_refusal_is_a_pause_not_a_dead_token(rig: AppStoreRig) -> None:
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(403, "Forbidden", content_type="text/plain"))
        with pytest.raises(RateLimited):
            Ledger().read(rig.platform(proxy.url))


def test_check_counts_the_first_page_of_every_country(rig: AppStoreRig) -> None:
    fill(rig, 5)
    found = rig.platform(countries=["ru", "kz"]).check()
    assert found.message == "ru: 3 reviews on the first page; kz: 0 reviews on the first page"
    assert found.newest_at is not None


@pytest.mark.parametrize(
    "changes", [{"app_id": "id77"}, {"countries": ["Россия"]}, {"countries": []}]
)
def test_wrong_settings_are_refused(rig: AppStoreRig, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        rig.platform(**changes)


@pytest.mark.needs_shared
def test_the_recording_is_read(shared: Path) -> None:
    data = json.loads((shared / "recordings/appstore/customerreviews.json").read_text("utf-8"))
    entries = entries_of(data["feed"])
    items, bad = read_entries(entries, "recording")
    assert not bad
    assert len(items) == len(entries) == 2
    assert app_name(entries) == ""
    for item, entry in zip(items, entries, strict=True):
        mention = mention_of(item.content, "1592550875", "in", "")
        assert mention.external_id.endswith("/" + entry["id"]["label"])
        assert mention.rating == float(entry["im:rating"]["label"])
        assert entry["title"]["label"] in mention.text
        assert entry["content"]["label"] in mention.text
        assert mention.author.name == entry["author"]["name"]["label"]
        assert mention.published_at == datetime.fromisoformat(entry["updated"]["label"])
        assert mention.original["version"] == entry["im:version"]["label"]
