"""What a click does: one transaction, in the name of whoever holds the cookie now.

Rights are checked where the work is done; a refusal comes back as a notice.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from dashboard import browser, data, words
from dashboard.frame import say
from dashboard.i18n import ngettext
from otklik import database, people
from otklik.clock import now
from otklik.enums import Role
from otklik.errors import OtklikError
from otklik.models import Person

T = TypeVar("T")
Act = Callable[[Session, Person, datetime], T]


def attempt(act: Act[T]) -> T | OtklikError:
    """Run `act` in one transaction; a refusal comes back as a value.

    The time is the desk's own: "by the 24th" in a reply means the end of the day here.
    """
    at = now().astimezone(ZoneInfo(data.settings().timezone))
    try:
        with database.session(data.engine()) as session:
            token = browser.cookies().get(browser.SESSION_COOKIE)
            who = people.find_logged_in(session, token, at, idle=data.idle())
            return act(session, people.require(who, Role.OPERATOR), at)
    except OtklikError as error:
        return error


def perform(act: Act[T]) -> T | None:
    """Run `act` in one transaction; a refusal becomes a notice and gives None."""
    done = attempt(act)
    if isinstance(done, OtklikError):
        say(words.refusal(done), "problem")
        return None
    return done


def do(act: Act[object], said: str) -> bool:
    """Run `act` and say `said`; or say why it was refused."""
    done = attempt(act)
    if isinstance(done, OtklikError):
        say(words.refusal(done), "problem")
        return False
    say(said)
    return True


def say_missing(people_missing: int) -> None:
    """Approved, and so many more have to approve it."""
    say(
        ngettext(
            "Approved. {n} more person must approve it.",
            "Approved. {n} more people must approve it.",
            people_missing,
        )
    )
