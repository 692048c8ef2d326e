"""Who is on what: a strip over the list, and a chip in each row."""

from collections.abc import Sequence
from datetime import datetime

from dashboard import chips, words
from dashboard.i18n import _
from dashboard.plain import Html, fill, join, one_line
from otklik.models import Person
from otklik.store.queue import QueueRow
from otklik.store.shift import Hands, OnShift

SHOWN = 8


def strip(found: Sequence[OnShift], who: Person, at: datetime) -> Html:
    """Names of those who work on a case, with its number; empty when nobody does."""
    if not found:
        return Html("")
    people = join(
        fill(
            '<span class="ot-on" title="{until}">{urgency}<b>{name}</b> → № {number} '
            "{author}</span>",
            until=_("until {time}").format(time=words.moment(one.until, now=at)),
            urgency=fill('<i class="ot-dot ot-dot-{kind}"></i>', kind=chips.URGENCY[one.urgency]),
            name=_("you") if one.person_id == who.id else one_line(one.name, shown=30),
            number=one.mention_id,
            author=one_line(one.author_name or _("Guest"), shown=24),
        )
        for one in found[:SHOWN]
    )
    more = len(found) - SHOWN
    return fill(
        '<div class="ot-shift"><span class="ot-fine">{title}</span>{people}{more}</div>',
        title=_("On shift: {n}").format(n=len(found)),
        people=people,
        more=fill('<span class="ot-fine">+{n}</span>', n=more) if more > 0 else "",
    )


def right(line: QueueRow, hands: Hands | None, who: Person, at: datetime) -> Html:
    """The right end of a row: whose it is, its zone, and the clock."""
    zone = (
        fill('<span class="ot-fine">{zone}</span>', zone=one_line(line.zone, shown=30))
        if line.zone != "general"
        else Html("")
    )
    clock = chips.clock(line.sla_due_at, line.sla_state, line.waiting_since, at)
    return join([zone, _chip(hands, who), clock])


def _chip(hands: Hands | None, who: Person) -> Html:
    if hands is None:
        return Html("")
    if hands.holder_id is not None:
        is_mine = hands.holder_id == who.id
        text = _("you work on it") if is_mine else _("{name} works on it").format(name=hands.holder)
        kind = "ot-held-mine" if is_mine else "ot-held"
        return fill('<span class="ot-chip {kind}">{text}</span>', kind=kind, text=one_line(text))
    text = _("your case") if hands.owner_id == who.id else hands.owner
    return fill('<span class="ot-chip">{text}</span>', text=one_line(text, shown=30))
