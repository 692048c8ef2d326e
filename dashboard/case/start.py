"""My work, before a case is open: what waits, what one put aside, one button to begin."""

from collections.abc import Callable
from datetime import datetime, timedelta

import streamlit as st

from dashboard import data, words
from dashboard.case import resting
from dashboard.case.surroundings import Own
from dashboard.i18n import _, ngettext
from dashboard.plain import fill, one_line, plain, show, veil
from dashboard.views import open_case
from otklik import database
from otklik.clock import now
from otklik.models import Hold, Mention, Person
from otklik.store import pressure as pressing
from otklik.store import work


def draw(who: Person, own: Own, *, is_empty: bool, on_next: Callable[[], None]) -> None:
    """The page.

    Args:
        is_empty: nothing was left to hand out a moment ago.
        on_next: what happens when somebody asks for the next case.
    """
    at = now()
    with database.reading(data.engine()) as session:
        loads = work.list_loads(session, who.brand_id, at - timedelta(hours=12))
        aside = work.list_own_holds(session, who.id or 0)
        soon = pressing.count_running_out(session, who.brand_id, at)
    mine = loads.get(who.id or 0)
    with st.container(key="ot-start", border=True):
        show(
            fill(
                '<h2 class="ot-h">{title}</h2><p class="ot-fine">{seen}{soon}</p>',
                title=_("Nobody else is waiting.") if is_empty else _("Ready when you are"),
                seen=_seen(mine),
                soon=f" · {_('Due within the hour')}: {soon}" if soon else "",
            )
        )
        st.button(
            _("Take the most urgent"),
            key="next",
            type="primary",
            disabled=own.rest is not None,
            on_click=on_next,
        )
        if own.rest is None and own.offered is None:
            st.button(
                _("Take a break"), key="take-break", type="tertiary", on_click=resting.on_take
            )
    if aside:
        _aside(aside, at)


def _seen(load: work.Load | None) -> str:
    if load is None:
        return _("This shift you have not opened a case yet.")
    cases = ngettext("{n} case this shift", "{n} cases this shift", load.shown)
    haters = ngettext("{n} of them a hater's", "{n} of them haters'", load.haters)
    return f"{cases}, {haters}"


def _aside(aside: list[tuple[Hold, Mention]], at: datetime) -> None:
    with st.container(key="ot-aside", border=True):
        show(fill('<h3 class="ot-h">{title}</h3>', title=_("Put aside by you")))
        for hold, mention in aside:
            with st.container(horizontal=True, vertical_alignment="center"):
                show(
                    fill(
                        '<div class="ot-line"><span class="ot-fine">{until} · {reason}</span>'
                        "<div>{text}</div></div>",
                        until=words.moment(hold.until, now=at),
                        reason=one_line(_(hold.reason), shown=120),
                        text=plain(mention.text, veil(mention.text), shown=160),
                    )
                )
                if st.button(_("Open"), key=f"open-{mention.id}", type="tertiary"):
                    open_case(mention.id or 0)
