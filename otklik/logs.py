"""How processes of the house speak on a terminal: structured lines on standard error."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from otklik.errors import OtklikError


def configure_logs(*, verbose: bool = False) -> None:
    """Lines of `key=value` on standard error, times in UTC; foreign libraries only warn."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    level = logging.DEBUG if verbose else logging.INFO
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # looked up each time: whoever redirects standard error gets the lines
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


@contextmanager
def exit_on_error(*, debug: bool = False) -> Iterator[None]:
    """An error of the house becomes one clear line on standard error and exit code 1."""
    try:
        yield
    except OtklikError as error:
        if debug:
            raise
        sys.stderr.write(f"otklik: {one_line(error)}\n")
        raise SystemExit(1) from error


def one_line(error: BaseException) -> str:
    """The message without line breaks or control characters: it may quote strangers."""
    text = " ".join(str(error).split()) or type(error).__name__
    return "".join(char for char in text if char.isprintable())
