"""Walking the audit chain while somebody looks on: how far, what range, which link is broken."""

import streamlit as st

from dashboard import words
from dashboard.i18n import N_, _, ngettext
from dashboard.plain import Html, fill, show
from dashboard.system.reading import LATEST, last_number, walk_from, walk_on
from otklik.audit import Walk
from otklik.clock import now

CHAIN = "audit-report"


def draw() -> None:
    """The two buttons, the progress, the outcome."""
    with st.container(key="ot-audit", border=True):
        text = _("Every action is chained to the one before; a change would show.")
        show(fill('<p class="ot-fine">{text}</p>', text=text))
        with st.container(horizontal=True):
            whole = st.button(_("Verify the chain"), key="verify", type="primary")
            label = _("Only the latest {count}").format(count=f"{LATEST:,}".replace(",", " "))
            latest = st.button(label, key="verify-latest")
        if whole or latest:
            last = last_number()
            begin = Walk() if whole or last <= LATEST else walk_from(last - LATEST + 1)
            st.session_state[CHAIN] = _walk(begin, last)
        if CHAIN in st.session_state:
            show(outcome(st.session_state[CHAIN]))


def _walk(walk: Walk, last: int) -> Walk:
    bar = st.progress(0.0, text=_("Verifying…"))
    start = walk.last_id
    while not (walk.is_done or walk.broken):
        walk = walk_on(walk)
        share = (walk.last_id - start) / max(1, last - start)
        said = _("Verifying… up to event {number}").format(number=walk.last_id)
        bar.progress(min(1.0, share), text=said)
    bar.empty()
    return walk


def outcome(walk: Walk) -> Html:
    """What a walk has shown, in words."""
    text = _broken(walk) if walk.broken else _whole(walk)
    return fill(
        '<p class="ot-notice ot-notice-{kind}" role="{role}">{text}</p>',
        kind="problem" if walk.broken else "done",
        role="alert" if walk.broken else "status",
        text=text,
    )


def _whole(walk: Walk) -> str:
    text = ngettext("{n} event, unbroken", "{n} events, unbroken", walk.length)
    if walk.first_id is None:
        return text
    parts = [text, _("from № {first} to № {last}").format(first=walk.first_id, last=walk.last_id)]
    if walk.first_at and walk.last_at:
        at = now()
        begin, end = (words.moment(one, now=at) for one in (walk.first_at, walk.last_at))
        parts.append(f"{begin} – {end}")
    if walk.erased:
        parts.append(ngettext("{n} detail erased", "{n} details erased", walk.erased))
    return " · ".join([*parts, f"{walk.previous[:12]}…"])


REASONS = (
    N_("an event before it is missing or was changed"),
    N_("its fields were changed"),
    N_("its detail was changed"),
)


def _broken(walk: Walk) -> str:
    place = _("The chain is broken at event № {number} of {time}: {reason}.").format(
        number=walk.broken_id,
        time=words.moment(walk.last_at, now=now()) if walk.last_at else "–",
        reason=_(walk.broken),
    )
    good = ngettext("{n} event before it is whole.", "{n} events before it are whole.", walk.length)
    return f"{place} {good}"
