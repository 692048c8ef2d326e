"""Knowledge: dated facts with an owner and a source, and the powers a desk has."""

from responder.knowledge.facts import Current, Knowledge
from responder.knowledge.values import (
    WITHIN,
    Action,
    Audience,
    Fact,
    Form,
    FoundFact,
    Need,
    Power,
    Thing,
    Unit,
    Wording,
)

__all__ = [
    "WITHIN",
    "Action",
    "Audience",
    "Current",
    "Fact",
    "Form",
    "FoundFact",
    "Knowledge",
    "Need",
    "Power",
    "Thing",
    "Unit",
    "Wording",
]
