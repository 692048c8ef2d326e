"""Replies that colleagues should see."""

from __future__ import annotations

from sqlmodel import Session, col, select

from otklik.models import DraftRow, Person, ShowcaseEntry


def save_entry(session: Session, entry: ShowcaseEntry) -> None:
    """Keep an entry, its id filled in."""
    session.add(entry)
    session.flush()


def find_entry(session: Session, draft_id: int) -> ShowcaseEntry | None:
    """The entry of a draft, or None."""
    return session.exec(select(ShowcaseEntry).where(ShowcaseEntry.draft_id == draft_id)).first()


def delete_entry(session: Session, entry: ShowcaseEntry) -> None:
    """Show it no more."""
    session.delete(entry)
    session.flush()


def list_entries(
    session: Session, brand_id: str, *, limit: int = 50
) -> list[tuple[ShowcaseEntry, DraftRow, Person]]:
    """Entries with draft and who chose them, the newest first."""
    query = (
        select(ShowcaseEntry, DraftRow, Person)
        .join(DraftRow, col(DraftRow.id) == ShowcaseEntry.draft_id)
        .join(Person, col(Person.id) == ShowcaseEntry.person_id)
        .where(ShowcaseEntry.brand_id == brand_id)
        .order_by(col(ShowcaseEntry.created_at).desc(), col(ShowcaseEntry.id).desc())
        .limit(limit)
    )
    return [(entry, draft, person) for entry, draft, person in session.exec(query)]
