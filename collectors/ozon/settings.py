"""What a person says of one Ozon seller in `otklik.toml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, model_validator

from otklik.platforms import PlatformSettings

Kind = Literal["reviews", "questions"]


class OzonSettings(PlatformSettings):
    """Settings of one seller.

    Attributes:
        client_id: the cabinet's Client ID, digits.
        api_token: the Api-Key.
        kinds: what to read.
        seller_name: the shop's name as Ozon shows it above its answers to questions; ours are
            recognised by it.
        recheck_days: entries so young are compared at every poll, to see edits and deletions.
        recheck_items: so many entries and comments of each kind at most are compared.
    """

    client_id: str = Field(pattern=r"^\d+$")
    api_token: SecretStr
    kinds: tuple[Kind, ...] = Field(default=("reviews", "questions"), min_length=1)
    seller_name: str = ""
    recheck_days: float = Field(default=14.0, ge=0)
    recheck_items: int = Field(default=300, ge=10, le=400)

    @model_validator(mode="after")
    def _is_usable(self) -> OzonSettings:
        if "questions" in self.kinds and not self.seller_name.strip():
            raise ValueError(
                "seller_name: the shop's name as it stands above answers to questions is needed "
                'to know ours from others\'; or read only kinds = ["reviews"]'
            )
        return self
