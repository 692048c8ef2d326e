"""Views of the queue that people keep: their own, and those a lead shares with everybody."""

from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import Role
from otklik.errors import InputError, NotFound
from otklik.models import Person, SavedView
from otklik.people import may, require
from otklik.store import saved_views as rows
from otklik.store.queue_filter import QueueFilter

MOST, LONGEST_NAME = 50, 80


def keep(
    session: Session,
    *,
    person: Person,
    name: str,
    wanted: QueueFilter,
    at: datetime,
    is_shared: bool = False,
) -> SavedView:
    """Keep a filter under a name; one's own view of that name is changed.

    Raises:
        InputError: no name, too long a name, or too many views.
        NotAllowed: only a lead shares.
    """
    require(person, Role.LEAD if is_shared else Role.OPERATOR)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InputError("a view needs a name of 80 characters at most")
    own = person.id or 0
    view = rows.find_view(session, person.brand_id, own, name)
    if view is None and rows.count_own(session, own) >= MOST:
        raise InputError("you keep 50 views already: delete one first")
    was_shared = view is not None and view.is_shared
    view = view or SavedView(
        brand_id=person.brand_id, owner_id=own, name=name, created_at=at, changed_at=at
    )
    view.is_shared, view.changed_at = is_shared, at
    view.wanted = wanted.model_dump(mode="json", exclude_defaults=True)
    rows.save_view(session, view)
    if is_shared or was_shared:
        _note(session, person, "view.shared" if is_shared else "view.unshared", view, at)
    return view


def drop(session: Session, *, person: Person, view_id: int, at: datetime) -> None:
    """Forget a view: its owner may, and a lead a shared one.

    Raises:
        NotFound: no such view, or somebody else's own. NotAllowed: a shared one, no lead.
    """
    require(person, Role.OPERATOR)
    view = visible(session, person=person, view_id=view_id)
    if view.owner_id != person.id:
        require(person, Role.LEAD)
    was_shared = view.is_shared
    rows.delete_view(session, view)
    if was_shared:
        _note(session, person, "view.dropped", view, at)


def choose_default(session: Session, *, person: Person, view_id: int | None) -> None:
    """Open one's queue with this view from now on; None: plain.

    Raises:
        NotFound: no such view, or somebody else's own.
    """
    require(person, Role.OPERATOR)
    if view_id is not None:
        visible(session, person=person, view_id=view_id)
    rows.save_default(session, person.id or 0, view_id)


def visible(session: Session, *, person: Person, view_id: int) -> SavedView:
    """A view this person may open.

    Raises:
        NotFound: no such view, or somebody else's own.
    """
    view = rows.get_view(session, view_id)
    is_theirs = view.owner_id == person.id or view.is_shared
    if view.brand_id != person.brand_id or not is_theirs:
        raise NotFound(f"view {view_id}")
    return view


def may_drop(person: Person, view: SavedView) -> bool:
    """Would `drop` do it?"""
    return view.owner_id == person.id or (view.is_shared and may(person, Role.LEAD))


def _note(session: Session, person: Person, action: str, view: SavedView, at: datetime) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("view", view.id),
        detail={"name": view.name, "wanted": view.wanted},
        brand_id=person.brand_id,
    )
