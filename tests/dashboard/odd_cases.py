"""Comments that are no plain text to answer: pictures only, stars only, nothing may be said."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from otklik import database
from otklik.clock import now
from otklik.enums import MentionState
from otklik.models import DecisionRow, Source
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread, Page
from otklik.store import intake, mentions
from tests.dashboard.seed import BRAND


def add_held(
    engine: Engine,
    author: str,
    *,
    platform: str = "isso",
    text: str = "",
    rating: float | None = None,
    media: tuple[str, ...] = (),
    cannot_answer: str = "",
) -> int:
    """A comment that waits for a person, never judged; its id."""
    at = now()
    collected = CollectedMention(
        external_id=f"{platform}.example/{author}",
        thread=CollectedThread(external_id=f"{platform}.example/odd", title="Отзывы с фото"),
        author=CollectedAuthor(external_id=f"{platform}.example/{author}", name=author),
        text=text,
        rating=rating,
        media=media,
        cannot_answer=cannot_answer,
        published_at=at - timedelta(minutes=12),
    )
    with database.session(engine) as session:
        source = Source(
            brand_id=BRAND,
            platform=platform,
            name=f"{platform} {author}",
            next_due_at=at,
            is_enabled=False,
        )
        session.add(source)
        session.flush()
        (number,) = intake.save_page(session, source, Page(mentions=(collected,)), at).new
        mention = mentions.get_mention(session, number)
        mentions.save_state(mention, MentionState.HELD, at)
        mention.cannot_answer, mention.urgency = cannot_answer, 2
        session.add(mention)
        session.add(
            DecisionRow(
                brand_id=BRAND,
                mention_id=number,
                mention_version=1,
                rule_id="needs-eyes",
                why="Слов нет: пусть посмотрит человек.",
                policy_digest="p" * 64,
                policy_version=3,
                effects=[{"kind": "hold"}],
                created_at=at,
            )
        )
    return number
