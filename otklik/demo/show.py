"""The whole demo: writes its settings, seeds Isso, starts four servers, says what to try."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from otklik import database
from otklik.bootstrap import open_database
from otklik.demo import isso_server
from otklik.demo.accounts import Account, ensure_accounts
from otklik.demo.isso_server import OUR_EMAIL, PAGE, SHOP
from otklik.enums import MentionState
from otklik.errors import ConfigError
from otklik.neighbours import check_neighbours
from otklik.processes import DASHBOARD, SCHEDULER, answers, desk_environment, free_port, python
from otklik.settings import Settings, load_settings
from otklik.store.mentions import count_states
from otklik.supervisor import Supervisor

OURS = (
    *("otklik.toml", "isso.conf", "people.txt", "comments.db", "comments.db.new"),
    *("otklik.sqlite3", "otklik.sqlite3-wal", "otklik.sqlite3-shm", "otklik.sqlite3.leader"),
    *("isso.log", "page.log", "scheduler.log", "dashboard.log"),
)
WAITING = (MentionState.DRAFTED, MentionState.HELD)
UNDER_WAY = (
    MentionState.COLLECTED,
    MentionState.CLASSIFIED,
    MentionState.GROUPED,
    MentionState.DECIDED,
)
SETTINGS = """\
# Written by `otklik demo` at each start.
database_url = "sqlite:///{database}"
brand_name = "{shop}"
desk_host = "127.0.0.1"
desk_port = {desk}
desk_url = "http://127.0.0.1:{desk}"
undo_seconds = 5
step_interval = 0.5
follow_up_interval = 15
entities_file = "{entities}"
models_dir = "{models}"

[[sources]]
name = "tea-yard"
platform = "isso"
interval = 5
slowest = 5
base_url = "http://127.0.0.1:{isso}"
site_url = "http://127.0.0.1:{page}"
host = "teayard.example"
uris = ["{uri}"]
author_name = "{shop}"
author_email = "{email}"
author_website = "http://127.0.0.1:{page}/"
admin_password = "env:OTKLIK_SECRET_ISSO_ADMIN"
allow_private_hosts = true

[[channels]]
name = "console"
kind = "console"
min_urgency = 3
"""
Say = Callable[[str], None]


class Ports(NamedTuple):
    """Of 127.0.0.1; 0, or one that is taken, means a free one."""

    desk: int
    page: int
    isso: int


def show(folder: Path, ports: Ports, *, fresh: bool, say: Say) -> None:
    """Run the demo until a signal.

    Raises:
        MissingExtra: Isso is not installed.
        ChildFailed: one of the servers ended by itself.
    """
    check_neighbours()
    folder.mkdir(parents=True, exist_ok=True)
    if fresh:
        forget(folder)
    ports = Ports(*(free_port(port) for port in ports))
    settings = prepare(folder, ports, say)
    engine = open_database(settings, migrate=True)
    accounts = ensure_accounts(engine, folder / "people.txt", settings.brand_id)
    with Supervisor() as supervisor:
        start(supervisor, folder, ports, settings)
        if wait_for_servers(supervisor, ports, say):
            announce(say, ports, accounts, folder)
            found = first_look(supervisor, engine, settings)
            if not supervisor.is_stopping:
                say(found or f"Still judging; see {folder}/scheduler.log")
            supervisor.wait()
        say("Stopping …")
    engine.dispose()


def prepare(folder: Path, ports: Ports, say: Say) -> Settings:
    """Settings, Isso's configuration and, on the first start, the comments of the page."""
    password = secrets.token_urlsafe(18)
    settings = use_own_settings(folder, ports, password)
    site = f"http://127.0.0.1:{ports.page}"
    config = isso_server.write_config(folder, port=ports.isso, site=site, password=password)
    if seeded := isso_server.seed(folder, config):
        say(f"{SHOP}: {seeded} comments are on its page.")
    return settings


