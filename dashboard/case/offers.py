"""Other drafts for the same comment, side by side: another approach, one key away."""

import streamlit as st

from dashboard import data, words
from dashboard.case import actions
from dashboard.i18n import _, ngettext
from dashboard.plain import fill, plain, show
from otklik.enums import DraftState, Severity
from otklik.models import DraftRow


def of(case: data.CaseFile) -> list[DraftRow]:
    """What else could be said to this version of the comment."""
    return [
        one
        for one in case.drafts
        if one.state is DraftState.OFFERED and one.mention_version == case.mention.version
    ]


def draw(case: data.CaseFile) -> None:
    """What else could be said, each with a button that takes it."""
    others = of(case)
    if not others:
        return
    with st.container(key="ot-offers", border=True):
        show(
            fill('<h4 class="ot-sub">{title}</h4>', title=_("It could also be answered like this"))
        )
        for column, other in zip(st.columns(len(others), gap="small"), others, strict=True):
            with column:
                _offer(other)


def _offer(other: DraftRow) -> None:
    serious = sum(one.get("severity") != Severity.NOTE for one in other.findings)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show(
            fill(
                '<b class="ot-offer-head">{approach}</b> <span class="ot-fine">{remarks}</span>',
                approach=words.name("approach", other.approach),
                remarks=ngettext("{n} remark", "{n} remarks", serious) if serious else "",
            ),
            is_wide=False,
        )
        st.button(
            _("Take this one"),
            key=f"choose-{other.id}",
            on_click=actions.on_choose,
            args=(other,),
        )
    show(
        fill(
            '<div class="ot-offer" tabindex="0">{text}</div>',
            text=plain(other.text, shown=1200),
        )
    )
