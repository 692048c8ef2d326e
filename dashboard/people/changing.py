"""What administrators do to accounts, and people to their own; rights are checked in `otklik`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import streamlit as st
from sqlmodel import Session

from dashboard import browser, data
from dashboard.doing import Act, T, attempt
from dashboard.entrances import link_of
from dashboard.frame import say
from dashboard.i18n import _, ngettext
from dashboard.people.said import reason
from otklik import invitations, people, staff
from otklik.enums import Role
from otklik.errors import OtklikError
from otklik.models import Person
from otklik.store import people as rows

LINK = "people-link"  # the invitation that was just made: shown until something else is done
CHOSEN = "people-chosen"
ADDED = "people-added"  # how many in this sitting
LEAVING = "people-leaving"  # whom to switch off, once it is confirmed


class Link(NamedTuple):
    """A link that somebody has to be given."""

    name: str
    address: str
    expires_at: datetime


def perform(act: Act[T]) -> T | None:
    """Run `act` in one transaction; a refusal becomes a notice and gives None."""
    done = attempt(act)
    if isinstance(done, OtklikError):
        say(_("Not done: {reason}.").format(reason=reason(done, _)), "problem")
        return None
    return done


def on_add(key: str) -> None:
    """Make an account and a link for it."""
    typed = {name: st.session_state.get(f"{key}-{name}") for name in ("login", "name", "email")}
    role = st.session_state[f"{key}-role"]
    zones: Sequence[str] = st.session_state[f"{key}-zones"]

    def act(session: Session, who: Person, at: datetime) -> Link:
        made = staff.add(
            session,
            person=who,
            brand_id=data.settings().brand_id,
            login=str(typed["login"] or ""),
            name=str(typed["name"] or ""),
            email=str(typed["email"] or ""),
            role=Role(role),
            zones=zones,
            at=at,
        )
        st.session_state[CHOSEN] = made.id
        return _invite(session, who, made, at)

    link = perform(act)
    if link is not None:
        st.session_state[LINK] = link
        st.session_state[ADDED] = int(st.session_state.get(ADDED, 0)) + 1
        for name in ("login", "name", "email"):
            st.session_state[f"{key}-{name}"] = ""


def _invite(session: Session, who: Person, whom: Person, at: datetime) -> Link:
    lasts = timedelta(hours=data.settings().invitation_hours)
    token = invitations.invite(session, person=who, whom=whom, at=at, lasts=lasts)
    return Link(whom.name, link_of(token), at + lasts)


def on_invite(person_id: int) -> None:
    """Make a new link for somebody: the first one is lost, or the password is."""

    def act(session: Session, who: Person, at: datetime) -> Link:
        return _invite(session, who, rows.get_person(session, person_id), at)

    link = perform(act)
    if link is not None:
        st.session_state[LINK] = link


def on_change(person_id: int, key: str) -> None:
    """Save name, role, zones and address."""
    typed = {name: st.session_state[f"{key}-{name}"] for name in ("name", "role", "zones", "email")}

    def act(session: Session, who: Person, at: datetime) -> Person:
        return staff.change(
            session,
            person=who,
            whom=rows.get_person(session, person_id),
            name=typed["name"],
            role=Role(typed["role"]),
            zones=typed["zones"],
            email=typed["email"],
            at=at,
        )

    if perform(act):
        say(_("Saved."))


def on_switch(person_id: int, is_on: bool) -> None:
    """Let somebody in again, or no more."""

    def act(session: Session, who: Person, at: datetime) -> bool:
        whom = rows.get_person(session, person_id)
        if is_on:
            staff.switch_on(session, person=who, whom=whom, at=at)
        else:
            staff.switch_off(session, person=who, whom=whom, at=at)
        return True

    st.session_state.pop(LEAVING, None)
    if perform(act):
        say(
            _("May sign in again.")
            if is_on
            else _("Switched off: signed out everywhere, the cases are free for others.")
        )


def on_unlock(person_id: int) -> None:
    """Open an account closed after wrong passwords."""

    def act(session: Session, who: Person, at: datetime) -> Person:
        return staff.unlock(session, person=who, whom=rows.get_person(session, person_id), at=at)

    if perform(act):
        say(_("The account is open again."))


def on_sign_out(person_id: int) -> None:
    """End all of somebody's sessions."""

    def act(session: Session, who: Person, at: datetime) -> tuple[int]:
        whom = rows.get_person(session, person_id)
        return (staff.sign_out(session, person=who, whom=whom, at=at),)

    ended = perform(act)
    if ended is not None:
        say(ngettext("{n} session ended.", "{n} sessions ended.", ended[0]))


def on_own_password(key: str) -> None:
    """Change one's own password."""
    old, new, again = (
        str(st.session_state.get(f"{key}-{name}", "")) for name in ("old", "new", "again")
    )
    if new != again:
        say(_("The two passwords are different."), "problem")
        return
    token = browser.cookies().get(browser.SESSION_COOKIE, "")

    def act(session: Session, who: Person, at: datetime) -> tuple[bool]:
        return (people.change_password(session, who, old=old, new=new, at=at, token=token),)

    changed = perform(act)
    if changed is None:
        return
    if changed[0]:
        say(_("The password is changed; other browsers have to sign in again."))
    else:
        say(_("The old password is wrong."), "problem")


def on_end_browser(digest: str = "", *, but: str = "") -> None:
    """End one of one's own sessions, or all but this one."""

    def act(session: Session, who: Person, at: datetime) -> tuple[int]:
        return (people.log_out_browsers(session, who, at=at, only=digest, but=but),)

    ended = perform(act)
    if ended is not None:
        say(ngettext("{n} session ended.", "{n} sessions ended.", ended[0]))
