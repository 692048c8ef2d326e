"""Why a case is handed out now and not later: its pressure, with its parts."""

from datetime import datetime

from dashboard.i18n import _, current_language, ngettext
from dashboard.plain import Html, fill, join
from otklik.enums import Urgency
from otklik.models import Mention
from otklik.pressing import Part, parts_of


def pressure(mention: Mention, at: datetime) -> Html:
    """A word that opens: the sum in hours, and what it is made of."""
    parts = parts_of(
        mention.urgency,
        mention.waiting_since,
        mention.sla_due_at,
        mention.contacts,
        mention.thread_pace,
        at=at,
    )
    is_first = mention.urgency >= Urgency.CRITICAL
    total = _("pressure {hours} h").format(hours=_hours(sum(one.hours for one in parts)))
    return fill(
        '<details class="ot-fine ot-pressure"><summary>{total}</summary><ul>{parts}</ul></details>',
        total=_("before all the rest") if is_first else total,
        parts=join(fill("<li>{text}</li>", text=_said(one, mention)) for one in parts),
    )


def _said(part: Part, mention: Mention) -> str:
    texts = {
        "waits": _("waits {hours} h"),
        "term": _("term {hours} h"),
        "urgency": _("urgency {hours} h"),
        "contacts": f"{_before(mention.contacts)} {_('{hours} h')}",
        "pace": _("its thread: {pace} and more an hour {hours} h"),
    }
    sign = "+" if part.hours > 0 and part.name != "waits" else ""
    return texts[part.name].format(hours=f"{sign}{_hours(part.hours)}", pace=mention.thread_pace)


def _before(times: int) -> str:
    return ngettext("wrote before: {n} time", "wrote before: {n} times", times)


def _hours(value: float) -> str:
    mark = "," if current_language() == "ru" else "."
    return f"{value:.1f}".removesuffix(".0").replace("-", "−").replace(".", mark)
