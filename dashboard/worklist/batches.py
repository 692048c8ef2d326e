"""What was done to many lately, for leads: who, what, how many; looked at, then taken back."""

from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.doing import perform
from dashboard.i18n import _, ngettext
from dashboard.plain import Html, fill, one_line, show
from dashboard.worklist import choosing
from otklik import database
from otklik.clock import now
from otklik.enums import Role
from otklik.models import BulkBatch, Person
from otklik.people import may
from otklik.store.approvals import list_names
from responder import bulk_undo
from responder.bulk import Outcome

LOOKED_AT = "batch-looked-at"  # what the undo of one of them would do


def draw(who: Person) -> None:
    """A list behind a button; nothing for those who may not take back what others did."""
    if not may(who, Role.LEAD):
        return
    with st.popover(_("Done lately"), key="batches"):
        at = now()
        with database.reading(data.engine()) as session:
            found = bulk_undo.list_recent(session, person=who, at=at)
            names = list_names(session, {one.person_id for one in found})
        if not found:
            show(fill('<p class="ot-fine">{text}</p>', text=_("Nothing was done to many lately.")))
        with st.container(key="ot-batches", gap=None):
            for batch in found:
                _line(batch, names.get(batch.person_id, ""), who, at)


def _line(batch: BulkBatch, name: str, who: Person, at: datetime) -> None:
    number = batch.id or 0
    with st.container(key=f"batch-{number}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            show(_told(batch, name, at))
            if bulk_undo.may_undo(who, batch, at):
                label = _("Show what would come back")
                st.button(label, key=f"batch-look-{number}", on_click=_on_look, args=(number,))
        seen: Outcome | None = st.session_state.get(LOOKED_AT)
        if seen is not None and seen.batch_id == number:
            _seen(seen)


def _told(batch: BulkBatch, name: str, at: datetime) -> Html:
    return fill(
        '<div class="ot-batch"><div>{what}</div>'
        '<div class="ot-fine">{name}, {when}{state}</div></div>',
        what=choosing.what(batch),
        name=one_line(name, shown=60),
        when=words.moment(batch.done_at, now=at),
        state=_state(batch),
    )


def _state(batch: BulkBatch) -> str:
    back = sum(len(one["mentions"]) for one in batch.rows if one.get("undone"))
    if not back and batch.undone_at is None:
        return ""
    return " · " + ngettext("taken back: {n} row", "taken back: {n} rows", back)


def _seen(seen: Outcome) -> None:
    n = len(seen.done)
    text = ngettext("{n} row would come back", "{n} rows would come back", n)
    if seen.left_out:
        text = f"{text}. {choosing.refused_rows(seen.left_out)}"
    show(fill('<p class="ot-told" role="status">{text}</p>', text=text))
    st.button(
        ngettext("Take {n} row back", "Take {n} rows back", n),
        key=f"batch-undo-{seen.batch_id}",
        type="primary",
        disabled=not n,
        on_click=_on_undo,
        args=(seen.batch_id,),
    )


def _on_look(number: int) -> None:
    def act(session: Session, who: Person, at: datetime) -> Outcome:
        return bulk_undo.preview(session, person=who, batch_id=number, at=at)

    st.session_state[LOOKED_AT] = perform(act)


def _on_undo(number: int) -> None:
    st.session_state[LOOKED_AT] = None
    choosing.take_back(number)
