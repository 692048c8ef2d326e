"""What a person says of one business in `otklik.toml`."""

from __future__ import annotations

import re

from pydantic import Field, field_validator, model_validator

from collectors._google_account import OAuthSettings

LOCATION = re.compile(r"accounts/\d+/locations/\d+")


class GoogleBusinessSettings(OAuthSettings):
    """Settings of one business on Google Maps.

    Attributes:
        locations: its verified places, as the API names them ("accounts/1/locations/2").
        business_title: the business's name, for people; the place's number by default.
        client_id, client_token, refresh_token: an OAuth client and the consent of somebody
            who owns or manages these places.
        recheck_days: how far back every poll looks for changed replies and deletions.
        recheck_items: how many reviews are remembered for that, over all places.
    """

    locations: tuple[str, ...] = Field(min_length=1, max_length=50)
    business_title: str = ""
    recheck_days: float = Field(default=7.0, gt=0, le=90)
    recheck_items: int = Field(default=300, ge=10, le=500)

    @field_validator("locations")
    @classmethod
    def _are_names(cls, locations: tuple[str, ...]) -> tuple[str, ...]:
        for location in locations:
            if not LOCATION.fullmatch(location):
                raise ValueError(f"{location!r} is not of the form accounts/1/locations/2")
        return locations

    @model_validator(mode="after")
    def _is_usable(self) -> GoogleBusinessSettings:
        if not self.has_consent:
            raise ValueError("give client_id, client_token and refresh_token together")
        return self
