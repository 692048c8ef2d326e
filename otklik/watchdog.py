"""Who watches the monitor: asks how it is and tells people by channels of its own.

It runs apart, by cron or on another machine, and needs neither the monitor nor its database to
raise the alarm: what it told already stands in a small file beside it.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from otklik.alerts import AlertMessage, Channel
from otklik.bootstrap import build_channels, with_channels
from otklik.database import make_engine, reading
from otklik.enums import AlertKind
from otklik.errors import ConfigError, OtklikError
from otklik.heart import spans
from otklik.pulse import Fault, judge
from otklik.settings import Settings
from otklik.store.heartbeats import find_pulse

PATIENCE = 20.0  # seconds a question may take: what hangs longer does not answer
_KNOWN = ("silent", "stopped", "hung", "never", "unreachable")
T = TypeVar("T")


class Memory(BaseModel):
    """What was told last, so that it is not told every minute."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    what: str
    told_at: AwareDatetime


@dataclass(frozen=True)
class Watched:
    """What one look found, and who was told.

    Attributes:
        fault: None: the monitor lives.
        told: names of the channels that took the message.
        refused: what went wrong, by channel.
    """

    fault: Fault | None
    told: Sequence[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def watch(
    settings: Settings,
    memory: Path,
    at: datetime,
    *,
    url: str = "",
    channels: Sequence[str] = (),
) -> Watched:
    """Look once; tell what is wrong, again after `repeat` seconds, and that it is over.

    Args:
        memory: file that keeps what was told.
        url: the monitor's address; by default that of the settings, else the database is read.
        channels: names; by default those of the settings, else all.

    Raises:
        ConfigError: a channel has no such name, or cannot be built.
    """
    built = _channels(settings, channels or settings.heartbeat.channels)
    fault = look(settings, at, url or settings.heartbeat.url)
    known = _remembered(memory)
    if fault is None and known is None:
        return Watched(None)
    is_old = fault is not None and known is not None and known.what == fault.what
    if (
        is_old
        and known is not None
        and (at - known.told_at).total_seconds() < (settings.heartbeat.repeat)
    ):
        return Watched(fault)
    found = _tell(built, _message(settings, fault, at), fault)
    if found.told and fault is None:
        memory.unlink(missing_ok=True)
    elif found.told and fault is not None:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(Memory(what=fault.what, told_at=at).model_dump_json(), encoding="utf-8")
    return found


def look(settings: Settings, at: datetime, url: str = "") -> Fault | None:
    """What is wrong with the monitor; None: it lives. A question that hangs is an answer, too."""
    ask = (lambda: _ask_address(url)) if url else (lambda: _ask_database(settings, at))
    return _within(PATIENCE, ask)


def _ask_address(url: str) -> Fault | None:
    try:
        answer = httpx.get(url, timeout=PATIENCE / 2, trust_env=False, follow_redirects=False)
        told = _Answer.model_validate_json(answer.content[:10_000])
    except (httpx.HTTPError, ValidationError) as error:
        return Fault("unreachable", None, f"Адрес не отвечает: {type(error).__name__}")
    if answer.status_code == 200 and told.ok:
        return None
    what = told.what if told.what in _KNOWN else "unreachable"
    return Fault(what, told.since, told.detail[:200])


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    ok: bool
    what: str = ""
    since: AwareDatetime | None = None
    detail: str = Field(default="", max_length=2000)


def _ask_database(settings: Settings, at: datetime) -> Fault | None:
    place = make_url(settings.database_url)
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").is_file():
        return Fault("unreachable", None, "Файла базы нет.")
    engine = make_engine(settings.database_url)
    try:
        with reading(engine) as db:
            pulse = find_pulse(db, settings.brand_id)
    except (SQLAlchemyError, OtklikError) as error:
        return Fault("unreachable", None, f"База не отвечает: {type(error).__name__}")
    finally:
        engine.dispose()
    return judge(pulse, at, **spans(settings.heartbeat))


def _within(seconds: float, ask: Callable[[], Fault | None]) -> Fault | None:
    answers: queue.SimpleQueue[Fault | None] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(ask()), daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return Fault("unreachable", None, f"Нет ответа за {seconds:g} с.")


def _remembered(memory: Path) -> Memory | None:
    try:
        return Memory.model_validate_json(memory.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        return None


def _channels(settings: Settings, names: Sequence[str]) -> dict[str, Channel]:
    built = build_channels(with_channels(settings))
    if unknown := sorted(set(names) - set(built)):
        raise ConfigError(f"no channel is named {unknown[0]!r}; known: {', '.join(sorted(built))}")
    return {name: channel for name, (_, channel) in built.items() if name in (names or built)}


def _message(settings: Settings, fault: Fault | None, at: datetime) -> AlertMessage:
    facts = [f"Наблюдает: {socket.gethostname()}"]
    if fault is not None and fault.since is not None:
        facts.insert(0, f"С: {fault.since:%d.%m %H:%M} UTC")
    base = settings.desk_url.rstrip("/")
    return AlertMessage(
        kind=AlertKind.MONITOR_STOPPED,
        title=fault.title if fault else "Монитор снова работает",
        body=fault.body if fault else "",
        link=f"{base}/system" if base else "",
        urgency=3 if fault else 1,
        alert_id=0,
        key=f"heartbeat-{settings.brand_id}-{fault.what if fault else 'alive'}-{at:%Y%m%d%H%M%S}",
        facts=tuple(facts),
    )


def _tell(channels: Mapping[str, Channel], message: AlertMessage, fault: Fault | None) -> Watched:
    told, refused = [], {}
    for name, channel in channels.items():
        try:
            channel.send(message)
            told.append(name)
        except OtklikError as error:
            refused[name] = f"{type(error).__name__}: {error}"
        finally:
            channel.close()
    return Watched(fault, told, refused)
