"""The monitor's signs of life: a row in the database, a call outwards, an answer by HTTP.

One thread beside the steps. A step that hangs does not stop it; a database that hangs does, and
then the row and the calls cease and the answer becomes 503: that is what watchers heed.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from otklik.alerts._http import Poster
from otklik.database import reading, session
from otklik.enums import AlertKind
from otklik.errors import ConfigError, OtklikError, PlatformError
from otklik.heartbeat_settings import HeartbeatSettings
from otklik.pulse import Fault, Pulse, judge
from otklik.settings import Settings
from otklik.store import alerts, heartbeats

log = structlog.get_logger("otklik.heart")
_PATIENCE = 5.0  # seconds an outgoing call may take


class Heart:
    """Beats until told to stop.

    Args:
        busy: since when each step has been at the piece of work it is at.
        now: the present moment, aware.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        owner: str,
        busy: Callable[[], Mapping[str, datetime]],
        now: Callable[[], datetime],
    ) -> None:
        self._engine, self._settings, self._owner = engine, settings, owner
        self._config: HeartbeatSettings = settings.heartbeat
        self._busy, self._now = busy, now
        self._began_at = now()
        self._beat_at: datetime | None = None
        self._told: set[str] = set()
        self._ping, self._fail = _poster(self._config.ping_url), _poster(self._config.fail_url)

    def beat(self) -> Fault | None:
        """One sign of life; what is wrong by now, None: nothing."""
        pulse = Pulse(self._now(), self._owner, dict(self._busy()))
        try:
            with session(self._engine) as db:
                heartbeats.save_pulse(db, self._settings.brand_id, pulse)
            self._beat_at = pulse.beat_at
        except (SQLAlchemyError, OtklikError) as error:
            log.warning("the database takes no sign of life", error=type(error).__name__)
        fault = self.fault()
        if fault is not None and fault.what == "hung":
            self._tell(fault)
        self._call(fault)
        return fault

    def fault(self) -> Fault | None:
        """What is wrong by now, also while the beat itself hangs in the database."""
        at, beat_at = self._now(), self._beat_at or self._began_at
        pulse = Pulse(beat_at, self._owner, dict(self._busy()))
        return judge(pulse, at, **spans(self._config))

    def greet(self) -> None:
        """Begin; if the monitor died before, say from when to when nothing was watched."""
        at, brand = self._now(), self._settings.brand_id
        with reading(self._engine) as db:
            before = heartbeats.find_pulse(db, brand)
        fault = judge(before, at, **spans(self._config)) if before else None
        if before is not None and fault is not None and fault.what == "silent":
            note(
                self._engine,
                self._settings,
                f"silent:{before.beat_at.isoformat()}",
                title="Монитор не работал и снова запущен",
                body=f"Не работал с {before.beat_at:%d.%m %H:%M} до {at:%d.%m %H:%M} UTC. "
                "Что написали за это время, сейчас дочитывается.",
                at=at,
            )

    def stop(self) -> None:
        """Say that the end was in order."""
        at = self._now()
        try:
            with session(self._engine) as db:
                last = Pulse(at, self._owner, {}, stopped_at=at)
                heartbeats.save_pulse(db, self._settings.brand_id, last)
        except (SQLAlchemyError, OtklikError) as error:
            log.warning("the end was not noted", error=type(error).__name__)

    def run(self, stopping: threading.Event) -> None:
        """The thread."""
        while not stopping.is_set():
            self.beat()
            stopping.wait(self._config.interval)

    def _tell(self, fault: Fault) -> None:
        """A step that hangs is told by the steps that do not."""
        key = f"hung:{fault.since.isoformat() if fault.since else ''}"
        if key in self._told:
            return
        try:
            note(
                self._engine,
                self._settings,
                key,
                title=fault.title,
                body=fault.body,
                at=self._now(),
            )
            self._told.add(key)
        except (SQLAlchemyError, OtklikError) as error:
            log.warning("a step hangs, and it was not told", error=type(error).__name__)

    def _call(self, fault: Fault | None) -> None:
        """Silence is what an outer watcher heeds: nothing is called while something is wrong."""
        is_late = self._beat_at is None or self._now() - self._beat_at >= timedelta(
            seconds=self._config.interval
        )
        called = self._fail if fault else None if is_late else self._ping
        if called is None:
            return
        try:
            called.post_bytes(fault.body.encode() if fault else b"", {})
        except PlatformError as error:
            log.warning("the outgoing call failed", error=str(error))


def _poster(address: str) -> Poster | None:
    name = address.removeprefix("env:")
    if name != address and name not in os.environ:
        raise ConfigError(f"heartbeat: an address asks for the environment variable {name}")
    url = os.environ[name] if name != address else address
    return (
        Poster(url, secret=url, kind="heartbeat", name="call", timeout=_PATIENCE) if url else None
    )


def spans(config: HeartbeatSettings) -> dict[str, timedelta]:
    """The arguments of `judge` that settings hold."""
    return {
        "late": timedelta(seconds=config.late),
        "stall": timedelta(seconds=config.stall),
    }


def note(
    engine: Engine, settings: Settings, key: str, *, title: str, body: str, at: datetime
) -> None:
    """Raise the alert about the monitor itself, once for each key; routes say where it goes."""
    with session(engine) as db:
        alerts.save_alert(
            db,
            brand_id=settings.brand_id,
            kind=AlertKind.MONITOR_STOPPED,
            dedup_key=f"heartbeat:{key}",
            title=title,
            body=body,
            urgency=3,
            channels=[one.name for one in settings.channels],
            at=at,
            thread_key="heartbeat",
        )


def answer_of(heart: Heart) -> tuple[int, dict[str, Any]]:
    """Status and JSON of the answer by HTTP. Nothing secret: whoever reaches the port reads it."""
    fault = heart.fault()
    if fault is None:
        return 200, {"ok": True}
    since = fault.since.isoformat() if fault.since else None
    return 503, {"ok": False, "what": fault.what, "since": since, "detail": fault.detail}


@contextmanager
def serving(heart: Heart, place: tuple[str, int] | None) -> Iterator[int]:
    """Answer `GET /` while the block runs; gives the port, 0 where nothing listens."""
    if place is None:
        yield 0
        return

    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE

        def do_GET(self) -> None:
            status, told = answer_of(heart)
            body = json.dumps(told, ensure_ascii=False).encode()
            self.send_response(status if self.path == "/" else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Asked every few seconds: no line for each."""

    with ThreadingHTTPServer(place, Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()


@contextmanager
def beating(heart: Heart) -> Iterator[None]:
    """Signs of life while the block runs, and the last word when it ends."""
    heart.greet()
    stopping = threading.Event()
    thread = threading.Thread(target=heart.run, args=(stopping,), daemon=True, name="heart")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(_PATIENCE * 2)
        heart.stop()
