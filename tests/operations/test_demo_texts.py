"""The made-up shop's comments: what they must show."""

from __future__ import annotations

import re
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from otklik.demo.isso_server import (
    OUR_EMAIL,
    PAGE,
    read_comments,
    read_evening,
    seed,
    write_config,
)
from otklik.demo.page import page_text
from otklik.enums import Stance

COMMENTS = read_comments()
EVENING = read_evening()
ALL = [*COMMENTS, *EVENING]
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def test_there_are_about_eighty_of_every_stance_in_both_languages() -> None:
    stances = Counter(comment.stance for comment in COMMENTS)
    assert 75 <= len(COMMENTS) <= 95
    assert {stance.value for stance in Stance} <= set(stances)
    assert stances["ours"] >= 1
    english = [comment for comment in COMMENTS if not CYRILLIC.search(comment.text)]
    assert 12 <= len(english) <= len(COMMENTS) / 2


def test_a_wave_about_one_product_comes_from_ten_people() -> None:
    wave = {c.author for c in COMMENTS if re.search("1107|ч[её]рный тай|black thai", c.text, re.I)}
    assert len(wave) >= 10


def test_in_the_last_hour_ten_people_cannot_pay() -> None:
    assert len({comment.author for comment in EVENING}) == len(EVENING) == 10
    assert all("502" in comment.text and comment.hours_ago < 1 for comment in EVENING)
    assert not {comment.author for comment in EVENING} & {one.author for one in COMMENTS}


def test_keys_are_unique_and_replies_come_after_what_they_answer() -> None:
    written = {comment.key: comment.hours_ago for comment in ALL}
    assert len(written) == len(ALL)
    answers = [comment for comment in ALL if comment.reply_to]
    assert len(answers) >= 5
    assert all(written[str(comment.reply_to)] > comment.hours_ago for comment in answers)
    assert [c.hours_ago for c in ALL] == sorted(written.values(), reverse=True)


@pytest.fixture
def seeded(tmp_path: Path) -> Path:
    config = write_config(tmp_path, port=1, site="http://127.0.0.1:2", password="x")
    assert seed(tmp_path, config) == len(ALL)
    return tmp_path


def rows(folder: Path, what: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "comments.db")) as connection:
        query = f"SELECT {what} FROM comments ORDER BY id"  # noqa: S608 (words of this file)
        return connection.execute(query).fetchall()


def test_isso_gets_them_dated_over_the_last_three_days(seeded: Path) -> None:
    created = [float(str(value)) for (value,) in rows(seeded, "created")]
    now = time.time()
    assert all(now - 72 * 3600 - 60 <= value <= now for value in created)
    assert min(created) < now - 60 * 3600
    assert max(created) > now - 2 * 3600


def test_only_our_own_reply_carries_our_address(seeded: Path) -> None:
    ours = [text for email, text in rows(seeded, "email, text") if email == OUR_EMAIL]
    assert ours == [comment.text for comment in ALL if comment.is_ours]


def test_each_name_is_a_person_of_their_own_to_isso(seeded: Path) -> None:
    pairs = set(rows(seeded, "author, remote_addr"))
    assert len(pairs) == len({author for author, _ in pairs}) == len({ip for _, ip in pairs})


def test_a_second_seeding_adds_nothing(seeded: Path) -> None:
    assert seed(seeded, seeded / "isso.conf") == 0
    assert len(rows(seeded, "id")) == len(ALL)


def test_the_configuration_with_the_password_is_the_owners_alone(seeded: Path) -> None:
    assert (seeded / "isso.conf").stat().st_mode & 0o077 == 0


def test_the_page_holds_the_thread_that_the_desk_watches() -> None:
    text = page_text("http://127.0.0.1:7")
    assert f'data-isso-id="{PAGE}"' in text
    assert 'src="http://127.0.0.1:7/js/embed.min.js"' in text
    assert "{" not in re.sub(r"(?s)<style>.*?</style>", "", text)
