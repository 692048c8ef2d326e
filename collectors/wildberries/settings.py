"""What a person says of one Wildberries seller in `otklik.toml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from otklik.platforms import PlatformSettings

Kind = Literal["feedbacks", "questions"]


class WildberriesSettings(PlatformSettings):
    """Settings of one seller.

    Attributes:
        token: of the category "Questions and feedbacks"; not read-only, if we are to answer.
        kinds: what to read.
        recheck_days: entries so young are compared at every poll, to see edits and deletions.
        recheck_items: so many entries and answers of each kind at most are compared.
        page_size: entries of each list in one call.
    """

    token: SecretStr
    kinds: tuple[Kind, ...] = Field(default=("feedbacks", "questions"), min_length=1)
    recheck_days: float = Field(default=14.0, ge=0)
    recheck_items: int = Field(default=300, ge=10, le=400)
    page_size: int = Field(default=500, ge=1, le=5000)
