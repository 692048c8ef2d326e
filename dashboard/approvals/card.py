"""One text that waits, in full: the comment, the text with its changes, why two are asked."""

from datetime import datetime

import streamlit as st

from dashboard import chips, frame, words
from dashboard.approvals import shortcuts, wording
from dashboard.approvals.reading import Opened
from dashboard.case import remarks
from dashboard.i18n import N_, _, in_language
from dashboard.plain import Html, Mark, fill, join, one_line, plain, show, veil
from otklik.clock import now
from otklik.models import DraftRow
from responder.second_pair import Asks, Obstacle, Why

_MARKED = {"hostile": "hostile", "case": "case", "signal": "signal"}
OBSTACLES = {
    Obstacle.ROLE: N_("Only an approver may say yes."),
    Obstacle.WROTE_IT: N_("You wrote this text: two others must approve it."),
    Obstacle.GAVE_IT: N_("You have approved it; somebody else must, too."),
    Obstacle.HELD: N_("{name} works on this case now."),
    Obstacle.NO_ANSWER: N_("This comment cannot be answered where it stands."),
}


def head(found: Opened, at: datetime) -> Html:
    """Urgency, stance, clock, number."""
    mention = found.mention
    return fill(
        '<div class="ot-case-title" data-ot-scope="{scope}">{urgency}{stance}'
        '<span class="ot-clock">{clock}</span>'
        '<span class="ot-fine">№ {number}</span></div>',
        urgency=chips.urgency_chip(mention.urgency),
        stance=chips.stance_chip(mention.stance, is_unsure=mention.is_unsure),
        clock=chips.clock(mention.sla_due_at, mention.sla_state, mention.waiting_since, at),
        number=mention.id,
        scope=shortcuts.scope(found.draft.id),
    )


def count(found: Opened) -> Html:
    """How many approvals there are, who gave them, and why more than one is asked."""
    needed = found.draft.approvals_needed
    by = ", ".join(found.names.get(one, "") for one in found.given)
    why = join([fill("<li>{text}</li>", text=_because(one)) for one in found.why_two])
    return fill(
        '<div class="ot-yes-count"><b class="{kind}">{count}</b> <span>{by}</span>{why}</div>',
        kind="ot-second" if needed > 1 else "",
        count=_("Approvals: {done} of {needed}").format(done=len(found.given), needed=needed),
        by=one_line(by, shown=160) if by else "",
        why=fill("<ul>{items}</ul>", items=why) if why else "",
    )


def _because(why: Why) -> Html:
    if why.asks is Asks.RULE:
        text = _("Two people, says the policy's rule:")
        return fill("{text} {value}", text=text, value=one_line(why.value, shown=300))
    said = {
        Asks.APPROACH: (_("Two people for this approach: {what}"), "approach"),
        Asks.ZONE: (_("Two people for this zone: {what}"), "zone"),
        Asks.URGENCY: (_("Two people for this urgency: {what}"), "urgency"),
        Asks.REMARK: (_("Remarks that stop the text: {what}"), "remark"),
    }
    pattern, kind = said[why.asks]
    return fill("{text}", text=pattern.format(what=words.name(kind, why.value)))


def obstacle(found: Opened) -> Html:
    """Why this person cannot say yes; empty when they can."""
    if found.obstacle is None:
        return Html("")
    holder = found.holder.name if found.holder else ""
    return fill(
        '<p class="ot-note-line" role="note">{text}</p>',
        text=_(OBSTACLES[found.obstacle]).format(name=holder),
    )


