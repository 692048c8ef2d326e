"""A real WordPress, one for a whole run: nothing here stands in for it, so no contract either."""

from __future__ import annotations

import atexit
import html
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tests.rigs.base import Request, Response, Rig
from tests.servers.wordpress import WordPressServer

HOST = "wordpress.rig"


@cache
def running_server() -> WordPressServer:
    """WordPress, started by the first rig that needs it and ended with the process."""
    server = WordPressServer().start()
    atexit.register(server.close)
    return server


class WordPressRig(Rig):
    """One post; strangers comment on it."""

    name = "wordpress"
    posting = ("POST", "")
    needs = ("needs_wordpress",)

    def __init__(self) -> None:
        super().__init__()
        self._latest = datetime.now(UTC) - timedelta(days=2)
        self._post = 0

    @property
    def url(self) -> str:
        """Where WordPress answers."""
        return running_server().url

    def start(self) -> None:
        """Empty it for this test."""
        running_server().clear()
        self._post = running_server().add_post("Открылся пункт выдачи")

    def stop(self) -> None:
        """It goes on for the next one."""
        self._server.server_close()

    def write(
        self,
        text: str,
        *,
        author: str = "Гость",
        at: datetime | None = None,
        parent: str | None = None,
        rating: int | None = None,
        media: tuple[str, ...] = (),
    ) -> str:
        """As a visitor does it: what is typed is HTML there."""
        floor = self._latest + timedelta(seconds=1)
        self._latest = at or max(floor, datetime.now(UTC) - timedelta(seconds=1))
        number = running_server().add_comment(
            html.escape(text, quote=False),
            post=self._post,
            author=author,
            parent=_number(parent) if parent else 0,
            date_gmt=self._latest.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        )
        return f"{HOST}/{number}"

    def edit(self, external_id: str, text: str) -> None:
        """As a moderator does it."""
        running_server().edit(_number(external_id), html.escape(text, quote=False))

    def delete(self, external_id: str) -> None:
        """For good."""
        running_server().delete(_number(external_id))

    def replies(self) -> list[str]:
        """What stands there in our user's name."""
        rows: Sequence[Any] = running_server().call(
            "GET", "/wp/v2/comments", query={"per_page": "100", "context": "edit", "order": "asc"}
        )
        ours = (row for row in rows if row["author"] == running_server().user_id)
        return [html.unescape(row["content"]["raw"]) for row in ours]

    def config(self) -> dict[str, Any]:
        """Our account."""
        server = running_server()
        return {
            "host": HOST,
            "user": server.user,
            "application_password": server.password,
        }

    def answer(self, request: Request) -> Response:
        """WordPress answers itself."""
        raise NotImplementedError


def _number(external_id: str) -> int:
    return int(external_id.rpartition("/")[2])
