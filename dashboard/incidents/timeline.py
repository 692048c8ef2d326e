"""An incident in time: mentions by hour or day as bars, what was done as a list."""

from datetime import datetime, timedelta

from dashboard import words
from dashboard.i18n import _
from dashboard.incidents import naming
from dashboard.incidents.reading import DAY, HOUR, MINUTES, Bars, IncidentRoom
from dashboard.plain import Html, fill, join, one_line
from otklik.models import AuditEvent

SHOWN = 30
_MARKED = ("incident.suspected", "statement.approved", "incident.merged", "incident.split")


def chart(room: IncidentRoom) -> Html:
    """Bars with the moments that changed its course below them."""
    bars = room.bars
    top = max(bars.peak, 1)
    body = join(
        fill(
            '<i class="{kind}" style="height:{height}%" title="{hint}"></i>',
            kind="" if count else "ot-bar-none",
            height=round(100 * count / top) if count else 2,
            hint=f"{_when(bars, step)}: {count}",
        )
        for step, count in enumerate(bars.counts)
    )
    units = {MINUTES: _("by ten minutes"), HOUR: _("by the hour"), DAY: _("by the day")}
    return fill(
        '<figure class="ot-bars-box"><figcaption><b>{title}</b> <span class="ot-fine">{unit} · '
        '{peak}</span></figcaption><div class="ot-bars" role="img" aria-label="{label}">{body}'
        '</div><div class="ot-bar-marks">{marks}</div>'
        '<div class="ot-bar-ends"><span>{first}</span><span>{last}</span></div></figure>',
        title=_("Comments over time"),
        unit=units[bars.seconds],
        peak=_("at most {n}").format(n=bars.peak),
        label=_("Comments: {total}, from {first} to {last}, at most {peak} in one step").format(
            total=sum(bars.counts),
            first=_when(bars, 0),
            last=_when(bars, len(bars.counts) - 1),
            peak=bars.peak,
        ),
        body=body,
        marks=_marks(room),
        first=_when(bars, 0),
        last=_when(bars, len(bars.counts) - 1),
    )


def _when(bars: Bars, step: int) -> str:
    moment = (bars.since + timedelta(seconds=bars.seconds * step)).astimezone(words.zone())
    return words.day(moment) if bars.seconds == DAY else f"{words.day(moment)} {moment:%H:%M}"


def _marks(room: IncidentRoom) -> Html:
    moments = [
        (event.at, naming.event(event.action))
        for event, _name in room.story.events
        if event.action in _MARKED
    ]
    if room.story.first_answer is not None:
        moments.append((room.story.first_answer, _("first answer published")))
    return join(_mark(room.bars, at, said) for at, said in moments)


def _mark(bars: Bars, at: datetime, said: str) -> Html:
    whole = bars.seconds * len(bars.counts)
    share = (at - bars.since).total_seconds() / whole
    place = min(max(share, 0.0), 1.0)
    side = "ot-mark-left" if place > 0.7 else ""
    return fill(
        '<span class="ot-bar-mark {side}" style="left:{left}%" title="{hint}">{said}</span>',
        side=side,
        left=round(100 * place, 1),
        hint=f"{words.day_of(at)} {at.astimezone(words.zone()):%H:%M}",
        said=said,
    )


def events(room: IncidentRoom, now: datetime) -> Html:
    """What was done and who was told, the latest first."""
    rows = [
        (event.at, naming.event(event.action), _detail(event, room), name)
        for event, name in room.story.events[-SHOWN:]
    ]
    if room.story.first_answer is not None:
        rows.append((room.story.first_answer, _("first answer published"), Html(""), ""))
    rows += _alerts(room)
    if not rows:
        return fill('<p class="ot-fine">{text}</p>', text=_("Nothing was done yet."))
    latest = sorted(rows, key=lambda row: row[0], reverse=True)
    return fill('<ul class="ot-events">{rows}</ul>', rows=join(_event(now, *row) for row in latest))


def _event(now: datetime, at: datetime, what: str, more: Html, who: str) -> Html:
    return fill(
        '<li><span class="ot-fine">{when}</span> <b>{what}</b> {more}'
        ' <span class="ot-fine">{who}</span></li>',
        when=words.moment(at, now=now),
        what=what,
        more=more,
        who=one_line(who, shown=60) if who else "",
    )


def _alerts(room: IncidentRoom) -> list[tuple[datetime, str, Html, str]]:
    """Who was told of it, and who said "mine"."""
    rows = []
    for told in room.told[-SHOWN:]:
        rows.append((told.at, _("alert sent"), one_line(", ".join(told.channels), shown=120), ""))
        if told.taken_at is not None:
            rows.append((told.taken_at, _("alert taken"), Html(""), told.taken_by))
    return rows


def _detail(event: AuditEvent, room: IncidentRoom) -> Html:
    detail = event.detail or {}
    said: list[str] = []
    if "to" in detail:
        to = room.people.get(int(detail["to"]))
        said.append("→ " + (to.name if to else str(detail["to"])))
    if "department" in detail:
        said.append(str(detail["department"]) or "–")
    if "title" in detail:
        said.append(str(detail["title"]))
    if "mentions" in detail:
        said.append(_("comments: {n}").format(n=detail["mentions"]))
    if detail.get("other"):
        other = detail["other"] if detail["incident"] == room.incident.id else detail["incident"]
        said.append("№ " + str(other))
    return one_line(" · ".join(said), shown=120) if said else Html("")
