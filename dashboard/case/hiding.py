"""Asking to hide a comment: by its ground, one key away where the platform can hide at all."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st
from sqlmodel import Session

from dashboard import words
from dashboard.case import reasons
from dashboard.doing import do
from dashboard.i18n import _
from dashboard.plain import fill, show
from otklik.models import Act, Mention, Person
from otklik.platforms import Capability, capabilities_of
from responder.moderation import asking
from responder.moderation.grounds import HideGround


def draw(mention: Mention) -> None:
    """The list of grounds behind a button."""
    able = capabilities_of(mention.platform)
    if Capability.HIDE not in able or mention.deleted_at or mention.is_hidden:
        return
    key = f"hiding-{mention.id}"
    with st.popover(_("Hide"), type="tertiary", key=key):
        law = _("Criticism is never hidden. It waits for somebody else's yes.")
        show(fill('<p class="ot-fine">{text}</p>', text=law))
        field = f"{key}-reason"
        options = [(words.name("ground", one), _asker(mention, one, field)) for one in HideGround]
        reasons.pick(options, key)
        st.text_area(_("Why? The author may read it."), key=field, height=68)


def _asker(mention: Mention, ground: HideGround, field: str) -> Callable[[], None]:
    def on_pick() -> None:
        reason = st.session_state.get(field, "") or words.name("ground", ground)

        def work(session: Session, who: Person, at: datetime) -> Act:
            return asking.ask_hide(
                session,
                person=who,
                mention_id=mention.id or 0,
                version=mention.version,
                ground=ground,
                reason=reason,
                at=at,
            )

        do(work, _("Asked for: it waits for approval under “Measures”."))

    return on_pick
