"""Alerts on the terminal: the channel of a desk that has configured none."""

from __future__ import annotations

import sys
from typing import ClassVar

from otklik.alerts import AlertMessage, Channel
from otklik.alerts._text import one_line, plain, shorten
from otklik.errors import Transient

LONGEST_BODY = 2_000


class Console(Channel):
    """Writes to standard error; the strangers' lines are set off so that none can pose as ours."""

    kind: ClassVar[str] = "console"
    title: ClassVar[str] = "Console"

    def send(self, message: AlertMessage) -> None:
        """See `Channel.send`."""
        head = f"[alert {message.alert_id} · {message.kind} · urgency {message.urgency}]"
        lines = [f"{head} {one_line(plain(message.title))}"]
        body = shorten(plain(message.body), LONGEST_BODY)
        lines += [f"  | {line}" for line in body.splitlines()]
        lines += [f"  · {one_line(plain(fact))}" for fact in message.facts]
        if message.link:
            lines.append(f"  > {one_line(plain(message.link))}")
        self._write("\n".join(lines) + "\n")

    def _write(self, text: str) -> None:
        stream = sys.stderr
        encoding = stream.encoding or "utf-8"
        try:
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            stream.flush()
        except (OSError, ValueError) as error:  # closed, or a broken pipe
            raise Transient(
                f"channel {self.name!r}: the terminal is gone", platform=self.kind, source=self.name
            ) from error
