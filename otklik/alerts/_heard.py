"""What listeners hand on: somebody pressed "take", or wrote to the bot in private."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple, Protocol


class Heard(NamedTuple):
    """One act of a person in a messenger.

    Attributes:
        kind: `slack` or `telegram`.
        account: their id there.
        alert_id: of the button; None: they wrote `text`.
    """

    kind: str
    account: str
    alert_id: int | None
    text: str = ""


Answer = Callable[[Heard], str]


class Listener(Protocol):
    """Waits for what people do in one messenger."""

    def listen_once(self, answer: Answer, stopping: threading.Event) -> None:
        """Take what comes for a while; what is not finished comes again after a crash.

        Raises:
            PlatformError: no answer, a wrong token, or somebody else listens.
        """


def number_of(word: str) -> int | None:
    """The alert's number in a button; None: not one of ours."""
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 19 else None
