"""What stands around a case: who works on it, its author's past, what one did a moment ago."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard import data
from otklik import database, wellness
from otklik.models import Hold, Mention, Person, Rest
from otklik.store import cases, past
from otklik.store.cases import AnsweredElsewhere, Holder
from otklik.store.past import Past, Pulse
from responder import holding, leases, undoing
from responder.undoing import Step


@dataclass(frozen=True)
class Surroundings:
    """Around one mention, for one person; read in one transaction."""

    holder: Holder | None
    hold: Hold | None
    past: Past
    elsewhere: AnsweredElsewhere | None
    pulse: Pulse | None


def read(mention: Mention, at: datetime) -> Surroundings:
    """Everything around it."""
    number = mention.id or 0
    with database.reading(data.engine()) as session:
        return Surroundings(
            leases.holder_of(session, [number], at).get(number),
            holding.find_hold(session, mention, at),
            past.get_past(session, mention),
            cases.list_answered_elsewhere(session, [mention], at).get(number),
            past.find_pulse(session, number, at),
        )


def pulse(number: int, at: datetime) -> Pulse | None:
    """What must be drawn anew when it changes."""
    with database.reading(data.engine()) as session:
        return past.find_pulse(session, number, at)


@dataclass(frozen=True)
class Own:
    """Of the person at the desk: what can be taken back, a break that is due or goes on."""

    step: Step | None
    offered: Rest | None
    rest: Rest | None


def sending() -> timedelta:
    """How long an approved reply waits."""
    return timedelta(seconds=data.settings().undo_seconds)


def of_person(who: Person, at: datetime) -> Own:
    """What the desk has to say to this person."""
    with database.reading(data.engine()) as session:
        return Own(
            undoing.find_last(session, person=who, at=at, sending=sending()),
            *wellness.find_rests(session, person=who, at=at),
        )
