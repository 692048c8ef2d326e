"""What a person says of one channel, or some videos, in `otklik.toml`."""

from __future__ import annotations

import re

from pydantic import Field, SecretStr, field_validator, model_validator

from collectors._google_account import OAuthSettings

VIDEO = re.compile(r"[\w-]{6,20}")


class YouTubeSettings(OAuthSettings):
    """Settings of one channel or some videos.

    Attributes:
        channel_id: all videos of this channel are watched ("UC…").
        video_ids: these videos are watched, instead of or beside a channel.
        own_channels: ids of our own channels; the one that consented is known anyway.
        authors: also ask how many followers an author has and since when; a unit for 50.
        held: also read comments that are held for review (needs the owner's consent).
        api_token: an API key; enough for reading.
        client_id, client_token, refresh_token: an OAuth client and the consent of the
            channel's owner; needed to answer and to hold.
        daily_units: the project's quota a day; 10,000 unless Google has raised it.
        recheck_days: how far back every poll looks for replies, edits and deletions.
        recheck_items: how many comments are remembered for that, over all places.
    """

    channel_id: str = Field(default="", pattern=r"^(UC[\w-]{10,30})?$")
    video_ids: tuple[str, ...] = Field(default=(), max_length=50)
    own_channels: tuple[str, ...] = ()
    authors: bool = True
    held: bool = False
    api_token: SecretStr | None = None
    daily_units: int = Field(default=10_000, ge=100)
    recheck_days: float = Field(default=7.0, gt=0, le=90)
    recheck_items: int = Field(default=400, ge=10, le=500)

    @field_validator("video_ids")
    @classmethod
    def _are_ids(cls, video_ids: tuple[str, ...]) -> tuple[str, ...]:
        for video_id in video_ids:
            if not VIDEO.fullmatch(video_id):
                raise ValueError(f"{video_id!r} is not the id of a video (watch?v=…)")
        return video_ids

    @model_validator(mode="after")
    def _is_usable(self) -> YouTubeSettings:
        if not (self.channel_id or self.video_ids):
            raise ValueError("give channel_id or video_ids to watch")
        if not (self.api_token or self.has_consent):
            raise ValueError(
                "give api_token to read, or client_id, client_token and refresh_token together"
            )
        if self.held and not self.has_consent:
            raise ValueError("held = true needs client_id, client_token and refresh_token")
        return self