def comment(found: Opened, at: datetime) -> Html:
    """What was said, where and by whom, and what the policy decided."""
    mention, author = found.mention, found.author
    marks = _marks(found)
    decided = fill("")
    if found.decision is not None:
        decided = chips.fact(_("Policy"), one_line(found.decision.why, shown=400))
    return fill(
        '<header class="ot-said-head"><b>{author}</b> {stars}'
        '<span class="ot-fine">{when} · {place} · {platform}</span></header>'
        '<div class="ot-said">{text}</div>{decided}',
        author=one_line((author.name if author else "") or _("Guest"), shown=80),
        stars=chips.stars(mention.rating),
        when=words.moment(mention.waiting_since, now=at),
        place=one_line(found.thread.title if found.thread else "", shown=100),
        platform=mention.platform,
        text=plain(mention.text, marks)
        if mention.text.strip()
        else chips.wordless(mention.rating, mention.media),
        decided=decided,
    )


def _marks(found: Opened) -> list[Mark]:
    reasons = found.verdict.reasons if found.verdict else ()
    marks = [
        Mark(one.span.start, one.span.end, _MARKED[one.kind])
        for one in reasons
        if one.kind in _MARKED
    ]
    return marks + (veil(found.mention.text) if frame.is_veiled() else [])


def text(found: Opened) -> None:
    """The exact text, who made it, what was changed in it, and the remarks."""
    draft = found.draft
    show(_written_by(found))
    if found.is_sent_back:
        show(_sent_back(draft))
    is_changed = found.origin is not None and found.origin.text != draft.text
    if is_changed and _wants_changes(draft):
        show(wording.drawn(wording.changes(found.origin.text if found.origin else "", draft.text)))
    else:
        show(fill('<div class="ot-wording">{text}</div>', text=plain(draft.text)))
    show(remarks.findings(found.findings, draft.text))


def _wants_changes(draft: DraftRow) -> bool:
    views = {True: _("With changes"), False: _("As it will read")}
    chosen = st.segmented_control(
        _("How to show the text"),
        list(views),
        default=True,
        required=True,
        format_func=lambda one: views[one],
        key=f"wording-{draft.id}",
        label_visibility="collapsed",
    )
    return chosen is not False


def _written_by(found: Opened) -> Html:
    at = now()
    steps = [
        _("{who}, {when}").format(
            who=_writer(step, found.names), when=words.moment(step.created_at, now=at)
        )
        for step in _different(found.steps)
    ]
    return fill(
        '<header class="ot-reply-head"><b>{title}</b><span class="ot-fine">{steps}</span></header>',
        title=_("Our public reply"),
        steps=join([one_line(one, shown=120) for one in steps], " → "),
    )


def _different(steps: list[DraftRow]) -> list[DraftRow]:
    """A text that was only proposed anew is not a step."""
    return [
        step
        for number, step in enumerate(steps)
        if number == 0 or step.text_digest != steps[number - 1].text_digest
    ]


def _writer(step: DraftRow, names: dict[int, str]) -> str:
    if step.editor_id is None:
        return _("machine draft")
    return names.get(step.editor_id) or _("edited by a person")


def _sent_back(draft: DraftRow) -> Html:
    return fill(
        '<p class="ot-notice ot-notice-problem">{text} {reason}</p>',
        text=_("Sent back:"),
        reason=one_line(draft.reject_reason, shown=600),
    )


def grounds(found: Opened, at: datetime) -> Html:
    """The facts the text cites, with owner and date."""
    title = fill('<h4 class="ot-sub">{title}</h4>', title=_("Facts the draft rests on"))
    if not found.facts:
        none = _("The draft cites no fact.")
        return join([title, fill('<p class="ot-fine">{text}</p>', text=none)])
    items = join(
        fill(
            '<li class="ot-cited"><div>{text}</div><span class="ot-fine {stale}">'
            "{owner} · {until}</span></li>",
            text=plain(in_language(fact.text_ru, fact.text_en), shown=400),
            stale="" if fact.is_valid(at) else "ot-stale",
            owner=one_line(fact.owner, shown=80),
            until=_("valid until {day}").format(day=words.day_of(fact.valid_until))
            if fact.valid_until
            else "",
        )
        for fact in found.facts
    )
    return join([title, fill('<ul class="ot-facts">{items}</ul>', items=items)])
