"""Entries of `otklik.toml`, one part each: a source, a channel, a model, a provider."""

from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from otklik.enums import Role


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
    kind: str = Field(description="`console`, `email`, `slack`, `telegram` or `webhook`.")
    min_urgency: int = Field(default=3, ge=0, le=3, description="Least urgency sent here.")

    @property
    def config(self) -> dict[str, Any]:
        """What the channel's own settings model gets."""
        return dict(self.model_extra or {})


class BackendSettings(BaseModel):
    """`[classifier]`, `[shadow]` or `[writer]`: another model. Other keys belong to its kind."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = Field(description="`onnx`, `transformers` or `language_model`.")

    @property
    def config(self) -> dict[str, Any]:
        """What the kind's own settings model gets."""
        return dict(self.model_extra or {})


class OidcSettings(BaseModel):
    """`[oidc]`: signing in with the accounts of the company, beside passwords of the desk."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(description="Address of the provider; `https`, `http` on this host only.")
    client_id: str = Field(min_length=1, description="What the provider calls this desk.")
    client_secret: str = Field(
        default="",
        pattern=r"^(env:OTKLIK_SECRET_\w+)?$",
        description="`env:OTKLIK_SECRET_…`; empty for a public client.",
    )
    name: str = Field(default="SSO", max_length=40, description="What the button says.")
    scopes: list[str] = Field(
        default_factory=lambda: ["openid", "email", "profile"],
        description="What is asked for; `openid` and `email` are needed.",
    )
    domains: list[str] = Field(
        default_factory=list,
        description="Whoever has a confirmed address in one of these becomes an operator; empty: "
        "an administrator makes every account.",
    )
    role_claim: str = Field(
        default="groups",
        min_length=1,
        description="Where a person's groups stand; `realm_access.roles` looks inside.",
    )
    roles: dict[str, Role] = Field(
        default_factory=dict,
        description='Role by group, e.g. `{ desk-leads = "lead" }`; the highest counts, nobody\'s '
        "group means operator, asked at each sign-in. Empty: roles are given at the desk.",
    )

    @field_validator("roles")
    @classmethod
    def _no_administrators(cls, roles: dict[str, Role]) -> dict[str, Role]:
        if Role.ADMIN in roles.values():
            raise ValueError("administrators are made at the desk, not by a group")
        return roles

    @field_validator("issuer")
    @classmethod
    def _safe_issuer(cls, issuer: str) -> str:
        if not is_safe_provider(issuer):
            raise ValueError("the issuer is an https address")
        return issuer


def is_safe_provider(url: str) -> bool:
    """May keys and codes travel there: https, or http that never leaves this machine."""
    parts = urlsplit(url)
    is_here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_here)
    return is_safe and bool(parts.hostname) and not parts.username
