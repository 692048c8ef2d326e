"""What a person says of one app in `otklik.toml`."""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator

from collectors._google_account import OAuthSettings


class GooglePlaySettings(OAuthSettings):
    """Settings of one app on Google Play.

    Attributes:
        package: the app's package name ("com.example.shop").
        app_title: the app's name, for people; the package name by default.
        service_account_token: text of a service account's JSON key.
        service_account_file: path of a service account's JSON key, instead of its text.
        client_id, client_token, refresh_token: an OAuth client and its owner's consent,
            instead of a service account.
        hourly_calls: reading calls an hour; 200 unless Google has raised it for this app.
        recheck_days: how far back every poll looks for changed answers and deletions.
        recheck_items: how many reviews are remembered for that.
    """

    package: str = Field(pattern=r"^[A-Za-z][\w.]+$")
    app_title: str = ""
    service_account_token: SecretStr | None = None
    service_account_file: str = ""
    hourly_calls: int = Field(default=200, ge=10)
    recheck_days: float = Field(default=2.0, gt=0, le=7)
    recheck_items: int = Field(default=300, ge=10, le=500)

    @property
    def has_service_account(self) -> bool:
        """Whether a service account's key is given."""
        return bool(self.service_account_token or self.service_account_file)

    @model_validator(mode="after")
    def _is_usable(self) -> GooglePlaySettings:
        if not (self.has_service_account or self.has_consent):
            raise ValueError(
                "give service_account_token or service_account_file, "
                "or client_id, client_token and refresh_token together"
            )
        return self
