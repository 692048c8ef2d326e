"""When a ban may be asked for: the criteria, the year's budget, and what is settled already."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from otklik.enums import ActKind, ActState, Language
from otklik.errors import ApprovalError
from otklik.models import Act, Mention
from otklik.store import acts, histories
from responder.moderation.criteria import BanCheck, check
from responder.moderation.history import AuthorRecord, author_record
from responder.moderation.notice import ban_notice
from responder.moderation.terms import YEAR, BanTerms

_LEAST_APPROVALS = 2


def weigh(
    session: Session, author_id: int, terms: BanTerms, at: datetime
) -> tuple[AuthorRecord, BanCheck]:
    """An author's record, and how the three criteria stand by it."""
    record = author_record(session, [author_id], at, terms.window)[author_id]
    return record, check(record, terms)


def refusal(session: Session, row: Mention, terms: BanTerms, at: datetime) -> tuple[str, BanCheck]:
    """Why this author may not be banned now (empty: may be), with the counted criteria."""
    record, counted = weigh(session, row.author_id, terms, at)
    if row.author_id in record.banned_ids:
        return "the author is banned already", counted
    if not counted.is_met:
        missing = "; ".join(found.words_en for found in counted.missing)
        return f"not all criteria of a ban hold: {missing}", counted
    return over_budget(session, row.brand_id, terms, at), counted


def over_budget(session: Session, brand_id: str, terms: BanTerms, at: datetime) -> str:
    """What to say when the year's bans are spent; empty while they are not."""
    acts.lock_bans(session)
    used = acts.count_bans(session, brand_id, at - YEAR)
    if used < terms.yearly_budget:
        return ""
    return f"the budget of bans is spent: {used} of {terms.yearly_budget} in a year"


def ban_act(
    session: Session,
    row: Mention,
    *,
    reason: str,
    terms: BanTerms,
    at: datetime,
    language: Language,
    appeal_to: str = "",
) -> Act:
    """A ban to be asked for, with all that was counted.

    Raises:
        ApprovalError: says what is missing.
    """
    why_not, counted = refusal(session, row, terms, at)
    if why_not:
        raise ApprovalError(why_not)
    until = at + timedelta(days=terms.ban_days) if terms.ban_days else None
    return Act(
        brand_id=row.brand_id,
        kind=ActKind.BAN,
        state=ActState.ASKED,
        subject_key=f"author:{row.author_id}",
        mention_id=row.id,
        mention_version=row.version,
        author_id=row.author_id,
        reason=reason,
        evidence=counted.evidence,
        notice=ban_notice(language, until, appeal_to),
        until=until,
        approvals_needed=_LEAST_APPROVALS,
        asked_at=at,
    )


def machine_ban(
    session: Session,
    row: Mention,
    *,
    reason: str,
    terms: BanTerms,
    at: datetime,
    language: Language,
) -> Act | None:
    """The same for a policy, which asks once: not again on what people have decided.

    Raises:
        ApprovalError: says what is missing.
    """
    act = ban_act(session, row, reason=reason, terms=terms, at=at, language=language)
    newest = max(datetime.fromisoformat(item["at"]) for item in act.evidence)
    accounts = histories.list_accounts(session, [row.author_id])
    for earlier in histories.list_acts_on(session, accounts):
        is_ban = earlier.kind is ActKind.BAN
        if is_ban and (earlier.state in acts.UNDER_WAY or earlier.asked_at >= newest):
            return None
    return act
