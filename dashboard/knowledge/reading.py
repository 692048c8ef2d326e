"""What the page of the knowledge reads."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboard import data
from dashboard.i18n import _
from otklik import database
from otklik.clock import now
from otklik.enums import PointState, ProposalKind
from otklik.errors import ConfigError
from otklik.models import Person, Proposal
from otklik.own_lists import find_lists
from otklik.people import is_only_lead
from otklik.store import fact_uses, proposals, replies
from otklik.store.fact_uses import FactUse
from otklik.store.people import list_people
from otklik.subjects import EntityKind
from responder import showcase
from responder.knowledge import Fact, Knowledge, Power
from responder.knowledge.contradictions import (
    Contradiction,
    find_contradictions,
    find_power_contradictions,
)
from responder.knowledge.gaps import Gap, group_gaps
from responder.knowledge.house import KINDS, House, Texts, read_text, said_of
from responder.knowledge.judging_one import judge_fact
from responder.knowledge.searching import search

MOST_FOUND = 20
_FACT = ProposalKind.FACT
_FOUND: dict[tuple[Texts, tuple[int, ...], date], tuple[Contradiction, ...]] = {}


@dataclass(frozen=True)
class Known:
    """Facts and powers as they are in force now, and what disagrees; or what is wrong."""

    house: House | None
    contradictions: tuple[Contradiction, ...] = ()
    problem: str = ""

    @property
    def knowledge(self) -> Knowledge | None:
        """What drafts are written from."""
        return self.house.knowledge if self.house else None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts, those still to be checked included."""
        known = self.knowledge
        return (*known.facts, *known.proposed) if known else ()

    @property
    def powers(self) -> tuple[Power, ...]:
        """All powers."""
        return self.knowledge.powers if self.knowledge else ()

    @property
    def out(self) -> list[str]:
        """Facts that the desk took out."""
        origins = self.house.origins.items() if self.house else ()
        return sorted(key for (kind, key), one in origins if one.is_out and kind is _FACT)


def known(at: datetime) -> Known:
    """What files and desk say."""
    try:
        house = data.house()
    except ConfigError as error:
        return Known(None, problem=str(error))
    return Known(house, _quarrels(house, at.date()), house.problem)


def _quarrels(house: House, day: date) -> tuple[Contradiction, ...]:
    key = (house.texts, house.ids, day)
    if key not in _FOUND:
        at = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
        knowledge = house.knowledge
        _FOUND.clear()
        _FOUND[key] = (
            *find_contradictions(knowledge.facts, at),
            *find_power_contradictions(knowledge.facts, knowledge.powers, at),
        )
    return _FOUND[key]


@dataclass(frozen=True)
class Waiting:
    """Proposed facts and powers of any state, names of their people; is this person alone?"""

    rows: list[Proposal]
    names: dict[int, str]
    is_alone: bool


def waiting(who: Person) -> Waiting:
    """Proposals, the newest first."""
    with database.reading(data.engine()) as session:
        rows = proposals.list_proposals(session, data.settings().brand_id, *KINDS, limit=100)
        ids = [one for row in rows for one in (row.author_id, row.decided_by_id)]
        return Waiting(rows, proposals.list_names(session, ids), is_only_lead(session, who))


def both_sides(row: Proposal, known: Known) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is in force there now, and what the proposal says; key by key."""
    if known.house is None:
        return {}, {}
    before = known.house.values(row.kind, row.subject)
    try:
        found = read_text(row.text, f"desk:{row.id}", known.house.owners) if row.text else None
    except ConfigError:
        return before, {}
    return before, said_of(found[0]) if found else {}


def quarrels_of(row: Proposal, known: Known) -> list[str]:
    """What a proposed fact contradicts, a line each."""
    values = both_sides(row, known)[1]
    if row.kind is not _FACT or not values or known.house is None:
        return []
    return [
        _("Says {said}; {other} says {otherwise}.").format(
            said=one.said, other=one.second.id, otherwise=one.other
        )
        for one in judge_fact(known.house, values, now()).contradictions
    ]


def taken_ids(house: House) -> set[str]:
    """Ids that a new fact cannot have."""
    return {key for kind, key in house.origins if kind is _FACT}


def logins(chosen: str) -> list[str]:
    """Logins of the desk's active people, after "nobody"."""
    with database.reading(data.engine()) as session:
        found = list_people(session, data.settings().brand_id)
    return list(dict.fromkeys(["", *(one.login for one in found if one.is_active), chosen]))


def entity_names() -> dict[str, tuple[EntityKind, str]]:
    """Kind and name of everything of ours that the company's own lists name, by id."""
    with database.reading(data.engine()) as session:
        lists = find_lists(session, data.settings()).lists
    return {one.id: (one.kind, one.name) for one in lists.entities} if lists else {}


def gap_values(mention_id: int) -> dict[str, Any]:
    """What a fact for the open points of a comment begins with; empty where there are none."""
    with database.reading(data.engine()) as session:
        rows = replies.list_drafts(session, mention_id)
    found = ([one for one in row.points if one["state"] == PointState.GAP] for row in rows)
    points = next(filter(None, found), [])
    if not points:
        return {}
    topic = str(points[0]["topic"])
    return {"topics": [topic], "asked": [" ".join(str(p["text"]).split()) for p in points[:3]]}


def found(words: str, at: datetime) -> list[Fact]:
    """What the search box finds, the best first."""
    with database.reading(data.engine()) as session:
        return search(session, data.settings().brand_id, words, at, limit=MOST_FOUND)


def uses() -> dict[str, FactUse]:
    """Where facts are said, in the newest drafts."""
    with database.reading(data.engine()) as session:
        return fact_uses.count_uses(session, data.settings().brand_id)


def gaps(days: int, at: datetime) -> list[Gap]:
    """Points nobody had a fact for, the most frequent first."""
    with database.reading(data.engine()) as session:
        since = at - timedelta(days=days)
        return group_gaps(fact_uses.list_recent_gaps(session, data.settings().brand_id, since))


def shown() -> list[showcase.Shown]:
    """Good decisions for colleagues to see."""
    with database.reading(data.engine()) as session:
        return showcase.list_shown(session, data.settings().brand_id)
