"""What the screens read: each function one reading transaction, nothing cached that can change."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

from sqlalchemy import Engine

from classifier.lists import parse_lists
from otklik import audit, database, people, switches
from otklik.enums import Language, PostingMode, ReplyState, Severity
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
    Quarantine,
    Reply,
    Thread,
)
from otklik.own_lists import find_lists
from otklik.settings import Settings, load_settings
from otklik.store import judgements, mentions, queue, replies, subjects
from otklik.subjects import SUBJECT_KINDS, EntityKind, Subject
from otklik.verdicts import Verdict
from responder import review
from responder.knowledge import Fact
from responder.knowledge_file import load_knowledge, shipped_knowledge
from responder.lint import Finding


@cache
def settings() -> Settings:
    """The settings of this process."""
    return load_settings()


@cache
def engine() -> Engine:
    """The engine of this process."""
    return database.make_engine(settings().database_url)


@cache
def own_contacts() -> tuple[str, ...]:
    """Ways to reach us that may be said in public."""
    file = settings().knowledge_file
    known = load_knowledge(Path(file)) if file else shipped_knowledge()
    return tuple(known.own_contacts)


def find_person(token: str | None, at: datetime) -> Person | None:
    """Who this login cookie belongs to, or None."""
    with database.reading(engine()) as session:
        return people.find_logged_in(session, token, at)


def posting_mode() -> PostingMode:
    """Whether replies are published, rehearsed or held."""
    with database.reading(engine()) as session:
        return switches.posting_mode(session, settings().brand_id, settings().posting)


@dataclass(frozen=True)
class Pressure:
    """How much waits: by urgency, overdue, and what went out in the last day."""

    by_urgency: dict[int, int]
    overdue: int
    replies: dict[ReplyState, int]

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
            queue.count_replies(session, brand, at - timedelta(days=1)),
        )


def waiting(wanted: queue.QueueFilter, number: int) -> queue.QueuePage:
    """A page of the queue."""
    with database.reading(engine()) as session:
        return queue.list_queue(session, settings().brand_id, wanted, number=number)


def done(
    wanted: queue.QueueFilter, number: int
) -> tuple[queue.QueuePage, dict[int, Reply], list[Reply]]:
    """A page of what was dealt with, the last reply to each, and replies of unknown outcome."""
    brand = settings().brand_id
    with database.reading(engine()) as session:
        page = queue.list_done(session, brand, wanted, number=number)
        last = queue.list_last_replies(session, [row.id for row in page.rows])
        return page, last, queue.list_unknown_replies(session, brand)


def find_next(skip: set[int]) -> int | None:
    """The most urgent mention not skipped in this sitting."""
    with database.reading(engine()) as session:
        return queue.find_next(session, settings().brand_id, skip=skip)


def platforms() -> list[str]:
    """Platforms that have a source."""
    with database.reading(engine()) as session:
        return queue.list_platforms(session, settings().brand_id)


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
    lines: list[queue.ThreadLine]
    drafts: list[DraftRow] = field(default_factory=list)
    versions: list[MentionVersion] = field(default_factory=list)
    labels: list[tuple[Label, str]] = field(default_factory=list)
    author_mentions: int = 1
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
        mention = mentions.get_mention(session, mention_id)
        verdict = judgements.list_verdicts(session, [mention]).get(mention_id)
        draft = replies.find_proposed_draft(session, mention_id)
        found = [Finding.model_validate(one) for one in draft.findings] if draft else []
        return CaseFile(
            mention=mention,
            author=mentions.list_authors(session, [mention]).get(mention.author_id),
            thread=mentions.list_threads(session, [mention]).get(mention.thread_id),
            verdict=Verdict.model_validate(verdict.value) if verdict else None,
            decision=judgements.list_decisions(session, [mention]).get(mention_id),
            incident=session.get(Incident, mention.incident_id) if mention.incident_id else None,
            draft=draft,
            facts=review.cited_facts(session, draft.facts) if draft else [],
            findings=found,
            approvers=queue.list_approvers(session, draft.id or 0) if draft else [],
            replies=replies.list_replies(session, mention_id),
            lines=queue.list_thread_around(session, mention),
            drafts=replies.list_drafts(session, mention_id),
            versions=mentions.list_versions(session, mention_id),
            labels=queue.list_labels(session, mention_id),
            author_mentions=mentions.count_by_author(session, [mention.author_id])[
                mention.author_id
            ],
            subject=subjects.list_subjects(session, [mention]).get(mention_id),
        )


def last_reply(mention_id: int) -> Reply | None:
    """The latest reply to a mention, or None."""
    with database.reading(engine()) as session:
        return queue.list_last_replies(session, [mention_id]).get(mention_id)


def lint(case: CaseFile, text: str, at: datetime) -> list[Finding]:
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
            own_contacts=own_contacts(),
        )


def is_serious(findings: list[Finding]) -> bool:
    """Is there something a person must have seen before approving?"""
    return any(finding.severity != Severity.NOTE for finding in findings)


@dataclass(frozen=True)
class MachineRoom:
    """How imports and alerts fare."""

    quarantine: list[tuple[Quarantine, str]]
    quarantined: int
    alerts: list[queue.AlertLine]
    states: dict[str, int]


def machine_room() -> MachineRoom:
    """Everything on the system page."""
    brand = settings().brand_id
    with database.reading(engine()) as session:
        bad, total = queue.list_quarantine(session, brand, size=20)
        return MachineRoom(
            bad,
            total,
            queue.list_alerts(session, brand, limit=20),
            mentions.count_states(session, brand),
        )


def verify_audit() -> audit.ChainReport:
    """Walk the audit chain.

    Raises:
        AuditError: it does not verify.
    """
    with database.reading(engine()) as session:
        return audit.verify(session)
