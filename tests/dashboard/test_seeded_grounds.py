"""What the seeded drafts cite is about what they say: pictures of the desk show them."""

from __future__ import annotations

from responder.knowledge.file import shipped_knowledge
from tests.dashboard.examples import EXAMPLES
from tests.dashboard.seed import CITES


def test_a_seeded_draft_cites_facts_of_its_own_matter() -> None:
    known = {fact.id: fact for fact in shipped_knowledge().facts}
    for example in EXAMPLES:
        if example.draft:
            cited = example.cites or CITES[example.topic]
            assert all(example.topic in known[one].topics or example.cites for one in cited)
            assert set(cited) <= set(known), example.author
