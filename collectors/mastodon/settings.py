"""What a person says of one Mastodon account in `otklik.toml`."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from otklik.platforms import PlatformSettings

Visibility = Literal["public", "unlisted", "private", "direct"]


class MastodonSettings(PlatformSettings):
    """Settings of one account on one Mastodon server. `base_url` is the server's address.

    Attributes:
        token: access token of our account.
        mentions: read what mentions our account or quotes its posts.
        hashtags: hashtags to read, without #.
        host: name under which ids are kept; that of base_url by default. Set it when the
            server moves, so that known posts stay known.
        visibility: of our answers, at most; never wider than that of the post answered.
        forward_reports: also send reports to the server of the author reported.
        recheck_hours: how far back every poll reads again, for edits, deletions and posts
            that arrived late.
        recheck_items: how many posts are remembered for that, shared by all lists.
    """

    token: SecretStr
    mentions: bool = True
    hashtags: tuple[str, ...] = ()
    host: str = ""
    visibility: Visibility = "public"
    forward_reports: bool = False
    recheck_hours: float = Field(default=24.0, gt=0, le=24 * 30)
    recheck_items: int = Field(default=300, ge=20, le=500)

    @field_validator("hashtags")
    @classmethod
    def _are_hashtags(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        tags = tuple(value.removeprefix("#") for value in values)
        for tag in tags:
            if not re.fullmatch(r"\w*[^\W\d]\w*", tag):
                raise ValueError(f"{tag!r} is no hashtag: letters, digits and _ only")
        return tuple(dict.fromkeys(tags))

    @model_validator(mode="after")
    def _is_usable(self) -> MastodonSettings:
        if not self.base_url:
            raise ValueError("give base_url: the address of the server our account is on")
        if not (self.mentions or self.hashtags):
            raise ValueError("give `hashtags`, or mentions = true")
        return self

    @property
    def place(self) -> str:
        """What external ids begin with."""
        return self.host or urlsplit(self.base_url).netloc.lower()
