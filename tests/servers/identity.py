"""An OpenID Connect provider of our own on loopback, which can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

Claims = dict[str, Any]


class IdentityProvider:
    """Discovery, authorize, token and keys; `user` is who signs in there, without being asked.

    `lie` changes the claims before they are signed; `signs_with` may be a key nobody published.
    """

    client_id, client_secret = "otklik", "a secret of the desk"

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.signs_with = self.key
        self.user: Claims = {"sub": "u-1", "email": "anna@shop.example", "email_verified": True}
        self.lie: Callable[[Claims], Claims] = lambda claims: claims
        self.metadata: Claims = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def issuer(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def change_key(self) -> None:
        """Sign with another key from now on, and publish it."""
        self.key = self.signs_with = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})

    def discovery(self) -> Claims:
        """What it says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave",
            "code_challenge_methods_supported": ["S256"],
            **self.metadata,
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        back = urlencode({"code": code, "state": query["state"]})
        return f"{query['redirect_uri']}?{back}"

    def token(self, form: dict[str, str], authorization: str) -> Claims | None:
        """An answer for a code; None where the asker is not the one it was given to."""
        asked = self.codes.pop(form.get("code", ""), None)
        known = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if asked is None or authorization != f"Basic {known}":
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_same = form.get("redirect_uri") == asked["redirect_uri"]
        if challenge != asked["code_challenge"] or not is_same:
            return None
        at = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": at,
            "exp": at + 300,
            "nonce": asked["nonce"],
            **self.user,
        }
        header = {"alg": "RS256", "kid": self.signs_with.kid}
        signed = jwt.encode(header, self.lie(claims), self.signs_with)
        return {"id_token": signed, "access_token": "x", "token_type": "Bearer"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                return

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                provider.asked.append(parts.path)
                if parts.path == "/authorize":
                    place = provider.authorize(_single(parts.query))
                    self.send_response(302)
                    self.send_header("Location", place)
                    self.end_headers()
                elif parts.path == "/keys":
                    self._say({"keys": [provider.key.as_dict(private=False)]})
                else:
                    self._say(provider.discovery())

            def do_POST(self) -> None:
                size = int(self.headers.get("content-length", 0))
                form = _single(self.rfile.read(size).decode())
                answer = provider.token(form, self.headers.get("authorization", ""))
                if answer is None:
                    self._say({"error": "invalid_grant"}, 400)
                else:
                    self._say(answer)

            def _say(self, value: Claims, status: int = 200) -> None:
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
