"""One stream of posts, newest first, read from a mark upwards and losing nothing.

A pass begins at the newest post and follows page tokens down to the mark. Only when its last
page was read does the mark move to the post with which the pass began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from collectors.x.mentions import moment_of
from collectors.x.wire import Batch
from otklik.clock import now
from otklik.errors import AccessDenied

SEEN_KEPT = 10_000  # posts among which a repeated page is noticed
BARREN_PAGES = 2  # pages in a row without a post that was not there before
REACH = timedelta(days=7)  # of recent search
MARGIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Stream:
    """What is read, and how far it reaches.

    Attributes:
        token_name: the parameter that takes the token of a page.
        reach: how far back X looks; None where it counts posts instead.
        most: how many posts X gives, where it counts them.
    """

    name: str
    path: str
    params: dict[str, Any]
    token_name: str
    smallest: int
    reach: timedelta | None = None
    most: int | None = None


@dataclass
class State:
    """Where the reading of one stream stands; kept in the cursor.

    Attributes:
        mark: every post up to this id was read; empty before the first pass came to its end.
        start: ISO moment from which the first pass reads.
        top: the newest post of the pass that is under way.
        token: of the page to read next; empty between passes.
        until: ISO moment at which the pass under way began looking back.
    """

    mark: str = ""
    start: str = ""
    top: str = ""
    token: str = ""
    until: str = ""

    @classmethod
    def of(cls, data: dict[str, str]) -> State:
        """From a cursor."""
        known = {one.name for one in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})

    def as_json(self) -> dict[str, str]:
        """For a cursor; what is empty is left out."""
        return {key: value for key, value in asdict(self).items() if value}

    def end_pass(self) -> None:
        """The last page was read: the mark moves."""
        if self.top:
            self.mark, self.start = self.top, ""
        self.drop_pass()

    def drop_pass(self) -> None:
        """Begin again from the mark."""
        self.top = self.token = self.until = ""


Read = Callable[[Stream, dict[str, Any]], Batch]


class Pass:
    """One poll of one stream.

    Args:
        read: fetches one page.
        settle: posts younger than this wait for the next poll.
        is_backfill: a person asked for this start; what is out of reach is said.
    """

    def __init__(
        self, stream: Stream, state: State, read: Read, *, settle: timedelta, is_backfill: bool
    ) -> None:
        self._stream, self._state, self._read = stream, state, read
        self._settle, self._is_backfill = settle, is_backfill
        self._seen: dict[str, None] = {}
        self._barren = self._count = 0
        self._was_restarted = False

    def batches(self) -> Iterator[tuple[Batch, list[str]]]:
        """Pages with what was strange about them; `state` is true once each one is stored."""
        while True:
            state = self._state
            warnings = self._begin() if not state.token else []
            batch = self._page()
            if batch is None:
                continue
            if not state.token:
                state.top = batch.newest
            self._count += len(batch.posts)
            if batch.next_token and self._is_endless(batch):
                state.drop_pass()
                yield batch, [*warnings, self._endless()]
                return
            if not batch.next_token:
                state.end_pass()
                yield batch, [*warnings, *self._cut_off()]
                return
            state.token = batch.next_token
            yield batch, warnings

    def _begin(self) -> list[str]:
        state = self._state
        moment = now()
        state.until = _iso(moment - self._settle) if self._settle else ""
        return self._come_into_reach(moment)

    def _come_into_reach(self, moment: datetime) -> list[str]:
        """X refuses ids and dates that it does not reach any more, and dates too near to now."""
        state, reach = self._state, self._stream.reach
        if state.start:
            state.start = min(state.start, _iso(moment - self._settle - MARGIN))
        if reach is None:
            return []
        earliest = moment - reach + MARGIN
        marked_at = moment_of(state.mark) if state.mark else None
        if state.mark and (marked_at is None or marked_at < earliest):
            state.mark, state.start = "", _iso(earliest)
            return [
                f"{self._stream.name} reaches {reach.days} days back and was last read further "
                f"ago: posts before {_iso(earliest)} are lost to it"
            ]
        if state.start and datetime.fromisoformat(state.start) < earliest:
            state.start = _iso(earliest)
            if self._is_backfill:
                return [f"{self._stream.name} reaches {reach.days} days back and no further"]
        return []

    def _page(self) -> Batch | None:
        """The next page; None when its token is no longer good and the pass begins again."""
        state = self._state
        try:
            return self._read(self._stream, self._params())
        except AccessDenied as error:
            is_token = state.token and str(error).startswith("400") and "token" in str(error)
            if not is_token or self._was_restarted:
                raise
            self._was_restarted = True
            state.drop_pass()
            return None

    def _params(self) -> dict[str, Any]:
        state = self._state
        params: dict[str, Any] = {}
        if state.mark:
            params["since_id"] = state.mark
        elif state.start:
            params["start_time"] = state.start
        if state.until:
            params["end_time"] = state.until
        if state.token:
            params[self._stream.token_name] = state.token
        return params

    def _is_endless(self, batch: Batch) -> bool:
        ids = dict.fromkeys(post.id for post in batch.posts)
        self._barren = 0 if ids.keys() - self._seen.keys() else self._barren + 1
        self._seen |= ids
        while len(self._seen) > SEEN_KEPT:
            self._seen.pop(next(iter(self._seen)))
        return batch.next_token == self._state.token or self._barren > BARREN_PAGES

    def _cut_off(self) -> list[str]:
        most = self._stream.most
        if most is None or self._count < most:
            return []
        return [f"{self._stream.name} shows the newest {most} posts; older ones may be lost to it"]

    def _endless(self) -> str:
        return f"{self._stream.name}: the same posts come page after page; reading starts anew"


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
