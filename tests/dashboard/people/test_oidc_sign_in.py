"""Signing in with the accounts of the company: who is let in, and what is not believed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import Engine
from sqlmodel import col, select
from starlette.testclient import TestClient

from dashboard import data, entrances
from dashboard.browser import SESSION_COOKIE
from otklik import database
from otklik.database import make_engine
from otklik.entries import OidcSettings
from otklik.enums import Role
from otklik.errors import ConfigError
from otklik.models import AuditEvent, LoginSession, Person
from otklik.settings import Settings, load_settings
from tests.dashboard.people.oidc_acts import DESK, add, away, is_in, pages, sign_in_there
from tests.servers.identity import Claims, IdentityProvider

OpenPages = Callable[..., TestClient]


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with IdentityProvider() as provider:
        yield provider


@pytest.fixture
def provider(running: IdentityProvider) -> IdentityProvider:
    running.signs_with = running.key
    running.user = {"sub": "u-1", "email": "Anna@shop.example", "email_verified": True}
    running.lie = lambda claims: claims
    running.metadata = {}
    running.codes.clear()
    return running


@pytest.fixture
def desk_engine(sqlite_url: str) -> Iterator[Engine]:
    opened = make_engine(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def browser(
    desk_engine: Engine,
    sqlite_url: str,
    provider: IdentityProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TestClient]:
    """A browser at the pages before the desk; what lies behind the gate is one line."""
    monkeypatch.setenv("OTKLIK_SECRET_OIDC", provider.client_secret)
    settings = Settings(
        database_url=sqlite_url,
        desk_url=DESK,
        language="en",
        oidc=OidcSettings(
            issuer=provider.issuer,
            client_id=provider.client_id,
            client_secret="env:OTKLIK_SECRET_OIDC",
            name="Shop ID",
            domains=["new.example"],
        ),
    )
    monkeypatch.setattr(data, "settings", lambda: settings)
    monkeypatch.setattr(data, "engine", lambda: desk_engine)
    entrances.client.cache_clear()
    with TestClient(pages(), base_url=DESK, follow_redirects=False) as client:
        yield client
    entrances.client.cache_clear()


def test_a_known_address_is_let_in_and_returns_to_its_page(
    browser: TestClient, desk_engine: Engine, provider: IdentityProvider
) -> None:
    person = add(desk_engine)
    assert not is_in(browser)
    answer = sign_in_there(browser, "/case?mention=7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/case?mention=7")
    assert is_in(browser)
    with database.reading(desk_engine) as session:
        assert session.get_one(Person, person.id).subject == f"{provider.issuer} u-1"
        assert session.exec(select(LoginSession.via)).one() == "oidc"
        actions = list(session.exec(select(AuditEvent.action).order_by(col(AuditEvent.id))))
    assert actions[-2:] == ["person.tied", "person.logged_in"]


def test_the_button_stands_only_where_a_provider_is_set(browser: TestClient) -> None:
    assert "Sign in with Shop ID" in browser.get("/sign-in").text


def test_pkce_state_and_nonce_are_new_every_time(browser: TestClient) -> None:
    queries = [
        parse_qs(urlsplit(browser.get("/oidc/start").headers["location"]).query) for _ in range(2)
    ]
    for name in ("state", "nonce", "code_challenge"):
        assert queries[0][name] != queries[1][name]
    assert {query["code_challenge_method"][0] for query in queries} == {"S256"}


def test_the_subject_knows_a_person_again_whatever_the_address_is(
    browser: TestClient, desk_engine: Engine, provider: IdentityProvider
) -> None:
    add(desk_engine)
    sign_in_there(browser)
    provider.user = {"sub": "u-1", "email": "married@other.example", "email_verified": False}
    browser.cookies.clear()
    assert sign_in_there(browser).headers["location"] == "/"
    assert is_in(browser)


def test_an_address_given_to_somebody_else_later_opens_nothing(
    browser: TestClient, desk_engine: Engine, provider: IdentityProvider
) -> None:
    add(desk_engine, subject=f"{provider.issuer} u-0")
    refused(browser, sign_in_there(browser), "somebody else")


def test_a_new_person_of_a_chosen_domain_becomes_an_operator(
    browser: TestClient, desk_engine: Engine, provider: IdentityProvider
) -> None:
    provider.user = {
        "sub": "u-2",
        "email": "boss@new.example",
        "email_verified": True,
        "name": "The Boss",
        "role": "admin",
        "groups": ["admin"],
    }
    sign_in_there(browser)
    assert is_in(browser)
    with database.reading(desk_engine) as session:
        person = session.exec(select(Person)).one()
    assert (person.role, person.email, person.name, person.password_hash) == (
        *(Role.OPERATOR, "boss@new.example", "The Boss", None),
    )


def with_roles(monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    """The desk follows groups of the provider."""
    settings = data.settings()
    assert settings.oidc is not None
    roles = {"desk-leads": Role.LEAD, "desk-approvers": Role.APPROVER}
    oidc = settings.oidc.model_copy(update={"roles": roles, **more})
    monkeypatch.setattr(data, "settings", lambda: settings.model_copy(update={"oidc": oidc}))
    entrances.client.cache_clear()


def role_after(
    browser: TestClient, engine: Engine, provider: IdentityProvider, **said: Any
) -> Role:
    provider.user = {**provider.user, **said}
    browser.cookies.clear()
    sign_in_there(browser)
    assert is_in(browser)
    with database.reading(engine) as session:
        return session.exec(select(Person)).one().role


def test_groups_give_the_highest_role_and_take_it_away_at_the_next_sign_in(
    browser: TestClient,
    desk_engine: Engine,
    provider: IdentityProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_roles(monkeypatch)
    add(desk_engine, role=Role.OPERATOR)
    both = ["desk-approvers", "desk-leads", "admin", 7]
    assert role_after(browser, desk_engine, provider, groups=both) is Role.LEAD
    assert role_after(browser, desk_engine, provider, groups="desk-approvers") is Role.APPROVER
    for nothing in ([], ["Desk-Leads"], {"desk-leads": True}, None):
        role_after(browser, desk_engine, provider, groups=["desk-leads"])
        assert role_after(browser, desk_engine, provider, groups=nothing) is Role.OPERATOR
    with database.reading(desk_engine) as session:
        query = select(AuditEvent).where(AuditEvent.action == "person.role_by_provider")
        first = session.exec(query.order_by(col(AuditEvent.id))).first()
    assert first is not None
    assert (first.actor, first.detail) == (
        "machine",
        {"role": "lead", "role_before": "operator", "groups": ["desk-approvers", "desk-leads"]},
    )


def test_groups_may_stand_deeper_in_the_token(
    browser: TestClient,
    desk_engine: Engine,
    provider: IdentityProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_roles(monkeypatch, role_claim="realm_access.roles")
    add(desk_engine, role=Role.OPERATOR)
    deep = {"realm_access": {"roles": ["desk-leads"]}, "groups": []}
    assert role_after(browser, desk_engine, provider, **deep) is Role.LEAD
    assert role_after(browser, desk_engine, provider, realm_access="roles") is Role.OPERATOR


def test_groups_neither_make_nor_unmake_an_administrator(
    browser: TestClient,
    desk_engine: Engine,
    provider: IdentityProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_roles(monkeypatch)
    add(desk_engine, role=Role.ADMIN)
    assert role_after(browser, desk_engine, provider, groups=[]) is Role.ADMIN
    with pytest.raises(ValueError, match="administrators are made at the desk"):
        OidcSettings(issuer=provider.issuer, client_id="x", roles={"boss": Role.ADMIN})


@pytest.mark.parametrize(
    "user",
    [
        {"email": "who@elsewhere.example", "email_verified": True},
        {"email": "who@not-new.example", "email_verified": True},
        {"email": "who@new.example.evil.example", "email_verified": True},
        {"email": "who@new.example", "email_verified": False},
        {"email": "who@new.example", "email_verified": "true"},
        {"email": "who@new.example"},
        {"email": "anna@shop.example", "email_verified": False},
        {},
    ],
)
def test_strangers_and_unconfirmed_addresses_are_refused(
    browser: TestClient, desk_engine: Engine, provider: IdentityProvider, user: Claims
) -> None:
    add(desk_engine)
    provider.user = {"sub": "u-9", **user}
    refused(browser, sign_in_there(browser), "You were not let in")
    with database.reading(desk_engine) as session:
        assert len(session.exec(select(Person)).all()) == 1


def test_who_is_switched_off_is_not_let_in(browser: TestClient, desk_engine: Engine) -> None:
    add(desk_engine, is_active=False)
    refused(browser, sign_in_there(browser), "switched off")


LIES: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": lambda claims: {**claims, "nonce": "somebody else's"},
    "no nonce": lambda claims: {k: v for k, v in claims.items() if k != "nonce"},
    "another audience": lambda claims: {**claims, "aud": "another program"},
    "many audiences, no party": lambda claims: {**claims, "aud": ["otklik", "another"]},
    "another party": lambda claims: {**claims, "azp": "another program"},
    "another issuer": lambda claims: {**claims, "iss": "https://evil.example"},
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 120},
    "no end": lambda claims: {k: v for k, v in claims.items() if k != "exp"},
    "from the future": lambda claims: {**claims, "iat": int(time.time()) + 600},
    "not yet": lambda claims: {**claims, "nbf": int(time.time()) + 600},
    "no subject": lambda claims: {k: v for k, v in claims.items() if k != "sub"},
}


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_what_does_not_hold_lets_nobody_in(
    browser: TestClient, desk_engine: Engine, provider: IdentityProvider, lie: str
) -> None:
    add(desk_engine)
    provider.lie = LIES[lie]
    refused(browser, sign_in_there(browser), "You were not let in")


def test_a_signature_of_another_key_is_not_believed(
    browser: TestClient, desk_engine: Engine, provider: IdentityProvider
) -> None:
    add(desk_engine)
    provider.signs_with = RSAKey.generate_key(2048, {"kid": str(provider.key.kid)})
    refused(browser, sign_in_there(browser), "You were not let in")


def test_a_key_exchanged_meanwhile_is_fetched_once_more(
    browser: TestClient, desk_engine: Engine, provider: IdentityProvider
) -> None:
    add(desk_engine)
    sign_in_there(browser)
    provider.change_key()
    browser.cookies.clear()
    sign_in_there(browser)
    assert is_in(browser)


def test_a_callback_nobody_began_is_refused(browser: TestClient, desk_engine: Engine) -> None:
    add(desk_engine)
    back = away(browser)
    browser.cookies.clear()  # the link was sent to another browser
    refused(browser, browser.get(back), "did not begin")
    away(browser)
    refused(browser, browser.get(back), "did not begin")  # a state of another attempt


def test_a_cookie_that_was_touched_or_is_too_old_is_refused(
    browser: TestClient, desk_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(desk_engine)
    back = away(browser)
    sealed = browser.cookies.get(entrances.ATTEMPT_COOKIE) or ""
    browser.cookies.clear()
    for wrong in (f"x{sealed}", sealed[:-2], ".", "", sealed.split(".")[0]):
        answer = browser.get(back, headers={"cookie": f"{entrances.ATTEMPT_COOKIE}={wrong}"})
        assert "did not begin" in answer.text
    client = entrances.client()
    assert client is not None
    monkeypatch.setattr(client, "_now", lambda: time.time() + 601)
    answer = browser.get(back, headers={"cookie": f"{entrances.ATTEMPT_COOKIE}={sealed}"})
    assert "did not begin" in answer.text
    assert not is_in(browser)


def test_a_code_works_once(browser: TestClient, desk_engine: Engine) -> None:
    add(desk_engine)
    back = away(browser)
    cookie = {"cookie": f"{entrances.ATTEMPT_COOKIE}={browser.cookies[entrances.ATTEMPT_COOKIE]}"}
    assert browser.get(back).status_code == 303
    browser.cookies.clear()
    refused(browser, browser.get(back, headers=cookie), "You were not let in")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": ""},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_names_unsafe_places_is_not_used(
    browser: TestClient, provider: IdentityProvider, metadata: Claims
) -> None:
    provider.metadata = metadata
    refused(browser, browser.get("/oidc/start"), "does not answer")


def test_a_refusal_of_the_provider_is_told(browser: TestClient) -> None:
    state = parse_qs(urlsplit(away(browser)).query)["state"][0]
    params = {"state": state, "error": "access_denied<script>"}
    answer = browser.get("/oidc/callback", params=params)
    refused(browser, answer, "access_denied")
    assert "<script>" not in answer.text


def test_signing_out_offers_to_sign_out_there_too(
    browser: TestClient, desk_engine: Engine, provider: IdentityProvider
) -> None:
    add(desk_engine)
    sign_in_there(browser)
    left = browser.post("/sign-out")
    assert not is_in(browser)
    page = browser.get(left.headers["location"]).text
    assert 'href="/oidc/leave"' in page
    place = browser.get("/oidc/leave").headers["location"]
    assert place.startswith(f"{provider.issuer}/leave?")


def refused(browser: TestClient, answer: Any, words: str) -> None:
    assert answer.status_code == 401
    assert words in answer.text
    assert SESSION_COOKIE not in browser.cookies
    assert not is_in(browser)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@pytest.mark.parametrize(
    ("issuer", "is_safe"),
    [
        ("https://id.example", True),
        ("http://127.0.0.1:9000", True),
        ("http://id.example", False),
        ("https://user:pw@id.example", False),
        ("ftp://id.example", False),
    ],
)
def test_keys_and_codes_travel_encrypted_only(
    issuer: str, is_safe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = _nothing() if is_safe else pytest.raises(ConfigError, match="https")
    with wanted:
        load_settings(oidc={"issuer": issuer, "client_id": "x"})


def test_a_secret_in_the_clear_is_refused() -> None:
    with pytest.raises(ConfigError, match="client_secret"):
        load_settings(
            oidc={"issuer": "https://id.example", "client_id": "x", "client_secret": "hunter2"}
        )
