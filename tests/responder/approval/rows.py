"""Cases in bulk, written past the machine steps."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, insert, select

from otklik.enums import CaseState, MentionState, Stance, Topic
from otklik.models import Author, Case, Mention, Source, Thread


def fill(db: Session, count: int, at: datetime, *, brand_id: str = "default") -> None:
    """So many people, each with one open case and one comment that waits for a person."""
    source_id = db.exec(select(Source)).one().id or 0
    thread = Thread(brand_id=brand_id, source_id=source_id, platform="fake", external_id="t")
    db.add(thread)
    db.flush()
    thread_id = thread.id
    numbers = range(1, count + 1)
    db.connection().execute(
        insert(Author),
        [
            {
                "brand_id": brand_id,
                "platform": "fake",
                "external_id": f"bulk/{number}",
                "name": f"Автор {number}",
                "url": "",
                "is_ours": False,
            }
            for number in numbers
        ],
    )
    authors = db.exec(select(Author.id).order_by(col(Author.id))).all()[-count:]
    db.connection().execute(
        insert(Case),
        [
            {
                "brand_id": brand_id,
                "author_id": author,
                "state": CaseState.OPEN,
                "opened_at": at,
            }
            for author in authors
        ],
    )
    cases = db.exec(select(Case.id).order_by(col(Case.id))).all()[-count:]
    rows = []
    for number, author, case in zip(numbers, authors, cases, strict=True):
        since = at - timedelta(minutes=number % 90)
        row = Mention(
            brand_id=brand_id,
            source_id=source_id,
            thread_id=thread_id or 0,
            author_id=author or 0,
            case_id=case,
            platform="fake",
            external_id=f"bulk/{number}",
            content_digest="d",
            text="Чай пахнет пылью",
            collected_at=since,
            waiting_since=since,
            state=MentionState.HELD,
            state_changed_at=since,
            urgency=number % 3,
            stance=Stance.CRITIC,
            topic=Topic.QUALITY,
            sla_due_at=since + timedelta(hours=number % 7 + 1),
        )
        rows.append(row.model_dump(exclude={"id"}))
    db.connection().execute(insert(Mention), rows)
