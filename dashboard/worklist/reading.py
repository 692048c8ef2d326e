"""What the lists of the queue read."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard import data
from otklik import database
from otklik.clock import now
from otklik.models import Person, Reply, SavedView
from otklik.store import queue, saved_views, shift
from otklik.store.people import list_people
from otklik.store.queue import QueuePage
from otklik.store.queue_filter import QueueFilter, Viewer
from otklik.store.shift import Hands, OnShift


def viewer(who: Person) -> Viewer:
    """This person, now, by the desk's own clock."""
    return Viewer(who.id or 0, now().astimezone(ZoneInfo(data.settings().timezone)))


@dataclass(frozen=True)
class Choices:
    """What may be chosen in the filters: names of zones, platforms and people that exist."""

    zones: list[str]
    platforms: list[str]
    people: dict[int, str]


def choices() -> Choices:
    """Zones of what waits, platforms with a source, people who may sign in."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        staff = [one for one in list_people(session, brand) if one.is_active]
        zones = {zone for one in staff for zone in one.zones} | set(
            queue.list_zones(session, brand)
        )
        return Choices(
            zones=sorted(zones),
            platforms=queue.list_platforms(session, brand),
            people={one.id or 0: one.name or one.login for one in staff},
        )


def page(wanted: QueueFilter, who: Person, number: int) -> tuple[QueuePage, dict[int, Hands]]:
    """A page of what waits, and whose hands each row is in."""
    brand, looks = data.settings().brand_id, viewer(who)
    with database.reading(data.engine()) as session:
        found = queue.list_queue(session, brand, wanted, viewer=looks, number=number)
        return found, shift.list_hands(session, [row.id for row in found.rows], looks.at)


def on_shift(at: datetime) -> list[OnShift]:
    """Who works on what now."""
    with database.reading(data.engine()) as session:
        return shift.list_on_shift(session, data.settings().brand_id, at)


def first_ids(wanted: QueueFilter, who: Person, limit: int) -> list[int]:
    """The first of all that fit the filter."""
    with database.reading(data.engine()) as session:
        return queue.list_ids(
            session, data.settings().brand_id, wanted, viewer=viewer(who), limit=limit
        )


def done(
    wanted: QueueFilter, who: Person, number: int
) -> tuple[QueuePage, dict[int, Reply], list[Reply]]:
    """A page of what was dealt with, the last reply to each, and replies of unknown outcome."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        found = queue.list_done(session, brand, wanted, viewer=viewer(who), number=number)
        last = queue.list_last_replies(session, [row.id for row in found.rows])
        return found, last, queue.list_unknown_replies(session, brand)


@dataclass(frozen=True)
class Views:
    """Saved views that this person may open, with their owners' names, and the default one."""

    all: list[tuple[SavedView, str]]
    default: int | None

    def find(self, view_id: int | None) -> SavedView | None:
        """One of them, or None."""
        return next((view for view, _ in self.all if view.id == view_id), None)


def views(who: Person) -> Views:
    """What this person can open the queue with."""
    with database.reading(data.engine()) as session:
        found = saved_views.list_views(session, data.settings().brand_id, who.id or 0)
        return Views(found, saved_views.find_default(session, who.id or 0))
