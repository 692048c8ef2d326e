"""What the page of the policy reads; each part one transaction of a few queries."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from sqlmodel import Session

from dashboard import data
from otklik import database
from otklik.enums import ProposalKind, ProposalState
from otklik.errors import PolicyError
from otklik.models import AuditEvent, Mention, Person, PolicyRevision, Proposal, Rehearsal
from otklik.people import is_only_lead
from otklik.store import decisions, mentions, policy_history, proposals
from otklik.store.decisions import ShadowPair, Silence
from responder.policy import Policy, kept, proposing
from responder.policy.file import find_policy, shipped_names
from responder.policy.inspecting import Remark, inspect

MOST = 20_000  # decisions that counts look back over
MOST_PAIRS = 5_000
DAYS = (7, 30, 90)
COUNTED = timedelta(days=7)


@dataclass(frozen=True)
class Standing:
    """What decides now, what waits, what the file says.

    Attributes:
        policy: None where nothing decides yet, or what does cannot be read any more.
        since, by: when it came into force, and who brought it; empty for the file.
        problem: what is wrong with the file of the settings, followed or not.
    """

    row: PolicyRevision | None
    policy: Policy | None
    event: AuditEvent | None
    by: str
    active: Proposal | None
    waiting: int
    file: Policy | None
    problem: str

    @property
    def is_of_desk(self) -> bool:
        """Was it written at the desk?"""
        return self.active is not None and bool(self.active.text)

    @property
    def digest(self) -> str:
        """What was in force when this was read."""
        return self.row.digest if self.row else ""


def standing() -> Standing:
    """What the head of the page shows."""
    brand, place = data.settings().brand_id, data.settings().policy_file
    file, problem = read_file(place)
    with database.reading(data.engine()) as session:
        row = kept.find_row_in_force(session, brand)
        event = decisions.find_last_policy_event(session, brand, (kept.LOADED,))
        return Standing(
            row=row,
            policy=kept.find_kept(session, row.digest) if row else None,
            event=event,
            by=_actor(session, event),
            active=proposals.find_active(session, brand, ProposalKind.POLICY),
            waiting=proposals.count_proposed(session, brand).get(ProposalKind.POLICY, 0),
            file=file,
            problem=problem,
        )


def _actor(session: Session, event: AuditEvent | None) -> str:
    kind, _colon, number = (event.actor if event else "").partition(":")
    if kind != "person":
        return ""
    found = proposals.list_names(session, [int(number)])
    return found.get(int(number), "")


def read_file(place: str) -> tuple[Policy | None, str]:
    """The policy of the settings' file, and what is wrong with it."""
    path = Path(place) if place else None
    try:
        stamp = path.stat().st_mtime_ns if path and path.is_file() else 0
    except OSError:
        stamp = 0
    return _read_file(place, stamp)


@lru_cache(maxsize=4)
def _read_file(place: str, _stamp: int) -> tuple[Policy | None, str]:
    try:
        return find_policy(place), ""
    except PolicyError as error:
        return None, str(error)


def rule_counts(digest: str, at: datetime) -> dict[str, int]:
    """How often each rule of that revision decided in the last week, of the newest decisions."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        after = proposals.get_rehearsal_start(session, brand, at - COUNTED, MOST)
        return policy_history.count_by_rule(session, brand, digest, after)


@dataclass(frozen=True)
class Checked:
    """What is to be said of a text: its policy, or what is wrong with it."""

    policy: Policy | None = None
    error: PolicyError | None = None
    remarks: list[Remark] = field(default_factory=list)


@lru_cache(maxsize=32)
def _parsed(text: str) -> Checked:
    try:
        policy = proposing.read_text(text)
    except PolicyError as error:
        return Checked(error=error)
    return Checked(policy=policy, remarks=inspect(policy))


def check(text: str) -> Checked:
    """Read a text with all its examples, and see whether its version may follow."""
    found = _parsed(text)
    if found.policy is None:
        return found
    with database.reading(data.engine()) as session:
        try:
            kept.check_follows(session, data.settings().brand_id, found.policy)
        except PolicyError as error:
            place = proposing.PLACE
            told = PolicyError(error.message, file=place, line=error.line, column=1)
            return Checked(found.policy, told, found.remarks)
    return found


@dataclass(frozen=True)
class Desk:
    """What one lead has on their desk: the text, what it is based on, and a free version."""

    text: str
    base_digest: str
    saved_at: datetime | None
    in_force: str
    next_version: int


def desk(person: Person, start: Policy | None) -> Desk:
    """What this person is writing; by default the policy in force."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        in_force = proposing.digest_in_force(session, brand)
        row = proposals.find_working_text(session, person.id or 0, ProposalKind.POLICY)
        text = row.text if row else (start.text if start else "")
        version = proposing.find_next_version(session, brand, text)
        base, saved = (row.base_digest, row.saved_at) if row else (in_force, None)
        return Desk(text, base, saved, in_force, version)


