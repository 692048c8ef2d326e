"""Settings: `otklik.toml` beside you, overridden by the environment (`OTKLIK_…`).

Unknown keys and default secrets are refused. Secrets of sources and channels are written as
``env:NAME`` and read from the environment when the part is built.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from otklik.enums import Effort
from otklik.errors import ConfigError

DEFAULT_FILE = "otklik.toml"
_ENV_PREFIX = "env:"
Config = TypeVar("Config", bound=BaseModel)


class SourceSettings(BaseModel):
    """One `[[sources]]` entry: a watched place. Other keys belong to the platform."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(min_length=1, max_length=128, description="Name of the source, unique.")
    platform: str = Field(description="Platform, one of `otklik sources list --platforms`.")
    interval: float = Field(
        default=60.0, gt=0, description="Seconds between two readings, to begin with."
    )
    fastest: float | None = Field(
        default=None,
        gt=0,
        description="… while it brings comments, at least; by default a sixth of `interval`.",
    )
    slowest: float | None = Field(
        default=None,
        gt=0,
        description="… while it brings none, at most; by default five times `interval`.",
    )
    is_enabled: bool = Field(default=True, description="False: known, but not read.")
    is_ours: bool | None = Field(
        default=None,
        description="True: all that is written there is about us (a page of ours). False: each "
        "text must show it. By default false where it searches (`query`, `queries`, `hashtags`, "
        "RSS) and true elsewhere.",
    )

    @property
    def config(self) -> dict[str, Any]:
        """What the platform's own settings model gets."""
        return dict(self.model_extra or {})


class ChannelSettings(BaseModel):
    """One `[[channels]]` entry: where alerts go. Other keys belong to the channel."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(min_length=1, max_length=64, description="Name of the channel, unique.")
    kind: str = Field(description="`console`, `slack` or `telegram`.")
    min_urgency: int = Field(default=3, ge=0, le=3, description="Least urgency sent here.")

    @property
    def config(self) -> dict[str, Any]:
        """What the channel's own settings model gets."""
        return dict(self.model_extra or {})


class BackendSettings(BaseModel):
    """`[classifier]` or `[shadow]`: another model. Other keys belong to its kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = Field(description="`onnx`, `transformers` or `language_model`.")

    @property
    def config(self) -> dict[str, Any]:
        """What the kind's own settings model gets."""
        return dict(self.model_extra or {})


class Settings(BaseSettings):
    """Everything that can be set. Durations are in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="OTKLIK_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database_url: str = Field(
        default="sqlite:///var/otklik.sqlite3", description="SQLAlchemy URL: SQLite or PostgreSQL."
    )
    brand_id: str = Field(default="default", description="Brand this desk answers for.")
    brand_name: str = Field(default="Otklik", description="Name shown on the screens.")
    language: str = Field(default="ru", pattern="^(ru|en)$", description="First screen language.")
    timezone: str = Field(default="Europe/Moscow", description="Time zone of the desk.")
    desk_host: str = Field(default="127.0.0.1", description="Address the dashboard listens on.")
    desk_port: int = Field(default=8501, ge=1, le=65535, description="Port of the dashboard.")
    desk_url: str = Field(
        default="", description="Public address of the dashboard, for links in alerts."
    )
    session_hours: float = Field(default=12, gt=0, description="A login lasts this many hours.")
    policy_file: str = Field(
        default="", description="Policy YAML; empty takes the shipped shop policy."
    )
    knowledge_file: str = Field(
        default="", description="Facts YAML; empty takes the shipped shop facts."
    )
    entities_file: str = Field(
        default="",
        description="CSV of your products, branches, cities and departments; empty: none.",
    )
    model_dir: str = Field(
        default="",
        description="Model artefact that serves, whatever is promoted; empty follows `models_dir`.",
    )
    effort: Effort = Field(
        default=Effort.THOROUGH,
        description=(
            "Work spent on a verdict: `thorough` asks both readers about every text, `balanced` "
            "the slow one only where the fast one is unsure, `fast` never."
        ),
    )
    models_dir: str = Field(
        default="var/models",
        description="Trained models, and which one serves; until one is promoted, the shipped one.",
    )
    classifier: BackendSettings | None = Field(
        default=None, description="Another model instead of our own, completed by it."
    )
    shadow: BackendSettings | None = Field(
        default=None, description="Another model beside the serving one; it decides nothing."
    )
    shadow_backlog: int = Field(
        default=500, ge=1, le=100_000, description="The shadow judges the newest so many only."
    )
    posting: str = Field(
        default="dry_run",
        pattern="^(dry_run|live)$",
        description="Posting mode of a fresh database; afterwards an admin's switch decides.",
    )
    undo_seconds: float = Field(
        default=30, ge=0, description="An approved reply can be taken back for this long."
    )
    sending_timeout: float = Field(
        default=60, gt=0, description="A reply `sending` for longer is `unknown`."
    )
    step_interval: float = Field(
        default=1.0, gt=0, description="How often the machine steps are woken."
    )
    collect_threads: int = Field(
        default=4, ge=1, le=32, description="Sources read at the same time, at most."
    )
    follow_up_interval: float = Field(
        default=300, gt=0, description="How often a thread is read again after our reply."
    )
    max_attempts: int = Field(
        default=5, ge=1, description="A step that failed this often on a row leaves it `stuck`."
    )
    incident_size: int = Field(
        default=5, ge=2, description="People with the same trouble that make an incident."
    )
    incident_hours: float = Field(default=72, gt=0, description="… within this many hours.")
    sources: list[SourceSettings] = Field(default_factory=list, description="Watched places.")
    channels: list[ChannelSettings] = Field(
        default_factory=list, description="Where alerts go; the console when empty."
    )

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is not a time zone") from error
        return name

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before environment before file."""
        file = TomlConfigSettingsSource(settings_cls, settings_file())
        return init_settings, env_settings, file


