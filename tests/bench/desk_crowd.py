"""Scripted people who take, read and approve, and whether two of them met over one case."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from otklik.database import make_engine, reading
from otklik.models import Approval, AuditEvent, Person
from tests.bench.desk_browser import Times
from tests.bench.desk_taken import Taken
from tests.bench.desk_visitor import Visitor
from tests.servers.desk import DeskServer

THINK = 10.0


class Crowd:
    """So many sessions, each with ten seconds of thinking; pages renew themselves meanwhile."""

    def __init__(self, desk: DeskServer, number: int) -> None:
        self.visitors = [Visitor(desk, f"worker{one}") for one in range(number)]
        self.taken: list[Taken] = []
        self.times, self.trouble = Times(), list[str]()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(one,)) for one in self.visitors]

    def _work(self, visitor: Visitor) -> None:
        try:
            visitor.open()
            while not visitor.think(THINK, self._over):
                visitor.query = visitor.page = ""
                visitor.open()
                asked = time.monotonic()
                self.times.found.append(1000 * visitor.press("take"))
                number = visitor.query.rpartition("=")[2]
                self.taken.append(Taken(number, visitor.login, asked, time.monotonic()))
                if visitor.think(THINK, self._over):
                    break
                if any(one.startswith("approve-") for one in visitor.buttons):
                    self.times.found.append(1000 * visitor.press("approve-"))
        except (LookupError, OSError, TimeoutError) as error:
            self.trouble.append(f"{visitor.login}: {error!r}"[:300])

    def __enter__(self) -> Crowd:
        for one in self._threads:
            one.start()
            time.sleep(THINK / len(self._threads))
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in self._threads:
            one.join(timeout=60)
        for visitor in self.visitors:
            visitor.close()


def approved_since(url: str, since: datetime) -> dict[str, object]:
    """How many approvals there were, and what was approved by more than one person."""
    engine = make_engine(url)
    with reading(engine) as session:
        found = session.exec(
            select(Approval.mention_id).where(col(Approval.created_at) >= since)
        ).all()
    engine.dispose()
    by_two = [number for number, count in Counter(found).items() if count > 1]
    return {"approvals": len(found), "by_two": by_two}


def handed_since(url: str, since: datetime, taken: Sequence[Taken]) -> list[Taken]:
    """Those of `taken` that the audit log knows: an address read too early names the case before.

    A case that is opened from the list while a colleague has it is shown, not handed out.
    """
    engine = make_engine(url)
    with reading(engine) as session:
        logins = {f"person:{one.id}": one.login for one in session.exec(select(Person))}
        events = session.exec(
            select(AuditEvent.actor, AuditEvent.detail).where(
                AuditEvent.action == "case.taken", col(AuditEvent.at) >= since
            )
        ).all()
    engine.dispose()
    known = {(logins.get(actor, ""), str((told or {}).get("mention"))) for actor, told in events}
    return [one for one in taken if (one.who, one.number) in known]
