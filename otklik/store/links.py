"""Links between accounts that are, or may be, one person, and the contacts they were known by."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, or_, select, update

from otklik.enums import CaseState, LinkState, MentionState
from otklik.errors import NotFound
from otklik.models import Author, AuthorLink, Case, ContactMark, Mention

OVER = (MentionState.ANSWERED, MentionState.CLOSED)


def save_marks(session: Session, marks: Sequence[ContactMark]) -> None:
    """Remember by what contacts authors may be known again, each once."""
    rows = [mark.model_dump(exclude={"id"}) for mark in marks]
    if rows:
        postgres = session.get_bind().dialect.name == "postgresql"
        statement: Any = (postgresql.insert if postgres else sqlite.insert)(ContactMark)
        session.connection().execute(statement.values(rows).on_conflict_do_nothing())


def list_marks(session: Session, brand_id: str, digests: Collection[str]) -> list[ContactMark]:
    """Everybody who gave one of these contacts."""
    return list(
        session.exec(
            select(ContactMark)
            .where(ContactMark.brand_id == brand_id, col(ContactMark.digest).in_(digests))
            .order_by(col(ContactMark.author_id))
        )
    )


def delete_marks(session: Session, author_id: int) -> None:
    """Forget by what contacts an author might be known: their data was erased."""
    for mark in session.exec(select(ContactMark).where(ContactMark.author_id == author_id)):
        session.delete(mark)


def list_pairs(session: Session, author_ids: Collection[int]) -> set[tuple[int, int]]:
    """Pairs of accounts about which something was suggested or decided already."""
    found = session.exec(
        select(AuthorLink.first_id, AuthorLink.second_id).where(
            or_(col(AuthorLink.first_id).in_(author_ids), col(AuthorLink.second_id).in_(author_ids))
        )
    )
    return set(found)


def save_link(session: Session, link: AuthorLink) -> AuthorLink:
    """Add or change."""
    session.add(link)
    session.flush()
    return link


def get_link(session: Session, link_id: int) -> AuthorLink:
    """The link of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(
        select(AuthorLink).where(AuthorLink.id == link_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound(f"link {link_id}")
    return row


def list_links(session: Session, author_ids: Collection[int]) -> list[AuthorLink]:
    """What was suggested or decided about these accounts, the oldest first."""
    return list(
        session.exec(
            select(AuthorLink)
            .where(
                or_(
                    col(AuthorLink.first_id).in_(author_ids),
                    col(AuthorLink.second_id).in_(author_ids),
                )
            )
            .order_by(col(AuthorLink.id))
        )
    )


def list_suggested(session: Session, brand_id: str, *, limit: int = 50) -> list[AuthorLink]:
    """Links that wait for somebody's yes or no, the oldest first."""
    return list(
        session.exec(
            select(AuthorLink)
            .where(AuthorLink.brand_id == brand_id, AuthorLink.state == LinkState.SUGGESTED)
            .order_by(col(AuthorLink.id))
            .limit(limit)
        )
    )


def list_person(session: Session, author_id: int) -> list[int]:
    """All accounts that confirmed links lead to, itself among them, in order."""
    known, fresh = {author_id}, {author_id}
    while fresh:
        links = [link for link in list_links(session, fresh) if link.state == LinkState.CONFIRMED]
        fresh = {one for link in links for one in (link.first_id, link.second_id)} - known
        known |= fresh
    return sorted(known)


def save_person(session: Session, accounts: Sequence[int]) -> int:
    """These accounts are one person and nobody else's: the first known one stands for all."""
    first = min(accounts)
    for account, same_as in ((first, None), *((one, first) for one in accounts if one != first)):
        session.exec(update(Author).where(col(Author.id) == account).values(same_as_id=same_as))
    return first


def lock_mentions_of(session: Session, author_ids: Iterable[int]) -> list[Mention]:
    """Everything these accounts wrote, locked in one order."""
    return list(
        session.exec(
            select(Mention)
            .where(col(Mention.author_id).in_(set(author_ids)))
            .order_by(col(Mention.id))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def lock_open_cases(session: Session, author_ids: Iterable[int]) -> list[Case]:
    """Open cases of these accounts, the earliest first, locked."""
    rows = session.exec(
        select(Case)
        .where(col(Case.author_id).in_(set(author_ids)), Case.state == CaseState.OPEN)
        .order_by(col(Case.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return sorted(rows, key=lambda row: (row.opened_at, row.id))


def close_case(session: Session, case: Case, at: datetime) -> None:
    """Its story goes on in another case."""
    case.state, case.closed_at = CaseState.CLOSED, at
    case.leased_by_id = case.lease_until = None
    session.add(case)
    session.flush()
