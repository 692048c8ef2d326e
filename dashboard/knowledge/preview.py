"""What a fact that is being written would change: points it answers, and how a reply says it."""

from datetime import datetime, timedelta

from dashboard import data
from dashboard.i18n import _, in_language, ngettext
from dashboard.knowledge.reading import Known
from dashboard.plain import fill, join, plain, show
from otklik import database
from otklik.store import fact_uses, judgements, mentions
from otklik.store.facts import GapPoint
from responder import fact_changes, proposing
from responder.drafting import DeterministicWriter
from responder.knowledge import Fact, Knowledge
from responder.knowledge.judging_one import Judged

MOST_POINTS, SHOWN = 300, 4


def draw(known: Known, judged: Judged, at: datetime) -> None:
    """Both, for the fact as it stands in the form."""
    house, fact, mark = known.house, judged.value, judged.mark
    if house is None or mark is None or not isinstance(fact, Fact):
        return
    tried = house.with_fact(fact, mark).by_words
    points = answered(tried, fact, at)
    _cited(tried, fact, points, at)
    _points(points)


def answered(tried: Knowledge, fact: Fact, at: datetime) -> list[GapPoint]:
    """Points of the last month nobody had a fact for, and that this one answers."""
    with database.reading(data.engine()) as session:
        found = fact_uses.list_recent_gaps(
            session, data.settings().brand_id, at - timedelta(days=30)
        )
    return [
        point
        for point in found[:MOST_POINTS]
        if fact_changes.is_answered(tried, point.text, point.topic, {fact.id}, at)
    ]


def sample(tried: Knowledge, fact: Fact, points: list[GapPoint], at: datetime) -> tuple[int, str]:
    """A draft that cites it, and for which comment; 0 and nothing where none does."""
    ids = list(dict.fromkeys(point.mention_id for point in points))[:SHOWN]
    with database.reading(data.engine()) as session:
        rows = mentions.list_mentions(session, ids)
        known = judgements.list_decisions(session, rows) if rows else {}
        fit = [row for row in rows if row.id in known]
        requests = proposing.requests_for(session, fit, limits={}, at=at) if fit else {}
    writer = DeterministicWriter(tried)
    for number, request in requests.items():
        for draft in writer.write(request):
            if fact.id in {one.id for one in draft.facts}:
                return number, draft.text
    return 0, ""


def _cited(tried: Knowledge, fact: Fact, points: list[GapPoint], at: datetime) -> None:
    number, text = sample(tried, fact, points, at)
    title = (
        _("How a reply to case {number} would say it").format(number=number)
        if number
        else _("How it is said")
    )
    said = text or in_language(fact.text_ru or fact.text_en, fact.text_en or fact.text_ru)
    show(
        fill(
            '<h4 class="ot-sub">{title}</h4><div class="ot-said">{text}</div>',
            title=title,
            text=plain(said, shown=900),
        )
    )


def _points(points: list[GapPoint]) -> None:
    count = len({point.mention_id for point in points})
    if not count:
        text = _("No open question of the last 30 days waits for it.")
        show(fill('<p class="ot-fine">{text}</p>', text=text))
        return
    show(
        fill(
            '<h4 class="ot-sub">{title}</h4>{items}',
            title=ngettext(
                "It answers {n} comment that nobody had a fact for",
                "It answers {n} comments that nobody had a fact for",
                count,
            ),
            items=join(
                fill('<div class="ot-line">{text}</div>', text=plain(point.text, shown=160))
                for point in points[:SHOWN]
            ),
        )
    )
