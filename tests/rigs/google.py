"""What every stand-in of Google has: a token endpoint, and Google's way to refuse."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from tests.rigs.base import ContractViolation, Request, Response, Rig

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"


class Refusal(Exception):
    """Google refuses, in its own words."""

    def __init__(self, status: int, reason: str, message: str = "", detail: str = "") -> None:
        super().__init__(reason)
        self.response = refusal(status, reason, message, detail=detail)


def refusal(
    status: int,
    reason: str,
    message: str = "",
    headers: Mapping[str, str] | None = None,
    *,
    detail: str = "",
) -> Response:
    """An error as Google writes it, with newer APIs' detail where one is given."""
    told = message or reason
    error: dict[str, Any] = {"code": status, "message": told}
    error["errors"] = [{"reason": reason, "message": told, "domain": "global"}]
    if detail:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": detail, "domain": "googleapis.com"}]
    return Response({"error": error}, status, headers or {})


class GoogleRig(Rig):
    """Signs in with a person's consent or a service account; subclasses answer the calls.

    Written from the documentation of OAuth 2.0 at Google: there is no machine-readable
    contract of the token endpoint.
    """

    scope = ""

    def __init__(self) -> None:
        super().__init__()
        self.client_token = secrets.token_hex(16)
        self.refresh_token = secrets.token_hex(16)
        self.access_tokens: set[str] = set()
        self.is_revoked = False
        self.granted_scope = self.scope
        self._last = datetime(2000, 1, 1, tzinfo=UTC)

    def moment(self, at: datetime | None) -> datetime:
        """`at`, or now and later than all before."""
        chosen = at or max(
            datetime.now(UTC).replace(microsecond=0), self._last + timedelta(seconds=1)
        )
        self._last = max(self._last, chosen)
        return chosen.astimezone(UTC)

    def consent(self) -> dict[str, Any]:
        """Settings of an OAuth client."""
        return {
            "client_id": f"{self.client_token[:8]}.apps.example",
            "client_token": self.client_token,
            "refresh_token": self.refresh_token,
        }

    def limited(self) -> Response:
        """The documented answer to too many calls."""
        return refusal(429, "rateLimitExceeded", "Quota exceeded", {"Retry-After": "7"})

    def denied(self) -> Response:
        """The documented answer to a token that is not good."""
        return refusal(401, "authError", "Invalid Credentials")

    def answer(self, request: Request) -> Response:
        """The token endpoint, or one of the API's calls."""
        if request.path == "/token":
            return self._token(request)
        try:
            self.check_sign(request)
            return self.call(request)
        except Refusal as error:
            return error.response

    def call(self, request: Request) -> Response:
        """Answer a call of somebody who signed in."""
        raise NotImplementedError

    def check_sign(self, request: Request) -> None:
        """The call carries a token that was given out here.

        Raises:
            ContractViolation: it carries none.
            Refusal: it is no longer good.
        """
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not token:
            raise ContractViolation("no access token")
        if token not in self.access_tokens:
            raise Refusal(401, "authError", "Invalid Credentials")

    def _token(self, request: Request) -> Response:
        form = request.form
        content_type = request.headers.get("content-type", "")
        if request.method != "POST" or content_type != "application/x-www-form-urlencoded":
            raise ContractViolation("a token is asked for by a form")
        if self.is_revoked or not self._is_granted(form):
            return Response({"error": "invalid_grant", "error_description": "Bad Request"}, 400)
        token = "ya29." + secrets.token_hex(20)
        self.access_tokens.add(token)
        return Response(
            {
                "access_token": token,
                "expires_in": 3599,
                "token_type": "Bearer",
                "scope": self.granted_scope,
            }
        )

    def _is_granted(self, form: Mapping[str, str]) -> bool:
        if form.get("grant_type") == "refresh_token":
            expected = {"grant_type", "client_id", "client_secret", "refresh_token"}
            if set(form) != expected:
                raise ContractViolation(f"the form holds {sorted(form)}")
            given = (form["client_id"], form["client_secret"], form["refresh_token"])
            return given == tuple(self.consent().values())
        if form.get("grant_type") == JWT_GRANT:
            return self._is_signed(form["assertion"])
        raise ContractViolation(f"unknown grant {form.get('grant_type')!r}")

    def _is_signed(self, assertion: str) -> bool:
        from google.auth import jwt

        claims = jwt.decode(assertion, certs=service_account()[1], audience=AUDIENCE)  # type: ignore[no-untyped-call]
        if claims["scope"] != self.scope or claims["exp"] - claims["iat"] > 3600:
            raise ContractViolation("the assertion asks for something else")
        return bool(claims["iss"] == json.loads(service_account()[0])["client_email"])


@cache
def service_account() -> tuple[str, dict[str, str]]:
    """A service account's JSON key, and certificates by key id."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "robot")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    info = {
        "type": "service_account",
        "client_email": "desk@shop.iam.example",
        "private_key_id": "k1",
        "private_key": private.decode(),
        "token_uri": AUDIENCE,
    }
    public = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return json.dumps(info), {"k1": public}
