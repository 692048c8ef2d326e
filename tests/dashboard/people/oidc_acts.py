"""What a browser does at the pages before the desk when the company's accounts are used."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard import entrances, sign_in
from dashboard.gate import Gate, Headers
from otklik import database, people
from otklik.clock import now
from otklik.enums import Role
from otklik.models import Person

DESK = "http://desk.example"


def pages() -> Starlette:
    async def desk(_request: Request) -> Response:
        return PlainTextResponse("the desk")

    return Starlette(
        routes=[*sign_in.ROUTES, *entrances.ROUTES, Route("/{rest:path}", desk)],
        middleware=[Middleware(Headers), Middleware(Gate)],
    )


def add(engine: Engine, email: str | None = "anna@shop.example", **more: Any) -> Person:
    with database.session(engine) as session:
        person = people.add_person(
            session,
            login=more.pop("login", "anna"),
            role=more.pop("role", Role.LEAD),
            password=None,
            email=email,
            at=now(),
            brand_id="default",
        )
        for name, value in more.items():
            setattr(person, name, value)
        return person


def away(browser: TestClient, place: str = "/") -> str:
    """Press the button; where the provider sends the browser back to."""
    answer = browser.get("/oidc/start", params={"next": place})
    assert answer.status_code == 303, answer.text
    back = httpx.get(answer.headers["location"], trust_env=False).headers["location"]
    assert back.startswith(f"{DESK}/oidc/callback?")
    return back.removeprefix(DESK)


def sign_in_there(browser: TestClient, place: str = "/") -> Any:
    return browser.get(away(browser, place))


def is_in(browser: TestClient) -> bool:
    return browser.get("/queue-of-the-desk", headers={"accept": "text/html"}).text == "the desk"
