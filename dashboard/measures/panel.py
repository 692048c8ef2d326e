"""Measures beside a comment or a reply: asked for here, approved by others on their own page."""

from collections.abc import Callable

import streamlit as st

from dashboard import words
from dashboard.i18n import _, in_language
from dashboard.measures import deciding, reading
from dashboard.plain import Html, fill, join, show
from otklik.clock import now
from otklik.enums import ReplyState
from otklik.models import Mention, Reply
from otklik.platforms import Capability, capabilities_of
from responder.moderation.grounds import HideGround

GROUNDS = tuple(HideGround)


def beside_comment(mention: Mention) -> None:
    """Hide, report or ban, as far as the platform can."""
    able = capabilities_of(mention.platform) & {Capability.HIDE, Capability.REPORT, Capability.BAN}
    if not able or mention.deleted_at is not None:
        return
    with st.popover(_("Measures"), type="tertiary", key=f"measures-{mention.id}"):
        _law()
        if Capability.HIDE in able:
            _hide(mention)
        if Capability.REPORT in able:
            _asking(
                _("Report to the platform"),
                _("Which rule of the platform does it break?"),
                f"report-{mention.id}",
                deciding.on_report,
                (mention.id, mention.version),
            )
        if Capability.BAN in able:
            _ban(mention)


def _law() -> None:
    text = _("Criticism is never hidden. Whatever you ask for here waits for somebody else's yes.")
    show(fill('<p class="ot-fine">{text}</p>', text=text))


def _hide(mention: Mention) -> None:
    key = f"hide-{mention.id}"
    with st.expander(_("Hide from others")):
        st.selectbox(
            _("Ground"), GROUNDS, key=f"{key}-ground", format_func=lambda g: words.name("ground", g)
        )
        st.text_area(_("Why? The author may read it."), key=f"{key}-reason", height=80)
        st.button(
            _("Ask to hide it"),
            key=key,
            type="primary",
            on_click=deciding.on_hide,
            args=(mention.id, mention.version, f"{key}-ground", f"{key}-reason"),
        )


def _ban(mention: Mention) -> None:
    with st.expander(_("Ask for a ban")):
        show(_criteria(mention))
        key = f"ban-{mention.id}"
        st.text_area(_("Why is nothing milder enough?"), key=f"{key}-reason", height=80)
        st.button(
            _("Ask for a ban"),
            key=key,
            type="primary",
            on_click=deciding.on_ban,
            args=(mention.id, f"{key}-reason"),
        )


def _criteria(mention: Mention) -> Html:
    found = reading.ban_check(mention.author_id, deciding.ban_terms(), now())
    items = join(
        fill(
            '<li class="ot-point ot-point-{kind}">{text}</li>',
            kind="fact" if one.is_met else "gap",
            text=in_language(one.words_ru, one.words_en),
        )
        for one in found.findings
    )
    return fill('<ul class="ot-points">{items}</ul>', items=items)


def _asking(
    label: str,
    question: str,
    key: str,
    act: Callable[..., None],
    args: tuple[object, ...],
) -> None:
    with st.expander(label):
        st.text_area(question, key=f"{key}-reason", height=80)
        st.button(
            label,
            key=key,
            type="primary",
            on_click=act,
            args=(*args, f"{key}-reason"),
        )


def beside_reply(reply: Reply, platform: str) -> None:
    """Withdraw or correct what stands in public, as far as the platform can."""
    able = capabilities_of(platform)
    if reply.state is not ReplyState.POSTED or not able & {Capability.EDIT, Capability.WITHDRAW}:
        return
    with st.popover(_("Change what stands there"), type="tertiary", key=f"change-{reply.id}"):
        if Capability.EDIT in able:
            _correct(reply)
        if Capability.WITHDRAW in able:
            _asking(
                _("Withdraw the reply"),
                _("Why must it go?"),
                f"withdraw-{reply.id}",
                deciding.on_withdraw,
                (reply.id,),
            )


def _correct(reply: Reply) -> None:
    key = f"correct-{reply.id}"
    with st.expander(_("Correct the reply")):
        st.text_area(_("New text"), value=reply.text, key=f"{key}-text", height=160)
        st.text_area(_("What was wrong?"), key=f"{key}-reason", height=80)
        st.button(
            _("Ask to correct it"),
            key=key,
            type="primary",
            on_click=deciding.on_correct,
            args=(reply.id, f"{key}-text", f"{key}-reason"),
        )
