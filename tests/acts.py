"""What people do at a desk, in the words of the tests."""

from datetime import timedelta

from sqlmodel import Session, select

from otklik import pipeline
from otklik.database import session
from otklik.enums import Role
from otklik.models import DraftRow, Mention, Reply
from otklik.store import replies
from responder import approval
from responder.approval import Approved
from tests.fakes import Stage

COMPLAINT = "Заказ 4512 так и не приехал, доставка опоздала на три дня. Когда вернёте деньги?"


def mention_of(db: Session, number: int) -> Mention:
    """The mention of a comment of the fake site."""
    return db.exec(select(Mention).where(Mention.external_id == f"site/{number}")).one()


def proposed(stage: Stage, number: int) -> DraftRow:
    """The draft that waits under a comment."""
    with session(stage.desk.engine) as db:
        found = replies.find_proposed_draft(db, mention_of(db, number).id or 0)
    assert found is not None, f"no draft for comment {number}"
    return found


def approve(stage: Stage, draft: DraftRow, role: Role = Role.APPROVER) -> Approved:
    """Somebody of that role says yes to a draft as it reads now."""
    with session(stage.desk.engine) as db:
        return approval.approve(
            db,
            person=stage.people[role],
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            mention_version=draft.mention_version,
            at=stage.clock(),
            undo=timedelta(seconds=stage.desk.settings.undo_seconds),
        )


def approve_fully(stage: Stage, draft: DraftRow) -> Approved:
    """As many people as are needed say yes."""
    given = approve(stage, draft)
    return given if given.reply_id else approve(stage, draft, Role.LEAD)


def replies_to(stage: Stage, number: int) -> list[Reply]:
    """Every reply to a comment."""
    with session(stage.desk.engine) as db:
        return replies.list_replies(db, mention_of(db, number).id or 0)


def state_of(stage: Stage, number: int) -> str:
    """Where a comment stands on the data's way."""
    with session(stage.desk.engine) as db:
        return str(mention_of(db, number).state)


def ready(stage: Stage) -> tuple[int, DraftRow]:
    """A complaint with a draft."""
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    return number, proposed(stage, number)
