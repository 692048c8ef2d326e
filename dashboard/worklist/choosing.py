"""Many rows at once on the screen: choose, say what, look at what would change, do, take back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.doing import perform
from dashboard.frame import say
from dashboard.i18n import N_, _, ngettext
from dashboard.plain import Html, fill, join, one_line, show
from dashboard.worklist import reading
from dashboard.worklist.reading import Choices
from otklik import database
from otklik.clock import now
from otklik.models import BulkBatch, Person
from otklik.store.bulk import find_last_batch
from otklik.store.judgements import LABEL_FIELDS
from otklik.store.queue_filter import QueueFilter
from responder import bulk, bulk_undo
from responder.bulk import MOST, PART, Doing, LeftOut, Order, Outcome, Preview

ON, CHOSEN, PREVIEW = "bulk-on", "bulk-chosen", "bulk-preview"
SHOWN_NUMBERS = 12
DOINGS = {
    Doing.IGNORE: N_("Leave unanswered"),
    Doing.HAND_OVER: N_("Hand over to a colleague"),
    Doing.ROUTE: N_("Hand over to a zone"),
    Doing.HOLD: N_("Put aside"),
    Doing.LABEL: N_("Correct the verdict"),
    Doing.INCIDENT: N_("Part of an incident"),
    Doing.MEASURES: N_("Measures against an attack"),
}
WHY = {
    LeftOut.NOT_WAITING: N_("does not wait any more"),
    LeftOut.DELETED: N_("deleted by its author"),
    LeftOut.HELD: N_("a colleague works on it"),
    LeftOut.URGENT: N_("urgent: look at it alone"),
    LeftOut.SAME: N_("is there already"),
    LeftOut.CHANGED: N_("changed since the preview"),
}
HOURS = (4, 24, 72)


def is_on() -> bool:
    """Are rows being chosen?"""
    return bool(st.session_state.get(ON))


def chosen() -> list[int]:
    """Ids of the chosen rows, in the order they were chosen."""
    return list(st.session_state.setdefault(CHOSEN, []))


def on_toggle() -> None:
    """Begin or end choosing."""
    st.session_state[ON] = not is_on()
    st.session_state[CHOSEN], st.session_state[PREVIEW] = [], None


def box(number: int) -> None:
    """The box of one row."""
    label = _("Choose case {number}").format(number=number)
    key = f"pick-{number}"
    st.session_state[key] = number in chosen()
    st.checkbox(label, key=key, label_visibility="collapsed", on_change=_on_pick, args=(number,))


def _on_pick(number: int) -> None:
    picked = [one for one in chosen() if one != number]
    if st.session_state.get(f"pick-{number}"):
        picked.append(number)
    st.session_state[CHOSEN], st.session_state[PREVIEW] = picked[:MOST], None


def draw(who: Person, wanted: QueueFilter, on_page: Sequence[int], total: int) -> None:
    """The bar over the list while rows are chosen."""
    picked = chosen()
    with st.container(key="ot-bulk", border=True):
        with st.container(key="ot-bulk-head", horizontal=True, vertical_alignment="center"):
            text = ngettext("{n} row chosen", "{n} rows chosen", len(picked))
            show(fill("<b>{text}</b>", text=text), is_wide=False)
            st.button(_("This page"), key="bulk-page", on_click=_on_choose, args=(list(on_page),))
            label = (
                _("All {n} that fit").format(n=total)
                if total <= MOST
                else _("The first {n} of {total} that fit").format(n=MOST, total=total)
            )
            st.button(label, key="bulk-all", on_click=_on_all, args=(wanted, who))
            st.button(_("None"), key="bulk-none", on_click=_on_choose, args=([],))
            st.button(
                _("Read drafts in full, one after another"),
                key="bulk-read",
                disabled=not picked,
                on_click=_on_read,
            )
        if picked:
            _order(reading.choices(), who, picked)


def _on_choose(ids: list[int]) -> None:
    st.session_state[CHOSEN], st.session_state[PREVIEW] = ids[:MOST], None


def _on_all(wanted: QueueFilter, who: Person) -> None:
    _on_choose(reading.first_ids(wanted, who, MOST))


def _on_read() -> None:
    st.session_state["approvals-batch"] = chosen()
    st.session_state["approvals-kind"] = "chosen"
    st.session_state["bulk-go"] = True


def _order(choices: Choices, who: Person, picked: list[int]) -> None:
    with st.container(key="ot-bulk-order", horizontal=True, vertical_alignment="bottom"):
        doing = st.selectbox(
            _("What to do"),
            [one for one in Doing if one is not Doing.MEASURES],
            format_func=lambda one: _(DOINGS[one]),
            key="bulk-doing",
            on_change=_on_changed,
            width=230,
        )
        _fields(Doing(doing or Doing.IGNORE), choices)
        st.button(
            _("Show what would change"),
            key="bulk-look",
            type="primary",
            on_click=_on_look,
            args=(picked,),
        )
    found: tuple[Order, Preview] | None = st.session_state.get(PREVIEW)
    if found is not None and found[0] == _order_now():
        _preview(*found)


def _on_changed() -> None:
    st.session_state[PREVIEW] = None


def _fields(doing: Doing, choices: Choices) -> None:
    if doing is Doing.HAND_OVER:
        st.selectbox(
            _("To whom?"),
            list(choices.people),
            format_func=lambda one: choices.people[one],
            key="bulk-to",
            width=220,
        )
    elif doing is Doing.ROUTE:
        st.selectbox(_("Zone"), choices.zones, key="bulk-zone", width=220, accept_new_options=True)
    elif doing is Doing.LABEL:
        _verdict()
    elif doing is Doing.INCIDENT:
        st.number_input(
            _("Number of the incident"), min_value=1, value=None, key="bulk-incident", width=220
        )
    else:
        _reasoned(doing)


def _verdict() -> None:
    field = st.selectbox(
        _("What was judged wrong?"),
        list(LABEL_FIELDS),
        format_func=lambda one: words.name("field", one),
        key="bulk-field",
        width=170,
    )
    st.selectbox(
        _("It should be"),
        sorted(LABEL_FIELDS[field or "stance"]),
        format_func=lambda one: words.name(field or "stance", one),
        key=f"bulk-value-{field}",
        width=200,
    )


def _reasoned(doing: Doing) -> None:
    if doing is Doing.HOLD:
        st.selectbox(
            _("For how long?"),
            HOURS,
            format_func=lambda one: ngettext("for {n} hour", "for {n} hours", one),
            key="bulk-hours",
            width=150,
        )
    st.text_input(_("Why? It stands at every one of them."), key="bulk-reason", width=360)


def _order_now() -> Order:
    """What stands in the boxes at the click: a text just typed is newer than the screen."""
    state = st.session_state
    doing = Doing(state.get("bulk-doing") or Doing.IGNORE)
    field = str(state.get("bulk-field") or "")
    everything: dict[Doing, dict[str, Any]] = {
        Doing.IGNORE: {"reason": str(state.get("bulk-reason") or "")},
        Doing.HAND_OVER: {"to_id": int(state.get("bulk-to") or 0)},
        Doing.ROUTE: {"zone": str(state.get("bulk-zone") or "")},
        Doing.HOLD: {
            "reason": str(state.get("bulk-reason") or ""),
            "until": _until(state.get("bulk-hours")),
        },
        Doing.LABEL: {"field": field, "value": str(state.get(f"bulk-value-{field}") or "")},
        Doing.INCIDENT: {"incident_id": int(state.get("bulk-incident") or 0)},
    }
    return Order(doing, **everything[doing])


def _until(hours: int | None) -> datetime:
    return now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours or HOURS[0])


def _on_look(picked: list[int]) -> None:
    order = _order_now()

    def act(session: Session, who: Person, at: datetime) -> Preview:
        return bulk.preview(session, person=who, order=order, mention_ids=picked, at=at)

    found = perform(act)
    st.session_state[PREVIEW] = (order, found) if found is not None else None


def _preview(order: Order, found: Preview) -> None:
    show(_told(order, found))
    n = len(found.rows)
    label = ngettext("Do it to {n} row", "Do it to {n} rows", n)
    st.button(
        label,
        key="bulk-do",
        type="primary",
        disabled=not n,
        on_click=_on_do,
        args=(order, found),
    )


def _told(order: Order, found: Preview) -> Html:
    out = join(
        fill(
            "<li><b>{n}</b> {why}: {numbers}</li>",
            n=len(ids),
            why=_(WHY[reason]),
            numbers=_numbers(ids, found.holders if reason is LeftOut.HELD else {}),
        )
        for reason, ids in found.left_out.items()
    )
    return fill(
        '<div class="ot-told" role="status"><p><b>{what}</b> · {changes}</p>{out}</div>',
        what=_(DOINGS[order.doing]),
        changes=ngettext("{n} row would change", "{n} rows would change", len(found.rows)),
        out=fill("<p>{title}</p><ul>{out}</ul>", title=_("Left out:"), out=out) if out else "",
    )


def _numbers(ids: Sequence[int], names: dict[int, str]) -> Html:
    said = [
        fill("№ {number}{name}", number=one, name=f" ({names[one]})" if one in names else "")
        for one in ids[:SHOWN_NUMBERS]
    ]
    more = len(ids) - SHOWN_NUMBERS
    return join([*said, *([fill("… +{n}", n=more)] if more > 0 else [])], ", ")


def _on_do(order: Order, found: Preview) -> None:
    left, batch = list(found.rows), None
    refused: dict[int, str] = {}
    while left:
        made = _part(order, left, batch)
        if made is None:
            break
        batch, left = made.batch_id, left[PART:]
        refused |= made.left_out
    st.session_state[ON], st.session_state[CHOSEN] = False, []
    st.session_state[PREVIEW] = None
    if refused:
        say(refused_rows(refused), "problem")


def _part(order: Order, left: list[bulk.Row], batch: int | None) -> Outcome | None:
    def act(session: Session, who: Person, at: datetime) -> Outcome:
        return bulk.do(session, person=who, order=order, shown=left, at=at, batch_id=batch)

    return perform(act)


def refused_rows(refused: dict[int, str]) -> str:
    """Which rows are left out, and why."""
    first = list(refused.items())[:5]
    said = "; ".join(f"№ {one}: {_said(why)}" for one, why in first)
    text = ngettext("{n} row left out", "{n} rows left out", len(refused))
    return f"{text}: {said}{'…' if len(refused) > len(first) else ''}"


def _said(why: str) -> str:
    known = {str(key): text for key, text in WHY.items()}
    return _(known[why]) if why in known else words.said(why)


@st.fragment(run_every=2)
def undo_bar(who: Person) -> None:
    """What was done last can be taken back for half a minute, and it is said how long still."""
    with database.reading(data.engine()) as session:
        batch = find_last_batch(session, data.settings().brand_id, who.id or 0)
    at = now()
    is_fresh = batch is not None and at <= batch.done_at + bulk_undo.UNDO
    if batch is None or not is_fresh or not bulk_undo.may_undo(who, batch, at):
        return
    left = (batch.done_at + bulk_undo.UNDO - at).total_seconds()
    with st.container(key="ot-bulk-undo", horizontal=True, vertical_alignment="center"):
        show(fill("<span>{text}</span>", text=what(batch)), is_wide=False)
        label = _("Take it back ({time})").format(time=words.span(max(1.0, left)))
        if st.button(label, key="bulk-undo"):
            take_back(batch.id or 0)
            st.rerun()


def what(batch: BulkBatch) -> Html:
    """A batch in words."""
    n = sum(len(one["mentions"]) for one in batch.rows)
    return fill(
        "<b>{doing}</b>: {count} {reason}",
        doing=_(DOINGS[Doing(batch.action)]),
        count=ngettext("{n} row", "{n} rows", n),
        reason=fill('<span class="ot-fine">{why}</span>', why=one_line(why, shown=120))
        if (why := str(batch.detail.get("reason", "")))
        else "",
    )


def take_back(batch_id: int) -> None:
    """Undo a batch, part by part; what could not be undone is said."""
    done, left = 0, 1
    refused: dict[int, str] = {}

    def act(session: Session, who: Person, at: datetime) -> Outcome:
        return bulk_undo.undo(session, person=who, batch_id=batch_id, at=at)

    while left:
        made = perform(act)
        if made is None:
            break
        done, left = done + len(made.done), made.left
        refused |= made.left_out
    if done:
        say(ngettext("Taken back: {n} row.", "Taken back: {n} rows.", done))
    if refused:
        say(refused_rows(refused), "problem")
