"""What people press and write in messengers: `python -m otklik.listening`, beside the scheduler.

One thread for each messenger that has buttons. It keeps nothing: killed and started again, it
is told once more what it had not finished, and taking what one has changes nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from types import FrameType

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from otklik import clock
from otklik.alerts import Channel
from otklik.alerts._heard import Heard, Listener
from otklik.alerts._socket import SlackListener
from otklik.alerts._updates import TelegramListener
from otklik.alerts.slack import SlackConfig
from otklik.alerts.telegram import TelegramConfig
from otklik.allocator import keep_memory_flat
from otklik.bootstrap import build_channels, open_database, with_channels
from otklik.database import session
from otklik.entries import ChannelSettings
from otklik.errors import AccessDenied, OtklikError, PlatformError, RateLimited
from otklik.logs import configure_logs, exit_on_error
from otklik.settings import Settings, load_settings
from responder.alerting import taking

log = structlog.get_logger("otklik.listening")
PAUSE, LONG_PAUSE = 2.0, 60.0


def listeners_of(
    channels: Mapping[str, tuple[ChannelSettings, Channel]],
) -> dict[str, Listener]:
    """A listener for each bot that has buttons; channels of one bot share it."""
    found: dict[str, Listener] = {}
    for name, (_entry, channel) in channels.items():
        settings = channel.settings
        if isinstance(settings, TelegramConfig) and settings.buttons:
            token = settings.bot_token.get_secret_value()
            found.setdefault(token, TelegramListener(settings, name))
        if isinstance(settings, SlackConfig) and settings.app_token is not None:
            token = settings.app_token.get_secret_value()
            found.setdefault(token, SlackListener(settings, name))
    return {str(number): one for number, one in enumerate(found.values())}


def answer(engine: Engine, settings: Settings, heard: Heard) -> str:
    """Do what was asked, in one transaction, and say what came of it."""
    at, brand = clock.now(), settings.brand_id
    kind, account = heard.kind, heard.account
    with session(engine) as db:
        if heard.alert_id is None:
            return taking.answer_text(db, brand, kind=kind, account=account, text=heard.text, at=at)
        lasts = timedelta(minutes=settings.lease_minutes)
        number = heard.alert_id
        return taking.answer_press(
            db, brand, kind=kind, account=account, alert_id=number, at=at, lasts=lasts
        )


def listen(
    listener: Listener, engine: Engine, settings: Settings, stopping: threading.Event
) -> None:
    """Until told to stop; what goes wrong is waited out."""
    while not stopping.is_set():
        try:
            listener.listen_once(partial(answer, engine, settings), stopping)
        except PlatformError as error:
            log.warning("not listening", error=str(error))
            pause = LONG_PAUSE if isinstance(error, AccessDenied) else PAUSE
            stopping.wait(error.retry_after if isinstance(error, RateLimited) else pause)
        except SQLAlchemyError as error:  # the database is away or busy: it is told once more
            log.warning("not answered", error=type(error).__name__)
            stopping.wait(PAUSE)


def serve(settings: Settings, stopping: threading.Event) -> None:
    """Listen to every bot until told to stop."""
    engine = open_database(settings)
    found = listeners_of(build_channels(with_channels(settings)))
    threads = [
        threading.Thread(target=listen, args=(one, engine, settings, stopping), daemon=True)
        for one in found.values()
    ]
    for thread in threads:
        thread.start()
    log.info("listening", bots=len(threads))
    while not stopping.wait(1.0):
        if not all(thread.is_alive() for thread in threads):
            raise OtklikError("a listener ended; the supervisor starts this process again")


def main() -> None:
    """The process: until SIGINT or SIGTERM."""
    configure_logs()
    keep_memory_flat()
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    with exit_on_error():
        serve(load_settings(), asked)


if __name__ == "__main__":
    main()
