"""What the seeded drafts cite is about what they say: pictures of the desk show them."""

from __future__ import annotations

import re

from responder.knowledge.file import shipped_knowledge
from tests.dashboard.examples import EXAMPLES
from tests.dashboard.seed import CITES

NUMBER = re.compile(r"\d[\d\s.,]*\d|\d")
# a day or a time that the draft promises is its own
PROMISED = re.compile(r"\b(?:до|by|within|в течение|in) \d+ \w+")


def test_a_seeded_draft_cites_facts_of_its_own_matter() -> None:
    known = {fact.id: fact for fact in shipped_knowledge().facts}
    for example in EXAMPLES:
        if example.draft:
            cited = example.cites or CITES[example.topic]
            assert all(example.topic in known[one].topics or example.cites for one in cited)
            assert set(cited) <= set(known), example.author


def test_numbers_in_a_seeded_draft_stand_in_its_facts_or_in_the_comment() -> None:
    known = {fact.id: fact for fact in shipped_knowledge().facts}
    for example in EXAMPLES:
        cited = example.cites or CITES.get(example.topic, ())
        ground = example.text + str([known[one] for one in cited])
        said = NUMBER.findall(PROMISED.sub("", example.draft))
        assert [one for one in said if one not in ground] == [], example.author
