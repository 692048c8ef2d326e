"""`otklik replay`: a file of mentions at its own times, in a desk of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from otklik.database import make_engine, reading
from otklik.models import Author, Mention, Reply
from otklik.replaying import ReplayClock
from tests.operations.conftest import Command

SATURDAY: list[dict[str, object]] = [
    {"id": "1", "text": "Чай чудесный, спасибо!", "author": "Анна", "date": "2026-11-14T10:00:00Z"},
    {
        "id": "2",
        "text": "Отравились вашей халвой всей семьёй, ребёнка увезла скорая!",
        "author": "Олег",
        "followers": 12,
        "registered_at": "2026-11-01T00:00:00Z",
        "date": "2026-11-14T21:30:20Z",
    },
]


def write(folder: Path, rows: list[dict[str, object]]) -> None:
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "saturday.jsonl").write_text(lines, "utf-8")


def test_a_saturday_is_played_at_its_own_times_and_nothing_leaves_the_desk(
    otklik: Command, tmp_path: Path
) -> None:
    write(tmp_path, SATURDAY)
    found = otklik("replay", "saturday.jsonl", "--into", "past.sqlite3", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert told["mentions"] == 2
    assert [one["at"][:16] for one in told["alerts"]] == ["2026-11-14 21:31"]
    engine = make_engine(f"sqlite:///{tmp_path / 'past.sqlite3'}")
    with reading(engine) as db:
        rows = db.exec(select(Mention)).all()
        assert {row.collected_at.date().isoformat() for row in rows} == {"2026-11-14"}
        assert not db.exec(select(Reply)).all()
        author = db.exec(select(Author).where(Author.name == "Олег")).one()
        assert author.followers == 12
        assert author.registered_at == datetime(2026, 11, 1, tzinfo=UTC)
    engine.dispose()
    again = otklik("replay", "saturday.jsonl", "--into", "past.sqlite3")
    assert "there is such a file already" in again.stderr
    there = otklik("replay", "saturday.jsonl", "--url", f"sqlite:///{tmp_path / 'past.sqlite3'}")
    assert "holds 2 mentions already" in there.stderr


def test_a_row_that_cannot_be_replayed_is_named_with_file_and_line(
    otklik: Command, tmp_path: Path
) -> None:
    write(tmp_path, [*SATURDAY, {"id": "3", "text": "Когда?"}, {"id": "4", "text": ""}])
    found = otklik("replay", "saturday.jsonl")
    assert found.returncode == 1
    assert "saturday.jsonl:3: no date" in found.stderr
    assert "and 1 more rows" in found.stderr
    assert not (tmp_path / "var").exists()
    assert "a number above 0" in otklik("replay", "saturday.jsonl", "--speed", "fast").stderr


def test_the_clock_of_a_replay_jumps_or_runs_faster() -> None:
    start = datetime(2026, 11, 14, tzinfo=UTC)
    jumping = ReplayClock(start)
    jumping.wait_until(start + timedelta(days=2))
    jumping.wait_until(start + timedelta(days=1))
    assert jumping() == start + timedelta(days=2)
    running = ReplayClock(start, speed=36_000)
    running.wait_until(start + timedelta(hours=1))
    assert running() >= start + timedelta(hours=1)
