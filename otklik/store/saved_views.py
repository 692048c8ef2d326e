"""Views of the queue that people keep."""

from collections.abc import Sequence

from sqlmodel import Session, col, delete, or_, select

from otklik.errors import NotFound
from otklik.models import DefaultView, Person, SavedView


def list_views(session: Session, brand_id: str, person_id: int) -> list[tuple[SavedView, str]]:
    """A person's own views and everybody's shared ones, with the owner's name, by name."""
    rows = session.exec(
        select(SavedView, Person.name)
        .join(Person, col(Person.id) == SavedView.owner_id)
        .where(
            SavedView.brand_id == brand_id,
            or_(SavedView.owner_id == person_id, col(SavedView.is_shared)),
        )
        .order_by(col(SavedView.name), col(SavedView.id))
    )
    return [(view, name) for view, name in rows]


def get_view(session: Session, view_id: int) -> SavedView:
    """The view of that id, locked.

    Raises:
        NotFound: there is none.
    """
    found = session.exec(
        select(SavedView).where(SavedView.id == view_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(f"view {view_id}")
    return found


def find_view(session: Session, brand_id: str, person_id: int, name: str) -> SavedView | None:
    """A person's own view of that name, or None."""
    return session.exec(
        select(SavedView).where(
            SavedView.brand_id == brand_id,
            SavedView.owner_id == person_id,
            SavedView.name == name,
        )
    ).one_or_none()


def count_own(session: Session, person_id: int) -> int:
    """How many views a person keeps."""
    return len(session.exec(select(SavedView.id).where(SavedView.owner_id == person_id)).all())


def save_view(session: Session, view: SavedView) -> SavedView:
    """Add or change."""
    session.add(view)
    session.flush()
    return view


def delete_view(session: Session, view: SavedView) -> None:
    """Forget a view; nobody's queue opens with it any more."""
    session.exec(delete(DefaultView).where(col(DefaultView.view_id) == view.id))
    session.delete(view)
    session.flush()


def find_default(session: Session, person_id: int) -> int | None:
    """The view a person's queue opens with, if they may still see it."""
    found: Sequence[int | None] = session.exec(
        select(SavedView.id)
        .join(DefaultView, col(DefaultView.view_id) == SavedView.id)
        .where(
            DefaultView.person_id == person_id,
            or_(SavedView.owner_id == person_id, col(SavedView.is_shared)),
        )
    ).all()
    return found[0] if found else None


def save_default(session: Session, person_id: int, view_id: int | None) -> None:
    """Open a person's queue with this view, or plain."""
    session.exec(delete(DefaultView).where(col(DefaultView.person_id) == person_id))
    if view_id is not None:
        session.add(DefaultView(person_id=person_id, view_id=view_id))
    session.flush()
