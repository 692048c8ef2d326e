"""Where a post belongs: the conversation around it, asked for once."""

from __future__ import annotations

from typing import Any

from collectors.mastodon.client import Api
from collectors.mastodon.wire import Maker, Status, read_status
from otklik.errors import Gone, Transient
from otklik.platforms import BadRow, CollectedMention

REMEMBERED = 5_000  # posts whose conversation is known in this process


class Conversations:
    """Reads the posts around a post."""

    def __init__(self, api: Api, maker: Maker) -> None:
        self._api, self._maker = api, maker
        self._roots: dict[str, tuple[str, str, str]] = {}

    def mention(self, status: Status) -> CollectedMention:
        """The mention of a post, in the thread of its conversation."""
        if status.in_reply_to_id is None:
            return self._maker.mention(status, status.id)
        return self._maker.mention(status, *self._root(status))

    def whole(self, number: str) -> list[CollectedMention]:
        """The conversation around a post, oldest first.

        Raises:
            Gone: the post is no longer there.
            Transient: a post of it makes no sense.
        """
        asked = self._status(number)
        before, after = self._around(number)
        statuses = {one.id: one for one in (*before, asked, *after) if not one.reblog}
        root = before[0] if before else asked
        ordered = sorted(statuses.values(), key=lambda one: (one.created_at, one.id))
        mention = self._maker.mention(root, root.id)
        return [
            self._maker.mention(one, root.id, mention.thread.title, mention.thread.url)
            for one in ordered
        ]

    def answers(self, number: str) -> list[Status]:
        """Everything below a post.

        Raises:
            Gone: the post is no longer there.
        """
        return self._around(number)[1]

    def find(self, number: str) -> Status:
        """One post.

        Raises:
            Gone: it is no longer there, or not for us.
        """
        return self._status(number)

    def _root(self, status: Status) -> tuple[str, str, str]:
        """Id, title and address of the post that began it; what is known when it is gone."""
        parent = status.in_reply_to_id or status.id
        if parent not in self._roots:
            try:
                before, _ = self._around(status.id)
            except Gone:
                before = []
            root = before[0] if before else None
            known = self._maker.mention(root, root.id) if root else None
            found = (
                (root.id, known.thread.title, known.thread.url)
                if root and known
                else (parent, "", "")
            )
            if len(self._roots) >= REMEMBERED:
                self._roots.clear()
            self._roots |= {one.id: found for one in (*before, status)} | {parent: found}
        return self._roots[parent]

    def _around(self, number: str) -> tuple[list[Status], list[Status]]:
        found = self._api.read_object(lambda: self._api.client.status_context(number))
        return self._statuses(found.get("ancestors")), self._statuses(found.get("descendants"))

    def _statuses(self, rows: Any) -> list[Status]:
        if not isinstance(rows, list):
            raise self._api.error(Transient, "the conversation holds no list of posts")
        return [self._checked(row) for row in rows]

    def _status(self, number: str) -> Status:
        return self._checked(self._api.read_object(lambda: self._api.client.status(number)))

    def _checked(self, row: Any) -> Status:
        status = read_status(row, "conversation")
        if isinstance(status, BadRow):
            raise self._api.error(Transient, f"{status.place}: {status.reason}")
        return status
