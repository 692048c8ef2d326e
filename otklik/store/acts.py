"""Acts on the outside other than replies, their approvals, appeals against them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from otklik.enums import ActKind, ActState, AppealState, CaseState, Role
from otklik.errors import NotFound
from otklik.models import Act, ActApproval, Appeal, Author, Case, Mention, Person

UNDER_WAY = (ActState.ASKED, ActState.APPROVED, ActState.DOING, ActState.UNKNOWN)
_ABOUT_A_VERSION = (ActKind.HIDE, ActKind.REPORT)
_SHOWN_THERE = (ActKind.HIDE, ActKind.UNHIDE, ActKind.WITHDRAW, ActKind.CORRECT)
_APPROVERS = (Role.APPROVER, Role.LEAD, Role.ADMIN)
_LEADS = (Role.LEAD, Role.ADMIN)
# any number will do as long as nothing else in the database takes the same lock
_BAN_LOCK = 0x07173


def save_act(session: Session, act: Act) -> Act:
    """Add an act; the database refuses one that does not begin as asked."""
    session.add(act)
    session.flush()
    return act


def save_acts(session: Session, asked: Sequence[Act]) -> None:
    """Several at once."""
    session.add_all(asked)
    session.flush()


def get_act(session: Session, act_id: int) -> Act:
    """The act of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(
        select(Act)
        .where(Act.id == act_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"act {act_id}")
    return row


def list_acts(
    session: Session,
    brand_id: str,
    *,
    states: Collection[ActState] = (),
    kinds: Collection[ActKind] = (),
    limit: int = 100,
) -> list[Act]:
    """Acts of these states and kinds (all when empty), newest first."""
    query = select(Act).where(Act.brand_id == brand_id)
    if states:
        query = query.where(col(Act.state).in_(states))
    if kinds:
        query = query.where(col(Act.kind).in_(kinds))
    return list(session.exec(query.order_by(col(Act.id).desc()).limit(limit)))


def list_subject_acts(session: Session, subject_key: str) -> list[Act]:
    """Everything ever asked for about one mention, author or reply, oldest first."""
    return list_acts_about(session, [subject_key])


def list_acts_about(session: Session, subject_keys: Collection[str]) -> list[Act]:
    """The same for several of them together."""
    return list(
        session.exec(
            select(Act).where(col(Act.subject_key).in_(subject_keys)).order_by(col(Act.id))
        )
    )


def list_mention_acts(session: Session, mention_ids: Collection[int]) -> list[Act]:
    """Acts about these mentions or because of them, oldest first."""
    return list(
        session.exec(select(Act).where(col(Act.mention_id).in_(mention_ids)).order_by(col(Act.id)))
    )


def find_undoing(session: Session, act_id: int) -> Act | None:
    """The act that takes that one back, under way or done; None when there is none."""
    states = (*UNDER_WAY, ActState.DONE)
    return session.exec(
        select(Act).where(Act.undoes_id == act_id, col(Act.state).in_(states))
    ).first()


def save_approval(session: Session, approval: ActApproval) -> None:
    """One person's yes; the database refuses one that does not fit the act or the person."""
    session.add(approval)
    session.flush()


def list_approvals(session: Session, act_id: int) -> list[tuple[ActApproval, Person]]:
    """Who has approved an act, in order."""
    found = session.exec(
        select(ActApproval, Person)
        .join(Person, col(Person.id) == ActApproval.person_id)
        .where(ActApproval.act_id == act_id)
        .order_by(col(ActApproval.id))
    )
    return [(given, person) for given, person in found]


def list_approvers_of(session: Session, act_ids: Collection[int]) -> dict[int, list[Person]]:
    """Who has approved each of these acts that somebody has approved, in order, by act id."""
    query = (
        select(ActApproval.act_id, Person)
        .join(Person, col(Person.id) == ActApproval.person_id)
        .where(col(ActApproval.act_id).in_(act_ids))
        .order_by(col(ActApproval.id))
    )
    found: dict[int, list[Person]] = {}
    for act_id, person in session.exec(query):
        found.setdefault(act_id, []).append(person)
    return found


def own_yes_counts(act: Act) -> bool:
    """Whether the yes of whoever asked counts: never for hiding, never where two are asked.

    A ban is the exception: two people are asked, and the one who asked may be one of them.
    """
    if act.kind is ActKind.BAN:
        return True
    return act.kind is not ActKind.HIDE and act.approvals_needed < 2


def count_missing(session: Session, act: Act) -> tuple[int, bool]:
    """How many more people are needed, and whether a lead must be among them.

    The trigger on `act` counts the same way; this one is for telling people.
    """
    return missing_of(act, [person for _, person in list_approvals(session, act.id or 0)])


def missing_of(act: Act, approvers: Sequence[Person]) -> tuple[int, bool]:
    """The same where it is known who has approved the act."""
    given = [
        person
        for person in approvers
        if person.is_active
        and person.role in _APPROVERS
        and (person.id != act.asked_by_id or own_yes_counts(act))
    ]
    needs_lead = act.kind is ActKind.BAN and not any(one.role in _LEADS for one in given)
    missing = max(0, act.approvals_needed - len(given))
    return max(missing, int(needs_lead)), needs_lead


def _next_act(brand_id: str, at: datetime) -> SelectOfScalar[Act]:
    return (
        select(Act)
        .where(
            Act.brand_id == brand_id,
            Act.state == ActState.APPROVED,
            or_(col(Act.do_after).is_(None), col(Act.do_after) <= at),
        )
        .order_by(col(Act.do_after), col(Act.id))
        .limit(1)
    )


def find_next_act(session: Session, brand_id: str, at: datetime) -> Act | None:
    """What `claim_act` would claim, without claiming it."""
    return session.exec(_next_act(brand_id, at)).first()


def claim_act(session: Session, brand_id: str, at: datetime) -> Act | None:
    """The next approved act, locked; None when nothing is due."""
    return session.exec(_next_act(brand_id, at).with_for_update(skip_locked=True)).first()


def list_lost_acts(session: Session, brand_id: str, at: datetime) -> list[Act]:
    """Acts `doing` for longer than their lease: the process that did them is gone."""
    return list(
        session.exec(
            select(Act)
            .where(
                Act.brand_id == brand_id,
                Act.state == ActState.DOING,
                col(Act.lease_until) < at,
            )
            .with_for_update(skip_locked=True)
        )
    )


def claim_unknown(
    session: Session, brand_id: str, at: datetime, limit: int, pause: timedelta
) -> list[Act]:
    """Acts of unknown outcome that a look at the thread may settle; their next look moves on."""
    rows = session.exec(
        select(Act)
        .where(
            Act.brand_id == brand_id,
            Act.state == ActState.UNKNOWN,
            col(Act.kind).in_(_SHOWN_THERE),
            col(Act.do_after) <= at,
        )
        .order_by(col(Act.do_after))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.do_after = at + pause
        session.add(row)
    return list(rows)


def list_overtaken(session: Session, brand_id: str) -> list[Act]:
    """Asked or approved acts about a version that no longer stands there, locked."""
    return list(
        session.exec(
            select(Act)
            .join(Mention, col(Mention.id) == Act.mention_id)
            .where(
                Act.brand_id == brand_id,
                col(Act.state).in_((ActState.ASKED, ActState.APPROVED)),
                col(Act.kind).in_(_ABOUT_A_VERSION),
                or_(Mention.version != Act.mention_version, col(Mention.deleted_at).is_not(None)),
            )
            .with_for_update(skip_locked=True, of=Act)
        )
    )


@dataclass(frozen=True)
class About:
    """Whom and what acts are about, and who asked for them; by id."""

    mentions: dict[int, Mention]
    authors: dict[int, Author]
    askers: dict[int, Person]


def get_about(session: Session, found: Sequence[Act]) -> About:
    """What these acts name, in three questions."""
    mentions = {one.mention_id for one in found if one.mention_id}
    authors = {one.author_id for one in found if one.author_id}
    askers = {one.asked_by_id for one in found if one.asked_by_id}
    return About(
        {
            row.id or 0: row
            for row in session.exec(select(Mention).where(col(Mention.id).in_(mentions)))
        },
        {
            row.id or 0: row
            for row in session.exec(select(Author).where(col(Author.id).in_(authors)))
        },
        {
            row.id or 0: row
            for row in session.exec(select(Person).where(col(Person.id).in_(askers)))
        },
    )


def lock_bans(session: Session) -> None:
    """Let one process count the budget of bans at a time; SQLite's transactions do anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _BAN_LOCK})


def count_bans(session: Session, brand_id: str, since: datetime) -> int:
    """Bans done, or perhaps done, since then; rehearsed ones hurt nobody."""
    taken = (ActState.DOING, ActState.DONE, ActState.UNKNOWN)
    return session.exec(
        select(func.count())
        .select_from(Act)
        .where(
            Act.brand_id == brand_id,
            Act.kind == ActKind.BAN,
            col(Act.state).in_(taken),
            func.coalesce(Act.done_at, Act.doing_at, Act.asked_at) > since,
        )
    ).one()


def find_last_correction(session: Session, reply_id: int) -> Act | None:
    """The correction that stands in public now, or None."""
    return session.exec(
        select(Act)
        .where(Act.reply_id == reply_id, Act.kind == ActKind.CORRECT, Act.state == ActState.DONE)
        .order_by(col(Act.done_at).desc(), col(Act.id).desc())
    ).first()


def save_case_reopened(session: Session, mention: Mention) -> None:
    """A withdrawn answer opens the story again, unless another one of the person is open."""
    case = session.get(Case, mention.case_id) if mention.case_id else None
    if case is None or case.state is CaseState.OPEN:
        return
    other = session.exec(
        select(Case).where(Case.author_id == case.author_id, Case.state == CaseState.OPEN)
    ).first()
    if other is not None:
        mention.case_id = other.id
    else:
        case.state, case.closed_at = CaseState.OPEN, None
        session.add(case)
    session.flush()


def save_appeal(session: Session, appeal: Appeal) -> Appeal:
    """Enter an objection."""
    session.add(appeal)
    session.flush()
    return appeal


def get_appeal(session: Session, appeal_id: int) -> Appeal:
    """The appeal of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(select(Appeal).where(Appeal.id == appeal_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"appeal {appeal_id}")
    return row


def list_appeals(
    session: Session, brand_id: str, states: Collection[AppealState] = ()
) -> list[tuple[Appeal, Act]]:
    """Appeals with the acts they are against, oldest first."""
    query = (
        select(Appeal, Act)
        .join(Act, col(Act.id) == Appeal.act_id)
        .where(Appeal.brand_id == brand_id)
        .order_by(col(Appeal.id))
    )
    if states:
        query = query.where(col(Appeal.state).in_(states))
    return [(appeal, act) for appeal, act in session.exec(query)]


def list_appeals_of(session: Session, act_ids: Sequence[int]) -> list[Appeal]:
    """Appeals against these acts, oldest first."""
    return list(
        session.exec(select(Appeal).where(col(Appeal.act_id).in_(act_ids)).order_by(col(Appeal.id)))
    )


def list_asked_between(
    session: Session, brand_id: str, since: datetime, until: datetime
) -> list[Act]:
    """Acts asked for in a period, oldest first."""
    return list(
        session.exec(
            select(Act)
            .where(Act.brand_id == brand_id, Act.asked_at >= since, Act.asked_at < until)
            .order_by(col(Act.id))
        )
    )