def first_look(supervisor: Supervisor, engine: Engine, settings: Settings) -> str:
    """What waits once everything is judged; empty when that takes long or a signal came."""
    began = time.monotonic()
    try:
        supervisor.wait_until(lambda: is_judged(engine, settings), what="drafts", seconds=120)
    except ConfigError:
        return ""
    counts = states(engine, settings)
    return (
        f"After {time.monotonic() - began:.0f} s: {counts.get(MentionState.DRAFTED, 0)} drafts "
        f"wait for you, {counts.get(MentionState.HELD, 0)} mentions for a closer look."
    )


def forget(folder: Path) -> None:
    """Remove what an earlier demo left, and nothing else."""
    for name in OURS:
        (folder / name).unlink(missing_ok=True)


def use_own_settings(folder: Path, ports: Ports, password: str) -> Settings:
    """Write the demo's settings and make them the only ones of this process and its children."""
    file = folder / "otklik.toml"
    text = SETTINGS.format(
        database=(folder / "otklik.sqlite3").resolve().as_posix(),
        shop=SHOP,
        entities=(Path(__file__).parent / "entities.csv").as_posix(),
        models=(folder / "models").resolve().as_posix(),
        uri=PAGE,
        email=OUR_EMAIL,
        **ports._asdict(),
    )
    file.write_text(text, encoding="utf-8")
    for name in [name for name in os.environ if name.startswith("OTKLIK_")]:
        del os.environ[name]
    os.environ["OTKLIK_CONFIG"] = str(file.resolve())
    os.environ["OTKLIK_SECRET_ISSO_ADMIN"] = password
    return load_settings()


def start(supervisor: Supervisor, folder: Path, ports: Ports, settings: Settings) -> None:
    """Start the four servers, each with a log of its own in the folder."""
    environment = desk_environment(settings, os.environ)
    isso_url = f"http://127.0.0.1:{ports.isso}"
    commands = {
        "isso": isso_server.command(folder / isso_server.CONFIG_FILE),
        "page": python("otklik.demo.page", str(ports.page), isso_url),
        "scheduler": python(SCHEDULER),
        "dashboard": python(DASHBOARD),
    }
    for name, command in commands.items():
        supervisor.start(name, command, environment=environment, log=folder / f"{name}.log")


def wait_for_servers(supervisor: Supervisor, ports: Ports, say: Say) -> bool:
    """Until each of them answers; False when somebody asked to stop."""
    urls = {
        "Isso": f"http://127.0.0.1:{ports.isso}/config",
        "the page": f"http://127.0.0.1:{ports.page}{PAGE}",
        "the dashboard": f"http://127.0.0.1:{ports.desk}",
    }
    for what, url in urls.items():
        if not supervisor.wait_until(partial(answers, url), what=what, seconds=90):
            return False
        say(f"{what} answers")
    return True


def announce(say: Say, ports: Ports, accounts: list[Account], folder: Path) -> None:
    """Addresses, logins, and what to try."""
    say("")
    say(f"  The desk   http://127.0.0.1:{ports.desk}")
    say(f"  The shop   http://127.0.0.1:{ports.page}{PAGE}")
    for account in accounts:
        say(f"  Log in as  {account.login:<9} {account.password}")
    say("")
    say("1. Log in as approver, take the topmost case, change the draft if you like, approve it.")
    say("2. Open the shop: five seconds later your reply stands under the comment.")
    say("3. Write a comment there yourself: it comes into the queue within seconds.")
    say("4. Open the incident: this evening the shop's site takes no money, one text answers all.")
    say(f"Alerts and logs are in {folder}. Ctrl-C ends everything.")
    say("")


def states(engine: Engine, settings: Settings) -> dict[str, int]:
    """How many mentions stand where."""
    with database.reading(engine) as session:
        return count_states(session, settings.brand_id)


def is_judged(engine: Engine, settings: Settings) -> bool:
    """Is there something to see: drafts, and nothing left on its way?"""
    counts = states(engine, settings)
    return any(counts.get(state) for state in WAITING) and not any(
        counts.get(state) for state in UNDER_WAY
    )
