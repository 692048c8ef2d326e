"""A file of mentions played as if it came in now: what the desk would have seen, and when.

The steps run on a clock of the replay: at `max` it jumps from one arrival to the next, else it
runs so many times as fast as real time. Nothing is read from outside and nothing is posted:
only the steps that judge, group, decide, draft and alert run, and alerts are recorded, not sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from collectors.file import File, FileSettings
from otklik import migrate, pipeline
from otklik.alerts import AlertMessage, Channel, ChannelConfig
from otklik.bootstrap import open_desk
from otklik.database import make_engine, reading, session
from otklik.desk import Desk
from otklik.errors import ConfigError, InputError
from otklik.outside import store_page
from otklik.platforms import BadRow, CollectedMention, Page
from otklik.settings import Settings
from otklik.store import seen, sources

STEPS = ("classify", "group", "decide", "draft", "alert")
TICK, LOOK = timedelta(seconds=60), timedelta(minutes=5)
Step = Callable[[datetime, int], None]


class ReplayClock:
    """The time of a replay; `speed` None jumps, a number runs so many times as fast as ours."""

    def __init__(self, at: datetime, speed: float | None = None) -> None:
        self._at, self._speed = at, speed
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        """The present moment of the replay."""
        if self._speed is None:
            return self._at
        return self._at + timedelta(seconds=self._speed * (time.monotonic() - self._began))

    def wait_until(self, at: datetime) -> None:
        """Until the replay's clock shows `at`; it never goes back."""
        if self._speed is None:
            self._at = max(self._at, at)
        else:
            time.sleep(max(0.0, (at - self()).total_seconds() / self._speed))


@dataclass(frozen=True)
class Told:
    """One alert, when and where it went."""

    at: datetime
    channel: str
    kind: str
    urgency: int
    title: str


class _Recorder(Channel):
    """Keeps what a channel would have been told; tells it too where `inner` is given."""

    kind: ClassVar[str] = "console"

    def __init__(
        self, name: str, clock: ReplayClock, said: Callable[[Told], None], inner: Channel | None
    ) -> None:
        super().__init__(ChannelConfig(), name)
        self._clock, self._said, self._inner = clock, said, inner

    def send(self, message: AlertMessage) -> str | None:
        """See `Channel.send`."""
        reference = self._inner.send(message) if self._inner is not None else None
        kind = str(message.kind)
        self._said(Told(self._clock(), self.name, kind, message.urgency, message.title))
        return reference


def read_mentions(path: Path, **config: object) -> list[CollectedMention]:
    """The rows of a file as `otklik import` understands them, oldest first.

    Args:
        config: settings of the `file` platform (`columns`, `encoding`, `timezone`, …).

    Raises:
        InputError: a row cannot be read or has no date; names file and line, and how many more.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    platform = File(FileSettings.model_validate({"path": str(path), **config}), source=path.name)
    found: list[CollectedMention] = []
    wrong: list[str] = []
    for line, row in platform.rows():
        if isinstance(row, BadRow):
            wrong.append(f"{path}:{line}: {row.reason}")
        elif row.published_at is None:
            odd = row.original.get("unreadable_date")
            why = f"{odd!r} is no date" if odd else "no date, so it cannot be replayed"
            wrong.append(f"{path}:{line}: {why}")
        else:
            found.append(row)
    if wrong:
        more = f" (and {len(wrong) - 1} more rows)" if len(wrong) > 1 else ""
        raise InputError(f"{wrong[0]}{more}")
    if not found:
        raise InputError(f"{path}: no mentions in it")
    return sorted(found, key=lambda row: (published(row), row.external_id))


def published(row: CollectedMention) -> datetime:
    """When a row was published.

    Raises:
        InputError: it does not say.
    """
    if row.published_at is None:
        raise InputError(f"{row.external_id}: no date, so it cannot be replayed")
    return row.published_at


def open_replay(settings: Settings, url: str, *, is_allowed_work: bool = False) -> Desk:
    """A desk over a database for replays: no sources, posting in rehearsal.

    Raises:
        ConfigError: there is work in that database, and it was not said to be meant.
    """
    engine = make_engine(url)
    try:
        known = migrate.current(engine)
        if known is not None and not is_allowed_work:
            with reading(engine) as db:
                count = seen.count_mentions(db)
            if count:
                raise ConfigError(
                    f"{engine.url.database} holds {count} mentions already: replay into a fresh "
                    "file (--into), or say --among-real-work"
                )
    finally:
        engine.dispose()
    changes: dict[str, object] = {
        "database_url": url,
        "sources": [],
        "posting": "dry_run",
        "reports": None,
    }
    return open_desk(settings.model_copy(update=changes), migrate=known is None)


class Replay:
    """One file played into one desk.

    Args:
        speed: times as fast as real time; None jumps.
        tick: arrivals within so much of the replay's time are worked on together.
        look: how often what falls due is looked for while nothing arrives.
        send: alerts go out for real.
        steps: which steps run, by default all that only look inwards.
    """

    def __init__(
        self,
        desk: Desk,
        start: datetime,
        *,
        speed: float | None = None,
        tick: timedelta = TICK,
        look: timedelta = LOOK,
        send: bool = False,
        steps: Sequence[str] = STEPS,
        on_alert: Callable[[Told], None] = lambda _told: None,
    ) -> None:
        self.clock = ReplayClock(start, speed)
        self.told: list[Told] = []
        self._on_alert = on_alert
        channels = {
            name: (entry, _Recorder(name, self.clock, self._note, inner if send else None))
            for name, (entry, inner) in desk.channels.items()
        }
        self.desk = replace(desk, now=self.clock, channels=MappingProxyType(channels))
        self._tick, self._look, self._steps = tick, look, tuple(steps)

    def play(
        self, rows: Sequence[CollectedMention], name: str, progress: Step | None = None
    ) -> None:
        """All rows at their times, the steps after each tick; `progress` gets time and count."""
        source_id, done = self._source(name), 0
        for at, arrived in self._ticks(rows):
            self._idle_until(at)
            self.clock.wait_until(at)
            with session(self.desk.engine) as db:
                page = Page(mentions=tuple(arrived))
                store_page(db, sources.get_source(db, source_id), page, self.desk.now())
            self._work()
            done += len(arrived)
            if progress is not None:
                progress(at, done)

    def _ticks(
        self, rows: Sequence[CollectedMention]
    ) -> Iterator[tuple[datetime, list[CollectedMention]]]:
        size = self._tick.total_seconds()

        def tick_of(row: CollectedMention) -> int:
            return int(-(-published(row).timestamp() // size))

        for number, group in groupby(rows, key=tick_of):
            yield datetime.fromtimestamp(number * size, tz=self.clock().tzinfo), list(group)

    def _idle_until(self, at: datetime) -> None:
        """What falls due while nothing arrives falls due at its time."""
        while "alert" in self._steps and self.clock() + self._look < at:
            self.clock.wait_until(self.clock() + self._look)
            self._until_nothing_is_left("alert")

    def _work(self) -> None:
        for step in self._steps:
            self._until_nothing_is_left(step)

    def _until_nothing_is_left(self, step: str) -> None:
        while pipeline.STEPS[step](self.desk, None).done:
            continue

    def _source(self, name: str) -> int:
        with session(self.desk.engine) as db:
            row = sources.ensure_source(
                db, self.desk.brand_id, name, platform="file", config={}, at=self.clock()
            )
            row.is_ours = True
            db.add(row)
            db.flush()
            return row.id or 0

    def _note(self, told: Told) -> None:
        self.told.append(told)
        self._on_alert(told)
