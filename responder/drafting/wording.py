"""Wording: one sentence of one block, in the company's form of address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from otklik.enums import Language, Topic
from otklik.language.inflection import genitive
from responder.drafting.address import Address, in_ty
from responder.drafting.finding import Name
from responder.drafting.values import DraftRequest
from responder.knowledge import Action, Fact, Knowledge
from responder.phrasing import Chooser, is_used, phrases, split_sentences, used_sentences
from responder.promise_finder import date_text

_KEEPS_CASE = frozenset({"Black", "Tea", "Help"})


class Speaker:
    """Says things of ours: chooses among phrases, fills them, keeps to one form of address."""

    def __init__(self, request: DraftRequest, knowledge: Knowledge, seed: str) -> None:
        self.request, self.knowledge = request, knowledge
        self.language = request.language
        self.blocks = phrases(self.language)
        self.is_ty = request.address is Address.TY and self.language is Language.RUSSIAN
        self.chooser = Chooser(seed, used_sentences(request.recent_replies))

    def say(self, block: str, name: Name | None = None, **values: str) -> str:
        """A sentence of the block; one said lately where there is no other."""
        filled = self._values(name, values)
        return self._addressed(self.chooser.choose(block, self._variants(block), filled))

    def try_say(self, block: str, name: Name | None = None, **values: str) -> str | None:
        """A sentence of the block that was not said lately, or None."""
        filled = self._values(name, values)
        found = self.chooser.fresh(block, self._variants(block), filled)
        return None if found is None else self._addressed(found)

    def try_one_of(self, block: str, wordings: Sequence[str]) -> str | None:
        """One of these sentences that was not said lately, or None."""
        found = self.chooser.fresh(block, self._sayable(wordings), {})
        return None if found is None else self._addressed(found)

    def is_fresh(self, text: str) -> bool:
        """Whether the first sentence of it was not said lately."""
        return not is_used(split_sentences(text)[0], self.chooser.used)

    def fact(self, fact: Fact, *, at_fault: bool) -> str:
        """What a fact says, to somebody who asks or to somebody it went wrong for."""
        wording = fact.admits if at_fault and fact.admits else fact.says
        wordings = self._sayable(wording.of(self.language))
        return self._addressed(self.chooser.choose(f"fact:{fact.id}", wordings, {}))

    def deed(self, fact: Fact, action: Action) -> str:
        """What we shall do, as it goes on after a comma."""
        says = self._sayable(action.says.of(self.language))
        chosen = self.chooser.choose(f"do:{fact.id}", says, {})
        return lower_first(self._addressed(chosen))

    def owner(self, topic: Topic) -> str:
        """Who looks into cases of a topic."""
        return self.kept_owner(self.knowledge.owner(topic).of(self.language))

    def kept_owner(self, wordings: Sequence[str]) -> str:
        """One name of an owner, the same throughout a draft."""
        return lower_first(self.chooser.keep("owner", wordings))

    def date(self, days: int) -> str:
        """The day that many days from the writing."""
        return date_text(self.request.at + timedelta(days=days), self.language)

    def _variants(self, block: str) -> Sequence[str]:
        return self._sayable(self.blocks[block])

    def _sayable(self, wordings: Sequence[str]) -> Sequence[str]:
        if not self.is_ty:
            return wordings
        return [one for one in wordings if in_ty(one) is not None] or wordings

    def _addressed(self, text: str) -> str:
        return (in_ty(text) or text) if self.is_ty else text

    def _values(self, name: Name | None, values: Mapping[str, str]) -> dict[str, str]:
        named = name or Name()
        russian = self.language is Language.RUSSIAN
        return {
            "channel": self.knowledge.channel.of(self.language)[0],
            "owner": self.owner(self.request.verdict.topic),
            "about": named.about,
            "with": named.being_with,
            "of": genitive(named.about) if russian else named.about,
            "why": named.why,
            **values,
        }


def lower_first(words: str) -> str:
    """The words with a small first letter, names and figures as they are."""
    first = words.split(" ", 1)[0]
    if first in _KEEPS_CASE or first[:1].isdigit() or first[1:] != first[1:].lower():
        return words
    return words[:1].lower() + words[1:]
