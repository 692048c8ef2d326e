"""The whole system under a steady stream: ``python -m tests.soak --minutes 60 --on sqlite``.

Scheduler, listener and dashboard run under their supervisor, as `otklik run` starts them; a
stand-in of Telegram is read, alerts go to stand-ins of Slack and Telegram, a Chromium and two
scripted people sit at the desk. Prints a table and writes it to `artefacts/soak-….json`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine

from otklik import clock, database
from otklik.database import make_engine
from otklik.enums import Role
from otklik.people import add_person
from otklik.processes import answers, free_port
from tests.conftest import ROOT, SHARED
from tests.dashboard.seed import PASSWORD
from tests.servers import slack, telegram
from tests.servers.browser import chromium
from tests.servers.databases import PostgresServer, make_schema
from tests.servers.ports import wait_until
from tests.soak.feed import BusyGroup, Feed, read_texts, source_of
from tests.soak.watch import Memory, fate_of, percentiles, undecided

LOOK = 5.0  # seconds between two looks
KEEP = 120.0  # seconds after which what was measured so far is kept, should this be ended
PATIENCE = 120.0  # seconds the desk has to finish what was offered
THINK = 10.0
PAGES = ("", "approvals", "incidents", "system")
WORKERS = ("worker0", "worker1")


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[str]:
    """URL of a migrated database of our own; PostgreSQL as careful as it is in real use."""
    if kind == "sqlite":
        yield _migrated(f"sqlite:///{folder / 'soak.sqlite3'}")
        return
    server = PostgresServer()
    server._execute("ALTER SYSTEM RESET ALL")
    server._execute("SELECT pg_reload_conf()")
    try:
        yield _migrated(server.render(server.create(blank=True)))
    finally:
        server.stop()


def _migrated(url: str) -> str:
    engine = make_engine(url)
    make_schema(engine)
    with database.session(engine) as session:
        for login in WORKERS:
            add_person(
                session,
                login=login,
                role=Role.LEAD,
                password=PASSWORD,
                at=clock.now(),
                brand_id="default",
                name=login,
            )
    engine.dispose()
    return url


def environment(url: str, group: BusyGroup, stack: ExitStack, port: int) -> dict[str, str]:
    """Settings of the desk: one group to read, Slack and Telegram to tell."""
    office = stack.enter_context(slack.SlackServer())
    bot = stack.enter_context(telegram.TelegramServer())
    channels = [
        {
            "name": "slack",
            "kind": "slack",
            "min_urgency": 2,
            "bot_token": "env:OTKLIK_SECRET_SLACK",
            "channel": slack.CHANNEL,
            "base_url": office.url,
        },
        {
            "name": "telegram",
            "kind": "telegram",
            "min_urgency": 3,
            "bot_token": "env:OTKLIK_SECRET_BOT",
            "chat_id": telegram.CHAT,
            "base_url": bot.url,
            "buttons": True,
        },
    ]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")},
        "PYTHONPATH": str(ROOT),
        "OTKLIK_DATABASE_URL": url,
        "OTKLIK_DESK_PORT": str(port),
        "OTKLIK_SOURCES": json.dumps([source_of(group)]),
        "OTKLIK_CHANNELS": json.dumps(channels),
        "OTKLIK_SECRET_GROUP": group.token,
        "OTKLIK_SECRET_SLACK": slack.BOT,
        "OTKLIK_SECRET_BOT": telegram.TOKEN,
    }


class People:
    """Two scripted people who walk from page to page; what went wrong is kept."""

    def __init__(self, port: int) -> None:
        self.times: list[float] = []
        self.trouble: list[str] = []
        self._desk: Any = SimpleNamespace(
            port=port, host=f"127.0.0.1:{port}", url=f"http://127.0.0.1:{port}"
        )
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._walk, args=(login,), daemon=True) for login in WORKERS
        ]

    def _walk(self, login: str) -> None:
        from tests.bench.desk_visitor import Visitor

        try:
            visitor = Visitor(self._desk, login)
            visitor.open()
            number = 0
            while not visitor.think(THINK, self._over):
                number += 1
                self.times.append(visitor.visit(PAGES[number % len(PAGES)]))
            visitor.close()
        except (LookupError, OSError, TimeoutError) as error:
            self.trouble.append(f"{login}: {error!r}"[:300])

    def __enter__(self) -> People:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in self._threads:
            one.join(timeout=120)


@contextmanager
def desk(folder: Path, variables: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`otklik run` until the block ends."""
    log = folder / "desk.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "otklik", "run"],
            cwd=folder,
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until(
                lambda: answers(f"http://127.0.0.1:{port}"),
                seconds=120,
                what="the desk",
                log=lambda: log.read_text("utf-8", "replace")[-3000:],
            )
            yield process
        finally:
            process.terminate()
            process.wait(timeout=60)


