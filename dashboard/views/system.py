"""The system page: posting on top; state, alerts, imports and the audit log below."""

import streamlit as st

from dashboard import frame
from dashboard.i18n import _
from dashboard.plain import fill, show
from dashboard.system import alerts, audit_log, chain, commenters, health, imports, posting
from otklik.enums import Role
from otklik.people import may


def draw() -> None:
    """The page."""
    frame.notices()
    who = frame.person()
    posting.draw(who)
    names = [_("State"), _("Alerts"), _("Rows that could not be read"), _("Audit log")]
    is_lead = may(who, Role.LEAD)
    names += [_("Commenters")] if is_lead else []
    asked = is_lead and commenters.asked_for() is not None
    state, told, bad, log, *more = st.tabs(
        names, key="system-tabs", default=names[-1] if asked else None
    )
    with state:
        health.draw()
    with told:
        alerts.draw(who)
    with bad:
        imports.draw()
    with log:
        if is_lead:
            chain.draw()
            audit_log.draw(who)
        else:
            text = _("The log is for leads and administrators.")
            show(fill('<p class="ot-fine">{text}</p>', text=text))
    for place in more:
        with place:
            commenters.draw(who)
