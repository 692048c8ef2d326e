"""The port for alerts: one file here is one channel, found by its name.

A channel sends one message and says what became of it by raising; when to send, to whom and
when to try again is the pipeline's, which keeps a delivery record per channel.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from otklik.enums import AlertKind
from otklik.errors import ConfigError

ENV_PREFIX = "env:"


class AlertMessage(BaseModel):
    """One alert as every channel gets it.

    `title`, `body` and `facts` may hold strangers' words and are always shown as plain text;
    `link` is our own address of the case, empty when there is none. `urgency` is 0 … 3.

    Attributes:
        key: names this delivery for ever: a channel that can tell sends nothing twice.
        facts: where, why it is urgent, whom it concerns: a line each.
        taken_by: who has it; empty while nobody has.
        can_take: whether one may say "mine" of it.
        thread: reference of the first message about the same thing on this channel.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: AlertKind
    title: str
    body: str = ""
    link: str = ""
    urgency: int = Field(default=0, ge=0, le=3)
    alert_id: int
    key: str = ""
    facts: tuple[str, ...] = ()
    taken_by: str = ""
    can_take: bool = False
    thread: str = ""


class ChannelConfig(BaseModel):
    """Settings every channel has; subclasses add their own.

    Attributes:
        timeout: seconds for one HTTP call (connect, read, write each).
        base_url: where the channel's service answers; empty takes the official address.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    timeout: float = Field(default=10.0, gt=0)
    base_url: str = Field(default="", pattern=r"^(https?://\S+)?$")


class Channel(ABC):
    """One place alerts go to.

    Class attributes:
        kind: equals the file name.
        title: for people.
        settings_type: the pydantic model of `[[channels]]` entries in `otklik.toml`.
        can_update: a message sent can be changed.
    """

    kind: ClassVar[str]
    title: ClassVar[str] = ""
    settings_type: ClassVar[type[ChannelConfig]] = ChannelConfig

    can_update: ClassVar[bool] = False

    def __init__(self, settings: ChannelConfig, name: str) -> None:
        self.settings, self.name = settings, name

    @abstractmethod
    def send(self, message: AlertMessage) -> str | None:
        """Deliver one message; returning means that the service took it.

        Returns:
            A reference by which the message can be changed or answered; none where there is none.

        Raises:
            RateLimited: the service asks for a pause, see `.retry_after`.
            Transient: not delivered, or not certainly; try again later.
            AccessDenied: token, webhook or chat is wrong: off until a person acts.
            Rejected: this message is refused for ever.
        """

    def update(self, reference: str, message: AlertMessage) -> None:  # noqa: B027 (few can)
        """Make the message of that reference say this. Raises as `send` does."""

    def find(
        self, message: AlertMessage, since: datetime, after: str, known: Collection[str] = ()
    ) -> str | None:
        """The reference of this message, if it was sent already; None: it was not, or who knows.

        Args:
            since: it was not sent before.
            after: reference of the latest message known to stand in the same place.
            known: references of others of our messages that may stand there.
        """
        return None

    def close(self) -> None:  # noqa: B027 (most channels hold nothing)
        """Give back connections."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


def discover_channels(package: str = __name__) -> dict[str, type[Channel]]:
    """Every channel of `package`, by kind.

    Raises:
        ConfigError: a file holds no channel of its own name.
    """
    root = importlib.import_module(package)
    found = {}
    for info in sorted(pkgutil.iter_modules(root.__path__), key=lambda entry: entry.name):
        if not info.name.startswith("_"):
            found[info.name] = _channel_of(importlib.import_module(f"{package}.{info.name}"))
    return found


def _channel_of(module: Any) -> type[Channel]:
    kind = module.__name__.rsplit(".", 1)[-1]
    for _, candidate in inspect.getmembers(module, inspect.isclass):
        if issubclass(candidate, Channel) and candidate.__dict__.get("kind") == kind:
            return candidate
    raise ConfigError(f"{module.__name__} holds no Channel of kind {kind!r}")


def build_channel(kind: str, config: Mapping[str, Any], *, name: str) -> Channel:
    """A channel from its `[[channels]]` entry; ``env:NAME`` is read from the environment.

    Raises:
        ConfigError: unknown kind, unknown or missing keys, a wrong value, an unset variable,
            or a secret written out instead of as ``env:NAME``.
    """
    known = discover_channels()
    if kind not in known:
        raise ConfigError(f"channel {name!r}: unknown kind {kind!r}; known: {', '.join(known)}")
    chosen = known[kind]
    _refuse_written_secrets(chosen, config, name)
    resolved = {key: _resolve(value, key, name) for key, value in config.items()}
    try:
        settings = chosen.settings_type.model_validate(resolved)
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"channel {name!r} ({kind}): {lines}") from None  # holds the secret
    return chosen(settings, name)


def _refuse_written_secrets(kind: type[Channel], config: Mapping[str, Any], name: str) -> None:
    for key, field in kind.settings_type.model_fields.items():
        is_secret = SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ()))
        if is_secret and key in config and not str(config[key]).startswith(ENV_PREFIX):
            raise ConfigError(f"channel {name!r}: write {key} as env:NAME, never the secret itself")


def _resolve(value: Any, key: str, name: str) -> Any:
    if not (isinstance(value, str) and value.startswith(ENV_PREFIX)):
        return value
    variable = value.removeprefix(ENV_PREFIX)
    if variable not in os.environ:
        raise ConfigError(f"channel {name!r}: {key} asks for the environment variable {variable}")
    return os.environ[variable]
