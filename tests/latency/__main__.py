"""From a comment on a platform to the alert in Slack and Telegram: ``python -m tests.latency``.

The scheduler runs as `otklik run` starts it, over a real database; platforms and messengers are
the stand-ins of the contract tests. The clock starts when the comment stands on the platform,
so that waiting for the next look counts, and stops when the messenger has the alert.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from otklik.database import make_engine
from tests.conftest import ROOT
from tests.rigs.base import Rig
from tests.rigs.telegram import TelegramRig
from tests.rigs.vk import VkRig
from tests.servers import slack, telegram
from tests.servers.databases import make_schema
from tests.servers.messengers import Messenger
from tests.soak.watch import percentiles

TEXT = "Отравились вашим тортом, дочь увезла скорая! Чек № {number}, ответьте немедленно"
PATIENCE = 30.0
LOOK = 0.01


class BusyVk(VkRig):
    """VK with pages as long as its own."""

    page_size = 100


# name, stand-in, settings of its source, seconds that are promised
CASES: tuple[tuple[str, type[Rig], dict[str, Any], float], ...] = (
    ("telegram, getUpdates", TelegramRig, {"interval": 1, "fastest": 1, "slowest": 1}, 3),
    (
        "vk, Bots Long Poll",
        BusyVk,
        {"interval": 1, "fastest": 1, "slowest": 1, "long_poll": True},
        3,
    ),
    ("vk, looked at every 5 s", BusyVk, {"interval": 5, "fastest": 5, "slowest": 5}, 7),
)


@contextmanager
def scheduler(folder: Path, rig: Rig, pace: dict[str, Any], fakes: list[Any]) -> Iterator[None]:
    """The scheduler's process, reading the stand-in and telling the messengers."""
    config = rig.settings(**{name: value for name, value in pace.items() if name == "long_poll"})
    secrets = {name: value for name, value in config.items() if name.endswith("token")}
    named = {name: f"env:OTKLIK_SECRET_{name.upper()}" for name in secrets}
    source = {"name": "place", "platform": rig.name, **config, **pace, **named}
    office, bot = fakes
    channels = [
        {"name": "slack", "kind": "slack", "bot_token": "env:OTKLIK_SECRET_SLACK"}
        | {"channel": slack.CHANNEL, "base_url": office.url},
        {"name": "telegram", "kind": "telegram", "bot_token": "env:OTKLIK_SECRET_BOT"}
        | {"chat_id": telegram.CHAT, "base_url": bot.url},
    ]
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")},
        **{f"OTKLIK_SECRET_{name.upper()}": value for name, value in secrets.items()},
        "PYTHONPATH": str(ROOT),
        "OTKLIK_DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite3'}",
        "OTKLIK_SOURCES": json.dumps([source]),
        "OTKLIK_CHANNELS": json.dumps(channels),
        "OTKLIK_ALERT_BURST": "100000",
        "OTKLIK_SECRET_SLACK": slack.BOT,
        "OTKLIK_SECRET_BOT": telegram.TOKEN,
    }
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "otklik.schedule"]
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def measure(
    kind: type[Rig], pace: dict[str, Any], count: int, folder: Path
) -> dict[str, dict[str, float]]:
    """Seconds of `count` comments until Slack and until Telegram had the alert."""
    engine = make_engine(f"sqlite:///{folder / 'desk.sqlite3'}")
    make_schema(engine)
    engine.dispose()
    rng = random.Random(1)
    with ExitStack() as stack:
        rig = stack.enter_context(kind())
        fakes: list[Any] = [
            stack.enter_context(slack.SlackServer()),
            stack.enter_context(telegram.TelegramServer()),
        ]
        if isinstance(rig, TelegramRig):
            rig.post()
        stack.enter_context(scheduler(folder, rig, pace, fakes))
        _write_and_wait(rig, 1000, fakes, patience=4 * PATIENCE)  # models are loaded
        written = {}
        for number in range(1001, 1001 + count):
            time.sleep(rng.uniform(0.3, 1.7))
            rig.write(TEXT.format(number=number), author=f"Гость {number}", at=datetime.now(UTC))
            written[number] = time.monotonic()
        _wait(fakes, 1000 + count, PATIENCE)
        names = ("slack", "telegram")
        return {
            name: percentiles(_delays(fake, written))
            for name, fake in zip(names, fakes, strict=True)
        }


def _write_and_wait(rig: Rig, number: int, fakes: list[Any], patience: float) -> None:
    rig.write(TEXT.format(number=number), author="Первый", at=datetime.now(UTC))
    _wait(fakes, number, patience)


def _wait(fakes: list[Any], number: int, patience: float) -> None:
    until = time.monotonic() + patience
    while not all(_arrived(fake, number) for fake in fakes):
        if time.monotonic() > until:
            raise RuntimeError(f"no alert about {number} within {patience:g} s")
        time.sleep(LOOK)


def _arrived(fake: Messenger, number: int) -> float | None:
    wanted = f"№ {number}"
    return next(
        (
            call.at
            for call in list(fake.calls)
            if call.method in {"chat.postMessage", "sendMessage"}
            and wanted in json.dumps(call.payload, ensure_ascii=False)
        ),
        None,
    )


def _delays(fake: Messenger, written: dict[int, float]) -> list[float]:
    found = {number: _arrived(fake, number) for number in written}
    if missing := [number for number, at in found.items() if at is None]:
        raise RuntimeError(f"never told: {missing}")
    return [at - written[number] for number, at in found.items() if at is not None]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=40)
    options = parser.parse_args()
    say = sys.stdout.write
    say(
        "| source | to | p50, s | p95, s | most, s | promised p95, s |\n|---|---|---|---|---|---|\n"
    )
    for name, kind, pace, promised in CASES:
        with tempfile.TemporaryDirectory(prefix="latency-") as folder:
            try:
                found = measure(kind, pace, options.count, Path(folder))
            except RuntimeError:
                sys.stderr.write((Path(folder) / "log").read_text("utf-8", "replace")[-3000:])
                raise
        for messenger, one in found.items():
            figures = f"{one['p50']:.2f} | {one['p95']:.2f} | {one['most']:.2f}"
            say(f"| {name} | {messenger} | {figures} | {promised:g} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
