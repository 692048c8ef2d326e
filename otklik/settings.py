"""Settings: `otklik.toml` beside you, overridden by the environment (`OTKLIK_…`).

Unknown keys and default secrets are refused. Secrets of sources and channels are written as
``env:NAME`` and read from the environment when the part is built.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    Field,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from otklik.entries import BackendSettings, ChannelSettings, OidcSettings, SourceSettings
from otklik.enums import Effort
from otklik.errors import ConfigError
from otklik.heartbeat_settings import HeartbeatSettings
from otklik.report_settings import ReportSettings

DEFAULT_FILE = "otklik.toml"
_ENV_PREFIX = "env:"
Config = TypeVar("Config", bound=BaseModel)


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
    desk_warm_up: bool = Field(
        default=True,
        description="Read models and knowledge at the start, so that the first case opens at once.",
    )
    session_hours: float = Field(default=12, gt=0, description="A login lasts this many hours.")
    session_idle_minutes: float = Field(
        default=120, gt=0, description="… and ends when nobody did anything for so long."
    )
    invitation_hours: float = Field(
        default=72, gt=0, description="A link that lets a colleague in works for so long."
    )
    reports: ReportSettings | None = Field(
        default=None, description="The weekly report; without it none is sent by itself."
    )
    heartbeat: HeartbeatSettings = Field(
        default_factory=HeartbeatSettings, description="The monitor's signs of life."
    )
    oidc: OidcSettings | None = Field(
        default=None, description="Signing in with the accounts of the company."
    )
    policy_file: str = Field(
        default="",
        description="Policy YAML, or a shipped one: `shop`, `bank`, `institution`; empty: `shop`.",
    )
    policy_shadow_file: str = Field(
        default="",
        description="Another policy beside the live one; its decisions are recorded, never acted.",
    )
    operations_file: str = Field(
        default="",
        description="Zones, calendars, rota and routes: a YAML file, or a shipped example (`shop`, "
        "`bank`, `institution`); empty: `operations.yaml` beside the settings, if it is there.",
    )
    knowledge_file: str = Field(
        default="",
        description="Facts: a YAML file, a folder of them, or a shipped name (`shop`, `bank`, "
        "`operator`, `institution`); empty takes `shop`.",
    )
    fact_warning_days: float = Field(
        default=14, gt=0, description="A fact's owner is told so many days before it expires."
    )
    own_hosts: list[str] = Field(
        default_factory=list,
        description="Hosts of your own web pages, which `otklik knowledge import` may read.",
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
    writer: BackendSettings | None = Field(
        default=None,
        description="A language model that writes drafts beside our own writer; see writers.md.",
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
    lease_minutes: float = Field(
        default=10, gt=0, le=240, description="A case taken stays one person's for this long."
    )
    break_after: int = Field(
        default=4, ge=0, description="Haters in a row after which a break is offered; 0: never."
    )
    sending_timeout: float = Field(
        default=60, gt=0, description="A reply `sending` for longer is `unknown`."
    )
    alert_burst: int = Field(
        default=5, ge=1, description="Alerts of one kind on one channel told one by one …"
    )
    alert_window_seconds: float = Field(
        default=60, gt=0, description="… within so many seconds; more become one message."
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
    promise_days: int = Field(
        default=3, ge=1, le=60, description="Working days for a promise that has no date."
    )
    promise_reminder_hours: float = Field(
        default=24, gt=0, description="The owner of a promise is reminded so long before it is due."
    )
    max_attempts: int = Field(
        default=5, ge=1, description="A step that failed this often on a row leaves it `stuck`."
    )
    incident_size: int = Field(
        default=3, ge=2, description="People with one trouble that an incident needs at least."
    )
    incident_hours: float = Field(
        default=72, gt=0, description="Older comments make and join no incident when they come."
    )
    incident_false_alarms_per_week: float = Field(
        default=1.0,
        gt=0,
        le=100,
        description="Suspected incidents a week that may turn out to be chance.",
    )
    golden_share: float = Field(
        default=0.1,
        ge=0,
        le=0.5,
        description="Share of comments given for judging whose answer is known beforehand.",
    )
    second_look_share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Share of what people answered or closed that somebody else judges again.",
    )
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


def has_buttons(settings: Settings) -> bool:
    """Does a channel have buttons, so that somebody has to listen?"""
    told = {"telegram": "buttons", "slack": "app_token"}
    return any(one.config.get(told.get(one.kind, "")) for one in settings.channels)


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
