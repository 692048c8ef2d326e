"""What a year leaves besides comments: labels of staff, and the audit log with its chain.

Both can be added to a database that is filled already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import Engine

from otklik import audit, database
from otklik.audit import Event
from otklik.models import Label, MentionVersion
from tests.bench.desk_tables import Tables
from tests.dashboard.seed import BRAND

LABELS = 20_000
EVENTS = 300_000
RARE = 30_000  # one event in so many holds a word of its own
RARE_WORDS = ("пересортица", "Роспотребнадзор")
_AT_ONCE = 5_000
_ACTIONS = (
    *("case.taken", "case.taken", "mention.labelled", "mention.routed", "draft.chosen"),
    *("draft.approved", "reply.posted", "case.released", "draft.edited", "mention.ignored"),
)
_REASONS = (
    "Провокация без обращения",
    "Клиент ждёт звонка из магазина на Лесной",
    "Курьер подтвердил: заказ отдан соседям",
    "Уже отвечали в этой ветке",
)


def labels(tables: Tables) -> Iterator[str]:
    """Statements: two labels each for the newest answered comments, one stance in ten corrected."""
    size = tables.size
    some = f"mention m WHERE m.id > {size.old - LABELS // 2} AND m.id <= {size.old}"
    yield tables.insert(
        MentionVersion,
        {
            "mention_id": "m.id",
            "version": "1",
            "content_digest": "m.content_digest",
            "text": "m.text",
            "seen_at": "m.collected_at",
        },
        some,
    )
    corrected = "CASE WHEN m.id % 10 = 0 THEN 'critic' ELSE m.stance END"
    urgency = tables.as_text("m.urgency")
    for first, field, value in ((0, "stance", corrected), (size.mentions, "urgency", urgency)):
        yield tables.insert(
            Label,
            {
                "id": f"m.id + {first}",
                "mention_id": "m.id",
                "mention_version": "1",
                "person_id": "m.id % 20 + 6",
                "field": f"'{field}'",
                "value": value,
                "created_at": "m.state_changed_at",
            },
            some,
        )


def write_log(
    engine: Engine, at: datetime, count: int = EVENTS, told: Callable[[str], None] = lambda _: None
) -> None:
    """A chain of so many events of the year before `at`."""
    step = timedelta(days=365) / count
    for first in range(0, count, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, count))
        with database.session(engine) as session:
            audit.record_all(session, [_event(one, at - step * (count - one)) for one in numbers])
        if first % (10 * _AT_ONCE) == 0:
            told(f"{first} audit events")


def _event(number: int, at: datetime) -> Event:
    reason = _REASONS[number % len(_REASONS)]
    if number % RARE == RARE // 3:
        reason += f": {RARE_WORDS[number // RARE % 2]}"
    return Event(
        at,
        "machine" if number % 3 == 0 else f"person:{number % 20 + 6}",
        _ACTIONS[number % len(_ACTIONS)],
        ("mention", 1_000_000 - number % 120_000),
        {"reason": reason, "text": audit.digest(str(number)), "version": 1},
        BRAND,
    )
