"""Signing in at Google: by a key, a person's consent, or a service account.

Access tokens live in memory only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from collectors._http import HttpClient
from collectors._wire import limit_key
from otklik.clock import now
from otklik.errors import AccessDenied, ConfigError, MissingExtra, Rejected, Transient
from otklik.platforms import Limit, Meter, PlatformSettings

TOKENS = "https://oauth2.googleapis.com"
SIGN_INS = Limit(60, 60, burst=20)  # of our own: a token lasts an hour
EARLY = 60.0  # seconds before its end a token is replaced


class OAuthSettings(PlatformSettings):
    """Settings of a source read with a person's consent.

    Attributes:
        client_id: of the OAuth client.
        client_token: the OAuth client's secret.
        refresh_token: given once, when the account's owner consents.
    """

    client_id: str = ""
    client_token: SecretStr | None = None
    refresh_token: SecretStr | None = None

    @property
    def has_consent(self) -> bool:
        """Whether all three are given."""
        return bool(self.client_id and self.client_token and self.refresh_token)


def secret(value: SecretStr | None) -> str:
    """What a setting holds; empty when it is not given."""
    return value.get_secret_value() if value else ""


class Account:
    """Who calls. Gives the headers that say so.

    Args:
        http: client of the token endpoint.
        grant: makes the form that asks for a token; None where a plain key is enough.
        api_key: sent where no token is asked for.
    """

    def __init__(
        self, http: HttpClient, grant: Callable[[], dict[str, str]] | None, api_key: str = ""
    ) -> None:
        self._http, self._grant, self._api_key = http, grant, api_key
        self._value, self._fetched, self._ends = "", 0.0, 0.0
        self.scopes: tuple[str, ...] = ()

    @property
    def can_act(self) -> bool:
        """Whether calls are made in an account's name."""
        return self._grant is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never stand in a message."""
        return tuple(value for value in (self._value, self._api_key) if value)

    def headers(self) -> dict[str, str]:
        """Of the next call; asks for a token where the last one ends.

        Raises:
            AccessDenied: consent was taken back, or the key is wrong.
            Transient, RateLimited: no token came; nothing else was sent.
        """
        if self._grant is None:
            return {"X-Goog-Api-Key": self._api_key}
        if time.monotonic() >= self._ends - EARLY:
            self._fetch(self._grant())
        return {"Authorization": f"Bearer {self._value}"}

    def renew(self) -> bool:
        """Forget a token that was refused; False when it was a fresh one."""
        was_fresh = self._grant is None or time.monotonic() - self._fetched < EARLY
        self._ends = 0.0
        return not was_fresh

    def close(self) -> None:
        """Give back connections."""
        self._http.close()

    def _fetch(self, form: dict[str, str]) -> None:
        try:
            data = self._http.send("POST", "/token", form=form).parsed().data
            value, seconds = str(data["access_token"]), float(data["expires_in"])
        except (Rejected, AccessDenied) as error:
            raise _signed_out(self._http, str(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise self._http.error(Transient, "no access token in the answer") from error
        self._value, self._fetched = value, time.monotonic()
        self._ends = self._fetched + seconds
        self.scopes = tuple(str(data.get("scope", "")).split())


def _signed_out(http: HttpClient, told: str) -> AccessDenied:
    error = http.error(AccessDenied, f"Google gives no access token: {told}")
    return AccessDenied(
        str(error),
        platform=error.platform,
        source=error.source,
        to_do="Google не принимает ключ: выдайте доступ заново и обновите токен в настройках",
        whole_account=True,
    )


def token_client(
    settings: PlatformSettings, *, platform: str, source: str, meter: Meter, held: Iterable[str]
) -> HttpClient:
    """A client of the token endpoint.

    Args:
        held: secrets that must never stand in a message.
    """
    known = tuple(held)
    return HttpClient(
        settings,
        platform=platform,
        source=source,
        meter=meter,
        home=TOKENS,
        limits={limit_key(platform, "".join(known), "sign-in"): SIGN_INS},
        secrets=known,
    )


def consent_grant(settings: OAuthSettings) -> Callable[[], dict[str, str]]:
    """A form that asks for a token in the name of whoever consented."""
    return lambda: {
        "grant_type": "refresh_token",
        "client_id": settings.client_id,
        "client_secret": secret(settings.client_token),
        "refresh_token": secret(settings.refresh_token),
    }


def service_grant(info: Mapping[str, Any], scope: str) -> Callable[[], dict[str, str]]:
    """A form that asks for a token with a service account's key.

    Raises:
        ConfigError: it is no such key.
        MissingExtra: google-auth is not installed.
    """
    try:
        from google.auth import crypt, jwt
    except ImportError as error:
        raise MissingExtra("this platform needs google-auth: pip install google-auth") from error
    try:
        signer = crypt.RSASigner.from_service_account_info(info)  # type: ignore[no-untyped-call]
        issuer = str(info["client_email"])
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError("the service account's JSON key cannot be read") from error

    def grant() -> dict[str, str]:
        issued = int(now().timestamp())
        claims = {
            "iss": issuer,
            "scope": scope,
            "aud": f"{TOKENS}/token",
            "iat": issued,
            "exp": issued + 3600,
        }
        signed = jwt.encode(signer, claims)  # type: ignore[no-untyped-call]
        return {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": signed.decode(),
        }

    return grant


def service_key(text: str, file: str) -> dict[str, Any]:
    """A service account's key, from its text or its file.

    Raises:
        ConfigError: neither holds one.
    """
    try:
        found = json.loads(text or Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError("the service account's JSON key cannot be read") from error
    if not isinstance(found, dict):
        raise ConfigError("the service account's JSON key is not an object")
    return found
