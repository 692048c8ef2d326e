"""A commenter asks to be forgotten: what they wrote goes everywhere, that it was done stays."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import ReplyState, Role
from otklik.errors import InputError, NotFound
from otklik.models import Author, Person
from otklik.people import require
from otklik.store import erasing as rows

CLI = "cli"  # the actor of what is done at the command line
_UNDER_WAY = "a reply to this author is being sent, or of unknown outcome: settle it"


@dataclass(frozen=True)
class Erased:
    """What was erased: accounts, comments, details of the audit log."""

    accounts: int
    mentions: int
    details: int


def erase_author(
    session: Session, *, person: Person | None, author_id: int, reason: str, at: datetime
) -> Erased:
    """Forget a commenter, under all accounts confirmed to be theirs.

    Gone: names, addresses, texts with their earlier versions, pictures, quotes in verdicts and
    drafts, verdicts of the shadow, contacts, alerts' texts, objections to measures, details of
    the audit log.
    Kept: that there was a comment, how it was judged (words of the vocabulary), what we said in
    public, what staff wrote (reasons, answers to objections, promises).
    A collector that meets the comments again does not take them in again.

    Args:
        person: who does it; None at the command line.

    Raises:
        NotAllowed: the role is below lead. NotFound: no such author.
        InputError: it is us, it was done before, or a reply is being sent to them right now.
    """
    actor = CLI if person is None else audit.actor_of(require(person, Role.LEAD))
    found = _accounts(session, author_id, person.brand_id if person else None)
    accounts = [one.id or 0 for one in found]
    touched = rows.list_touched(session, accounts)
    if rows.count_replies_under_way(session, touched.mentions):
        raise InputError(_UNDER_WAY)
    rows.close_work(session, touched)
    rows.delete_words(session, touched.mentions, at)
    rows.delete_names(session, accounts, at)
    rows.delete_objections(session, touched.appeals)
    details = rows.delete_log_details(session, accounts, touched)
    erased = Erased(len(accounts), len(touched.mentions), details)
    for number in accounts:  # the numbers stay: whoever asks later is told that it was done
        audit.record(
            session,
            at=at,
            actor=actor,
            action="author.erased",
            subject=("author", number),
            detail={"reason": reason[:200], "mentions": erased.mentions},
            brand_id=found[0].brand_id,
        )
    return erased


@dataclass(frozen=True)
class Preview:
    """What erasing would do, before it is done.

    Attributes:
        accounts: of the person, our own left out.
        drafts: texts that would lose what they quote; nobody can approve one of them any more.
        queued: approved replies that would not be sent.
        public: replies that stay where they were published.
        promises: still owed to the person; they stay.
        hindrance: why it cannot be done now; empty when it can.
    """

    accounts: list[Author]
    mentions: int
    drafts: int
    queued: int
    public: int
    promises: int
    hindrance: str


def preview(session: Session, *, person: Person, author_id: int) -> Preview:
    """What `erase_author` would do now.

    Raises:
        NotAllowed: the role is below lead. NotFound: no such author.
        InputError: it is us, or it was done before.
    """
    require(person, Role.LEAD)
    accounts = _accounts(session, author_id, person.brand_id)
    touched = rows.list_touched(session, [one.id or 0 for one in accounts])
    counts = rows.count_replies(session, touched.mentions)
    return Preview(
        accounts=accounts,
        mentions=len(touched.mentions),
        drafts=len(touched.drafts),
        queued=counts.get(ReplyState.QUEUED, 0),
        public=counts.get(ReplyState.POSTED, 0),
        promises=rows.count_promises(session, touched.mentions),
        hindrance=_UNDER_WAY if sum(counts.get(one, 0) for one in rows.MOVING) else "",
    )


def _accounts(session: Session, author_id: int, brand_id: str | None) -> list[Author]:
    author = session.get(Author, author_id)
    if author is None or brand_id not in (None, author.brand_id):
        raise NotFound(f"there is no author {author_id}")
    if author.is_ours:
        raise InputError("this is an account of our own")
    if author.erased_at is not None:
        raise InputError("this author was erased already")
    return [one for one in rows.list_same(session, author) if not one.is_ours]
