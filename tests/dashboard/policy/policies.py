"""Policies for a seeded desk: the shop's in force, a changed one, proposals."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import database
from otklik.clock import now
from otklik.models import DecisionRow, Mention, Person
from otklik.store import judgements, proposals
from responder.policy import proposing
from responder.policy.file import shipped_policy
from responder.policy.kept import keep_policy
from responder.policy.seeing import see
from tests.dashboard.seed import BRAND

SHOP = shipped_policy("shop")
PRAISE = "ignore: Похвалу без замечаний больше не благодарим"


def changed(version: int) -> str:
    """The shop's policy, no longer thanking for praise."""
    text = proposing.with_version(SHOP.text, version)
    start = text.index("  - id: praise_with_reservation\n")
    end = text.index("  - id:", start + 5)
    rule = text[start:end]
    then = rule.index("    then:")
    text = text[:start] + rule[:then] + f"    then:\n      - {PRAISE}\n\n" + text[end:]
    return text.replace(
        "stance: praise, claim: concrete, urgency: 0}, effects: [draft]",
        "stance: praise, claim: concrete, urgency: 0}",
    )


def decide_all(session: Session) -> None:
    """The policy in force decides on everything, as the pipeline would."""
    at = now()
    keep_policy(session, BRAND, SHOP, at, file="shop")
    rows = list(session.exec(select(Mention)))
    seen = see(session, rows, [SHOP], at)
    verdicts = judgements.list_verdicts(session, rows)
    for row in rows:
        judged = verdicts.get(row.id or 0)
        found = seen.decide(SHOP, row)
        session.add(
            DecisionRow(
                brand_id=BRAND,
                mention_id=row.id or 0,
                mention_version=row.version,
                verdict_id=judged.id if judged else None,
                rule_id=found.rule_id,
                why=found.why,
                policy_digest=SHOP.digest,
                policy_version=SHOP.version,
                effects=found.as_rows(),
                created_at=at,
            )
        )


def person_of(session: Session, login: str) -> Person:
    return session.exec(select(Person).where(Person.login == login)).one()


def propose(engine: Engine, text: str, login: str = "lead") -> int:
    """A lead's proposal; its id."""
    with database.session(engine) as session:
        made = proposing.propose(
            session,
            person=person_of(session, login),
            text=text,
            note="За похвалу больше не благодарим",
            base_digest=proposing.digest_in_force(session, BRAND),
            at=now(),
        )
        return proposals.save_proposal(session, made).id or 0


def policy_only() -> None:
    """The page of the policy, without navigation."""
    from dashboard.views import policy

    policy.draw()