def soak(options: argparse.Namespace, folder: Path, stack: ExitStack) -> dict[str, Any]:
    """Run it; everything that was measured."""
    url = stack.enter_context(opened(options.on, folder))
    group = stack.enter_context(BusyGroup())
    port = free_port(0)
    process = stack.enter_context(desk(folder, environment(url, group, stack, port), port))
    engine = make_engine(url)
    stack.callback(engine.dispose)
    memory, queue = Memory(process.pid), list[tuple[int, float]]()
    feed = Feed(group, read_texts(SHARED), options.rate)
    loads = [os.getloadavg()[0]]
    with People(port) as people:
        if not options.no_browser:
            stack.enter_context(_page(port))

        def measured(*, is_done: bool = False) -> dict[str, Any]:
            return {
                "on": options.on,
                "minutes": round((time.monotonic() - memory.began) / 60, 1),
                "rate": options.rate,
                "finished": is_done,
                "fate": asdict(fate_of(engine, dict(feed.offered))),
                "oldest_undecided": percentiles([age for _, age in queue]),
                "undecided": percentiles([float(count) for count, _ in queue]),
                "memory": memory.table(),
                "memory_curve": memory.curve(),
                "cpu_seconds": {name: round(spent) for name, spent in memory.cpu.items()},
                "page_seconds": percentiles(list(people.times)),
                "pages_drawn": len(people.times),
                "trouble": people.trouble + group.violations[:5],
                "load_beside": [round(one, 1) for one in (min(loads), max(loads))],
                "load_average": round(sum(loads) / len(loads), 1),
            }

        with feed:
            parts = max(1, round(options.minutes * 60 / KEEP))
            for _ in range(parts):
                _watch(options.minutes * 60 / parts, process, memory, queue, engine, loads)
                keep(options.on, measured())
        return measured(is_done=_settled(engine, process))


def keep(on: str, found: dict[str, Any]) -> str:
    """Write what was measured into `artefacts/`; gives the text."""
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (ROOT / "artefacts").mkdir(exist_ok=True)
    (ROOT / "artefacts" / f"soak-{on}.json").write_text(text, "utf-8")
    return text


def _watch(  # noqa: PLR0917
    seconds: float,
    process: subprocess.Popen[bytes],
    memory: Memory,
    queue: list[tuple[int, float]],
    engine: Engine,
    loads: list[float],
) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(LOOK, left))
        if process.poll() is not None:
            raise RuntimeError(f"the desk ended with {process.returncode}")
        memory.look()
        queue.append(undecided(engine))
        loads.append(round(os.getloadavg()[0], 1))


def _settled(engine: Engine, process: subprocess.Popen[bytes]) -> bool:
    """Did the desk finish what had been offered?"""
    until = time.monotonic() + PATIENCE
    time.sleep(3)
    while time.monotonic() < until and process.poll() is None:
        if undecided(engine)[0] == 0:
            return True
        time.sleep(1)
    return False


@contextmanager
def _page(port: int) -> Iterator[None]:
    """The desk's first page, open in Chromium all the time."""
    from tests.bench.desk_visitor import cookie_of

    place: Any = SimpleNamespace(port=port, url=f"http://127.0.0.1:{port}")
    name, _, value = cookie_of(place, WORKERS[0]).partition("=")
    with chromium() as browser:
        context = browser.new_context()
        context.add_cookies([{"name": name, "value": value, "url": place.url}])
        page = context.new_page()
        page.goto(place.url)
        yield
        context.close()


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=10, help="mentions per second")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--no-browser", action="store_true", help="scripted people only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, ExitStack() as stack:
        try:
            found = soak(options, Path(folder), stack)
        except RuntimeError:
            sys.stdout.write((Path(folder) / "desk.log").read_text("utf-8", "replace")[-3000:])
            raise
    sys.stdout.write(f"{keep(options.on, found)}\n")


if __name__ == "__main__":
    main()
