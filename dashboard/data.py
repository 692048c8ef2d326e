"""What the screens read: each function one reading transaction, nothing cached that can change."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, lru_cache

from sqlalchemy import Engine
from sqlmodel import Session

from classifier.lists import parse_lists
from dashboard.once import once
from otklik import database, people, switches
from otklik.bootstrap import read_whole_house
from otklik.enums import DraftState, Language, PostingMode, Role, Severity
from otklik.errors import ConfigError
from otklik.models import (
    Author,
    DecisionRow,
    DraftRow,
    Incident,
    Label,
    Mention,
    MentionVersion,
    Person,
    Reply,
    Thread,
)
from otklik.own_lists import find_lists
from otklik.settings import Settings, load_settings
from otklik.store import approvals, counts, mentions, queue, replies, subjects, threads, whole
from otklik.store import pressure as pressing
from otklik.subjects import SUBJECT_KINDS, EntityKind, Subject
from otklik.verdicts import Verdict
from responder import review
from responder.knowledge import Fact, Form, Knowledge
from responder.knowledge.house import House
from responder.lint import Finding


@cache
def settings() -> Settings:
    """The settings of this process."""
    return load_settings()


@cache
def engine() -> Engine:
    """The engine of this process."""
    return database.make_engine(settings().database_url)


_HOUSES: dict[str, tuple[float, House]] = {}
HOUSE_FOR = 2.0  # seconds: a change of files or of the desk is seen so late at most


def house() -> House:
    """What this house knows and where it comes from; read again every few seconds.

    Raises:
        ConfigError: the files are wrong, and there never were good ones.
    """
    at, key = time.monotonic(), f"{settings().database_url} {settings().knowledge_file}"
    then, found = _HOUSES.get(key, (-HOUSE_FOR, None))
    if found is None or at - then >= HOUSE_FOR:
        with database.reading(engine()) as session:
            found = read_whole_house(settings(), session)
        _HOUSES[key] = (at, found)
    return found


def forget_house() -> None:
    """It has just been changed here: read it again at the next question."""
    _HOUSES.clear()


def knowledge() -> Knowledge:
    """What this house knows now."""
    return house().knowledge


def own_contacts() -> tuple[str, ...]:
    """Ways to reach us that may be said in public."""
    return tuple(knowledge().own_contacts)


def checks(reply_max_length: int | None) -> review.Checks:
    """What a text is checked with when it is saved, and as it is typed.

    Args:
        reply_max_length: the platform's limit in characters; None: it has none.
    """
    house = knowledge()
    return review.Checks(
        own_contacts=house.own_contacts,
        reply_max_length=reply_max_length,
        power_rules=house.powers,
        familiar=True if house.address is Form.TY else None,
    )


def find_person(token: str | None, at: datetime) -> Person | None:
    """Who this login cookie belongs to, or None."""

    def read() -> Person | None:
        with database.reading(engine()) as session:
            return people.find_logged_in(session, token, at, idle=idle())

    return once(f"person of {token}", read)


def idle() -> timedelta:
    """A browser nobody used for so long is signed out."""
    return timedelta(minutes=settings().session_idle_minutes)


def posting_mode() -> PostingMode:
    """Whether replies are published, rehearsed or held."""

    def read() -> PostingMode:
        with database.reading(engine()) as session:
            return switches.posting_mode(session, settings().brand_id, settings().posting)

    return once("posting mode", read)


_COUNTED: dict[str, tuple[datetime, dict[str, int]]] = {}
COUNTED_FOR = timedelta(seconds=5)


def bar_counts(at: datetime, who: Person) -> dict[str, int]:
    """What waits on a page, by the page's name; counted once in a few seconds.

    What waits for everybody is counted once for all, what waits for one's yes for each approver.
    """
    brand = settings().brand_id

    def shared(session: Session) -> dict[str, int]:
        return {
            "promises": counts.count_overdue_promises(session, brand, at),
            "measures": counts.count_asked_acts(session, brand),
            "incidents": counts.count_unled_incidents(session, brand),
        }

    def own(session: Session) -> dict[str, int]:
        zones = people.zones_of(who)
        return {"approvals": approvals.count_for(session, brand, who.id or 0, zones)}

    found = _counted("", at, shared)
    return {**found, **_counted(f"{who.id}", at, own)} if people.may(who, Role.APPROVER) else found


def _counted(
    whose: str, at: datetime, count: Callable[[Session], dict[str, int]]
) -> dict[str, int]:
    key = f"{settings().database_url} {settings().brand_id} {whose}"
    then, found = _COUNTED.get(key, (None, {}))
    if then is None or not timedelta(0) <= at - then < COUNTED_FOR:
        with database.reading(engine()) as session:
            found = count(session)
        _COUNTED[key] = (at, found)
    return found


@dataclass(frozen=True)
class Pressure:
    """How much waits: by urgency, overdue, and due within the hour."""

    by_urgency: dict[int, int]
    overdue: int
    soon: int

    @property
    def waiting(self) -> int:
        """All that wait for a person."""
        return sum(self.by_urgency.values())


def pressure(at: datetime) -> Pressure:
    """The numbers at the head of the queue."""
    brand = settings().brand_id
    with database.reading(engine()) as session:
        return Pressure(
            queue.count_waiting(session, brand),
            queue.count_overdue(session, brand, at),
            pressing.count_running_out(session, brand, at),
        )


def named_entities() -> dict[str, tuple[EntityKind, str]]:
    """Kind and name of every thing of ours that any mention names, by id, in the lists' order."""
    brand = settings().brand_id
    with database.reading(engine()) as session:
        last, used = (
            subjects.find_last_lists(session, brand),
            set(subjects.list_named_entities(session, brand)),
        )
    if last is None:
        return {}
    return {key: value for key, value in _entity_names(last.text).items() if key in used}


