"""What mentions are about, in the database: the names found, whether it is about us."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from otklik.models import Mention
from otklik.store import mentions
from otklik.store import subjects as rows_of
from otklik.subjects import Setting, Subject, is_our_place


class Relator(Protocol):
    """Finds what a text is about, as the pipeline needs it."""

    @property
    def digest(self) -> str:
        """Which lists it knows, SHA-256 in hexadecimal."""

    def subject(self, text: str, setting: Setting) -> Subject:
        """What is named in a text, and whether it is about us where it stands."""


def relate_all(
    session: Session, rows: Sequence[Mention], relator: Relator | None, at: datetime
) -> None:
    """Say of each mention's present version what it is about; without lists, nothing."""
    if relator is None or not rows:
        return
    around = _settings(session, rows)
    found = [relator.subject(row.text, around[row.id or 0]) for row in rows]
    rows_of.save_subjects(session, rows, found, relator.digest, at)


def _settings(session: Session, rows: Sequence[Mention]) -> dict[int, Setting]:
    sources = rows_of.list_sources_of(session, rows)
    threads = mentions.list_threads(session, rows)
    parents = mentions.list_parents(session, rows)
    joined = rows_of.list_threads_with_us(session, rows)
    found: dict[int, Setting] = {}
    for row in rows:
        source, parent = sources[row.source_id], parents.get(row.parent_external_id or "")
        found[row.id or 0] = Setting(
            is_ours=is_our_place(source.platform, source.config, source.is_ours),
            thread_title=threads[row.thread_id].title,
            answers_us=row.thread_id in joined or (parent is not None and parent.is_ours),
        )
    return found
