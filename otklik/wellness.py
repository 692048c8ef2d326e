"""People at the desk are not punching bags: what they see is counted, shared out, interrupted.

**Sharing.** A hater is handed first to whoever has been shown the fewest of late. Somebody who
has seen more than a colleague at work now is handed everything else before it, and gets a hater
only when it is urgent (`URGENT_FROM` and above), or when nothing else is left to hand out to
them: work never stands still for fairness. A colleague counts as at work for `AT_WORK` after
their last case, and only in their own zones; what was seen longer than `SHARED_OVER` ago is
forgotten.

**Breaks.** After a run of haters one break is offered. Taking it is up to the person; nothing is
handed to them meanwhile. The run begins anew with the offer, whatever came of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik import audit
from otklik.enums import Role, Urgency
from otklik.models import Mention, Person, Rest, Shown
from otklik.people import require, zones_of
from otklik.store import work

SHARED_OVER = timedelta(hours=8)
AT_WORK = timedelta(minutes=20)
RUN_WITHIN = timedelta(hours=2)
SEEN_AGAIN = timedelta(minutes=30)  # the same comment counts once in so long
URGENT_FROM = Urgency.HIGH
BREAK = timedelta(minutes=10)


@dataclass(frozen=True)
class Exposure:
    """What one person went through in a time."""

    person_id: int
    name: str
    shown: int
    haters: int
    longest_run: int
    breaks_offered: int
    breaks_taken: int


@dataclass(frozen=True)
class Spared:
    """Where a person is spared haters for now: everywhere, or in some zones."""

    everywhere: bool = False
    zones: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.zones)


def note_shown(session: Session, *, person: Person, mention: Mention, at: datetime) -> None:
    """Count that somebody begins to work on a comment; once for a comment in half an hour."""
    last = work.find_last_shown(session, person.id or 0)
    if last is not None and last.mention_id == mention.id and last.at > at - SEEN_AGAIN:
        return
    work.save_shown(
        session,
        Shown(
            brand_id=mention.brand_id,
            person_id=person.id or 0,
            mention_id=mention.id or 0,
            stance=mention.stance,
            at=at,
        ),
    )


def spared(session: Session, *, person: Person, at: datetime) -> Spared:
    """Is a colleague at work who has seen fewer haters, and where do they work?"""
    loads = work.list_loads(session, person.brand_id, at - SHARED_OVER)
    mine = loads[person.id or 0].haters if person.id in loads else 0
    lighter = [
        number
        for number, load in loads.items()
        if number != person.id and load.haters < mine and load.last_at >= at - AT_WORK
    ]
    if not lighter:
        return Spared()
    zones = [zones_of(one) for one in work.list_people(session, lighter)]
    if any(one is None for one in zones):
        return Spared(everywhere=True)
    return Spared(zones=frozenset(zone for one in zones for zone in one or ()))


def list_lighter_first(session: Session, person: Person, at: datetime) -> list[Person]:
    """Colleagues to hand a hater to: at work before away, who has seen the fewest first."""
    loads = work.list_with_loads(session, person.brand_id, at - SHARED_OVER)

    def key(found: tuple[Person, work.Load | None]) -> tuple[bool, int, str]:
        one, load = found
        is_away = load is None or load.last_at < at - AT_WORK
        return is_away, load.haters if load else 0, one.name

    return [one for one, _load in sorted(loads, key=key) if one.id != person.id]


def exposure(session: Session, brand_id: str, since: datetime, until: datetime) -> list[Exposure]:
    """What each person was shown from `since` (inclusive) to `until` (exclusive).

    Returns:
        Those with the most haters first; who was shown nothing is absent.
    """
    runs = work.list_longest_runs(session, brand_id, since, until)
    rests = work.count_rests(session, brand_id, since, until)
    found = [
        Exposure(person, name, shown, haters, runs.get(person, 0), *rests.get(person, (0, 0)))
        for person, (name, shown, haters) in work.list_shown_between(
            session, brand_id, since, until
        ).items()
    ]
    return sorted(found, key=lambda one: (-one.haters, -one.shown, one.name))


# ---- breaks --------------------------------------------------------------------------------


def offer_break(session: Session, *, person: Person, at: datetime, after: int) -> Rest | None:
    """The break this person may take now, offered after `after` haters in a row.

    Returns:
        The one that stands open, a new one if the run is long enough, or None.

    Raises:
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    last = work.find_last_rest(session, person.id or 0)
    if last is not None and last.taken_at is None and last.declined_at is None:
        return last
    since = max(at - RUN_WITHIN, last.offered_at) if last is not None else at - RUN_WITHIN
    if after < 1 or work.count_run(session, person.id or 0, since) < after:
        return None
    return work.save_rest(
        session, Rest(brand_id=person.brand_id, person_id=person.id or 0, offered_at=at)
    )


def find_rests(
    session: Session, *, person: Person, at: datetime
) -> tuple[Rest | None, Rest | None]:
    """The break offered to this person and not answered yet, and the one they are on now."""
    last = work.find_last_rest(session, person.id or 0)
    if last is None:
        return None, None
    is_open = last.taken_at is None and last.declined_at is None
    is_now = last.until is not None and last.until > at
    return last if is_open else None, last if is_now else None


def take_break(session: Session, *, person: Person, at: datetime, lasts: timedelta = BREAK) -> Rest:
    """Rest now, whether it was offered or not: nobody has to ask.

    Raises:
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    last = work.find_last_rest(session, person.id or 0)
    if last is None or last.taken_at is not None or last.declined_at is not None:
        last = Rest(brand_id=person.brand_id, person_id=person.id or 0, offered_at=at)
    last.taken_at, last.until = at, at + lasts
    work.save_rest(session, last)
    _note(session, person, "break.taken", last, at)
    return last


def decline_break(session: Session, *, person: Person, at: datetime) -> None:
    """Go on working; nothing is offered again before the next run.

    Raises:
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    last = work.find_last_rest(session, person.id or 0)
    if last is not None and last.taken_at is None and last.declined_at is None:
        last.declined_at = at
        work.save_rest(session, last)


def end_break(session: Session, *, person: Person, at: datetime) -> None:
    """Back at work before the time is over.

    Raises:
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    rest = find_break(session, person=person, at=at)
    if rest is not None:
        rest.until = at
        work.save_rest(session, rest)


def find_break(session: Session, *, person: Person, at: datetime) -> Rest | None:
    """The break this person is on now, or None."""
    return find_rests(session, person=person, at=at)[1]


def _note(session: Session, person: Person, action: str, rest: Rest, at: datetime) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("rest", rest.id),
        brand_id=person.brand_id,
    )