@lru_cache(maxsize=4)
def _entity_names(text: str) -> dict[str, tuple[EntityKind, str]]:
    """Of a text of the lists: the same text always says the same."""
    try:
        found = parse_lists(text, "").entities
    except ConfigError:  # good for an earlier version of the reader: ids are shown instead
        return {}
    rows = [one for kind in SUBJECT_KINDS for one in found if one.kind is kind]
    return {one.id: (one.kind, one.name) for one in rows}


def lists_fault() -> str:
    """What is wrong with the file of the company's own lists; empty when nothing is."""
    with database.reading(engine()) as session:
        return find_lists(session, settings()).fault


@dataclass(frozen=True)
class CaseFile:
    """Everything the desk knows of one mention."""

    mention: Mention
    author: Author | None
    thread: Thread | None
    verdict: Verdict | None
    decision: DecisionRow | None
    incident: Incident | None
    draft: DraftRow | None
    facts: list[Fact]
    findings: list[Finding]
    approvers: list[str]
    replies: list[Reply]
    lines: list[threads.ThreadLine]
    drafts: list[DraftRow] = field(default_factory=list)
    versions: list[MentionVersion] = field(default_factory=list)
    labels: list[tuple[Label, str]] = field(default_factory=list)
    subject: Subject | None = None

    @property
    def reply(self) -> Reply | None:
        """The latest reply, whatever became of it."""
        return self.replies[-1] if self.replies else None

    @property
    def language(self) -> Language:
        """The language a reply is to be written in."""
        if self.draft is not None:
            return self.draft.language
        return self.verdict.language if self.verdict else Language.RUSSIAN


def case_file(mention_id: int) -> CaseFile:
    """The case of one mention.

    Raises:
        NotFound: there is no such mention.
    """
    with database.reading(engine()) as session:
        found = whole.get_whole(session, mention_id)
        mention = found.mention
        drafts = replies.list_drafts(session, mention_id)
        draft = next((one for one in drafts if one.state is DraftState.PROPOSED), None)
        return CaseFile(
            mention=mention,
            author=found.author,
            thread=found.thread,
            verdict=Verdict.model_validate(found.verdict.value) if found.verdict else None,
            decision=found.decision,
            incident=found.incident,
            draft=draft,
            facts=review.cited_facts(session, draft.facts, draft.brand_id) if draft else [],
            findings=[Finding.model_validate(one) for one in draft.findings] if draft else [],
            approvers=queue.list_approvers(session, draft.id or 0) if draft else [],
            replies=replies.list_replies(session, mention_id),
            lines=threads.list_thread_around(session, mention),
            drafts=drafts,
            versions=mentions.list_versions(session, mention_id) if mention.version > 1 else [],
            labels=queue.list_labels(session, mention_id),
            subject=found.subject,
        )


def last_reply(mention_id: int) -> Reply | None:
    """The latest reply to a mention, or None."""
    with database.reading(engine()) as session:
        return queue.list_last_replies(session, [mention_id]).get(mention_id)


def lint(case: CaseFile, text: str, at: datetime, checked: review.Checks) -> list[Finding]:
    """What is wrong with a text for this case."""
    draft = case.draft
    with database.reading(engine()) as session:
        return review.lint_text(
            session,
            mention=case.mention,
            text=text,
            language=case.language,
            points=draft.points if draft else [],
            facts=draft.facts if draft else [],
            at=at,
            powers=draft.powers if draft else (),
            known=draft.known if draft else (),
            follows_up_id=draft.follows_up_id if draft else None,
            **checked,
        )


def is_serious(findings: list[Finding]) -> bool:
    """Is there something a person must have seen before approving?"""
    return any(finding.severity != Severity.NOTE for finding in findings)
