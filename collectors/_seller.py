"""What the APIs of marketplaces for their sellers have in common.

Each says in a way of its own "wait" and "this key may not"; each has limits for single methods.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from collectors._http import HttpClient, Params, retry_after
from collectors._newest import LISTS, Window
from collectors._wire import Answer, Interrupted, NotSent, PrivateAddress
from otklik.clock import now
from otklik.errors import (
    AccessDenied,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.platforms import Cursor, Limit, Meter, PlatformSettings

T = TypeVar("T")
WAIT_STATUSES = (420, 429)
REFUSALS = (400, 422)
SHORT_PAUSE = 5.0  # seconds, where a limit counted by the second names no time


@dataclass(frozen=True)
class Denial:
    """Why a key may not, as a person has to know it.

    Attributes:
        to_do: what to do, in Russian, one line.
        whole_account: the key itself is dead.
    """

    to_do: str
    whole_account: bool = False


class SellerClient(HttpClient, ABC):
    """Calls one cabinet. Arguments as for `HttpClient`."""

    def __init__(
        self,
        settings: PlatformSettings,
        *,
        platform: str,
        source: str,
        meter: Meter,
        home: str,
        headers: Mapping[str, str],
        secrets: Iterable[str],
    ) -> None:
        super().__init__(
            settings,
            platform=platform,
            source=source,
            meter=meter,
            home=home,
            headers=headers,
            secrets=secrets,
        )
        self._meter = meter

    @abstractmethod
    def limits_of(self, path: str) -> Mapping[str, Limit]:
        """Shared limits of a call, by key."""

    @abstractmethod
    def denial_of(self, answer: Answer) -> Denial | None:
        """What a refusal of access asks of a person; None where it is none."""

    def pause_of(self, answer: Answer) -> float | None:
        """Seconds the platform asks to wait; None where it does not."""
        if answer.status in WAIT_STATUSES:
            given = answer.headers.get("retry-after")
            return retry_after(given) if given else SHORT_PAUSE
        return None

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        payload: Any = None,
        accept: Collection[int] = (),
        refusal: type[PlatformError] = Transient,
    ) -> Answer:
        """Read something, repeating a failed call a few times; the answer is parsed.

        Args:
            accept: statuses that are an answer too; their body is left unparsed.
            refusal: what 400 and 422 are.

        Raises:
            Transient, RateLimited, AccessDenied, Gone: see `otklik.errors`.
        """

        def read() -> Answer:
            answer = self._exchange(method, path, params=params, json=payload)
            if answer.status not in accept:
                self.check_access(answer, path)
                if answer.status in REFUSALS:
                    raise self._error(refusal, f"{answer.status} for {path}: {answer.reason()}")
            self._check_read(answer, path, accept)
            return answer if answer.status in accept else self._parsed(answer, path)

        return self._repeated(read)

    def answer_once(self, path: str, payload: Any, *, method: str = "POST") -> Answer:
        """Post a reply: one call; its answer may be empty and is left unparsed.

        Raises:
            As `post_once`; AccessDenied: certainly not posted.
        """
        try:
            answer = self.wire.call(
                method, path, headers=self._headers, json=payload, limits=self.limits_of(path)
            )
        except NotSent as error:
            raise self._error(Transient, f"not sent: {error}") from error
        except PrivateAddress as error:
            raise self._private(error) from error
        except Interrupted as error:
            raise self._error(OutcomeUnknown, f"sent, then {error}") from error
        self.check_access(answer, path)
        self._check_posted(answer, path)
        return answer

    def certain(self, answer: Answer) -> Any:
        """The JSON of an answer to `answer_once`.

        Raises:
            OutcomeUnknown: it is none.
        """
        try:
            return answer.parsed().data
        except ValueError as error:
            raise self._error(OutcomeUnknown, f"sent, the answer is {error}") from error

    def _exchange(self, method: str, path: str, **content: Any) -> Answer:
        return super()._exchange(method, path, limits=self.limits_of(path), **content)

    def check_access(self, answer: Answer, path: str) -> None:
        """Refuse an answer that says the key may not.

        Raises:
            AccessDenied: it does.
        """
        denial = self.denial_of(answer)
        if denial is not None:
            raise AccessDenied(
                self._scrubbed(f"{answer.status} for {path}: {answer.reason()}"),
                platform=self._platform,
                source=self._source,
                to_do=denial.to_do,
                whole_account=denial.whole_account,
            )

    def _check_read(self, answer: Answer, path: str, accept: Collection[int]) -> None:
        if answer.status not in accept:
            self.check_access(answer, path)
        super()._check_read(answer, path, accept)

    def _check_limit(self, answer: Answer, told: str) -> None:
        seconds = self.pause_of(answer)
        if seconds is not None:
            for key in self.limits_of(urlsplit(answer.url).path):
                self._meter.block(key, seconds)
            raise self.limited(told, seconds)
        super()._check_limit(answer, told)


def certainly(said: Callable[[], T], otherwise: T) -> T:
    """What a look-up says; `otherwise` where it fails, since nothing certain was said then.

    Raises:
        RateLimited: the platform asks to wait.
    """
    try:
        return said()
    except RateLimited:
        raise
    except (Rejected, Transient):
        return otherwise


def floor_of(cursor: Cursor, key: str, window: Window) -> float:
    """Not later than the moment down to which `read_lists` will read this list."""
    state = cursor.get(LISTS, {}).get(key)
    if not state:
        return window.start
    recent = now().timestamp() - window.recheck
    return float(max(state["floor"], min(state["mark"], recent)))


def joined_text(*parts: tuple[str, str]) -> str:
    """Parts of a review as one text: ``(heading, text)``; empty ones are left out."""
    shown = ((heading, text.strip()) for heading, text in parts)
    return "\n\n".join(f"{heading}{text}" for heading, text in shown if text)
