"""Asking ahead: a model that waits for a network is asked while no transaction is open.

A transaction that waits for a stranger's answer would hold up every writer of the database. So
the texts are read, judged or answered, and only then claimed; what was not asked about yet
stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from otklik.database import reading, session
from otklik.desk import Desk
from otklik.enums import MentionState
from otklik.judging import Backend, Judge
from otklik.models import Mention
from otklik.store import mentions
from otklik.verdicts import Verdict
from responder import fact_changes, proposing
from responder.around import may_be_drafted
from responder.drafting.language_model import LanguageModelWriter


class Ahead:
    """Verdicts at hand; without any given it judges when it is asked.

    Args:
        limit: rows a step should claim at once.
        known: verdicts by text; None where the judge may be asked at any time.
    """

    def __init__(
        self, judge: Judge, limit: int, known: Mapping[str, Verdict] | None = None
    ) -> None:
        self._judge, self.limit, self._known = judge, limit, known

    def ready(self, rows: Sequence[Mention]) -> list[Mention]:
        """Those that can be judged without waiting."""
        if self._known is None:
            return list(rows)
        return [row for row in rows if not row.text.strip() or row.text in self._known]

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict per text, in order."""
        if self._known is None:
            return self._judge.judge(texts)
        return [self._known[text] for text in texts]


def judge_ahead(desk: Desk, limit: int) -> Ahead:
    """What the next `limit` collected mentions will be judged with."""
    judge = desk.classifier
    if not (isinstance(judge, Backend) and judge.is_remote):
        return Ahead(judge, limit)
    limit = min(limit, judge.batch)
    with reading(desk.engine) as db:
        found = mentions.list_collected_texts(db, desk.brand_id, desk.now(), limit)
    texts = list(dict.fromkeys(text for text in found if text.strip()))
    return Ahead(judge, limit, dict(zip(texts, judge.judge(texts), strict=True)))


class Written:
    """Mentions whose drafts are at hand; without any named, all are.

    Args:
        limit: rows the step should claim at once.
    """

    def __init__(self, limit: int, ids: frozenset[int] | None = None) -> None:
        self.limit, self._ids = limit, ids

    def ready(self, rows: Sequence[Mention]) -> list[Mention]:
        """Those that can be drafted, or put aside, without waiting."""
        known = self._ids
        return [row for row in rows if known is None or row.id in known or not may_be_drafted(row)]


def reply_limits(desk: Desk) -> dict[str, int | None]:
    """The longest reply of each platform, in characters; None where there is no limit."""
    return {name: kind.reply_max_length for name, kind in desk.platforms.items()}


def write_ahead(desk: Desk, limit: int) -> Written:
    """Have the drafts of the next `limit` decided mentions written, if a model writes them."""
    writer = desk.writer
    if not isinstance(writer, LanguageModelWriter):
        return Written(limit)
    limit = min(limit, writer.batch)
    with reading(desk.engine) as db:
        found = mentions.list_next(db, desk.brand_id, MentionState.DECIDED, desk.now(), limit)
        rows = [row for row in found if may_be_drafted(row)]
        requests = proposing.requests_for(db, rows, limits=reply_limits(desk), at=desk.local_now())
    writer.prepare(list(requests.values()))
    return Written(limit, frozenset(requests))


def take_up_facts(desk: Desk) -> None:
    """Follow what the house knows; waiting drafts that a changed fact concerns are due anew."""
    desk.known.follow(desk.now())
    changed = desk.known.take_changes()
    if not changed:
        return
    with reading(desk.engine) as db:
        known = desk.known.by_words
        found = fact_changes.list_affected(db, desk.brand_id, known, changed, desk.now())
    if not found:
        return
    with session(desk.engine) as db:
        if again := fact_changes.draft_anew(db, desk.brand_id, found, desk.now()):
            fact_changes.note_anew(db, desk.brand_id, changed, again, desk.now())
