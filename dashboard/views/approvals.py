"""What waits for an approver or a second pair of eyes, shown in full one after another."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from dashboard import chips, data, frame, words
from dashboard.approvals import card, deciding, reading, shortcuts
from dashboard.case import answering, keys, reasons
from dashboard.i18n import _
from dashboard.measures import reading as measures
from dashboard.plain import Html, fill, one_line, plain, show, veil
from dashboard.views import open_case
from dashboard.views.measures import card as measure_card
from otklik.clock import now
from otklik.enums import ActState, PostingMode, ReplyState
from otklik.models import Person
from otklik.store.approvals import MOST, ToApprove
from responder.second_pair import Obstacle

KIND, BATCH = "approvals-kind", "approvals-batch"
HANDED, MACHINE, BACK, CHOSEN, MEASURES = "handed", "machine", "back", "chosen", "measures"
WATCH_SECONDS = 10
SHOWN_MEASURES = 10
LISTED = 20  # texts beside the open one


def draw() -> None:
    """The page."""
    who = frame.person()
    found = reading.lists(who)
    listener = st.container()  # drawn first of all: nothing is pressed too early
    kind = _head(found)
    frame.notices()
    rows = _rows(kind, who, found) if kind != MEASURES else []
    place = _place(rows) if rows else 0
    open_now = rows[place].draft_id if rows else None
    with listener:
        keys.listen(shortcuts.of_text(open_now), shortcuts.scope(open_now))
    if kind == MEASURES:
        _measures(who)
        return
    if not rows:
        _nothing(kind)
        return
    names = found.names
    left, right = st.columns([3, 9], gap="small")
    with left:
        _step(rows, place)
        _list(rows, place, names)
    with right:
        _opened(rows, place, who)
    _watch(who, kind, [one.draft_id for one in rows], now())


def _head(found: reading.Lists) -> str:
    batch = st.session_state.get(BATCH, [])
    kinds = {
        HANDED: _("To approve ({n})").format(n=_number(found.handed)),
        MACHINE: _("Machine drafts"),
        BACK: _("Sent back to me ({n})").format(n=_number(found.sent_back)),
        MEASURES: _("Measures ({n})").format(n=found.measures),
    }
    if batch:
        kinds = {CHOSEN: _("Chosen in the queue ({n})").format(n=len(batch)), **kinds}
    with st.container(key="ot-approve-head", horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            _("What waits"),
            list(kinds),
            default=next(iter(kinds)),
            required=True,
            format_func=lambda one: kinds[one],
            key=KIND,
            label_visibility="collapsed",
            persist_state="session",
            on_change=deciding.on_open,
            args=(None,),
        )
        _last()
    return chosen if chosen in kinds else next(iter(kinds))


def _number(rows: Sequence[ToApprove]) -> str:
    return f"{len(rows)}+" if len(rows) == MOST else str(len(rows))


@st.fragment(run_every=5)
def _last() -> None:
    """The last approval can be taken back while its reply waits."""
    reply_id = st.session_state.get(deciding.LAST)
    reply = reading.find_reply(reply_id) if reply_id is not None else None
    if (
        reply is None
        or reply.id is None
        or reply.state is not ReplyState.QUEUED
        or reply.send_after <= now()
    ):
        return
    left = (reply.send_after - now()).total_seconds()
    label = _("Take the last one back ({time})").format(time=words.span(left))
    if st.button(label, key="approvals-undo"):
        deciding.on_undo(reply.id)
        st.rerun()


def _rows(kind: str, who: Person, found: reading.Lists) -> Sequence[ToApprove]:
    if kind == MACHINE:
        return reading.machine_texts(who, now())
    if kind == CHOSEN:
        return reading.texts_of(st.session_state.get(BATCH, []))
    return found.sent_back if kind == BACK else found.handed


def _place(rows: Sequence[ToApprove]) -> int:
    ids = [one.draft_id for one in rows]
    asked = st.query_params.get("draft", "")
    wanted = st.session_state.get(deciding.OPEN)
    if wanted is None and asked.isdecimal():
        wanted = int(asked)
    place = ids.index(wanted) if wanted in ids else 0
    st.query_params["draft"] = str(ids[place])
    return place


def _step(rows: Sequence[ToApprove], place: int) -> None:
    with st.container(key="ot-approve-step", horizontal=True, vertical_alignment="center"):
        for label, key, other in (
            ("←", "approvals-previous", rows[place - 1]),
            ("→", "approvals-next", rows[(place + 1) % len(rows)]),
        ):
            st.button(
                label,
                key=key,
                help=_("Previous text") if key.endswith("previous") else _("Next text"),
                disabled=len(rows) < 2,
                on_click=deciding.on_open,
                args=(other.draft_id,),
            )
        text = _("{place} of {total}").format(place=place + 1, total=len(rows))
        show(fill('<span class="ot-fine">{text}</span>', text=text), is_wide=False)


def _list(rows: Sequence[ToApprove], place: int, names: dict[int, str]) -> None:
    """The stretch of the list that holds the open text; ← and → walk into the next one."""
    first = place // LISTED * LISTED
    with st.container(key="ot-approve-list", gap=None):
        for number, one in enumerate(rows[first : first + LISTED], first):
            with st.container(key=f"row-draft-{one.draft_id}"):
                show(_line(one, names, is_open=number == place))
                st.button(
                    _("Show text {number}").format(number=number + 1),
                    key=f"open-draft-{one.draft_id}",
                    on_click=deciding.on_open,
                    args=(one.draft_id,),
                )
        _stretches(rows, first)


def _stretches(rows: Sequence[ToApprove], first: int) -> None:
    """Buttons to the texts before and after those that are listed."""
    if len(rows) <= LISTED:
        return
    with st.container(key="ot-approve-more", horizontal=True, horizontal_alignment="center"):
        for start, key in ((first - LISTED, "before"), (first + LISTED, "after")):
            if 0 <= start < len(rows):
                last = min(start + LISTED, len(rows))
                st.button(
                    _("Texts {first}–{last}").format(first=start + 1, last=last),
                    key=f"approvals-{key}",
                    type="tertiary",
                    on_click=deciding.on_open,
                    args=(rows[start].draft_id,),
                )


def _line(one: ToApprove, names: dict[int, str], *, is_open: bool) -> Html:
    return fill(
        '<article class="ot-wait {kind}"><header>{urgency}<b>{author}</b>'
        '<span class="ot-fine">{given} / {needed}</span></header>'
        '<div class="ot-wait-text">{text}</div>'
        '<div class="ot-fine">{editor} {when}</div></article>',
        kind="ot-wait-open" if is_open else "",
        urgency=chips.urgency_chip(one.urgency),
        author=one_line(one.author_name or _("Guest"), shown=40),
        given=len(one.given),
        needed=one.needed,
        text=plain(one.excerpt, veil(one.excerpt) if frame.is_veiled() else [])
        if one.excerpt.strip()
        else "—",
        editor=one_line(names.get(one.editor_id or 0, "") or _("machine draft"), shown=40),
        when=words.moment(one.created_at, now=now()),
    )


def _opened(rows: Sequence[ToApprove], place: int, who: Person) -> None:
    at = now()
    found = reading.opened(rows[place].draft_id, who, at)
    if found is None:
        show(_gone())
        st.button(
            _("Show the list anew"), key="approvals-anew", on_click=deciding.on_open, args=(None,)
        )
        return
    following = rows[(place + 1) % len(rows)].draft_id if len(rows) > 1 else None
    with st.container(key="ot-approve", border=True):
        _bar(found, following)
        show(card.obstacle(found))
        left, right = st.columns([6, 7], gap="medium")
        with left:
            show(card.comment(found, at))
            if st.button(_("Open the case"), key="approvals-case", type="tertiary"):
                open_case(found.mention.id or 0)
        with right:
            show(card.count(found))
            card.text(found)
            show(card.grounds(found, at))


def _gone() -> Html:
    return fill(
        '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
        title=_("Somebody has dealt with this text"),
        text=_("It is approved, changed or rejected by now."),
    )


def _bar(found: reading.Opened, following: int | None) -> None:
    with st.container(key="ot-approve-bar", horizontal=True, vertical_alignment="center"):
        show(card.head(found, now()), is_wide=False)
        _yes_and_no(found, following)


def _yes_and_no(found: reading.Opened, following: int | None) -> None:
    if found.obstacle is Obstacle.ROLE or found.is_sent_back:
        return
    draft = found.draft
    if answering.can_post(found.mention.platform):
        st.button(
            _approve_label(found),
            type="primary",
            key=f"approve-draft-{draft.id}",
            disabled=found.obstacle is not None,
            on_click=deciding.on_approve,
            args=(draft, following),
        )
    if found.obstacle is Obstacle.HELD:
        return
    reasons.menu(
        _("Send back") if draft.editor_id is not None else _("Reject"),
        _("What is wrong with the draft?"),
        f"turn-down-{draft.id}",
        reasons.REJECT,
        lambda field: deciding.on_turn_down(draft, field, following),
    )


def _approve_label(found: reading.Opened) -> str:
    if found.missing > 1:
        return _("Approve (first of two)")
    mode = data.posting_mode()
    if mode is PostingMode.DRY_RUN:
        return _("Approve (rehearsal)")
    return _("Approve and publish") if mode is PostingMode.LIVE else _("Approve (posting stopped)")


def _measures(who: Person) -> None:
    lines = measures.measures(states=(ActState.ASKED,), limit=SHOWN_MEASURES)
    if not lines:
        show(
            fill(
                '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
                title=_("Nobody asks for a measure"),
                text=_("Hiding, reports, bans and changes of our own replies gather here."),
            )
        )
    for line in lines:
        measure_card(line, who)


def _nothing(kind: str) -> None:
    texts = {
        BACK: (_("Nothing was sent back to you"), _("Texts of yours that need another look.")),
        MACHINE: (_("No machine draft waits"), _("New drafts appear here by themselves.")),
    }
    usual = (
        _("Nothing waits for your yes"),
        _("Texts that a colleague wrote, or that two people must approve, gather here."),
    )
    title, text = texts.get(kind, usual)
    show(fill('<div class="ot-empty"><b>{title}</b><p>{text}</p></div>', title=title, text=text))


@st.fragment(run_every=WATCH_SECONDS)
def _watch(who: Person, kind: str, drawn: Sequence[int], drawn_at: datetime) -> None:
    """Say that the list has changed, instead of moving texts under somebody's eyes."""
    is_new = now() - drawn_at < timedelta(seconds=WATCH_SECONDS / 2)
    if kind == CHOSEN or is_new:
        return
    rows = _rows(kind, who, reading.lists(who))
    fresh = [one for one in rows if one.draft_id not in drawn]
    if not fresh:
        return
    label = _("New texts wait: show them ({n})").format(n=len(fresh))
    if st.button(label, key="approvals-renew"):
        st.rerun()
