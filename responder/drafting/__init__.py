"""Drafting: a reply that answers each point with a fact, an action or an honest "not yet".

`Writer` is the port; `DeterministicWriter` composes offline from points, facts and phrases.
What strangers wrote is data: none of their words flow into a draft.
"""

from __future__ import annotations

from responder.drafting.address import Address
from responder.drafting.checking import lint_context
from responder.drafting.deterministic import DeterministicWriter
from responder.drafting.values import CitedFact, Draft, DraftRequest, EarlierAnswer, Style, Writer

__all__ = [
    "Address",
    "CitedFact",
    "DeterministicWriter",
    "Draft",
    "DraftRequest",
    "EarlierAnswer",
    "Style",
    "Writer",
    "lint_context",
]
