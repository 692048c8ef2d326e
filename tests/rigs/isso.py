"""A real Isso, one for a whole run: nothing here stands in for it, so there is no contract."""

from __future__ import annotations

import atexit
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tests.rigs.base import Request, Response, Rig
from tests.servers.isso import IssoServer

HOST = "isso.rig"
URI = "/post/1"
OUR_NAME, OUR_EMAIL = "Магазин «Ромашка»", "desk@shop.example"


@cache
def running_server() -> IssoServer:
    """Isso, started by the first rig that needs it and ended with the process."""
    server = IssoServer().start()
    atexit.register(server.close)
    return server


class IssoRig(Rig):
    """One page of a site: Isso gives a page whole, so that its answers do not say of which."""

    name = "isso"
    posting = ("POST", "/new")
    needs = ()

    def __init__(self) -> None:
        super().__init__()
        self._latest = datetime.now(UTC) - timedelta(days=2)

    @property
    def url(self) -> str:
        """Where Isso answers."""
        return running_server().url

    def start(self) -> None:
        """Empty it for this test."""
        running_server().clear()

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
        """As a visitor does it."""
        self._latest = at or max(self._latest + timedelta(seconds=1), datetime.now(UTC))
        root = None if parent is None else _number(parent)
        number = running_server().add_comment(text, uri=URI, author=author, parent=root)
        running_server().set(number, created=self._latest.timestamp())
        return f"{HOST}/{number}"

    def edit(self, external_id: str, text: str) -> None:
        """As its author does it."""
        running_server().edit(_number(external_id), text)

    def delete(self, external_id: str) -> None:
        """As its author does it."""
        running_server().delete(_number(external_id))

    def replies(self) -> list[str]:
        """What stands there in our name."""
        rows = running_server().list(URI)
        return [row["text"] for row in rows if row["author"] == OUR_NAME]

    def config(self) -> dict[str, Any]:
        """With the administrator's password, which editing takes."""
        return {
            "host": HOST,
            "uris": [URI],
            "author_name": OUR_NAME,
            "author_email": OUR_EMAIL,
            "admin_password": running_server().admin_password,
        }

    def answer(self, request: Request) -> Response:
        """Isso answers itself."""
        raise NotImplementedError


def _number(external_id: str) -> int:
    return int(external_id.rpartition("/")[2])
