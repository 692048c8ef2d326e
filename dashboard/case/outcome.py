"""What became of an approved reply: the countdown, the link, or what a person must settle."""

import math

import streamlit as st

from dashboard import data, words
from dashboard.case import actions
from dashboard.i18n import N_, _
from dashboard.measures import panel
from dashboard.plain import Html, fill, one_line, plain, show, web_address
from otklik.clock import now
from otklik.enums import ReplyState, Role
from otklik.models import Person, Reply
from otklik.people import may

TICK_SECONDS = 1
SAID = (  # by the backend, shown where the text is written
    N_("edited after our reply"),
    N_("held: part of an attack, one statement answers it"),
    N_("nobody knows yet what became of an earlier reply to this comment"),
)
_MOVING = (ReplyState.QUEUED, ReplyState.SENDING)
_PERHAPS_PUBLIC = (ReplyState.SENDING, ReplyState.UNKNOWN, ReplyState.POSTED)


def draw(case: data.CaseFile, who: Person) -> None:
    """The latest reply and its state."""
    reply = case.reply
    if reply is None:
        return
    with st.container(key="ot-outcome", border=True):
        if reply.state in _MOVING:
            _moving(case.mention.id or 0, may(who, Role.APPROVER))
        else:
            _settled(reply, who)
        show(
            fill(
                '<h4 class="ot-sub">{title}</h4><div class="ot-said">{text}</div>',
                title=_("Our public reply"),
                text=plain(reply.text),
            )
        )
        panel.beside_reply(reply, case.mention.platform)


@st.fragment(run_every=TICK_SECONDS)
def _moving(mention_id: int, may_undo: bool) -> None:
    reply = data.last_reply(mention_id)
    if reply is None or reply.state not in _MOVING:
        st.rerun()
        return
    left = math.ceil((reply.send_after - now()).total_seconds())
    waits = reply.state is ReplyState.QUEUED and left > 0
    text = (
        _("goes out in {seconds} s").format(seconds=left)
        if waits
        else words.name("reply", ReplyState.SENDING)
    )
    show(_state(reply, text))
    if waits and may_undo:
        st.button(
            _("Take it back"),
            key=f"undo-{reply.id}",
            on_click=actions.on_undo,
            args=(reply.id or 0,),
        )


def _state(reply: Reply, more: str = "") -> Html:
    return fill(
        '<p class="ot-outcome ot-outcome-{kind}"><b>{name}</b> <span>{more}</span></p>',
        kind=reply.state,
        name=words.name("reply", reply.state),
        more=more,
    )


def _settled(reply: Reply, who: Person) -> None:
    when = words.moment(reply.posted_at, now=now()) if reply.posted_at else ""
    show(_state(reply, when))
    address = web_address(reply.url)
    if reply.state is ReplyState.POSTED and address is not None:
        show(
            fill(
                '<p><a class="ot-public" href="{url}" target="_blank">{text} ↗</a></p>',
                url=address,
                text=_("See it in public"),
            )
        )
    if reply.state is ReplyState.REHEARSED:
        _hint(_("Posting is in rehearsal: the text went nowhere and never will by itself."))
    if reply.error:
        show(fill('<p class="ot-fine">{text}</p>', text=one_line(_(reply.error), shown=400)))
    if reply.state is ReplyState.UNKNOWN:
        _resolve(reply, who)


def _hint(text: str) -> None:
    show(fill('<p class="ot-fine">{text}</p>', text=text))


def earlier(case: data.CaseFile, who: Person) -> bool:
    """Beside a new text: our reply to what the comment said before it was edited.

    Until it is known whether that one stands there, nothing else can be approved.
    Returns: whether there is such a reply.
    """
    reply = case.reply
    if reply is None or reply.state not in _PERHAPS_PUBLIC:
        return False
    with st.container(key="ot-earlier-reply", border=True):
        show(
            fill(
                '<p class="ot-notice ot-notice-problem">{text}</p>'
                '<div class="ot-said">{said}</div>',
                text=_("The comment was edited after our reply. Read it anew; we had answered:"),
                said=plain(reply.text, shown=400),
            )
        )
        if reply.state is ReplyState.POSTED:
            _hint(_("Write another reply if this one is wrong now; otherwise close the case."))
        else:
            _hint(_("Nothing else can be approved here until it is known whether that one is out."))
        if reply.state is ReplyState.UNKNOWN:
            _resolve(reply, who)
    return True


def _resolve(reply: Reply, who: Person) -> None:
    if not may(who, Role.APPROVER):
        _hint(_("The connection broke while sending. An approver looks and settles it."))
        return
    _hint(_("The connection broke while sending. Look at the page and say what you see there."))
    with st.container(horizontal=True):
        for was_posted, label in ((True, _("It is published")), (False, _("It is not there"))):
            st.button(
                label,
                key=f"resolve-{reply.id}-{was_posted}",
                on_click=actions.on_resolve,
                args=(reply.id or 0, was_posted),
            )
