"""Facts kept for ever, by digest: what was cited stays readable."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from otklik.models import FactRow
from otklik.store import judgements
from responder.knowledge.values import Fact


def keep(session: Session, brand_id: str, facts: Iterable[Fact], at: datetime) -> None:
    """Store each fact as it reads now."""
    rows = [
        FactRow(
            digest=fact.digest,
            brand_id=brand_id,
            fact_id=fact.id,
            value=fact.model_dump(mode="json"),
            loaded_at=at,
        )
        for fact in facts
    ]
    judgements.save_facts(session, rows)
