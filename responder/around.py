"""What stands around a batch of mentions, read at once for decisions and drafts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik.enums import Language
from otklik.models import (
    Author,
    Incident,
    Mention,
    Thread,
    VerdictRow,
)
from otklik.store import decisions, histories, judgements, mentions, replies, subjects
from otklik.store.decisions import Contacts
from otklik.subjects import Subject
from responder.incidents import attack_people

# who comes again within so many days comes again, not anew
REPEATED = timedelta(days=30)
_CONTACT_FACTS = frozenset({"author_mentions", "is_repeat_contact"})


@dataclass(frozen=True)
class Around:
    """What stands around a batch of mentions, read at once.

    The fields with a default are read only for rules that look at them; `contacts` are by
    person. `attackers` are the hostile in attacks, `spared` whoever else stands in one: they
    are handled by themselves.
    """

    authors: dict[int, Author]
    threads: dict[int, Thread]
    verdicts: dict[int, VerdictRow]
    incidents: dict[int, Incident]
    parents: dict[str, Mention]
    answered: set[int]
    subjects: dict[int, Subject]
    contacts: Mapping[int, Contacts] = field(default_factory=dict)
    sources: Mapping[int, str] = field(default_factory=dict)
    thread_sizes: Mapping[int, int] = field(default_factory=dict)
    stated: Collection[tuple[int, Language]] = ()
    attackers: Collection[int] = ()
    spared: Collection[int] = ()

    def person_of(self, row: Mention) -> int:
        """Id of the person who wrote it: the first account known of them."""
        return self.authors[row.author_id].same_as_id or row.author_id


def look_around(
    session: Session,
    rows: Sequence[Mention],
    wanted: Collection[str] = (),
    at: datetime | None = None,
    *,
    is_judged: bool = False,
) -> Around:
    """All that decisions and drafts of these mentions need, in a few queries.

    Args:
        wanted: facts of policies that have to be looked up besides; unknown names do no harm.
        at: the present moment, for what counts from now; needed with `wanted`.
        is_judged: the caller has the verdicts already.
    """
    incidents = judgements.list_incidents_of(session, rows)
    attackers, spared = attack_people.list_attackers(session, rows, incidents)
    counts_people = at is not None and _CONTACT_FACTS & {*wanted}
    sources = subjects.list_sources_of(session, rows) if "source" in wanted else {}
    threads = {row.thread_id for row in rows} if "thread_replies" in wanted else set()
    return Around(
        authors=mentions.list_authors(session, rows),
        threads=mentions.list_threads(session, rows),
        verdicts={} if is_judged else judgements.list_verdicts(session, rows),
        incidents=incidents,
        parents=mentions.list_parents(session, rows),
        answered=replies.list_answered(session, rows),
        subjects=subjects.list_subjects(session, rows),
        contacts=_contacts(session, rows, at) if counts_people and at else {},
        sources={number: source.name for number, source in sources.items()},
        thread_sizes=decisions.count_in_threads(session, threads) if threads else {},
        stated=decisions.list_stated(session, incidents) if "has_statement" in wanted else (),
        attackers=attackers,
        spared=spared,
    )


def _contacts(session: Session, rows: Sequence[Mention], at: datetime) -> dict[int, Contacts]:
    accounts = histories.list_accounts(session, [row.author_id for row in rows])
    return decisions.list_contacts(session, accounts, at - REPEATED)


def has_words(row: Mention) -> bool:
    """Whether there are words to judge and to answer."""
    return bool(row.text.strip())


def may_be_drafted(row: Mention) -> bool:
    """A machine answers words, and only where an answer can stand."""
    return has_words(row) and not row.cannot_answer
