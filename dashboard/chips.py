"""Small pieces that several views draw alike: chips, the clock, one line of a list."""

from collections.abc import Sequence
from datetime import datetime

from dashboard import words
from dashboard.case import answering
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line, plain, veil
from otklik.enums import MentionState, SlaState, Stance
from otklik.store.queue import QueueRow
from otklik.store.queue_filter import WAITING

URGENCY = {0: "low", 1: "normal", 2: "high", 3: "critical"}


def urgency_chip(urgency: int) -> Html:
    """How soon."""
    return fill(
        '<span class="ot-chip ot-u-{kind}">{name}</span>',
        kind=URGENCY[urgency],
        name=words.name("urgency", urgency),
    )


def stance_chip(stance: Stance | None, *, is_unsure: bool) -> Html:
    """Who writes; a question mark where the model is not sure."""
    if stance is None:
        return Html("")
    doubt = fill('<i title="{hint}">?</i>', hint=_("The model is not sure")) if is_unsure else ""
    return fill(
        '<span class="ot-chip ot-s-{kind}">{name}{doubt}</span>',
        kind=stance,
        name=words.name("stance", stance),
        doubt=doubt,
    )


def clock(
    due_at: datetime | None, state: SlaState | None, waiting_since: datetime, now: datetime
) -> Html:
    """How long it waits and how long the first reply still has."""
    waits = fill(
        '<span class="ot-waits">{text}</span>',
        text=_("waits {time}").format(time=words.lasting(now - waiting_since)),
    )
    if due_at is None or state not in {SlaState.RUNNING, SlaState.MISSED}:
        return waits
    late = due_at <= now
    text = (
        _("overdue by {time}").format(time=words.lasting(now - due_at))
        if late
        else _("{time} left").format(time=words.lasting(due_at - now))
    )
    soon = not late and (due_at - now).total_seconds() < 15 * 60
    kind = "late" if late else "soon" if soon else "calm"
    return join(
        [waits, fill('<span class="ot-sla ot-sla-{kind}">{text}</span>', kind=kind, text=text)]
    )


def stars(rating: float | None) -> Html:
    """A rating of 0 to 5."""
    if rating is None:
        return Html("")
    return fill('<span class="ot-stars">{value} ★</span>', value=f"{rating:g}")


def fact(label: str, body: Html) -> Html:
    """A named fact: the name on the left, what is known on the right."""
    return fill(
        '<div class="ot-fact"><span class="ot-fact-name">{label}</span><div>{body}</div></div>',
        label=label,
        body=body,
    )


def wordless(rating: float | None, media: Sequence[str]) -> Html:
    """What stands in place of a text that has no words: stars drawn, pictures counted."""
    count = _("only a picture or file: {n}").format(n=len(media)) if media else ""
    if rating is None:
        return fill('<i class="ot-fine">{text}</i>', text=count or _("no words"))
    full = min(5, max(0, round(rating)))
    return fill(
        '<span class="ot-drawn" aria-label="{value} / 5">{full}<i>{rest}</i></span> '
        '<i class="ot-fine">{text}</i>',
        value=f"{rating:g}",
        full="★" * full,
        rest="★" * (5 - full),
        text=count or _("a rating without words"),
    )


def state_of(state: MentionState, said: str) -> Html:
    """A state in words; of what is held, why."""
    name = words.name("state", state)
    why = _(said) if state is MentionState.HELD and said else ""
    return one_line(f"{name}: {why.split(': ', 1)[-1]}" if why else name, shown=70)


def row(line: QueueRow, now: datetime, *, is_veiled: bool, right: Html | None = None) -> Html:
    """One line of a list of mentions."""
    marks = veil(line.excerpt) if is_veiled else []
    waits = line.state in WAITING
    state = (
        fill('<span class="ot-state">{name}</span>', name=state_of(line.state, line.said_of_state))
        if line.state is not MentionState.DRAFTED
        else Html("")
    )
    return fill(
        '<article class="ot-row ot-row-{kind}">'
        '<header>{urgency}{stance}<span class="ot-topic">{topic}</span>{state}{obstacle}{stars}'
        '<span class="ot-who"><b>{author}</b> · {thread}</span>'
        '<span class="ot-clock">{right}</span></header>'
        '<div class="ot-excerpt">{text}{more}</div></article>',
        kind=URGENCY[line.urgency],
        urgency=urgency_chip(line.urgency),
        stance=stance_chip(line.stance, is_unsure=line.is_unsure),
        topic=words.name("topic", line.topic) if line.topic else "",
        state=state,
        obstacle=answering.chip(line.platform, line.cannot_answer) if waits else "",
        stars=stars(line.rating),
        author=one_line(line.author_name or _("Guest"), shown=60),
        thread=one_line(line.thread_title or line.platform, shown=80),
        right=right or clock(line.sla_due_at, line.sla_state, line.waiting_since, now),
        text=plain(line.excerpt, marks)
        if line.excerpt.strip()
        else wordless(line.rating, line.media),
        more="…" if line.is_cut else "",
    )
