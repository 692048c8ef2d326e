"""The port to the outside: what a platform offers to the pipeline, and nothing of its inside.

One file (or folder of that name) in `collectors/` holds one `Platform` subclass whose `name`
equals the file name. `collect` *offers* pages with cursors; the pipeline stores mentions and
cursor in one transaction, so a platform cannot lose data by design.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from otklik.clock import now
from otklik.collected import (
    BadRow,
    Capability,
    CollectedAuthor,
    CollectedMention,
    CollectedThread,
    Cursor,
    Page,
    PostedReply,
    ReplyRequest,
    SourceCheck,
    storable,
)
from otklik.errors import ConfigError
from otklik.metering import Limit, LocalMeter, Meter

__all__ = [
    "ENV_PREFIX",
    "SINCE",
    "AnyPlatform",
    "BadRow",
    "Capability",
    "CollectedAuthor",
    "CollectedMention",
    "CollectedThread",
    "Cursor",
    "Limit",
    "Meter",
    "Page",
    "Platform",
    "PlatformSettings",
    "PostedReply",
    "ReplyRequest",
    "SourceCheck",
    "build_platform",
    "discover",
    "load_platform",
    "secret_keys",
    "storable",
]

ENV_PREFIX = "env:"
SINCE = "since"  # the cursor of a back-fill: {"since": ISO 8601}


class PlatformSettings(BaseModel):
    """Settings every platform has; subclasses add their own.

    Attributes:
        timeout: seconds for one HTTP call (connect, read, write each).
        min_interval: seconds between two calls, at least; None takes the platform's limit.
        allow_private_hosts: hosts in private networks this source may call (SSRF guard).
        max_bytes: largest answer read, in bytes.
        since_days: how far the first reading goes back, in days.
        monthly_budget: US dollars that this source may cost in a calendar month (UTC); None
            where the platform costs nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(default="", description="Address of the site, with scheme and port.")
    timeout: float = Field(default=10.0, gt=0)
    min_interval: float | None = Field(default=None, ge=0)
    allow_private_hosts: bool = False
    max_bytes: int = Field(default=20_000_000, gt=0)
    since_days: float = Field(default=30.0, gt=0)
    monthly_budget: float | None = Field(default=None, gt=0)


S = TypeVar("S", bound=PlatformSettings)


class Platform(ABC, Generic[S]):
    """One platform, tied to one source (one watched place) by its settings.

    Class attributes:
        name: equals the file name.
        title: for people.
        can: what may be done besides collecting.
        reply_max_length: characters, None when unlimited.
        min_interval: seconds between two calls that the platform's rules ask for.
        reads_back: `thread` shows our own reply as soon as `post` has taken it, so that its
            absence proves that it was not posted.
        settings_type: the pydantic model of `[[sources]]` entries in `otklik.toml`.
        limits: the platform's own limits on calls, kept across processes.
        rights: what the token must be allowed, in the platform's words.
        token_steps: how to get that token, step by step.
        cost: what reading and posting cost.
        answers: what can be answered, moderated, and under which conditions.
        cannot: what the platform does not offer, so that nobody waits for it.
    """

    name: ClassVar[str]
    title: ClassVar[str] = ""
    can: ClassVar[frozenset[Capability]] = frozenset()
    reply_max_length: ClassVar[int | None] = None
    min_interval: ClassVar[float] = 0.0
    reads_back: ClassVar[bool] = False
    settings_type: ClassVar[type[PlatformSettings]] = PlatformSettings
    limits: ClassVar[tuple[Limit, ...]] = ()
    rights: ClassVar[tuple[str, ...]] = ()
    token_steps: ClassVar[tuple[str, ...]] = ()
    cost: ClassVar[str] = "free"
    answers: ClassVar[str] = ""
    cannot: ClassVar[tuple[str, ...]] = ()

    def __init__(self, settings: S, *, source: str = "", meter: Meter | None = None) -> None:
        self.settings = settings
        self.source = source
        self.meter = meter or LocalMeter()

    @abstractmethod
    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Pages since `cursor`, oldest first where the platform allows; ends when nothing is new.

        An empty cursor starts anew, `since_days` back; ``{"since": "2026-11-01T00:00:00+00:00"}``
        starts anew from that moment (`start_of`). Every other cursor is one of this
        platform's own pages.

        Raises:
            Transient, RateLimited, AccessDenied, Gone: see `otklik.errors`.
        """

    def check(self) -> SourceCheck:
        """Make one real call and say what it showed."""
        page = next(iter(self.collect({})), Page())
        newest = max((m.published_at for m in page.mentions if m.published_at), default=None)
        return SourceCheck(
            ok=True,
            message=f"{len(page.mentions)} mentions on the first page",
            newest_at=newest,
            can=tuple(sorted(self.can)),
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The whole thread as it stands in public now, oldest first.

        Raises:
            Gone: the thread no longer exists.
        """
        raise NotImplementedError(f"{self.name} cannot read a thread")

    def post(self, request: ReplyRequest) -> PostedReply:
        """Post one reply; called at most once per reply (promise 3).

        Raises:
            Rejected: the platform certainly did not take it, and says why.
            Gone: mention or thread is no longer there; certainly not posted.
            RateLimited, Transient: certainly not posted; may be tried again.
            OutcomeUnknown: may or may not have been posted.
        """
        raise NotImplementedError(f"{self.name} cannot post")

    def edit(self, external_id: str, text: str) -> None:
        """Change the text of our own reply."""
        raise NotImplementedError(f"{self.name} cannot edit")

    def withdraw(self, external_id: str) -> None:
        """Delete our own reply; a reply already gone is no error."""
        raise NotImplementedError(f"{self.name} cannot withdraw")

    def hide(self, external_id: str, reason: str) -> None:
        """Hide a stranger's mention from others; the author still sees it."""
        raise NotImplementedError(f"{self.name} cannot hide")

    def unhide(self, external_id: str) -> None:
        """Show a hidden mention again."""
        raise NotImplementedError(f"{self.name} cannot unhide")

    def ban(
        self, author_external_id: str, reason: str, *, until: datetime | None, under: str
    ) -> None:
        """Keep an author from writing to us.

        Args:
            until: the end of the ban, aware; None for ever.
            under: external id of the mention it is for.
        """
        raise NotImplementedError(f"{self.name} cannot ban")

    def unban(self, author_external_id: str) -> None:
        """Let a banned author write again."""
        raise NotImplementedError(f"{self.name} cannot unban")

    def report(self, external_id: str, reason: str) -> None:
        """Report a mention to those who run the platform."""
        raise NotImplementedError(f"{self.name} cannot report")

    def close(self) -> None:
        """Give back connections."""

    def start_of(self, cursor: Cursor) -> datetime:
        """How far back a reading goes that starts anew (see `collect`)."""
        since = cursor.get(SINCE)
        if since:
            return datetime.fromisoformat(since)
        return now() - timedelta(days=self.settings.since_days)


