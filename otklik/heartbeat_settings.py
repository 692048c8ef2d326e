"""Settings of the heartbeat: what the monitor says of itself, and who is told when it is still."""

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_ADDRESS = r"^(env:OTKLIK_SECRET_\w+|https?://\S+)?$"


class HeartbeatSettings(BaseModel):
    """`[heartbeat]`: the monitor's signs of life, and `otklik watch-heartbeat`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    interval: float = Field(default=10, gt=0, description="Seconds between two signs of life.")
    late: float = Field(
        default=60, gt=0, description="Seconds without one after which the monitor counts as dead."
    )
    stall: float = Field(
        default=600,
        gt=0,
        description="Seconds one piece of work may take before it counts as hung.",
    )
    listen: str = Field(
        default="",
        description="`host:port` at which the monitor says by HTTP how it is (200, or 503 with "
        "what is wrong); empty: nowhere.",
    )
    url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="For `otklik watch-heartbeat` on another machine: the monitor's address; "
        "empty: the database is read.",
    )
    ping_url: str = Field(
        default="",
        pattern=_ADDRESS,
        description="An address called at every sign of life, as healthchecks.io and its like "
        "want it: it tells you when the calls cease. `https`, or `env:OTKLIK_SECRET_…`.",
    )
    fail_url: str = Field(
        default="",
        pattern=_ADDRESS,
        description="… called instead while a step hangs or the database is out of reach.",
    )
    channels: list[str] = Field(
        default_factory=list,
        description="Names of `[[channels]]` that `otklik watch-heartbeat` tells; empty: all.",
    )
    repeat: float = Field(
        default=3600, gt=0, description="Seconds after which it tells again what still holds."
    )

    @field_validator("listen")
    @classmethod
    def _is_place(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (host and re.fullmatch(r"\d{1,5}", port) and int(port) < 65536):
            raise ValueError("write host:port, such as 127.0.0.1:8599")
        return value

    @field_validator("ping_url", "fail_url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        parts = urlsplit(value)
        is_here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme == "http" and not is_here:
            raise ValueError("an https address: what calls stand for must not be forged")
        return value

    @model_validator(mode="after")
    def _beats_often(self) -> "HeartbeatSettings":
        if self.late < 2 * self.interval:
            raise ValueError("`late` is at least twice `interval`")
        return self

    def place(self) -> tuple[str, int] | None:
        """Host and port of `listen`."""
        host, _, port = self.listen.rpartition(":")
        return (host.strip("[]"), int(port)) if self.listen else None
