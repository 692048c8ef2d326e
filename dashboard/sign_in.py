"""Signing in and out, and the choice of language: plain pages beside the Streamlit desk.

They are ordinary requests because only those can set a cookie that scripts cannot read and
that outlives a refresh.
"""

from collections.abc import Mapping
from datetime import timedelta
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard import data
from dashboard.browser import LANGUAGE_COOKIE, LANGUAGES, SESSION_COOKIE
from dashboard.i18n import translation
from dashboard.theme import HERE, style
from otklik import database, people
from otklik.clock import now
from otklik.store.people import count_people

FORM_LIMIT = 8_192
_YEAR = 365 * 24 * 3600
_PAGE = HERE / "sign_in.html"


def language_of(request: Request) -> str:
    """The language of this browser, else the first one of the settings."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else data.settings().language


def safe_place(place: str) -> str:
    """A path of this desk to go on to; anything that could lead elsewhere becomes ``/``."""
    parts = urlsplit(place)
    leads_away = parts.scheme or parts.netloc or not place.startswith("/") or place[1:2] in "/\\"
    return "/" if leads_away and place != "/" else place


def is_from_here(request: Request) -> bool:
    """Was this form sent from a page of this very host?"""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def show(request: Request) -> Response:
    """The form."""
    return await run_in_threadpool(page, request, request.query_params.get("next", "/"), "")


def page(request: Request, place: str, problem: str) -> Response:
    """The form, with what was wrong the last time."""
    say = translation(language_of(request)).gettext
    settings = data.settings()
    with database.reading(data.engine()) as session:
        is_fresh = not count_people(session, settings.brand_id)
    provider = settings.oidc.name if settings.oidc else ""
    hint = say(
        "There is no account yet. Whoever started Otklik sees a link there that makes the first "
        "administrator; this command shows another one:"
    )
    values = {
        "title": say("Sign in"),
        "lead": say("Answer critics with facts. Nothing leaves without a person."),
        "login": say("Login"),
        "password": say("Password"),
        "submit": say("Sign in"),
        "problem": problem,
        "problem_class": "" if problem else "ot-none",
        "hint": hint,
        "hint_class": "" if is_fresh else "ot-none",
        "provider": say("Sign in with {provider}").format(provider=provider),
        "provider_class": "" if provider else "ot-none",
        "provider_place": f"/oidc/start?next={quote(safe_place(place), safe='')}",
        "leave": say("Sign out of {provider}, too").format(provider=provider),
        "leave_class": "" if provider and "left" in request.query_params else "ot-none",
        "next": safe_place(place),
    }
    return draw(request, _PAGE, values, status=401 if problem else 200)


def draw(
    request: Request, template: Path, values: Mapping[str, str], *, status: int = 200
) -> Response:
    """A plain page of the desk from its template; every value is escaped."""
    common = {"language": language_of(request), "brand": data.settings().brand_name}
    safe = {name: escape(text) for name, text in {**common, **values}.items()}
    body = Template(template.read_text(encoding="utf-8")).substitute(safe, style=style())
    return HTMLResponse(body, status_code=status, headers={"Cache-Control": "no-store"})


async def sign_in(request: Request) -> Response:
    """Check login and password; give the browser its cookie."""
    body = await read_form(request)
    if body is None or not is_from_here(request):
        return RedirectResponse("/sign-in", status_code=303)
    return await run_in_threadpool(_sign_in, request, body)


async def read_form(request: Request) -> dict[str, str] | None:
    """The fields of a form; None when it is larger than any of ours."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > FORM_LIMIT:
            return None
    fields = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _sign_in(request: Request, form: dict[str, str]) -> Response:
    with database.session(data.engine()) as session:
        token = people.log_in(
            session,
            form.get("login", "").strip(),
            form.get("password", ""),
            now(),
            lasts(),
            agent=agent_of(request),
        )
    if token is None:
        say = translation(language_of(request)).gettext
        problem = say("Login or password is wrong, or there were too many attempts.")
        return page(request, form.get("next", "/"), problem)
    return go_on(request, token, form.get("next", "/"))


def lasts() -> timedelta:
    """How long a login lasts, whatever happens."""
    return timedelta(hours=data.settings().session_hours)


def agent_of(request: Request) -> str:
    """What this browser calls itself."""
    return request.headers.get("user-agent", "")[:200]


def go_on(request: Request, token: str, place: str) -> Response:
    """Give the browser its login cookie and send it on to a page of the desk."""
    answer = RedirectResponse(safe_place(place), status_code=303)
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(lasts().total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_encrypted(request),
    )
    return answer


def is_encrypted(request: Request) -> bool:
    """Does the browser speak TLS with us, or with what stands before us?"""
    return request.url.scheme == "https" or data.settings().desk_url.startswith("https:")


async def sign_out(request: Request) -> Response:
    """Forget this browser."""
    token = request.cookies.get(SESSION_COOKIE)
    if token and is_from_here(request):
        await run_in_threadpool(_forget, token)
    answer = RedirectResponse("/sign-in?left=1", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def _forget(token: str) -> None:
    with database.session(data.engine()) as session:
        people.log_out(session, token)


async def choose_language(request: Request) -> Response:
    """Remember the language of this browser and go back to where it was."""
    chosen = request.path_params["language"]
    came_from = urlsplit(request.headers.get("referer", "/"))
    place = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    answer = RedirectResponse(safe_place(place or "/"), status_code=303)
    if chosen in LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="lax")
    return answer


async def to_queue(_request: Request) -> Response:
    """The queue is the first page; people type its name all the same."""
    return RedirectResponse("/", status_code=303)


ROUTES = [
    Route("/queue", to_queue, methods=["GET"]),
    Route("/sign-in", show, methods=["GET"]),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/language/{language}", choose_language, methods=["GET"]),
]
