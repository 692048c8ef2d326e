"""The ledger of promises: what a reply promises becomes an entry with an owner and a date."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from otklik import audit
from otklik.enums import Language, PromiseState, Role
from otklik.errors import ApprovalError, StaleText
from otklik.models import DraftRow, Mention, Person, Promise, Reply
from otklik.people import may, require
from otklik.store import mentions, replies
from otklik.store import promises as rows
from responder.follow_ups import follow_up_draft, reports_a_failure, require_owner
from responder.promise_finder import USUAL_DAYS, FoundPromise, find_debts
from responder.words import stems

__all__ = [
    "admit", "enter", "enter_by_hand", "enter_outside", "follow_up_draft", "forget", "hand_over",
    "keep", "keep_by_hand", "keep_by_reply", "owe_again", "postpone", "void",
]  # fmt: skip

SAME_WORDS = 0.6  # share of words in common from which two sentences of one day are one promise
_A_DAY = timedelta(days=1)


def enter(
    session: Session,
    reply: Reply,
    language: Language,
    at: datetime,
    *,
    owner_id: int | None = None,
    days: int = USUAL_DAYS,
) -> list[Promise]:
    """Enter every promise of an approved text; the approver owes it until handed over.

    What is open under the comment already is not entered twice: so the text of a correction
    adds what is new in it.

    Args:
        at: in the desk's own time zone: there its days end.
        days: working days that a promise without a date has.
    """
    found = find_debts(reply.text, language, at, days)
    return _enter(session, found, _entry(reply, owner_id, at), at)


def _entry(reply: Reply, owner_id: int | None, at: datetime) -> dict[str, Any]:
    return {
        "brand_id": reply.brand_id,
        "mention_id": reply.mention_id,
        "reply_id": reply.id,
        "owner_id": owner_id,
        "created_at": at,
    }


def enter_outside(
    session: Session,
    *,
    person: Person,
    mention: Mention,
    text: str,
    language: Language,
    at: datetime,
    days: int = USUAL_DAYS,
) -> list[Promise]:
    """Enter the promises of an answer that this person has given outside Otklik."""
    found = find_debts(text, language, at, days)
    return _enter(session, found, _by_hand(person, mention, at), at, by=person)


def _by_hand(person: Person, mention: Mention, at: datetime) -> dict[str, Any]:
    return {
        "brand_id": mention.brand_id,
        "mention_id": mention.id or 0,
        "owner_id": person.id,
        "entered_by_id": person.id,
        "created_at": at,
    }


def _enter(
    session: Session,
    found: Sequence[FoundPromise],
    entry: dict[str, Any],
    at: datetime,
    *,
    by: Person | None = None,
) -> list[Promise]:
    there = rows.list_promises_to(session, entry["mention_id"])
    made: list[Promise] = []
    for one in found:
        debt = Promise(
            **entry,
            text=one.text,
            due_at=one.due_at,
            is_undated=one.is_undated,
            is_conditional=one.is_conditional,
        )
        if not _is_entered(debt, [*there, *made]):
            made.append(debt)
    rows.save_promises(session, made)
    for debt in made:
        _note_made(session, debt, at, by)
    return made


def _is_entered(debt: Promise, there: Sequence[Promise]) -> bool:
    words = set(stems(debt.text))
    for other in there:
        if other.state != PromiseState.OPEN:
            continue
        others = set(stems(other.text))
        alike = len(words & others) >= SAME_WORDS * max(len(words), len(others))
        if words == others or (alike and abs(other.due_at - debt.due_at) < _A_DAY):
            return True
    return False


def _note_made(session: Session, debt: Promise, at: datetime, by: Person | None) -> None:
    detail = {"reply": debt.reply_id, "due_at": debt.due_at.astimezone(UTC).isoformat()}
    _note(session, debt, "promise.made", at, by, **detail)


def enter_by_hand(
    session: Session, *, person: Person, mention_id: int, text: str, due_at: datetime, at: datetime
) -> Promise:
    """Enter what was promised outside Otklik: by phone, in a message, on the site itself.

    Raises:
        ApprovalError: no words, a date gone by, or it stands in the ledger already.
        NotAllowed: role too low. NotFound: no such mention.
    """
    require(person, Role.OPERATOR)
    mention = mentions.get_mention(session, mention_id)
    if not text.strip():
        raise ApprovalError("say what was promised")
    if due_at <= at:
        raise ApprovalError("a promise falls due in the future")
    debt = Promise(**_by_hand(person, mention, at), text=text.strip(), due_at=due_at)
    if _is_entered(debt, rows.list_promises_to(session, mention_id)):
        raise ApprovalError("this promise stands in the ledger already")
    rows.save_promises(session, [debt])
    _note_made(session, debt, at, person)
    return debt


def forget(session: Session, reply_id: int, at: datetime) -> None:
    """A reply that never went out has promised nothing."""
    for debt in rows.list_open_promises(session, reply_id):
        _close(debt, PromiseState.VOID, at)
        session.add(debt)


def keep(
    session: Session, *, person: Person, promise_id: int, note: str = "", at: datetime
) -> Promise:
    """It was done; the public report is another step (`follow_up_draft`).

    Raises:
        StaleText: it is kept or void already.
        NotAllowed: it is somebody else's, and the role is below approver.
    """
    debt = _owed(session, person, promise_id, PromiseState.OPEN, PromiseState.BROKEN)
    _close(debt, PromiseState.KEPT, at, person, note)
    return _saved(session, debt, "promise.kept", at, person, note=note)


def admit(session: Session, *, person: Person, promise_id: int, note: str, at: datetime) -> Promise:
    """It was not done and will not be in time; it stays visible as broken.

    Raises:
        ApprovalError: no reason. StaleText: it is not open.
        NotAllowed: it is somebody else's, and the role is below approver.
    """
    _require_reason(note)
    debt = _owed(session, person, promise_id, PromiseState.OPEN)
    _close(debt, PromiseState.BROKEN, at, person, note)
    return _saved(session, debt, "promise.broken", at, person, note=note)


def postpone(
    session: Session,
    *,
    person: Person,
    promise_id: int,
    due_at: datetime,
    reason: str,
    at: datetime,
) -> Promise:
    """Give it a later date; it counts as postponed from then on.

    Raises:
        ApprovalError: no reason, or the date is not later. StaleText: it is not open.
        NotAllowed: it is somebody else's, and the role is below approver.
    """
    _require_reason(reason)
    debt = _owed(session, person, promise_id, PromiseState.OPEN)
    if due_at <= at or due_at <= debt.due_at:
        raise ApprovalError("a promise is postponed to a later date")
    before = debt.due_at
    debt.first_due_at, debt.due_at = debt.first_due_at or before, due_at
    debt.postponements, debt.note = debt.postponements + 1, reason
    return _saved(
        session,
        debt,
        "promise.postponed",
        at,
        person,
        due_before=before.isoformat(),
        due_at=due_at.astimezone(UTC).isoformat(),
        reason=reason,
    )


def hand_over(
    session: Session, *, person: Person, promise_id: int, to_id: int, at: datetime, note: str = ""
) -> Promise:
    """Somebody else owes it from now on.

    Raises:
        ApprovalError: no such active person. StaleText: it is not open.
        NotAllowed: it is somebody else's, and the role is below approver.
    """
    debt = _owed(session, person, promise_id, PromiseState.OPEN)
    heir = session.get(Person, to_id)
    if heir is None or not may(heir, Role.OPERATOR):
        raise ApprovalError("a promise is handed over to somebody who works here")
    before, debt.owner_id = debt.owner_id, to_id
    return _saved(
        session,
        debt,
        "promise.handed_over",
        at,
        person,
        owner_before=before,
        owner=to_id,
        note=note,
    )


def void(
    session: Session, *, person: Person, promise_id: int, reason: str, at: datetime
) -> Promise:
    """It was no promise of ours; once its date has gone by, only a lead may say so.

    Raises:
        ApprovalError: no reason. StaleText: it is not open. NotAllowed: role too low.
    """
    _require_reason(reason)
    debt = rows.get_promise(session, promise_id)
    require(person, Role.LEAD if debt.due_at <= at else Role.APPROVER)
    _require_state(debt, PromiseState.OPEN)
    _close(debt, PromiseState.VOID, at, person, reason)
    return _saved(session, debt, "promise.voided", at, person, reason=reason)


def keep_by_reply(session: Session, reply: Reply, at: datetime) -> None:
    """A report stands in public: what it reports on is kept by it, or admitted to be broken."""
    if reply.follows_up_id is None:
        return
    session.flush()
    debt = rows.get_promise(session, reply.follows_up_id)
    failed = reports_a_failure(replies.get_draft(session, reply.draft_id))
    action = "promise.told_broken" if failed else "promise.told_kept"
    if failed and debt.state == PromiseState.OPEN:
        _close(debt, PromiseState.BROKEN, at)
    if not failed:
        debt.kept_by_reply_id = reply.id
        if debt.state in (PromiseState.OPEN, PromiseState.BROKEN):
            _close(debt, PromiseState.KEPT, reply.posted_at or at)
    _saved(session, debt, action, at, None, reply=reply.id)


def owe_again(session: Session, reply: Reply, at: datetime) -> Promise | None:
    """The report that kept a promise is withdrawn: the same is owed anew, by tomorrow.

    What was closed stays as it was (the database lets nothing reopen); a new entry follows it.
    """
    if reply.follows_up_id is None:
        return None
    told = rows.get_promise(session, reply.follows_up_id)
    if told.kept_by_reply_id != reply.id:
        return None
    debt = Promise(
        brand_id=told.brand_id,
        mention_id=told.mention_id,
        reply_id=told.reply_id,
        owner_id=told.owner_id,
        text=told.text,
        due_at=max(told.due_at, at + _A_DAY),
        first_due_at=told.first_due_at or told.due_at,
        created_at=at,
        note=f"the report on promise {told.id} was withdrawn",
    )
    rows.save_promises(session, [debt])
    _note_made(session, debt, at, None)
    return debt


def keep_by_hand(session: Session, *, person: Person, draft: DraftRow, at: datetime) -> None:
    """A person has published this report themselves."""
    if draft.follows_up_id is None:
        return
    debt = rows.get_promise(session, draft.follows_up_id)
    failed = reports_a_failure(draft)
    if debt.state == PromiseState.OPEN or (debt.state == PromiseState.BROKEN and not failed):
        if not (failed and debt.state == PromiseState.BROKEN):
            _close(debt, PromiseState.BROKEN if failed else PromiseState.KEPT, at, person)
        _saved(session, debt, f"promise.told_{debt.state}", at, person, draft=draft.id)


def _owed(session: Session, person: Person, promise_id: int, *states: PromiseState) -> Promise:
    debt = rows.get_promise(session, promise_id)
    require_owner(person, debt)
    _require_state(debt, *states)
    return debt


def _require_state(debt: Promise, *states: PromiseState) -> None:
    if debt.state not in states:
        raise StaleText(f"this promise is {debt.state} by now")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ApprovalError("say why")


def _close(
    debt: Promise, state: PromiseState, at: datetime, person: Person | None = None, note: str = ""
) -> None:
    debt.state, debt.closed_at = state, at
    debt.closed_by_id = person.id if person is not None else None
    debt.note = note or debt.note


def _saved(
    session: Session, debt: Promise, action: str, at: datetime, by: Person | None, **detail: object
) -> Promise:
    session.add(debt)
    session.flush()
    _note(session, debt, action, at, by, **detail)
    return debt


def _note(
    session: Session, debt: Promise, action: str, at: datetime, by: Person | None, **detail: object
) -> None:
    audit.record(
        session,
        at=at.astimezone(UTC),
        actor=audit.actor_of(by),
        action=action,
        subject=("promise", debt.id),
        detail=detail,
        brand_id=debt.brand_id,
    )
