"""Taking what strangers wrote out of every table that holds it; what staff did stays."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import null
from sqlmodel import Session, col, delete, or_, select, update

from otklik.enums import CloseReason, DraftState, MentionState, PromiseState, ReplyState
from otklik.models import (
    Act,
    Alert,
    Appeal,
    AuditEvent,
    Author,
    Case,
    ContactMark,
    DraftRow,
    Mention,
    MentionVersion,
    Promise,
    Reply,
    ShadowVerdict,
    SubjectRow,
    VerdictRow,
)
from otklik.store.audit import delete_details

_CHUNK = 500
_ENDED = (MentionState.CLOSED, MentionState.ANSWERED)


def list_authors_like(session: Session, brand_id: str, words: str, limit: int = 20) -> list[Author]:
    """Authors whose name, address or number at the platform holds these words, in any case."""
    words = words.strip()
    # neither database folds the case of Cyrillic by itself
    spelt = sorted({words, words.lower(), words.upper(), words.capitalize(), words.title()})
    places = (col(Author.name), col(Author.url), col(Author.external_id))
    query = select(Author).where(
        Author.brand_id == brand_id,
        col(Author.erased_at).is_(None),
        or_(*(place.contains(one, autoescape=True) for place in places for one in spelt)),
    )
    return list(session.exec(query.order_by(col(Author.id)).limit(limit)))


def list_same(session: Session, author: Author) -> list[Author]:
    """This account and those confirmed to be of the same person."""
    first = author.same_as_id or author.id
    found = select(Author).where(
        or_(col(Author.id) == first, col(Author.same_as_id) == first, col(Author.id) == author.id)
    )
    return list(session.exec(found.order_by(col(Author.id))))


class Touched(NamedTuple):
    """Numbers of what hangs on a person."""

    mentions: list[int]
    cases: list[int]
    drafts: list[int]
    replies: list[int]
    acts: list[int]
    appeals: list[int]
    promises: list[int]


def list_touched(session: Session, author_ids: Sequence[int]) -> Touched:
    """Everything that was made of what these accounts wrote."""
    mentions = _ids(session, Mention.id, col(Mention.author_id).in_(author_ids))
    drafts: list[int] = []
    replies: list[int] = []
    for some in _chunks(mentions):
        drafts += _ids(session, DraftRow.id, col(DraftRow.mention_id).in_(some))
        replies += _ids(session, Reply.id, col(Reply.mention_id).in_(some))
    cases = _ids(session, Case.id, col(Case.author_id).in_(author_ids))
    acts = set(_ids(session, Act.id, col(Act.author_id).in_(author_ids)))
    promises: list[int] = []
    for some in _chunks(mentions):
        acts |= set(_ids(session, Act.id, col(Act.mention_id).in_(some)))
        promises += _ids(session, Promise.id, col(Promise.mention_id).in_(some))
    for some in _chunks(replies):
        acts |= set(_ids(session, Act.id, col(Act.reply_id).in_(some)))
    appeals: list[int] = []
    for some in _chunks(sorted(acts)):
        appeals += _ids(session, Appeal.id, col(Appeal.act_id).in_(some))
    return Touched(mentions, cases, drafts, replies, sorted(acts), appeals, promises)


MOVING = (ReplyState.SENDING, ReplyState.UNKNOWN)


def count_replies_under_way(session: Session, mention_ids: Sequence[int]) -> int:
    """Replies being sent, or of unknown outcome."""
    counts = count_replies(session, mention_ids)
    return sum(counts.get(one, 0) for one in MOVING)


def count_replies(session: Session, mention_ids: Sequence[int]) -> dict[ReplyState, int]:
    """How many replies to these mentions are in which state."""
    counts: Counter[ReplyState] = Counter()
    for some in _chunks(mention_ids):
        query = select(Reply.state).where(col(Reply.mention_id).in_(some))
        counts.update(ReplyState(one) for one in session.connection().execute(query).scalars())
    return dict(counts)


def count_promises(session: Session, mention_ids: Sequence[int]) -> int:
    """Promises to these authors that are still owed."""
    return sum(
        len(
            _ids(
                session,
                Promise.id,
                col(Promise.mention_id).in_(some),
                col(Promise.state) == PromiseState.OPEN,
            )
        )
        for some in _chunks(mention_ids)
    )


def delete_names(session: Session, author_ids: Sequence[int], at: datetime) -> None:
    """Name, address, numbers of the accounts; and by what contacts they might be known.

    The number at the platform gives way to ours: the comments stay known by their own, and who
    writes again is somebody new.
    """
    for author in session.exec(select(Author).where(col(Author.id).in_(author_ids))):
        author.name, author.url, author.external_id = "", "", f"erased {author.id}"
        author.followers = author.registered_at = None
        author.erased_at = at
        session.add(author)
    _run(session, delete(ContactMark).where(col(ContactMark.author_id).in_(author_ids)))
    session.flush()


def delete_objections(session: Session, appeal_ids: Sequence[int]) -> None:
    """What they said against a measure; the database allows it once their name is gone."""
    for some in _chunks(appeal_ids):
        of_these = col(Appeal.id).in_(some), col(Appeal.text) != ""
        _run(session, update(Appeal).where(*of_these).values(text=""))


def delete_words(session: Session, mention_ids: Sequence[int], at: datetime) -> None:
    """Texts, earlier ones too, pictures, what models quoted, what alerts told of them."""
    for some in _chunks(mention_ids):
        of_these = col(Mention.id).in_(some)
        empty: dict[str, Any] = {
            "text": "",
            "media": [],
            "original": {},
            "url": "",
            "last_error": "",
        }
        _run(session, update(Mention).where(of_these).values(**empty))
        _run(session, _of(MentionVersion, some, text=""))
        _run(session, _of(SubjectRow, some, value={}))
        _run(session, _of(Alert, some, title="", body=""))
        _run(session, delete(ShadowVerdict).where(col(ShadowVerdict.mention_id).in_(some)))
        for verdict in session.exec(select(VerdictRow).where(col(VerdictRow.mention_id).in_(some))):
            verdict.value = {**verdict.value, "reasons": [], "abstain_reason": ""}
            session.add(verdict)
        _run(
            session,
            update(Mention)
            .where(of_these, col(Mention.state).not_in(_ENDED))
            .values(
                state=MentionState.CLOSED,
                state_changed_at=at,
                close_reason=CloseReason.DELETED,
                retry_at=null(),
            ),
        )
    session.flush()


def close_work(session: Session, touched: Touched) -> None:
    """Drafts nobody has approved expire, replies not begun fail; what drafts quoted goes."""
    # first those offered: the database moves them itself when the one beside them goes
    waiting = (DraftState.OFFERED, DraftState.PROPOSED)
    for some in _chunks(touched.drafts):
        of_these = col(DraftRow.id).in_(some)
        _run(session, update(DraftRow).where(of_these).values(points=[], findings=[], known=[]))
        for state in waiting:
            open_ones = update(DraftRow).where(of_these, col(DraftRow.state) == state)
            _run(session, open_ones.values(state=DraftState.EXPIRED))
    for some in _chunks(touched.replies):
        is_queued = col(Reply.state) == ReplyState.QUEUED
        queued = update(Reply).where(col(Reply.id).in_(some), is_queued)
        _run(session, queued.values(state=ReplyState.FAILED, error="the author was erased"))


def delete_log_details(session: Session, author_ids: Sequence[int], touched: Touched) -> int:
    """Details of audit events about any of this; how many. The chain still verifies."""
    kinds = {
        "author": author_ids,
        "mention": touched.mentions,
        "case": touched.cases,
        "draft": touched.drafts,
        "reply": touched.replies,
        "act": touched.acts,
        "appeal": touched.appeals,
        "promise": touched.promises,
    }
    erased = 0
    for kind, numbers in kinds.items():
        for some in _chunks(list(numbers)):
            events = _ids(
                session,
                AuditEvent.id,
                AuditEvent.subject_kind == kind,
                col(AuditEvent.subject_id).in_([str(number) for number in some]),
            )
            erased += delete_details(session, events)
    return erased


def list_erased(session: Session, author_ids: Iterable[int]) -> set[int]:
    """Which of these were erased."""
    found: set[int] = set()
    for some in _chunks(sorted(set(author_ids))):
        wanted = col(Author.id).in_(some), col(Author.erased_at).is_not(None)
        found |= set(_ids(session, Author.id, *wanted))
    return found


def _of(table: Any, mention_ids: Sequence[int], **values: Any) -> Any:
    return update(table).where(col(table.mention_id).in_(mention_ids)).values(**values)


def _run(session: Session, statement: Any) -> None:
    session.connection().execute(statement)


def _ids(session: Session, column: Any, *conditions: Any) -> list[int]:
    return [int(number) for number in session.exec(select(column).where(*conditions))]


def _chunks(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))
