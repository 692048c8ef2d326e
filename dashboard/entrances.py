"""The other doors: a link that works once, and the accounts of the company (OIDC)."""

from functools import cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard import data, sign_in
from dashboard.gate import SIGN_IN
from dashboard.i18n import N_, translation
from dashboard.people.said import Say, reason
from dashboard.theme import HERE
from otklik import admitting, database, invitations, people
from otklik.clock import now
from otklik.errors import InputError, NotAllowed, NotFound, OtklikError
from otklik.invitations import Invited
from otklik.oidc import ATTEMPT_SECONDS, Client, ProviderDown
from otklik.processes import desk_url, invitation_link

ATTEMPT_COOKIE = "otklik_oidc"
CALLBACK = "/oidc/callback"
_INVITATION = HERE / "invitation.html"
_DIFFERENT = N_("The two passwords are different.")


async def show_invitation(request: Request) -> Response:
    """The page behind the link."""
    return await run_in_threadpool(_invitation, request, request.query_params.get("token", ""))


def _invitation(request: Request, token: str, problem: str = "", **typed: str) -> Response:
    with database.reading(data.engine()) as session:
        invited = invitations.find_invited(session, token, now())
    say = translation(sign_in.language_of(request)).gettext
    if invited is None:
        problem = problem or say("This link was used before, replaced, or is too old.")
    is_first = invited is not None and invited.person is None
    values = {
        **_greeting(request, invited),
        "token": token,
        "problem": problem,
        "problem_class": "" if problem else "ot-none",
        "form_class": "" if invited else "ot-none",
        "first_class": "" if is_first else "ot-none",
        "first_required": "required" if is_first else "",
        "login": say("Login"),
        "login_value": typed.get("login", ""),
        "name": say("Your name, as colleagues see it"),
        "name_value": typed.get("name", ""),
        "password": say("Password of your own"),
        "again": say("The same once more"),
        "least": str(people.MIN_PASSWORD),
        "rule": say("At least {n} characters; a few words are better than signs.").format(
            n=people.MIN_PASSWORD
        ),
        "submit": say("Save and sign in"),
        "back": say("To the sign-in"),
    }
    return sign_in.draw(request, _INVITATION, values, status=400 if problem else 200)


def _greeting(request: Request, invited: Invited | None) -> dict[str, str]:
    say = translation(sign_in.language_of(request)).gettext
    if invited is None:
        lead = say("Ask an administrator for a new one.")
        return {"title": say("This link does not work"), "lead": lead}
    if invited.person is None:
        lead = say("You become the first administrator: you add colleagues and give them rights.")
        return {"title": say("Welcome"), "lead": lead}
    lead = say("Your login is {login}. Choose a password that nobody else knows.")
    return {
        "title": say("Welcome, {name}").format(name=invited.person.name),
        "lead": lead.format(login=invited.person.login),
    }


async def accept_invitation(request: Request) -> Response:
    """Set the password and sign in."""
    form = await sign_in.read_form(request)
    if form is None or not sign_in.is_from_here(request):
        return RedirectResponse(SIGN_IN, status_code=303)
    return await run_in_threadpool(_accept, request, form)


def _accept(request: Request, form: dict[str, str]) -> Response:
    token, password = form.get("token", ""), form.get("password", "")
    typed = {name: form.get(name, "")[:128] for name in ("login", "name")}
    say = translation(sign_in.language_of(request)).gettext
    if password != form.get("again", ""):
        return _invitation(request, token, say(_DIFFERENT), **typed)
    try:
        with database.session(data.engine()) as session:
            person = invitations.accept(session, token, password=password, at=now(), **typed)
            cookie = people.let_in(
                session,
                person,
                now(),
                sign_in.lasts(),
                via="invitation",
                agent=sign_in.agent_of(request),
            )
    except NotFound:
        return _invitation(request, token)
    except (InputError, NotAllowed) as error:
        return _invitation(request, token, reason(error, say), **typed)
    return sign_in.go_on(request, cookie, "/")


@cache
def client() -> Client | None:
    """The identity provider of the settings; None where there is none."""
    settings = data.settings()
    return Client(settings.oidc, f"{_desk_url()}{CALLBACK}") if settings.oidc else None


def _desk_url() -> str:
    settings = data.settings()
    return (settings.desk_url or desk_url(settings)).rstrip("/")


async def start_oidc(request: Request) -> Response:
    """Off to the identity provider."""
    return await run_in_threadpool(_start, request)


def _start(request: Request) -> Response:
    found = client()
    if found is None:
        return RedirectResponse(SIGN_IN, status_code=303)
    try:
        place, cookie = found.begin(sign_in.safe_place(request.query_params.get("next", "/")))
    except ProviderDown:
        return _refused(request, N_("The provider does not answer. Try again, or use a password."))
    answer = RedirectResponse(place, status_code=303)
    answer.set_cookie(
        ATTEMPT_COOKIE,
        cookie,
        max_age=ATTEMPT_SECONDS,
        path="/oidc",
        httponly=True,
        samesite="lax",
        secure=sign_in.is_encrypted(request),
    )
    return answer


async def finish_oidc(request: Request) -> Response:
    """Back from the identity provider."""
    answer = await run_in_threadpool(_finish, request)
    answer.delete_cookie(ATTEMPT_COOKIE, path="/oidc")
    return answer


def _finish(request: Request) -> Response:
    found, settings = client(), data.settings()
    if found is None or settings.oidc is None:
        return RedirectResponse(SIGN_IN, status_code=303)
    try:
        cookie = request.cookies.get(ATTEMPT_COOKIE, "")
        claims, place = found.finish(cookie, dict(request.query_params))
        with database.session(data.engine()) as session:
            person = admitting.admit(
                session,
                claims,
                brand_id=settings.brand_id,
                domains=settings.oidc.domains,
                roles=settings.oidc.roles,
                at=now(),
            )
            token = people.let_in(
                session,
                person,
                now(),
                sign_in.lasts(),
                via=admitting.VIA,
                agent=sign_in.agent_of(request),
            )
    except ProviderDown:
        return _refused(request, N_("The provider does not answer. Try again, or use a password."))
    except OtklikError as error:
        return _refused(
            request, N_("You were not let in: {reason}."), reason=reason(error, _say(request))
        )
    return sign_in.go_on(request, token, place)


def _say(request: Request) -> Say:
    return translation(sign_in.language_of(request)).gettext


def _refused(request: Request, problem: str, **values: str) -> Response:
    return sign_in.page(request, "/", _say(request)(problem).format(**values))


async def leave_oidc(_request: Request) -> Response:
    """Sign out of the provider, too."""
    return await run_in_threadpool(_leave)


def _leave() -> Response:
    found = client()
    back = f"{_desk_url()}{SIGN_IN}"
    place = found.end_session(back) if found else None
    return RedirectResponse(place or SIGN_IN, status_code=303)


def link_of(token: str) -> str:
    """The address of an invitation, as it is handed over."""
    return invitation_link(data.settings(), token)


ROUTES = [
    Route(invitations.PATH, show_invitation, methods=["GET"]),
    Route(invitations.PATH, accept_invitation, methods=["POST"]),
    Route("/oidc/start", start_oidc, methods=["GET"]),
    Route(CALLBACK, finish_oidc, methods=["GET"]),
    Route("/oidc/leave", leave_oidc, methods=["GET"]),
]
