"""A group chat is one thread for ever: what a draft reads of it does not grow with it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import database
from otklik.clock import now
from otklik.models import Mention, Source
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread, Page
from otklik.store import intake, mentions


def test_of_a_long_thread_only_the_newest_texts_are_read(engine: Engine) -> None:
    at = now()
    thread = CollectedThread(external_id="chat")
    rows = tuple(
        CollectedMention(
            external_id=f"chat/{number}",
            thread=thread,
            author=CollectedAuthor(external_id="anna"),
            text=f"text {number}",
            published_at=at - timedelta(minutes=20 - number),
        )
        for number in range(20)
    )
    with database.session(engine) as session:
        source = Source(brand_id="default", platform="fake", name="chat", next_due_at=at)
        session.add(source)
        session.flush()
        intake.save_page(session, source, Page(mentions=rows), at)
        last = session.exec(select(Mention).order_by(col(Mention.id).desc())).first()
        assert last is not None
        found = mentions.list_newest_texts(session, last, 3)
    assert found == ["text 16", "text 17", "text 18"]
