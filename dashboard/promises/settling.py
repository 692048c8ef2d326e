"""What a click on a promise does: kept, not kept, later, somebody else's, reported in public."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.doing import do, perform
from dashboard.i18n import _
from otklik.models import DraftRow, Person, Promise
from responder import follow_ups, promises

Doing = Callable[[Session, Person, datetime], Promise]
TELLING = "promise-telling"  # the settled promise whose readers are being told


def on_tell(promise_id: int) -> None:
    """The follow-up to this promise is being written."""
    st.session_state[TELLING] = promise_id


def on_keep(promise_id: int, note_field: str) -> None:
    """It was done."""
    note = st.session_state.get(note_field, "")
    if do(
        lambda session, who, at: promises.keep(
            session, person=who, promise_id=promise_id, note=note, at=at
        ),
        _("Kept. Now tell the readers: make the follow-up."),
    ):
        on_tell(promise_id)


def on_admit(promise_id: int, note_field: str) -> None:
    """It was not done."""
    note = st.session_state.get(note_field, "")
    if do(
        lambda session, who, at: promises.admit(
            session, person=who, promise_id=promise_id, note=note, at=at
        ),
        _("On record as not kept. Tell the readers and give a new date: make the follow-up."),
    ):
        on_tell(promise_id)


def first_day_later(due_at: datetime, at: datetime) -> date:
    """The first day that ends after both `due_at` and `at`, where the house is."""
    last = max(due_at, at)
    day = last.astimezone(words.zone()).date()
    return day if _end_of(day) > last else day + timedelta(days=1)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=words.zone())


def on_postpone(promise_id: int, day_field: str, note_field: str) -> None:
    """Later, with a reason."""
    reason, day = st.session_state.get(note_field, ""), st.session_state[day_field]
    due_at = _end_of(day)
    do(
        lambda session, who, at: promises.postpone(
            session, person=who, promise_id=promise_id, due_at=due_at, reason=reason, at=at
        ),
        _("Postponed: it counts as such."),
    )


def on_hand_over(promise_id: int, person_field: str) -> None:
    """Somebody else owes it."""
    to_id = int(st.session_state[person_field])
    do(
        lambda session, who, at: promises.hand_over(
            session, person=who, promise_id=promise_id, to_id=to_id, at=at
        ),
        _("The promise has a new owner."),
    )


def make_follow_up(promise_id: int, done: str) -> DraftRow | None:
    """Draft the public report; None after a refusal, which is told."""
    knowledge = data.knowledge()

    def work(session: Session, who: Person, at: datetime) -> DraftRow:
        return follow_ups.follow_up_draft(
            session,
            person=who,
            promise_id=promise_id,
            done=done.strip() or None,
            knowledge=knowledge,
            at=at,
        )

    return perform(work)
