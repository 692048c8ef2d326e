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
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from otklik.errors import ConfigError

Cursor = dict[str, Any]
ENV_PREFIX = "env:"


class Capability(StrEnum):
    """What can be done where the comment stands, beyond collecting."""

    THREAD = "thread"
    POST = "post"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    HIDE = "hide"
    UNHIDE = "unhide"
    BAN = "ban"
    UNBAN = "unban"
    REPORT = "report"


class _Collected(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """Collectors clean what they read; this is for the one that forgets."""
        return storable(value)


def storable(value: Any) -> Any:
    """Text without what no database takes: null characters, halves of a character."""
    if isinstance(value, str):
        if value.isascii() and "\x00" not in value:
            return value
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {storable(key): storable(inside) for key, inside in value.items()}
    return [storable(inside) for inside in value] if isinstance(value, list) else value


class CollectedAuthor(_Collected):
    """Who wrote it, as far as the platform tells. `followers` is a count of accounts."""

    external_id: str = Field(min_length=1)
    name: str = ""
    url: str = ""
    followers: int | None = None
    registered_at: AwareDatetime | None = None
    is_ours: bool = False


class CollectedThread(_Collected):
    """The place a mention stands in: a page, a post, a product."""

    external_id: str = Field(min_length=1)
    title: str = ""
    url: str = ""
    is_closed: bool = False


class CollectedMention(_Collected):
    """One comment or review as the platform shows it now.

    Attributes:
        external_id: unique within the platform *and* host or owner (promise 2), so that
            comment 17 of two sites stays two: ``"blog.example/17"``.
        ordinal: position among rows of equal content, for imports without an id; part of
            `external_id` already, kept for the record.
        published_at: aware; None when unknown (no SLA clock, no alert).
        rating: normalised to 0 … 5 points, None when there is none.
        original: what else the source said, for the record; never rendered.
    """

    external_id: str = Field(min_length=1)
    thread: CollectedThread
    author: CollectedAuthor
    text: str
    parent_external_id: str | None = None
    published_at: AwareDatetime | None = None
    edited_at: AwareDatetime | None = None
    rating: float | None = Field(default=None, ge=0, le=5)
    url: str = ""
    media: tuple[str, ...] = ()
    is_hidden: bool = False
    original: Mapping[str, Any] = Field(default_factory=dict)


class BadRow(_Collected):
    """A row that could not become a mention; goes to the quarantine table, nothing is lost.

    `place` names file and line (``"reviews.csv:17"``) or source and item.
    """

    place: str
    reason: str
    raw: str = ""


class Page(_Collected):
    """What one call brought, with the cursor that is true once it is stored.

    Attributes:
        cursor: stored in the same transaction as the mentions.
        complete_thread_ids: external ids of threads that `mentions` shows *in full*;
            a known mention of such a thread that is absent here was deleted there.
        deleted_ids: external ids of mentions the platform says are gone.
        progress: 0 … 1 for a bar, None when unknown.
    """

    mentions: tuple[CollectedMention, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    cursor: Cursor = Field(default_factory=dict)
    complete_thread_ids: tuple[str, ...] = ()
    deleted_ids: tuple[str, ...] = ()
    progress: float | None = None


class ReplyRequest(_Collected):
    """One reply to be posted under one mention.

    `idempotency_key` is ours and the same for every attempt at the same reply; platforms
    that have such a key send it, the others are read back (`Platform.thread`).
    """

    thread_external_id: str
    parent_external_id: str
    text: str = Field(min_length=1)
    idempotency_key: str


class PostedReply(_Collected):
    """Where our reply stands."""

    external_id: str
    url: str = ""
    posted_at: datetime | None = None


class SourceCheck(_Collected):
    """What one real call to a source showed; printed by `otklik sources check`."""

    ok: bool
    message: str
    newest_at: AwareDatetime | None = None
    can: tuple[Capability, ...] = ()


class PlatformSettings(BaseModel):
    """Settings every platform has; subclasses add their own.

    Attributes:
        timeout: seconds for one HTTP call (connect, read, write each).
        min_interval: seconds between two calls, at least; None takes the platform's limit.
        allow_private_hosts: hosts in private networks this source may call (SSRF guard).
        max_bytes: largest answer read, in bytes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(default="", description="Address of the site, with scheme and port.")
    timeout: float = Field(default=10.0, gt=0)
    min_interval: float | None = Field(default=None, ge=0)
    allow_private_hosts: bool = False
    max_bytes: int = Field(default=20_000_000, gt=0)


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
    """

    name: ClassVar[str]
    title: ClassVar[str] = ""
    can: ClassVar[frozenset[Capability]] = frozenset()
    reply_max_length: ClassVar[int | None] = None
    min_interval: ClassVar[float] = 0.0
    reads_back: ClassVar[bool] = False
    settings_type: ClassVar[type[PlatformSettings]] = PlatformSettings

    def __init__(self, settings: S, *, source: str = "") -> None:
        self.settings = settings
        self.source = source

    @abstractmethod
    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Pages since `cursor` (empty at first), oldest first; ends when nothing is new.

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

    def close(self) -> None:
        """Give back connections."""


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
            found[info.name] = _platform_of(importlib.import_module(f"{package}.{info.name}"))
    return found


def _platform_of(module: Any) -> type[AnyPlatform]:
    name = module.__name__.rsplit(".", 1)[-1]
    for _, candidate in inspect.getmembers(module, inspect.isclass):
        if issubclass(candidate, Platform) and candidate.__dict__.get("name") == name:
            return candidate
    raise ConfigError(f"{module.__name__} holds no Platform named {name!r}")


def build_platform(
    kind: type[AnyPlatform], config: Mapping[str, Any], *, source: str
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
    return kind(settings, source=source)


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
