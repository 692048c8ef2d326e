"""What the pages of incidents show, read in one transaction each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dashboard import data, words
from otklik import database
from otklik.enums import IncidentState, Language, ReplyState, Stance, StatementState
from otklik.models import Incident, IncidentChange, Person, Reply, Statement
from otklik.store import deliveries, incidents, lessons, members, mended, statements
from otklik.store.people import list_people
from otklik.store.search import search_mentions
from responder.incidents import attacks, effect, membership, together
from responder.incidents.attacks import Evidence

MINUTES, HOUR, DAY = 600, 3600, 86_400
# up to so many seconds a story is shown in steps of so many; a longer one by days
SCALES = ((4 * HOUR, MINUTES), (72 * HOUR, HOUR))
LEAST, MOST = 12, 90  # bars
FOUND = 10


@dataclass(frozen=True)
class Bars:
    """Mentions by step of time, the first one at `since`."""

    since: datetime
    seconds: int
    counts: list[int]

    @property
    def peak(self) -> int:
        """The most in one step."""
        return max(self.counts, default=0)


@dataclass(frozen=True)
class IncidentRoom:
    """Everything on the page of one incident."""

    incident: Incident
    figures: incidents.Figures
    stances: dict[Stance | None, int]
    bars: Bars
    people: dict[int, Person]
    statements: list[Statement]
    spread: dict[int, incidents.Spread]
    anew: dict[int, int]  # machine drafts that approving a proposed statement would rewrite
    story: incidents.Story
    told: list[deliveries.Told]  # alerts about it
    evidence: Evidence | None
    others: list[tuple[int, str]]
    together: int  # texts that carry its statement and wait
    to_tell: dict[str, int]  # people who were answered, by language
    claimed: effect.Claimed
    similar: list[Incident]

    @property
    def is_attack(self) -> bool:
        """Said to be one by grouping or by a person, or with all the signs of one."""
        return self.incident.kind == "attack" or (
            self.evidence is not None and self.evidence.looks_like_attack
        )

    @property
    def with_a_case(self) -> int:
        """Members who have a case."""
        return sum(self.stances.get(one, 0) for one in members.WITH_A_CASE)

    def statement(self, language: Language, state: StatementState) -> Statement | None:
        """The newest statement of that language in that state."""
        found = (one for one in self.statements if one.language is language and one.state is state)
        return next(found, None)


def page(states: tuple[IncidentState, ...], number: int, at: datetime) -> incidents.IncidentPage:
    """A page of the list."""
    with database.reading(data.engine()) as session:
        return incidents.list_incident_lines(
            session, data.settings().brand_id, states, at - timedelta(hours=1), number=number
        )


def room(incident_id: int, at: datetime) -> IncidentRoom:
    """The page of one incident.

    Raises:
        NotFound: there is no such incident.
    """
    with database.reading(data.engine()) as session:
        one = statements.get_incident(session, incident_id)
        made = list(reversed(statements.list_statements(session, incident_id)))
        ids = [statement.id or 0 for statement in made]
        figures = incidents.count_figures(session, [incident_id], at - timedelta(hours=1))
        stances = members.count_stances(session, incident_id)
        since, seconds, steps = _scale(one)
        counts = members.count_buckets(session, incident_id, since, seconds)
        return IncidentRoom(
            incident=one,
            figures=figures.get(incident_id, incidents.Figures()),
            stances=stances,
            bars=Bars(since, seconds, [counts.get(step, 0) for step in range(steps)]),
            people={person.id or 0: person for person in list_people(session, one.brand_id)},
            statements=made,
            spread=incidents.count_spread(session, ids),
            anew={
                statement.id or 0: len(
                    statements.list_untouched(session, incident_id, statement.language, at)
                )
                for statement in made
                if statement.state is StatementState.PROPOSED
            },
            story=incidents.get_story(session, incident_id, ids),
            told=deliveries.list_told(session, one.brand_id, f"incident:{incident_id}"),
            evidence=attacks.evidence_of(session, one) if _is_hostile(one, stances) else None,
            others=incidents.list_incidents_like(session, one),
            together=mended.count_waiting(session, incident_id, without=together.spared(one)),
            to_tell=mended.count_to_tell(session, incident_id),
            claimed=effect.claimed_by(session, incident_id),
            similar=lessons.list_similar(session, one),
        )


def _is_hostile(one: Incident, stances: dict[Stance | None, int]) -> bool:
    """Is it worth looking for signs of an attack?"""
    judged = sum(count for stance, count in stances.items() if stance is not None)
    return one.kind == "attack" or 2 * stances.get(Stance.HATER, 0) >= max(judged, 1)


def _scale(one: Incident) -> tuple[datetime, int, int]:
    """From when, seconds of a step, number of steps."""
    lasts = (one.last_at - one.first_at).total_seconds()
    seconds = next((step for most, step in SCALES if lasts < most), DAY)
    # days begin at midnight of the desk's own zone
    shift = (one.last_at.astimezone(words.zone()).utcoffset() or timedelta()).total_seconds()
    end = (one.last_at.timestamp() + shift) // seconds + 1
    steps = min(max(int(end - (one.first_at.timestamp() + shift) // seconds), LEAST), MOST)
    since = datetime.fromtimestamp((end - steps) * seconds - shift, UTC)
    return since, seconds, steps


def lines(
    incident_id: int, stances: tuple[Stance | None, ...], number: int
) -> list[members.MemberLine]:
    """A page of members."""
    with database.reading(data.engine()) as session:
        return members.list_member_lines(session, incident_id, stances, number=number)


def search(asked: str, incident_id: int) -> list[members.MemberLine]:
    """Comments to attach: by the number of a case, or by words; members are left out."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        number = asked.strip().lstrip("№# ")
        ids = (
            [int(number)]
            if number.isdecimal() and len(number) < 19
            else search_mentions(session, brand, asked, limit=5 * FOUND)
        )
        places = members.list_places(session, ids)
        free = [one for one in ids if one in places and places[one] != incident_id]
        return members.list_lines(session, free[:FOUND])


def preview(ids: list[int], to_id: int | None, at: datetime) -> membership.Preview:
    """What moving these comments would do."""
    with database.reading(data.engine()) as session:
        return membership.preview(session, mention_ids=ids, to_id=to_id, at=at)


def preview_merge(incident_id: int, into_id: int, at: datetime) -> membership.Preview:
    """What merging would do."""
    with database.reading(data.engine()) as session:
        return membership.preview_merge(session, incident_id=incident_id, into_id=into_id, at=at)


def undoable(person: Person, at: datetime) -> IncidentChange | None:
    """The last change of this person that can still be undone."""
    with database.reading(data.engine()) as session:
        return membership.find_undoable(session, person, at)


def texts(who: Person, incident_id: int, at: datetime) -> list[together.Text]:
    """Texts that may be approved together, each with its comment."""
    with database.reading(data.engine()) as session:
        return together.list_texts(session, person=who, incident_id=incident_id, at=at)


def learned(words_of: str) -> list[Incident]:
    """Solved incidents whose names or lessons hold all of these words."""
    with database.reading(data.engine()) as session:
        return lessons.list_lessons(session, data.settings().brand_id, words_of.split())


def waiting_replies(reply_ids: list[int], at: datetime) -> list[int]:
    """Those of these replies that can still be taken back."""
    with database.reading(data.engine()) as session:
        found = [session.get(Reply, one) for one in reply_ids]
        return [
            one.id or 0
            for one in found
            if one is not None and one.state is ReplyState.QUEUED and one.send_after > at
        ]
