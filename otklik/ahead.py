"""Judging ahead: a model that waits for a network is asked while no transaction is open.

A transaction that waits for a stranger's answer would hold up every writer of the database. So
the texts are read, judged, and only then claimed; what was not judged yet stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from otklik.database import reading
from otklik.desk import Desk
from otklik.judging import Backend, Judge
from otklik.models import Mention
from otklik.store import mentions
from otklik.verdicts import Verdict


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