AnyPlatform = Platform[Any]


def discover(package: str = "collectors") -> dict[str, type[AnyPlatform]]:
    """Every platform of `package`, by name.

    Raises:
        ConfigError: a file holds no platform, or one with another name than the file's.
    """
    root = importlib.import_module(package)
    found: dict[str, type[AnyPlatform]] = {}
    for info in sorted(pkgutil.iter_modules(root.__path__), key=lambda entry: entry.name):
        if not info.name.startswith("_"):
            found[info.name] = load_platform(info.name, package)
    return found


def load_platform(name: str, package: str = "collectors") -> type[AnyPlatform]:
    """The platform of that name.

    Raises:
        ConfigError: its file holds no platform, or one with another name than the file's.
    """
    module = importlib.import_module(f"{package}.{name}")
    for _, candidate in inspect.getmembers(module, inspect.isclass):
        if issubclass(candidate, Platform) and candidate.__dict__.get("name") == name:
            return candidate
    raise ConfigError(f"{module.__name__} holds no Platform named {name!r}")


@cache
def find_platform(name: str) -> type[AnyPlatform] | None:
    """One platform, whatever is the matter with the others; None for an unknown or broken one."""
    try:
        return load_platform(name)
    except (ImportError, ConfigError):
        return None


def capabilities_of(name: str) -> frozenset[Capability]:
    """What may be done there besides reading; nothing on an unknown or broken platform."""
    kind = find_platform(name)
    return kind.can if kind is not None else frozenset()


def build_platform(
    kind: type[AnyPlatform],
    config: Mapping[str, Any],
    *,
    source: str,
    meter: Meter | None = None,
) -> AnyPlatform:
    """A platform for one source from its configuration.

    A value of the form ``env:NAME`` is read from the environment here, so that no secret
    ever stands in a file or in the database.

    Raises:
        ConfigError: unknown or missing keys, a wrong value, an unset variable.
    """
    resolved = {key: _resolve(value, key, source) for key, value in config.items()}
    try:
        settings = kind.settings_type.model_validate(resolved)
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"source {source!r} ({kind.name}): {lines}") from None
    return kind(settings, source=source, meter=meter)


def _resolve(value: Any, key: str, source: str) -> Any:
    if not (isinstance(value, str) and value.startswith(ENV_PREFIX)):
        return value
    name = value.removeprefix(ENV_PREFIX)
    if name not in os.environ:
        raise ConfigError(f"source {source!r}: {key} asks for the environment variable {name}")
    return os.environ[name]


def secret_keys(kind: type[AnyPlatform]) -> set[str]:
    """Names of settings that must be given as ``env:NAME``: they must never be stored."""
    return {
        name
        for name, field in kind.settings_type.model_fields.items()
        if SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))
    }
