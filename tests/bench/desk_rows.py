"""A desk of a year: a million mentions, twenty thousand open cases, made inside the database.

Rows are made by INSERT … SELECT with triggers and secondary indexes away, which come back
afterwards: minutes instead of hours. Nothing of it goes through the pipeline.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from otklik import audit, database, people
from otklik.clock import now
from otklik.enums import Role
from otklik.models import (
    Approval,
    Author,
    Case,
    DecisionRow,
    DraftRow,
    Incident,
    Mention,
    Promise,
    Reply,
    Thread,
    VerdictRow,
)
from otklik.reports.daily import count_days
from otklik.settings import Settings
from tests.bench.desk_bare import bare
from tests.bench.desk_log import labels, write_log
from tests.bench.desk_tables import Size, Tables
from tests.dashboard.seed import BRAND, PASSWORD, _seed_policy, seed_people, seed_source

ANSWER = "Спасибо, что написали. Разбираемся и ответим здесь до конца дня."
ZONES = ("general", "delivery", "stores", "staff", "couriers")
_DAY = 86_400


def fill(engine: Engine, size: Size, told: Callable[[str], None] = lambda _: None) -> float:
    """Fill a migrated, empty database; seconds it took."""
    began = time.perf_counter()
    at = now()
    with database.session(engine) as session:
        seed_people(session, at - timedelta(days=400))
    write_log(engine, at, told=told)
    with database.session(engine) as session:
        for number in range(size.people):
            people.add_person(
                session,
                login=f"worker{number}",
                role=Role.APPROVER,
                password=PASSWORD,
                at=at,
                brand_id=BRAND,
                name=f"Сотрудник {number + 1}",
            )
        seed_source(session, at)
        _seed_policy(session, at)
    with engine.connect() as connection:
        maker = Maker(connection, size, at)
        with bare(connection):
            for table in maker.statements():
                told(f"{time.perf_counter() - began:.0f} s: {table[:32]} …")
                # neither a colon nor a per cent sign is a place for a value here
                connection.execution_options(no_parameters=True).exec_driver_sql(table)
            told(f"{time.perf_counter() - began:.0f} s: indexes")
        maker.finish()
        connection.commit()
    told(f"{time.perf_counter() - began:.0f} s: days that are over are counted, as by the schedule")
    while count_days(engine, BRAND, ZoneInfo(Settings().timezone), at):
        pass
    _analyse(engine)
    return time.perf_counter() - began


# seconds of head start by urgency, as `otklik.pressing` gives them
AHEAD = "CASE t.urgency WHEN 0 THEN 0 WHEN 1 THEN 28800 WHEN 2 THEN 86400 ELSE 315360000 END"


class Maker(Tables):
    """The statements that make the rows, in one dialect."""

    def statements(self) -> Iterator[str]:
        """One INSERT after another."""
        size = self.size
        people_ = size.authors + size.open
        waits = f"(i > {size.authors} AND (i - {size.authors}) % 2 = 1 "
        waits += f"OR i <= {size.open} AND i % 2 = 0)"
        yield self.insert(
            Author,
            {
                "id": "i",
                "platform": "'isso'",
                "external_id": "'author-' || i",
                "name": "'Покупатель ' || i",
                "followers": "i * 37 % 5000",
            },
            self.numbers(1, people_),
        )
        yield self.insert(
            Thread,
            {
                "id": "i",
                "source_id": "1",
                "platform": "'isso'",
                "external_id": "'thread-' || i",
                "title": "'Обсуждение ' || i",
                "url": "'http://127.0.0.1:9/t/' || i",
            },
            self.numbers(1, size.mentions // 50 + 1),
        )
        yield self.insert(
            Case,
            {
                "id": "i",
                "author_id": "i",
                "state": f"CASE WHEN {waits} THEN 'open' ELSE 'closed' END",
                "opened_at": self.ago(f"({people_} - i) * 10"),
                "closed_at": f"CASE WHEN {waits} THEN NULL ELSE "
                f"{self.ago(f'({people_} - i) * 10')} END",
            },
            self.numbers(1, people_),
        )
        yield self._incidents()
        yield self._mentions()
        yield from self._judged()
        yield from self._answered()
        yield from labels(self)

    def _incidents(self) -> str:
        alive = self.size.incidents
        return self.insert(
            Incident,
            {
                "id": "i",
                "kind": "CASE WHEN i % 10 = 1 THEN 'attack' ELSE 'fault' END",
                "state": f"CASE WHEN i > {alive} THEN 'solved' ELSE 'in_work' END",
                "topic": "'quality'",
                "signature": "'signature-' || i",
                "title": "'Чёрствый хлеб, партия ' || i",
                "size": f"CASE WHEN i > {alive} THEN {self.size.old // (500 * alive)} "
                f"ELSE {self.size.open // (25 * alive)} END",
                "first_at": self.ago(f"{2 * _DAY} + i * 3600"),
                "last_at": self.ago("i * 600"),
            },
            self.numbers(1, 11 * alive),
        )

    def _mentions(self) -> str:
        size = self.size
        is_open = f"i > {size.old}"
        since = (
            f"CASE WHEN {is_open} THEN ({size.mentions} - i) * {2 * _DAY / size.open} "
            f"ELSE {2 * _DAY} + ({size.old} - i) * {363 * _DAY / max(1, size.old)} END"
        )
        author = f"CASE WHEN {is_open} THEN i - {size.old} + ((i - {size.old}) % 2) * "
        author += f"{size.authors} ELSE i % {size.authors} + 1 END"
        answered = f"i > {size.old - size.answered} AND NOT ({is_open})"
        state = (
            f"CASE WHEN {is_open} THEN CASE WHEN i % 20 < 17 THEN 'drafted' "
            "WHEN i % 20 < 19 THEN 'held' ELSE 'stuck' END "
            f"WHEN {answered} THEN 'answered' ELSE 'closed' END"
        )
        due = f"({since}) - (t.urgency + 1) * 5400"
        return self.insert(
            Mention,
            {
                "id": "i",
                "source_id": "1",
                "thread_id": "i / 50 + 1",
                "author_id": author,
                "case_id": author,
                "incident_id": f"CASE WHEN {is_open} AND i % 25 = 0 THEN i / 25 % {size.incidents} "
                f"+ 1 WHEN i % 50 = 0 THEN i / 50 % {10 * size.incidents} + {size.incidents + 1} "
                "END",
                "platform": "'isso'",
                "external_id": "'m-' || i",
                "content_digest": "'digest-' || i",
                "text": "t.said || ' Заказ ' || i",
                "rating": "CASE WHEN i % 3 = 0 THEN i % 5 + 1 END",
                "url": "'http://127.0.0.1:9/m/' || i",
                "published_at": self.ago(since),
                "collected_at": self.ago(since),
                "waiting_since": self.ago(since),
                "state": state,
                "state_changed_at": self.ago(f"({since}) * 0.9"),
                "close_reason": f"CASE WHEN {is_open} OR {answered} THEN NULL ELSE 'ignored' END",
                "urgency": "t.urgency",
                "stance": "t.stance",
                "topic": "t.topic",
                "zone": "CASE i % 5 " + _cases(ZONES) + " END",
                "is_unsure": "i % 9 = 0",
                "sla_due_at": self.ago(due),
                "pressing_at": self.ago(f"({due}) + {AHEAD}"),
                "sla_state": f"CASE WHEN {is_open} THEN CASE WHEN {due} < 0 THEN 'running' "
                f"ELSE 'missed' END WHEN {answered} THEN 'met' ELSE NULL END",
            },
            f"{self.numbers(1, size.mentions)} JOIN bench_text t ON t.n = i * 7919 % {self.texts}",
        )

    def _judged(self) -> Iterator[str]:
        size = self.size
        some = f"mention m JOIN bench_text t ON t.n = m.id * 7919 % {self.texts} "
        some += f"WHERE m.id > {size.old - size.answered}"
        yield self.insert(
            VerdictRow,
            {
                "id": "m.id",
                "mention_id": "m.id",
                "mention_version": "1",
                "model_version": "'seed-1'",
                "claim": "'concrete'",
                "abuse": "'none'",
                "stance": "t.stance",
                "urgency": "t.urgency",
                "topic": "t.topic",
                "language": "'ru'",
                "abstained": "m.is_unsure",
                "value": self.json("t.verdict"),
                "created_at": "m.collected_at",
            },
            some,
        )
        yield self.insert(
            DecisionRow,
            {
                "id": "m.id",
                "mention_id": "m.id",
                "mention_version": "1",
                "verdict_id": "m.id",
                "rule_id": "'answer-in-public'",
                "why": "'Ветку читают другие: отвечаем по существу и без ссоры.'",
                "policy_digest": f"'{'p' * 64}'",
                "policy_version": "3",
                "effects": self.json("""'[{"kind": "draft", "approach": "argue"}]'"""),
                "created_at": "m.collected_at",
            },
            some,
        )
        yield self.insert(
            DraftRow,
            {
                "id": "m.id",
                "mention_id": "m.id",
                "mention_version": "1",
                "decision_id": "m.id",
                # in every fiftieth case a person has written and an approver is to look
                "editor_id": "CASE WHEN m.id % 50 = 0 THEN 1 END",
                "writer": "'deterministic-1'",
                "approach": "'argue'",
                "language": "'ru'",
                "state": "CASE WHEN m.state = 'answered' THEN 'approved' ELSE 'proposed' END",
                "text": f"'{ANSWER}'",
                "text_digest": f"'{audit.digest(ANSWER)}'",
                "created_at": "m.collected_at",
            },
            some + " AND m.state IN ('drafted', 'answered')",
        )

    def _answered(self) -> Iterator[str]:
        done = "mention m WHERE m.state = 'answered'"
        yield self.insert(
            Approval,
            {
                "id": "m.id",
                "draft_id": "m.id",
                "mention_id": "m.id",
                "mention_version": "1",
                "text_digest": f"'{audit.digest(ANSWER)}'",
                "person_id": "m.id % 20 + 6",
                "created_at": "m.state_changed_at",
            },
            done,
        )
        yield self.insert(
            Reply,
            {
                "id": "m.id",
                "mention_id": "m.id",
                "mention_version": "1",
                "draft_id": "m.id",
                "text": f"'{ANSWER}'",
                "text_digest": f"'{audit.digest(ANSWER)}'",
                "idempotency_key": "'key-' || m.id",
                "state": "'posted'",
                "queued_at": "m.state_changed_at",
                "send_after": "m.state_changed_at",
                "posted_at": "m.state_changed_at",
                "external_id": "'r-' || m.id",
            },
            done,
        )

        later = f"{2 * _DAY} + ({self.size.old} - m.id) * {363 * _DAY / max(1, self.size.old)}"
        due = f"({later}) - {20 * _DAY}"
        state = f"CASE WHEN {due} < 0 OR m.id % 500 = 0 THEN 'open' ELSE 'kept' END"
        yield self.insert(
            Promise,
            {
                "id": "m.id",
                "mention_id": "m.id",
                "reply_id": "m.id",
                "owner_id": "m.id % 20 + 6",
                "text": "'Разберёмся и ответим'",
                "due_at": self.ago(due),
                "state": state,
                "created_at": "m.state_changed_at",
                "closed_at": f"CASE WHEN ({state}) = 'kept' THEN m.state_changed_at END",
            },
            done + " AND m.id % 10 = 0",
        )


def _cases(values: tuple[str, ...]) -> str:
    return " ".join(f"WHEN {number} THEN '{one}'" for number, one in enumerate(values))


def _analyse(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
