"""What a person says of one cabinet on Yandex Market in `otklik.toml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, model_validator

from otklik.platforms import PlatformSettings

Kind = Literal["feedbacks", "questions"]


class YandexMarketSettings(PlatformSettings):
    """Settings of one cabinet.

    Attributes:
        business_id: the cabinet's number.
        api_token: an Api-Key token of this cabinet.
        oauth_token: an OAuth token, the older way; one of the two is needed.
        kinds: what to read.
        business_name: the cabinet's name as buyers see it above its answers; ours are
            recognised by it also where they can no longer be changed.
        recheck_days: entries so young are compared at every poll, to see edits and deletions.
        recheck_items: so many entries and comments of each kind at most are compared.
    """

    business_id: int = Field(ge=1)
    api_token: SecretStr | None = None
    oauth_token: SecretStr | None = None
    kinds: tuple[Kind, ...] = Field(default=("feedbacks", "questions"), min_length=1)
    business_name: str = ""
    recheck_days: float = Field(default=14.0, ge=0)
    recheck_items: int = Field(default=300, ge=10, le=400)

    @model_validator(mode="after")
    def _is_usable(self) -> YandexMarketSettings:
        if (self.api_token is None) == (self.oauth_token is None):
            raise ValueError("give api_token, or oauth_token; one of them")
        return self

    @property
    def token(self) -> SecretStr:
        """The one that is given."""
        return self.api_token or self.oauth_token or SecretStr("")
