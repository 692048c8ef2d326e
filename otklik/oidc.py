"""OpenID Connect, as far as a desk needs it: the code flow with PKCE, state and nonce.

Nothing here knows accounts. A provider's word is believed when its signature, issuer, audience,
time and nonce are right; what it says of a person then stands in `Claims`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from otklik.entries import OidcSettings, is_safe_provider
from otklik.errors import ConfigError, NotAllowed, OtklikError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
ATTEMPT_SECONDS = 600
LEEWAY_SECONDS = 60
KEPT_SECONDS = 600  # how long what the provider says of itself is believed
TIMEOUT = httpx.Timeout(10)
_BODY_LIMIT = 1_000_000


class ProviderDown(OtklikError):
    """The identity provider does not answer, or not as one."""


class Claims(NamedTuple):
    """What the provider says of a person; `email` only where it has confirmed it."""

    subject: str
    email: str | None
    name: str
    groups: frozenset[str] = frozenset()


class Attempt(NamedTuple):
    """One try to sign in, kept by the browser between leaving and coming back."""

    state: str
    nonce: str
    verifier: str
    place: str
    began: float


@dataclass(frozen=True)
class _Provider:
    authorize: str
    token: str
    keys: str
    end_session: str
    basic: bool
    names_itself: bool
    read_at: float


class Client:
    """One provider as one desk knows it. Calls block; safe for several threads."""

    def __init__(
        self,
        settings: OidcSettings,
        redirect_uri: str,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings, self.redirect_uri, self._now = settings, redirect_uri, now
        self._secret = _secret(settings)
        self._lock = Lock()
        self._provider: _Provider | None = None
        self._keys: KeySet | None = None

    def begin(self, place: str) -> tuple[str, str]:
        """Where the browser goes, and the cookie it takes along; `place` is where it returns to.

        Raises:
            ProviderDown: the provider cannot be asked.
        """
        provider = self._find_provider()
        attempt = Attempt(
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(32),
            secrets.token_urlsafe(48),
            place,
            self._now(),
        )
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": _b64(challenge),
            "code_challenge_method": "S256",
        }
        mark = "&" if "?" in provider.authorize else "?"
        return f"{provider.authorize}{mark}{urlencode(query)}", self._seal(attempt)

    def finish(self, cookie: str, answer: Mapping[str, str]) -> tuple[Claims, str]:
        """Who came back, and where to; `answer` is the query the provider sent them with.

        Raises:
            NotAllowed: it is not the browser that left, or what the provider says does not hold.
            ProviderDown: the provider cannot be asked.
        """
        attempt = self._open(cookie)
        state = answer.get("state", "")
        if attempt is None or not hmac.compare_digest(attempt.state.encode(), state.encode()):
            raise NotAllowed("this browser did not begin to sign in here, or too long ago")
        provider = self._find_provider()
        issuer = answer.get("iss")
        if issuer != self.settings.issuer and (issuer is not None or provider.names_itself):
            raise NotAllowed("the answer names another provider")
        if "code" not in answer:
            raise NotAllowed(f"the provider refused: {answer.get('error', 'no code')[:100]}")
        token = self._exchange(provider, answer["code"], attempt.verifier)
        return self._read(token, attempt.nonce), attempt.place

    def end_session(self, back: str) -> str | None:
        """Where a person signs out of the provider, too; None where it has no such place."""
        try:
            place = self._find_provider().end_session
        except ProviderDown:
            return None
        if not place:
            return None
        query = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}"

    def _find_provider(self) -> _Provider:
        with self._lock:
            known = self._provider
            if known is None or self._now() - known.read_at > KEPT_SECONDS:
                known = self._provider = self._discover()
                self._keys = None
            return known

    def _discover(self) -> _Provider:
        issuer = self.settings.issuer
        said = _get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if said.get("issuer") != issuer:
            raise ProviderDown(f"{issuer} calls itself otherwise")
        ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return _Provider(
            authorize=_endpoint(said, "authorization_endpoint"),
            token=_endpoint(said, "token_endpoint"),
            keys=_endpoint(said, "jwks_uri"),
            end_session=_endpoint(said, "end_session_endpoint", needed=False),
            basic="client_secret_basic" in ways,
            names_itself=bool(said.get("authorization_response_iss_parameter_supported")),
            read_at=self._now(),
        )

    def _exchange(self, provider: _Provider, code: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        auth = None
        if self._secret and provider.basic:
            auth = httpx.BasicAuth(self.settings.client_id, self._secret)
        else:
            form |= {"client_id": self.settings.client_id}
            form |= {"client_secret": self._secret} if self._secret else {}
        try:
            answer = httpx.post(provider.token, data=form, auth=auth, timeout=TIMEOUT)
        except httpx.HTTPError as error:
            raise ProviderDown("the provider does not answer") from error
        if answer.status_code != httpx.codes.OK:
            raise NotAllowed(f"the provider gives nothing for this code ({answer.status_code})")
        token = _json_of(answer).get("id_token")
        if not isinstance(token, str):
            raise NotAllowed("the provider did not say who this is")
        return token

    def _read(self, token: str, nonce: str) -> Claims:
        claims = self._verified(token)
        audience = claims.get("aud")
        party = claims.get("azp")
        registry = JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotAllowed(f"what the provider says does not hold: {error}") from error
        if (party is None and isinstance(audience, list) and len(audience) > 1) or (
            party is not None and party != self.settings.client_id
        ):
            raise NotAllowed("what the provider says was meant for another program")
        email = claims.get("email") if claims.get("email_verified") is True else None
        return Claims(
            subject=f"{claims['iss']} {claims['sub']}",
            email=str(email).strip().lower() if email else None,
            name=str(claims.get("name") or ""),
            groups=_groups(claims, self.settings.role_claim),
        )

    def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that a key of the provider has signed; keys may have changed."""
        for is_anew in (False, True):
            try:
                return dict(jwt.decode(token, self._find_keys(is_anew), ALGORITHMS).claims)
            except (JoseError, ValueError, TypeError) as error:
                if is_anew:
                    raise NotAllowed("the provider's signature does not hold") from error
        raise AssertionError("unreachable")

    def _find_keys(self, is_anew: bool) -> KeySet:
        provider = self._find_provider()
        with self._lock:
            if self._keys is None or is_anew:
                said = _get_json(provider.keys)
                try:
                    self._keys = KeySet.import_key_set(said)  # type: ignore[arg-type]
                except (JoseError, ValueError, TypeError, KeyError) as error:
                    raise ProviderDown("the provider's keys cannot be read") from error
            return self._keys

    def _seal(self, attempt: Attempt) -> str:
        body = _b64(json.dumps(attempt).encode())
        return f"{body}.{self._seal_of(body)}"

    def _seal_of(self, body: str) -> str:
        return _b64(hmac.new(_SEAL_KEY, body.encode(), hashlib.sha256).digest())

    def _open(self, cookie: str) -> Attempt | None:
        body, _dot, seal = cookie.partition(".")
        if not hmac.compare_digest(self._seal_of(body).encode(), seal.encode()):
            return None
        attempt = Attempt(*json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
        return attempt if self._now() - attempt.began < ATTEMPT_SECONDS else None


def _groups(claims: Mapping[str, Any], place: str) -> frozenset[str]:
    """Groups named in the signed token: a list or one word; whatever else stands there is none."""
    found: Any = claims.get(place)
    if found is None:
        found = claims
        for name in place.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
    some = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(one for one in some if isinstance(one, str))


# of this process: whoever was on their way during a restart begins again
_SEAL_KEY = secrets.token_bytes(32)


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _secret(settings: OidcSettings) -> str:
    name = settings.client_secret.removeprefix("env:")
    if name and name not in os.environ:
        raise ConfigError(f"oidc: client_secret asks for the environment variable {name}")
    return os.environ[name] if name else ""


def _endpoint(said: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    found = said.get(name)
    if isinstance(found, str) and is_safe_provider(found):
        return found
    if needed:
        raise ProviderDown(f"the provider names no safe {name}")
    return ""


def _get_json(url: str) -> dict[str, Any]:
    try:
        answer = httpx.get(url, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise ProviderDown("the provider does not answer") from error
    if answer.status_code != httpx.codes.OK:
        raise ProviderDown(f"the provider answers {answer.status_code}")
    return _json_of(answer)


def _json_of(answer: httpx.Response) -> dict[str, Any]:
    if len(answer.content) > _BODY_LIMIT:
        raise ProviderDown("the provider's answer is too long")
    try:
        found = answer.json()
    except ValueError as error:
        raise ProviderDown("the provider's answer is no JSON") from error
    if not isinstance(found, dict):
        raise ProviderDown("the provider's answer is no object")
    return found
