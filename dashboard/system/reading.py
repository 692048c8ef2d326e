"""What the system page shows; every function a few queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dashboard import data
from dashboard.sources import watch
from otklik import audit, database
from otklik.audit import Walk
from otklik.enums import DeliveryState, MentionState, ReplyState
from otklik.models import Alert, AlertDelivery, AuditEvent, Quarantine
from otklik.store import alerts, audit_subjects, machine, queue
from otklik.store import audit as log
from otklik.store.audit import AuditPage
from otklik.store.audit_subjects import Place
from otklik.store.people import list_people
from otklik.watching import SourceReport, list_reports

PAGE = 50
STEP = 5_000
LATEST = 10_000


@dataclass(frozen=True)
class Machine:
    """How sources and steps fare."""

    reports: list[SourceReport]
    work: dict[MentionState, int]
    replies: dict[ReplyState, int]
    undelivered: dict[DeliveryState, int]

    @property
    def spent(self) -> float:
        """US dollars of this month, all sources together."""
        return sum(one.spent for one in self.reports)

    @property
    def budget(self) -> float:
        """US dollars that may be spent this month, where there is a budget."""
        return sum(one.budget or 0.0 for one in self.reports)

    def waits_since(self, at: datetime) -> float:
        """Seconds the longest due source waits to be read; 0 when none does."""
        due = [one.next_due_at for one in self.reports if one.is_read]
        return max(0.0, (at - min(due)).total_seconds()) if due else 0.0


def machine_room(at: datetime) -> Machine:
    """Everything under *State*."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        return Machine(
            watch.broken_first(list_reports(session, brand, at)),
            machine.count_machine_work(session, brand),
            machine.count_replies_on_their_way(session, brand),
            alerts.count_undelivered(session, brand),
        )


def alert_page(
    *, only_undelivered: bool, before_id: int | None
) -> list[tuple[Alert, list[AlertDelivery]]]:
    """A page of alerts, and one more when there is another page."""
    states = (DeliveryState.FAILED, DeliveryState.PENDING) if only_undelivered else ()
    with database.reading(data.engine()) as session:
        return alerts.list_deliveries(
            session,
            data.settings().brand_id,
            states=states,
            before_id=before_id,
            size=PAGE // 2 + 1,
        )


def bad_rows(number: int) -> tuple[list[tuple[Quarantine, str]], int]:
    """A page of rows that could not be read, and how many there are."""
    with database.reading(data.engine()) as session:
        return queue.list_quarantine(
            session, data.settings().brand_id, number=number, size=PAGE // 2
        )


@dataclass(frozen=True)
class Sought:
    """What is looked for in the audit log."""

    words: str = ""
    meanings: Mapping[str, frozenset[str]] = field(default_factory=dict)
    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def audit_page(sought: Sought, before_id: int | None, *, size: int = PAGE) -> AuditPage:
    """A page of the audit log."""
    with database.reading(data.engine()) as session:
        return log.search(
            session,
            data.settings().brand_id,
            words=sought.words,
            meanings=sought.meanings,
            actor=sought.actor,
            action=sought.action,
            subject=sought.subject,
            since=sought.since,
            until=sought.until,
            before_id=before_id,
            size=size,
        )


def audit_places(events: Sequence[AuditEvent]) -> dict[tuple[str, str], Place]:
    """Where the subjects of these events can be opened."""
    asked = {(one.subject_kind, one.subject_id) for one in events}
    with database.reading(data.engine()) as session:
        return audit_subjects.list_places(session, data.settings().brand_id, asked)


def known_words() -> tuple[dict[str, str], list[str]]:
    """Names by actor, and every action there was."""
    with database.reading(data.engine()) as session:
        people = list_people(session, data.settings().brand_id)
        names = {f"person:{one.id}": one.name or one.login for one in people}
        return names, log.list_actions(session)


def last_number() -> int:
    """The number of the newest audit event; 0 without any."""
    with database.reading(data.engine()) as session:
        last = log.find_last_event(session)
        return (last.id or 0) if last else 0


def walk_from(event_id: int) -> Walk:
    """A walk along the chain from this event on."""
    with database.reading(data.engine()) as session:
        return audit.walk_from(session, event_id)


def walk_on(walk: Walk) -> Walk:
    """One step further along the chain."""
    with database.reading(data.engine()) as session:
        return audit.walk_on(session, walk, STEP)
