"""A dozen watched places, from all well to locked out, made without network."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from otklik import database
from otklik.clock import now
from otklik.enums import SourceHealth, SourceOrigin
from otklik.limiter import month_of
from otklik.models import Source, Spend
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread, Page
from otklik.store import intake
from tests.dashboard.seed import BRAND

_numbers = count(1)
MINUTE = timedelta(minutes=1)


def add_source(session: Session, name: str, platform: str, at: datetime, **fields: Any) -> Source:
    """A healthy source, read eight seconds ago, but for what `fields` say."""
    usual: dict[str, Any] = {
        "health": SourceHealth.OK,
        "next_due_at": at + timedelta(seconds=40),
        "interval_seconds": 60.0,
        "pace_seconds": 60.0,
        "live_since": at - timedelta(days=12),
        "last_ok_at": at - timedelta(seconds=8),
        "last_new_at": at - 9 * MINUTE,
        "config": {"base_url": "https://romashka.example"},
    }
    source = Source(brand_id=BRAND, name=name, platform=platform, **{**usual, **fields})
    session.add(source)
    session.flush()
    return source


def add_comments(session: Session, source: Source, at: datetime, *delays: float) -> None:
    """Comments of the last hours, each found so many seconds after it was published."""
    for place, delay in enumerate(delays):
        number = next(_numbers)
        published = at - timedelta(minutes=7 + 13 * place, seconds=17)
        mention = CollectedMention(
            external_id=f"{source.platform}.example/s{number}",
            thread=CollectedThread(external_id=f"{source.platform}.example/t"),
            author=CollectedAuthor(external_id=f"{source.platform}.example/a{number}"),
            text="Подскажите, когда откроется магазин?",
            published_at=published,
        )
        page = Page(mentions=(mention,))
        intake.save_page(session, source, page, published + timedelta(seconds=delay))


def spend(session: Session, source: Source, at: datetime, dollars: float) -> None:
    """What it has cost this month."""
    micros = round(dollars * 1_000_000)
    items = round(dollars / 0.005)
    session.add(Spend(source_id=source.id or 0, month=month_of(at), micros=micros, items=items))


def seed_sources(engine: Engine) -> dict[str, int]:
    """Fill a migrated database that has people; gives ids by name."""
    at = now()
    with database.session(engine) as session:
        made = [*_well(session, at), *_broken(session, at), *_not_read(session, at)]
        return {source.name: source.id or 0 for source in made}


def _well(session: Session, at: datetime) -> list[Source]:
    names = (
        ("Группа VK «Ромашка»", "vk", (3, 4, 4, 6, 21)),
        ("Канал в Telegram", "telegram", (2, 2, 3, 5)),
        ("Отзывы в App Store", "appstore", (1400, 2600, 3100)),
        ("Google Play", "googleplay", (900, 1500)),
        ("Wildberries: отзывы", "wildberries", (48, 61, 75, 190)),
        ("Ozon: вопросы", "ozon", (55, 130)),
        ("Журнал «Ромашки»", "wordpress", (12, 30, 31)),
    )
    made = []
    for name, platform, delays in names:
        source = add_source(session, name, platform, at)
        add_comments(session, source, at, *delays)
        made.append(source)
    paid = add_source(
        session, "Поиск в X", "x", at, config={"query": "ромашка", "monthly_budget": 25}
    )
    add_comments(session, paid, at, 70, 95)
    spend(session, paid, at, 21.4)
    return [*made, paid]


def _broken(session: Session, at: datetime) -> list[Source]:
    return [
        add_source(
            session,
            "Отзовик",
            "reviews",
            at,
            health=SourceHealth.SUSPECT,
            last_new_at=at - timedelta(days=3),
            warning="Обычно здесь 14 отзывов за сутки, за последние трое суток — ни одного.",
        ),
        add_source(
            session,
            "Яндекс Маркет",
            "yandex_market",
            at,
            health=SourceHealth.FAILING,
            failures=6,
            last_ok_at=at - timedelta(hours=2),
            next_due_at=at + 12 * MINUTE,
            last_error="Transient: 503 Service Unavailable",
            last_error_at=at - 4 * MINUTE,
        ),
        add_source(
            session,
            "Обсуждения VK",
            "vk",
            at,
            health=SourceHealth.OFF,
            is_enabled=False,
            failures=1,
            last_ok_at=at - timedelta(hours=5),
            last_error="AccessDenied: 5 User authorization failed: access_token has expired",
            last_error_at=at - timedelta(hours=5),
            to_do="Получите новый токен сообщества и задайте его в OTKLIK_SECRET_VK.",
        ),
    ]


def _not_read(session: Session, at: datetime) -> list[Source]:
    return [
        add_source(
            session,
            "Форум садоводов",
            "rss",
            at,
            is_paused=True,
            pause_reason="На форуме идёт переезд, до понедельника",
            origin=SourceOrigin.DESK,
        ),
        add_source(
            session,
            "Mastodon",
            "mastodon",
            at,
            health=SourceHealth.NEW,
            last_ok_at=None,
            last_new_at=None,
            live_since=None,
            origin=SourceOrigin.DESK,
        ),
        add_source(
            session,
            "file:reviews.csv",
            "file",
            at,
            is_enabled=False,
            origin=SourceOrigin.IMPORT,
            config={"path": "reviews.csv"},
        ),
    ]
