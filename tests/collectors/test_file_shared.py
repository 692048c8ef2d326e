"""The exports that lie beside the project, taken as they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from collectors.file import File, FileSettings
from otklik.platforms import CollectedMention

SHARED = Path(os.environ.get("OTKLIK_SHARED") or Path(__file__).resolve().parents[3] / "shared")
pytestmark = [
    pytest.mark.needs_shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared (labels and data)"),
]


def whole(name: str) -> list[CollectedMention]:
    pages = list(File(FileSettings(path=str(SHARED / name))).collect({}))
    assert [row for page in pages for row in page.bad_rows] == []
    assert pages[-1].progress == 1.0
    return [mention for page in pages for mention in page.mentions]


def test_the_gold_file_goes_in_as_it_is() -> None:
    mentions = whole("gold/dev.jsonl")
    assert len({m.external_id for m in mentions}) == len(mentions) == 4_838
    assert mentions[0].external_id == "dev/g0906"
    assert mentions[0].original["stance"] == "critic"
    assert all(m.published_at is None for m in mentions)


def test_the_company_tweets_go_in_as_they_are() -> None:
    mentions = whole("data/company_sentiment_ru.csv.gz")
    assert len({m.external_id for m in mentions}) == len(mentions) == 19_534
    assert mentions[0].text.count("\n") == 1
    assert mentions[0].original["entity"] == "банкмосквы"
