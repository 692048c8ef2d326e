"""Breaks: offered after a run of haters, taken by one key; and a hater handed on by one."""

from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.case.surroundings import Own
from dashboard.doing import do, perform
from dashboard.i18n import _
from dashboard.plain import fill, show
from otklik import wellness
from otklik.clock import now
from otklik.models import Person, Rest


def draw(own: Own) -> None:
    """The bar that offers a break, or says that one goes on."""
    if own.rest is not None:
        _resting(own.rest)
    elif own.offered is not None:
        _offer()


def _offer() -> None:
    with st.container(key="ot-rest", horizontal=True, vertical_alignment="center", gap="small"):
        text = _("That was a lot of abuse in a row. Ten minutes away from it?")
        show(fill('<span role="status">{text}</span>', text=text), is_wide=False)
        st.button(_("Take a break"), key="take-break", on_click=on_take)
        st.button(_("Go on"), key="no-break", type="tertiary", on_click=_on_decline)


def _resting(rest: Rest) -> None:
    with st.container(key="ot-rest", horizontal=True, vertical_alignment="center", gap="small"):
        until = words.moment(rest.until, now=now()) if rest.until else ""
        text = _("You are on a break until {time}. Nothing is handed to you.").format(time=until)
        show(fill('<span role="status">{text}</span>', text=text), is_wide=False)
        st.button(_("I am back"), key="end-break", on_click=_on_end)


def on_take() -> None:
    """Rest now, whether a break was offered or not."""

    def work(session: Session, who: Person, at: datetime) -> Rest:
        return wellness.take_break(session, person=who, at=at)

    do(work, _("Enjoy your break. Your case waits, or goes to a colleague when its time is over."))


def _on_decline() -> None:
    def work(session: Session, who: Person, at: datetime) -> bool:
        wellness.decline_break(session, person=who, at=at)
        return True

    perform(work)


def _on_end() -> None:
    def work(session: Session, who: Person, at: datetime) -> bool:
        wellness.end_break(session, person=who, at=at)
        return True

    perform(work)


def offer_after(session: Session, who: Person, at: datetime) -> None:
    """Offer a break where the run of haters is long enough."""
    wellness.offer_break(session, person=who, at=at, after=data.settings().break_after)
