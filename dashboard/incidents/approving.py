"""Many texts of one incident, each in full beside its comment, and one click for the ticked."""

import streamlit as st

from dashboard import chips, words
from dashboard.approvals import card
from dashboard.case import keys, remarks
from dashboard.i18n import _, ngettext
from dashboard.incidents import moving_on, naming, reading, shortcuts, ticks
from dashboard.incidents.reading import IncidentRoom
from dashboard.plain import Html, fill, one_line, plain, show
from dashboard.views import open_case
from otklik.clock import now
from otklik.enums import Role
from otklik.models import Person
from otklik.people import may
from responder.incidents import together
from responder.lint import Finding

UNDO_EVERY = 5


def draw(room: IncidentRoom, who: Person) -> None:
    """The page in this mode."""
    number = room.incident.id or 0
    texts = reading.texts(who, number, now())
    scope = shortcuts.scope(room.incident, *(one.shown for one in texts))
    keys.listen(shortcuts.of_together(), scope)
    naming.mode_head(room.incident, scope, key="together-back", on_back=_close)
    undo_bar()
    if not texts:
        _nothing()
        return
    with st.container(key="ot-tog-list"):
        for one in texts:
            _row(one)
    _foot(number, texts, room.together, who)


def _close() -> None:
    st.query_params.pop("do", None)


def _row(one: together.Text) -> None:
    draft = one.draft
    key = f"{moving_on.TICK}{draft.id}"
    with st.container(key=f"ot-tog-row-{draft.id}", border=True):
        tick, comment, text, way = st.columns([0.3, 5, 6, 2.1], gap="small")
        with tick:
            label = _("Approve text {number}").format(number=draft.id)
            ticks.box(key, label, is_free=one.is_free)
        with comment:
            show(_comment(one))
        with text:
            show(_text(one))
        with way:
            label = _("Open case {number}").format(number=draft.mention_id)
            if st.button(label, key=f"see-text-{draft.id}", type="tertiary"):
                open_case(draft.mention_id)


def _comment(one: together.Text) -> Html:
    mention = one.mention
    return fill(
        '<div class="ot-tog-comment"><header>{stance}<b>{author}</b> <span class="ot-fine">{place}'
        " · {when}</span></header><div>{text}</div></div>",
        stance=chips.stance_chip(mention.stance, is_unsure=mention.is_unsure),
        author=one_line(one.author or _("Guest"), shown=60),
        place=mention.platform,
        when=words.moment(mention.waiting_since, now=now()),
        text=plain(mention.text) if mention.text.strip() else "—",
    )


def _text(one: together.Text) -> Html:
    draft = one.draft
    found = [Finding.model_validate(finding) for finding in draft.findings]
    kind = _("news for who was answered") if draft.follows_up_id else _("answer")
    given = _("{given} of {needed} said yes").format(
        given=len(one.given), needed=draft.approvals_needed
    )
    return fill(
        '<div class="ot-tog-text {blocked}"><header><span class="ot-chip">{kind}</span> '
        '<span class="ot-fine">{given}</span></header><div>{text}</div>{why}{remarks}</div>',
        blocked="" if one.is_free else "ot-tog-out",
        kind=kind,
        given=given if draft.approvals_needed > 1 else "",
        text=plain(draft.text),
        why=_why_not(one),
        remarks=remarks.findings(found, draft.text),
    )


def _why_not(one: together.Text) -> Html:
    if one.is_free:
        return Html("")
    said = _("A remark stops it: open it by itself.")
    if one.obstacle is not None:
        said = _(card.OBSTACLES[one.obstacle]).format(name=_("A colleague"))
    return fill('<p class="ot-wrong">{text}</p>', text=said)


def _foot(number: int, texts: list[together.Text], total: int, who: Person) -> None:
    shown = [one.shown for one in texts if one.is_free]
    boxes = [f"{moving_on.TICK}{one.draft_id}" for one in shown]
    ticked = sum(ticks.is_on(key) for key in boxes)
    with st.container(key="ot-tog-foot", horizontal=True, vertical_alignment="center"):
        if may(who, Role.APPROVER):
            st.button(
                ngettext("Approve {n} text as shown", "Approve {n} texts as shown", ticked),
                key="approve-together",
                type="primary",
                disabled=not ticked,
                on_click=moving_on.on_approve_together,
                args=(number, shown),
            )
            ticks.all_or_none(boxes, "together")
        out = len(texts) - len(shown)
        said = [ngettext("{n} text shown", "{n} texts shown", len(texts))]
        if out:
            said.append(ngettext("{n} cannot be approved here", "{n} cannot be approved here", out))
        if total > len(texts):
            said.append(_("{n} more follow").format(n=total - len(texts)))
        show(fill('<span class="ot-fine">{text}</span>', text=" · ".join(said)), is_wide=False)


@st.fragment(run_every=UNDO_EVERY)
def undo_bar() -> None:
    """What was approved here and still waits."""
    ids = st.session_state.get(moving_on.APPROVED, [])
    left = reading.waiting_replies(ids, now()) if ids else []
    if not left:
        return
    label = ngettext("Take {n} approved text back", "Take {n} approved texts back", len(left))
    if st.button(label, key="undo-together"):
        moving_on.on_undo_together(left)
        st.rerun()


def _nothing() -> None:
    show(
        fill(
            '<div class="ot-empty"><b>{title}</b><p>{text}</p></div>',
            title=_("No text of this incident waits"),
            text=_("Drafts that carry its statement gather here as they are written."),
        )
    )
