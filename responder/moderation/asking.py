"""A person asks for an act. Nothing happens until people approve it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from otklik.enums import ActKind, ActState, Language, Role
from otklik.errors import ApprovalError, StaleText
from otklik.models import Act, Mention, Person, VerdictRow
from otklik.people import require
from otklik.store import acts, judgements, mentions
from responder.moderation import bans
from responder.moderation.grounds import Hearing, HideGround, hear
from responder.moderation.notice import hide_notice
from responder.moderation.recording import save, save_house
from responder.moderation.terms import DEFAULT_TERMS, BanTerms

_UNDOES = {ActKind.HIDE: ActKind.UNHIDE, ActKind.BAN: ActKind.UNBAN}


def ask_hide(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    version: int,
    ground: HideGround,
    reason: str,
    at: datetime,
    appeal_to: str = "",
) -> Act:
    """Ask that a comment be hidden; criticism is not hidden for being criticism.

    Raises:
        ApprovalError: criticism, hidden already, or asked for already.
        StaleText: edited or deleted since it was shown. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    row = _present(session, mention_id, version)
    hearing = hear(session, row)
    if refusal := hearing.refusal(ground):
        raise ApprovalError(refusal)
    if row.is_hidden:
        raise ApprovalError("it is hidden already")
    language = language_of(session, row)
    act = hide_act(row, hearing, language, ground=ground, reason=reason, at=at, appeal_to=appeal_to)
    return save(session, act, person)


def hide_act(
    row: Mention,
    hearing: Hearing,
    language: Language,
    *,
    ground: HideGround,
    reason: str,
    at: datetime,
    appeal_to: str = "",
) -> Act:
    """A hiding to be asked for, with what was heard and what its author would be told."""
    act = about_mention(ActKind.HIDE, row, reason, at)
    act.approvals_needed = hearing.approvals(ground)
    act.evidence = [
        {
            "ground": str(ground),
            "is_found": ground in hearing.found,
            "is_criticism": hearing.is_criticism,
            "mention": row.id,
            "version": row.version,
            "content_digest": row.content_digest,
        }
    ]
    act.notice = hide_notice(ground, language, row.waiting_since, appeal_to)
    return act


def language_of(session: Session, row: Mention) -> Language:
    """The language to speak to its author in; Russian where nobody knows."""
    return spoken(judgements.list_verdicts(session, [row]).get(row.id or 0))


def spoken(verdict: VerdictRow | None) -> Language:
    """The same by a verdict that is at hand."""
    is_english = verdict is not None and verdict.language is Language.ENGLISH
    return Language.ENGLISH if is_english else Language.RUSSIAN


def ask_report(
    session: Session, *, person: Person, mention_id: int, version: int, reason: str, at: datetime
) -> Act:
    """Ask that a comment be reported to those who run the platform.

    Raises:
        ApprovalError: reported or asked for already. StaleText, NotAllowed: as for hiding.
    """
    require(person, Role.OPERATOR)
    row = _present(session, mention_id, version)
    for act in acts.list_subject_acts(session, f"mention:{row.id}"):
        is_same = act.kind is ActKind.REPORT and act.mention_version == version
        if is_same and act.state is ActState.DONE:
            raise ApprovalError("it was reported already")
    return save(session, about_mention(ActKind.REPORT, row, reason, at), person)


def ask_ban(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    reason: str,
    at: datetime,
    terms: BanTerms = DEFAULT_TERMS,
    appeal_to: str = "",
) -> Act:
    """Ask that the author of this mention be banned where it stands.

    Raises:
        ApprovalError: a criterion does not hold, the year's budget is spent, or the author is
            banned already; says which. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    row = mentions.get_mention(session, mention_id)
    act = bans.ban_act(
        session,
        row,
        reason=reason,
        terms=terms,
        at=at,
        language=language_of(session, row),
        appeal_to=appeal_to,
    )
    return save(session, act, person)


def ask_undo(
    session: Session, *, person: Person | None, act_id: int, reason: str, at: datetime
) -> Act:
    """Ask that a hiding or a ban be taken back; None asks for the house itself (an appeal).

    Raises:
        ApprovalError: it was never done, is taken back, or being taken back.
        NotAllowed: role too low.
    """
    if person is not None:
        require(person, Role.OPERATOR)
    done = acts.get_act(session, act_id)
    kind = _UNDOES.get(done.kind)
    if kind is None or done.state is not ActState.DONE:
        raise ApprovalError(f"only a hiding or a ban that was done can be taken back: {done.state}")
    if acts.find_undoing(session, act_id) is not None:
        raise ApprovalError("it is taken back, or being taken back, already")
    kept = ("brand_id", "subject_key", "mention_id", "mention_version", "author_id")
    again = {name: getattr(done, name) for name in kept}
    act = Act(
        kind=kind, state=ActState.ASKED, undoes_id=act_id, reason=reason, asked_at=at, **again
    )
    return save_house(session, act) if person is None else save(session, act, person)


def _present(session: Session, mention_id: int, version: int) -> Mention:
    row = mentions.get_mention(session, mention_id)
    session.refresh(row)
    if row.version != version:
        raise StaleText("the comment was edited since you opened it")
    if row.deleted_at is not None:
        raise StaleText("the comment was deleted")
    if row.is_ours:
        raise ApprovalError("our own words are withdrawn or corrected, not hidden")
    return row


def about_mention(kind: ActKind, row: Mention, reason: str, at: datetime) -> Act:
    """An act about one version of a comment, still to be asked for."""
    return Act(
        brand_id=row.brand_id,
        kind=kind,
        state=ActState.ASKED,
        subject_key=f"mention:{row.id}",
        mention_id=row.id,
        mention_version=row.version,
        author_id=row.author_id,
        reason=reason,
        evidence=[
            {"mention": row.id, "version": row.version, "content_digest": row.content_digest}
        ],
        asked_at=at,
    )
