"""One case with everything at once: the longest there is of each, in the other language."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import audit, database
from otklik.clock import now
from otklik.database import make_engine
from otklik.enums import DraftState, Language, MentionState, Severity, Stance, Topic
from otklik.models import DraftRow, Incident, Mention, Promise
from otklik.store import replies
from otklik.store.sources import find_source
from otklik.verdicts import Span
from responder.lint import Finding
from tests.dashboard.case import seed_case
from tests.dashboard.coming import coming
from tests.dashboard.examples import Example
from tests.dashboard.seed import BRAND, add_examples

NAME = "Bartholomew Featherstonehaugh-Cholmondeley of Stow-on-the-Wold"
_ASKED = "Second time this month. I want my £132 back."
TEXT = (
    "Ordered groceries for my mum, who is 84 and cannot go out, and half of the order was missing. "
    + "Nobody picks up the phone; the chat offers a discount and hangs up. " * 60
    + _ASKED
)
DRAFT = (
    "Half an order is not an order, and twice in a month is on us. We are refunding the missing "
    f"£132 to your card by {coming(7, Language.ENGLISH)} and have asked the depot lead to find out "
    "why nobody answered; we will post what we found here. Your opinion is very important to us. "
) * 3


def add_heavy(engine: Engine) -> int:
    """Add it to a seeded desk; its id."""
    with database.session(engine) as session:
        number = _comment(session)
        _story(session, number)
        seed_case._offers(session, number)
        return number


def find_heavy(url: str) -> int:
    """Its id in the database at `url`."""
    engine = make_engine(url)
    with database.reading(engine) as session:
        query = select(Mention.id).where(Mention.text == TEXT)
        found = session.exec(query).one()
    engine.dispose()
    return found or 0


def _comment(session: Session) -> int:
    source = find_source(session, BRAND, "Сайт romashka.example")
    assert source is not None
    others = [
        Example(
            page="heavy",
            author=f"Neighbour {n}",
            text=f"Same here, number {n}: half of it missing and not a word from anybody.",
            stance=Stance.CRITIC,
            urgency=0,
            topic=Topic.DELIVERY,
            minutes=900 - n,
            state=MentionState.CLOSED,
            language=Language.ENGLISH,
        )
        for n in range(60)
    ]
    heavy = Example(
        page="heavy",
        author=NAME,
        text=TEXT,
        stance=Stance.HEATED,
        urgency=3,
        topic=Topic.DELIVERY,
        minutes=700,
        case=("half of the order was missing", "£132"),
        hostile=("hangs up",),
        parts=(
            ("money", 0.95),
            ("repeated_contact", 0.9),
            ("rudeness", 0.84),
            ("regulator", 0.8),
            ("health", 0.6),
        ),
        unsure=True,
        rating=1,
        language=Language.ENGLISH,
        draft=DRAFT,
        points=(
            ("half of the order was missing", "action"),
            ("Nobody picks up the phone", "pending"),
            ("the chat offers a discount and hangs up", "gap"),
            (_ASKED, "fact"),
        ),
    )
    return add_examples(session, source, [*others, heavy], now())[NAME]


def _story(session: Session, number: int) -> None:
    """A past, a promise that is late, an incident, remarks that stop the text."""
    seed_case._past(session, number, 40)
    session.add(
        Promise(
            brand_id=BRAND,
            mention_id=number,
            text="what the depot lead found out, here, under this very comment",
            # of another year: a time is longest with its date, and a date with its year
            due_at=now() - timedelta(days=400),
            created_at=now() - timedelta(days=402),
        )
    )
    row = session.get_one(Mention, number)
    row.incident_id = session.exec(select(Incident.id).order_by(Incident.id)).first()  # type: ignore[arg-type]
    row.media = [f"https://pictures.example/{n}/half-an-order.jpg" for n in range(4)]
    row.edited_at = now() - timedelta(minutes=50)
    session.add(row)
    draft = replies.find_proposed_draft(session, number)
    assert draft is not None
    draft.findings = [one.model_dump(mode="json") for one in _remarks(draft)]
    session.add(draft)
    session.flush()


def _remarks(draft: DraftRow) -> list[Finding]:
    assert draft.state is DraftState.PROPOSED
    assert draft.text_digest == audit.digest(DRAFT)
    return [
        Finding(
            code=f"remark-{place}",
            severity=severity,
            span=Span(start=40 * place, end=40 * place + 25),
            message_ru="Так говорят все, и никто этому не верит.",
            message_en="Everybody says so, and nobody believes it.",
            way_out_ru="Скажите, что сделано, кем и когда.",
            way_out_en="Say what was done, by whom and when.",
        )
        for place, severity in enumerate(
            (Severity.BLOCK, Severity.WARN, Severity.WARN, Severity.NOTE)
        )
    ]