def settings_file() -> Path:
    """The settings file: `OTKLIK_CONFIG`, else `otklik.toml` in the working directory."""
    return Path(os.environ.get("OTKLIK_CONFIG", DEFAULT_FILE))


def load_settings(**overrides: Any) -> Settings:
    """Settings from arguments, environment and file, in this order of precedence.

    Raises:
        ConfigError: names the file and each wrong or unknown key.
    """
    _refuse_unknown_variables()
    file = settings_file()
    if "OTKLIK_CONFIG" in os.environ and not file.is_file():
        raise ConfigError(f"OTKLIK_CONFIG names {file}, which is not a file")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ConfigError(
            f"{file if file.is_file() else 'environment'}: {'; '.join(lines)}"
        ) from None
    except ValueError as error:  # TOML syntax
        raise ConfigError(f"{file}: {error}") from error


# read by tests, the demo and the settings file itself, not by `Settings`
_OTHER_VARIABLES = frozenset(
    {"OTKLIK_CONFIG", "OTKLIK_SHARED", "OTKLIK_TEST_DATABASE_URL", "OTKLIK_REQUIRE_SERVERS"}
)


def _refuse_unknown_variables() -> None:
    known = {f"OTKLIK_{name.upper()}" for name in Settings.model_fields} | _OTHER_VARIABLES
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith("OTKLIK_")
        and name.split("__", maxsplit=1)[0] not in known
        and not name.startswith("OTKLIK_SECRET_")
    )
    if unknown:
        raise ConfigError(
            f"environment: unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}; "
            "names for env: references start with OTKLIK_SECRET_"
        )


def resolve_config(model: type[Config], config: Mapping[str, Any], place: str) -> Config:
    """A part's own settings; ``env:NAME`` is read from the environment.

    Raises:
        ConfigError: unknown or missing keys, a wrong value, an unset variable, or a secret
            written out instead of as ``env:NAME``.
    """
    resolved = {}
    for key, value in config.items():
        field = model.model_fields.get(key)
        hidden = field is not None and "SecretStr" in str(field.annotation)
        is_reference = isinstance(value, str) and value.startswith(_ENV_PREFIX)
        if hidden and not is_reference:
            raise ConfigError(f"{place}: write {key} as env:NAME, never the secret itself")
        name = str(value).removeprefix(_ENV_PREFIX)
        if is_reference and name not in os.environ:
            raise ConfigError(f"{place}: {key} asks for the environment variable {name}")
        resolved[key] = os.environ[name] if is_reference else value
    try:
        return model.model_validate(resolved)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ConfigError(f"{place}: {'; '.join(lines)}") from None  # its cause holds the secret