@dataclass(frozen=True)
class Waiting:
    """Proposals of any state with the names of who wrote and decided, and their rehearsals."""

    rows: list[Proposal]
    names: dict[int, str]
    rehearsals: dict[str, Rehearsal]
    in_force: str
    is_alone: bool = False


def waiting(person: Person, *states: ProposalState) -> Waiting:
    """Proposals of these states, the newest first."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        rows = proposals.list_proposals(session, brand, ProposalKind.POLICY, states=states)
        people = [one for row in rows for one in (row.author_id, row.decided_by_id)]
        tried = proposals.list_rehearsals(session, brand, [row.digest for row in rows])
        return Waiting(
            rows,
            proposals.list_names(session, people),
            tried,
            proposing.digest_in_force(session, brand),
            is_only_lead(session, person),
        )


def rehearsal(digest: str) -> Rehearsal | None:
    """The newest rehearsal of a text."""
    with database.reading(data.engine()) as session:
        return proposals.find_last_rehearsal(session, data.settings().brand_id, digest)


def comments(ids: list[int]) -> dict[int, Mention]:
    """Mentions by id."""
    with database.reading(data.engine()) as session:
        return {row.id or 0: row for row in mentions.list_mentions(session, ids)}


@dataclass(frozen=True)
class Beside:
    """What decides in the shadow now, and what it said lately beside the live policy."""

    shadowed: Proposal | None
    row: PolicyRevision | None
    pairs: list[ShadowPair]


def beside(days: int, at: datetime) -> Beside:
    """The shadow of the last days, the newest decisions."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        shadowed = proposals.find_shadowed(session, brand)
        digest = shadowed.digest if shadowed else decisions.find_last_shadow_digest(session, brand)
        if digest is None:
            return Beside(shadowed, None, [])
        since = at - timedelta(days=days)
        pairs = policy_history.list_last_shadow_pairs(session, brand, digest, since, MOST_PAIRS)
        return Beside(shadowed, session.get(PolicyRevision, digest), pairs)


def silences(days: int, at: datetime) -> list[Silence]:
    """The diary of silence of the last days."""
    with database.reading(data.engine()) as session:
        since = at - timedelta(days=days)
        return policy_history.list_recent_silences(
            session, data.settings().brand_id, since, examples=3
        )


@dataclass(frozen=True)
class Version:
    """A text that can be compared and gone back to."""

    key: str
    name: str
    version: int
    text: str
    digest: str
    at: datetime | None = None
    by: str = ""


def versions(person: Person) -> list[Version]:
    """Every text there is: of this person, proposed, kept, shipped."""
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        rows = policy_history.list_last_revisions(session, brand)
        made = proposals.list_proposals(
            session, brand, ProposalKind.POLICY, states=[ProposalState.PROPOSED]
        )
        names = proposals.list_names(session, [row.author_id for row in made])
        working = proposals.find_working_text(session, person.id or 0, ProposalKind.POLICY)
    found = [
        Version(
            f"proposal:{row.id}",
            "",
            row.version,
            row.text,
            row.digest,
            row.created_at,
            names.get(row.author_id, ""),
        )
        for row in made
        if row.text
    ]
    if working is not None:
        found.insert(0, Version("mine", "", 0, working.text, "", working.saved_at))
    found += [
        Version(
            f"revision:{row.digest}", row.name, row.version, row.text, row.digest, row.loaded_at
        )
        for row in rows
    ]
    return found + _shipped()


@lru_cache(maxsize=1)
def _shipped_policies() -> tuple[Policy, ...]:
    return tuple(find_policy(name) for name in shipped_names())


def _shipped() -> list[Version]:
    return [
        Version(f"shipped:{one.name}", one.name, one.version, one.text, one.digest)
        for one in _shipped_policies()
    ]
