"""The shelf of each database in this process: made from its mentions, brought up to date at need.

Where a mention belongs is only ever read from the database, so that what another process has
grouped, what people have moved and what was rolled back is all seen the same way: as a
difference to what stands here.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine
from sqlmodel import Session

from otklik.enums import Stance, Topic
from otklik.language import vectors
from otklik.models import Mention
from otklik.store import storylines, subjects
from otklik.subjects import Subject
from responder.incidents import near_copies
from responder.incidents.shelf import Shelf
from responder.incidents.story import Story, said_in

REMEMBERED = timedelta(days=14)
AT_MOST = 5_000  # mentions that a new one is compared with


class Lately:
    """Storylines of one brand in one database. `lock` is held by whoever looks at `shelf`."""

    def __init__(self) -> None:
        self.shelf = Shelf(at_most=AT_MOST)
        self.lock = threading.RLock()

    def follow(self, session: Session, brand_id: str, at: datetime) -> Shelf:
        """Bring the shelf up to what stands in the database."""
        stand = storylines.list_newest_places(session, brand_id, at - REMEMBERED, AT_MOST)
        held = {
            number: (story.version, story.incident_id)
            for line in self.shelf.lines.values()
            for number, story in line.stories.items()
        }
        self.shelf.drop([one for one, place in held.items() if stand.get(one) != place])
        fresh = [one for one, place in stand.items() if held.get(one) != place]
        rows = storylines.list_told(session, fresh)
        for story in read(session, rows):
            self.shelf.add(story)
        return self.shelf


_known: WeakKeyDictionary[Engine, dict[str, Lately]] = WeakKeyDictionary()
_guard = threading.Lock()


def of(session: Session, brand_id: str) -> Lately:
    """What this process knows of the brand's storylines in the session's database."""
    engine = session.get_bind().engine
    with _guard:
        return _known.setdefault(engine, {}).setdefault(brand_id, Lately())


def prepare(session: Session, brand_id: str, texts: Sequence[str], at: datetime) -> None:
    """Vectors of what stands, and of the texts that come."""
    lately = of(session, brand_id)
    with lately.lock:
        lately.follow(session, brand_id, at)
    vectors.vectors(texts)


def read(session: Session, rows: Sequence[Mention]) -> list[Story]:
    """Mentions as grouping sees them."""
    if not rows:
        return []
    about = subjects.list_subjects(session, rows)
    apart = storylines.list_apart(session, [row.id or 0 for row in rows])
    meanings = vectors.vectors([row.text for row in rows])
    # half the memory; the third decimal tells no story from another
    kept = None if meanings is None else meanings.astype(np.float16)
    found = []
    for number, row in enumerate(rows):
        signature = near_copies.signature(row.text)
        named = about.get(row.id or 0, Subject()).by_kind()
        story = Story(
            mention_id=row.id or 0,
            author_id=row.author_id,
            at=row.waiting_since,
            topic=row.topic or Topic.NONE,
            named=frozenset((kind, one) for kind, ids in named.items() for one in ids),
            words=said_in(row.text),
            signature=signature,
            bands=tuple(near_copies.bands(signature)),
            meaning=None if kept is None else kept[number].copy(),  # not the whole batch with it
            incident_id=row.incident_id,
            apart_from=apart.get(row.id or 0, frozenset()),
            version=row.version,
            is_hostile=row.stance is Stance.HATER,
        )
        found.append(story)
    return found
