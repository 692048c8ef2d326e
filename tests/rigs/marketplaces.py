"""What the stand-ins of marketplaces share: a cabinet with entries, each perhaps answered."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.conftest import SHARED
from tests.contracts.openapi import OpenApi, open_api
from tests.rigs.base import ContractViolation, Request, Response, Rig

CONTRACTS = SHARED / "contracts"


@dataclass
class Comment:
    """An answer of the shop, or words of another buyer under an entry."""

    id: str
    text: str
    is_ours: bool
    at: datetime
    parent: str = ""
    status: str = "PUBLISHED"
    changes: int = 0


@dataclass
class Entry:
    """A review or a question."""

    id: str
    kind: str
    text: str
    author: str
    at: datetime
    rating: int = 5
    media: tuple[str, ...] = ()
    product: int = 177974151
    is_read: bool = False
    comments: dict[str, Comment] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ours(self) -> list[Comment]:
        """The shop's answers."""
        return [comment for comment in self.comments.values() if comment.is_ours]


class MarketplaceRig(Rig):
    """A cabinet. Subclasses speak the platform's language.

    Class attributes:
        contract: file below `../shared/contracts`.
    """

    contract: Path

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[str, Entry] = {}
        self._order: list[tuple[datetime, str]] = []
        self._last = datetime(2020, 1, 1, tzinfo=UTC)
        self._numbers = iter(range(1, 10**9))
        self.answered: list[str] = []

    def checker(self) -> OpenApi:
        """The official contract; answers may hold nothing that it does not name."""
        return open_api(CONTRACTS / self.contract, closed_answers=True)

    def number(self) -> int:
        """A number not used before."""
        return next(self._numbers)

    def add(self, entry: Entry) -> Entry:
        """Keep an entry in its place by date."""
        self.entries[entry.id] = entry
        bisect.insort(self._order, (entry.at, entry.id))
        return entry

    def remove(self, key: str) -> None:
        """Forget an entry."""
        entry = self.entries.pop(key)
        self._order.remove((entry.at, key))

    def moment(self, at: datetime | None) -> datetime:
        """The given moment, or one later than all before."""
        if at is None:
            at = max(datetime.now(UTC), self._last + timedelta(milliseconds=10))
        self._last = max(self._last, at)
        return at

    def newest(self, kind: str, before: datetime | None = None) -> Iterator[Entry]:
        """Entries of a kind, newest first, not younger than `before`."""
        end = len(self._order)
        if before is not None:
            end = bisect.bisect_right(self._order, (before, "\uffff"))
        for position in range(end - 1, -1, -1):
            entry = self.entries[self._order[position][1]]
            if entry.kind == kind:
                yield entry

    def answer(self, request: Request) -> Response:
        """Check the request, answer it, check the answer."""
        body = request.json if request.body else None
        self.checker().check_request(
            request.method, request.path, request.pairs, body, request.headers
        )
        self.check_key(request)
        response = self.respond(request)
        shown = None if response.body == b"" else response.body
        self.checker().check_response(request.method, request.path, response.status, shown)
        return response

    def check_key(self, request: Request) -> None:
        """The key must be there and be ours."""
        raise NotImplementedError

    def respond(self, request: Request) -> Response:
        """The platform's answer."""
        raise NotImplementedError


def required(value: str | None, wanted: str, what: str) -> None:
    """Refuse a call that is not signed as it must be."""
    if value != wanted:
        raise ContractViolation(f"{what} is wrong or missing")


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
