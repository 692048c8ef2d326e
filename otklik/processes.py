"""The two processes of a desk on one machine, and how they are started together.

The scheduler and the dashboard are started as commands: neither imports the other, and one that
fails takes the other down with a word, not with a traceback.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import httpx

from otklik import clock, database, invitations
from otklik.bootstrap import is_blank, open_database
from otklik.errors import ConfigError
from otklik.neighbours import check_neighbours
from otklik.settings import Settings, has_buttons
from otklik.supervisor import Supervisor

SCHEDULER = "otklik.schedule"
DASHBOARD = "dashboard.launch"
LISTENER = "otklik.listening"
HOME = Path(__file__).resolve().parents[1]
Say = Callable[[str], None]


def run_desk(settings: Settings, say: Say) -> None:
    """Scheduler and dashboard until a signal.

    Raises:
        ConfigError: the port is taken, or the database cannot be used.
        ChildFailed: one of them ended by itself.
    """
    check_neighbours()
    require_free(settings.desk_host, settings.desk_port, "desk_port")
    open_database(settings, migrate=is_blank(settings)).dispose()
    with Supervisor() as supervisor:
        environment = desk_environment(settings, os.environ)
        supervisor.start("the scheduler", python(SCHEDULER), environment=environment)
        if has_buttons(settings):
            supervisor.start(
                "the listener", python(LISTENER), environment=environment, is_spare=True
            )
        supervisor.start("the dashboard", python(DASHBOARD), environment=environment)
        url = desk_url(settings)
        if not supervisor.wait_until(partial(answers, url), what="the dashboard", seconds=60):
            return
        say(f"The desk is at {url}")
        if link := first_link(settings):
            say(
                "There is no account yet. This link makes the first administrator, once, for a day:"
            )
            say(f"  {link}")
        say("Ctrl-C ends both the scheduler and the dashboard.")
        supervisor.wait()
        say("Stopping …")


def first_link(settings: Settings) -> str | None:
    """A link that makes the first administrator; None once somebody has an account."""
    engine = open_database(settings)
    try:
        with database.session(engine) as session:
            token = invitations.invite_first(session, settings.brand_id, clock.now())
    finally:
        engine.dispose()
    return invitation_link(settings, token) if token else None


def invitation_link(settings: Settings, token: str) -> str:
    """Where the person opens an invitation."""
    return (
        f"{(settings.desk_url or desk_url(settings)).rstrip('/')}{invitations.PATH}?token={token}"
    )


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this very interpreter."""
    return [sys.executable, "-m", module, *arguments]


def desk_environment(settings: Settings, base: Mapping[str, str]) -> dict[str, str]:
    """Variables for the children: our own packages first, and an address for links in alerts."""
    path = os.pathsep.join(filter(None, (str(HOME), base.get("PYTHONPATH", ""))))
    link = settings.desk_url or desk_url(settings)
    return {**base, "PYTHONPATH": path, "OTKLIK_DESK_URL": link}


def desk_url(settings: Settings) -> str:
    """Where a person on this machine opens the dashboard."""
    host = "127.0.0.1" if settings.desk_host in ("", "0.0.0.0", "::") else settings.desk_host  # noqa: S104
    return f"http://{host}:{settings.desk_port}"


def answers(url: str) -> bool:
    """Does something answer there, and not with an error of its own?"""
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 500
    except httpx.RequestError:
        return False


def is_free(host: str, port: int) -> bool:
    """Could a server listen there now?"""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            return False
    return True


def require_free(host: str, port: int, setting: str) -> None:
    """Refuse a port that is taken.

    Raises:
        ConfigError: names the setting that chooses another one.
    """
    if not is_free(host, port):
        variable = f"OTKLIK_{setting.upper()}"
        raise ConfigError(f"{host}:{port} is taken by another program: set {variable}")


def free_port(preferred: int) -> int:
    """The port of 127.0.0.1 asked for, or another one when it is taken (or 0)."""
    if preferred and is_free("127.0.0.1", preferred):
        return preferred
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
