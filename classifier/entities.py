"""Finds the company's own names in a text, in any inflection, with their places.

The names become a tree of words; each word of a text is looked up once by its form (remembered
between texts), and only where one may begin a name the tree is walked. The longest name wins.
What makes a name count is in `classifier.evidence`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from classifier.evidence import Name, agree, is_meant, make_name
from classifier.lists import parents_of
from classifier.vocabulary import RAW, Vocabulary
from otklik.language.normaliser import Normalised, Token, normalise
from otklik.subjects import WORD_KINDS, Entity, EntityKind, Named
from otklik.verdicts import Span

# signs that may stand between the words of one name
_JOINING = frozenset("-–—.'’\"«»“”&+№#/_")
_PAIRS = {"»": "«", "”": "“", '"': '"'}
_MOST_SIGNS = 2


class Match(NamedTuple):
    """Tokens `first` to `last` (inclusive) name one or several entities.

    `is_meant`: False where it may as well be the ordinary word: nothing is named then, but for
    the company's own name that is a sign.
    """

    first: int
    last: int
    name: Name
    is_meant: bool = True


@dataclass
class _Node:
    """One word further into some names; `names` end here."""

    following: dict[int, _Node] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)


class _Way(NamedTuple):
    """How far into the tree, over which tokens, with how many misspelt words."""

    node: _Node
    places: tuple[int, ...] = ()
    typos: int = 0


class Finder:
    """Finds entities in texts. Safe to share between threads: only memos are written.

    Args:
        entities: rows of the company's lists; ids are unique, parents exist.
    """

    def __init__(self, entities: Sequence[Entity]) -> None:
        self.entities = {one.id: one for one in entities}
        self._parents = {one.id: parents_of(one.id, self.entities) for one in entities}
        self._words = Vocabulary()
        self._root = _Node()
        for entity in entities:
            for text in dict.fromkeys((entity.name, *entity.aliases)):
                self._add(entity, text)
        self._words.seal()

    def find(self, text: str | Normalised) -> tuple[Named, ...]:
        """What is named, in the order of the text; words of context are left out."""
        read = normalise(text) if isinstance(text, str) else text
        return self.name(read, self.scan(read))

    def scan(self, read: Normalised) -> list[Match]:
        """Every name, doubtful ones and words of context among them; never overlapping."""
        memo, tokens = self._words.memo, read.tokens
        begins = [place for place, token in enumerate(tokens) if memo[token[2]]]
        found: list[Match] = []
        free = 0
        for place in begins:
            if place >= free and (match := self._longest(read, place)) is not None:
                found.append(match)
                free = match.last + 1
        return found

    def name(self, read: Normalised, matches: Sequence[Match]) -> tuple[Named, ...]:
        """Matches as values; of several entities with one name, those the text decides for."""
        sure = {
            id_
            for match in matches
            if match.is_meant and len(match.name.entities) == 1
            for id_ in (match.name.entities[0].id, *self._parents[match.name.entities[0].id])
        }
        found: list[Named] = []
        for match in matches:
            if not match.is_meant:
                continue
            meant = [one for one in match.name.entities if one.kind not in WORD_KINDS]
            decided = [one for one in meant if sure & {one.id, *self._parents[one.id]}]
            chosen = decided or meant
            found += [self._named(read, match, one, len(chosen) > 1) for one in chosen]
        return tuple(found)

    def _add(self, entity: Entity, text: str) -> None:
        tokens = [one for one in normalise(text).tokens if _is_word(one)]
        if not tokens:
            return
        forms = [_form(text, token) for token in tokens]
        self._grow(entity, text, forms)
        if len(forms) > 1 and "-" in text:  # «Санкт-Петербург» is written in one word, too
            self._grow(entity, text, ["".join(forms)])

    def _grow(self, entity: Entity, text: str, forms: list[str]) -> None:
        node = self._root
        for form in forms:
            node = node.following.setdefault(self._words.add(form), _Node())
        name = next((one for one in node.names if one.is_free == _is_free(entity)), None)
        if name is None:
            node.names.append(make_name(forms, text, entity, is_free=_is_free(entity)))
        elif entity not in name.entities:
            name.entities.append(entity)

    def _longest(self, read: Normalised, start: int) -> Match | None:
        """The longest name that begins at token `start` and is meant there."""
        ends: list[_Way] = []
        self._walk(read, start, _Way(self._root), ends)
        ends.sort(key=lambda way: (-way.places[-1], way.typos))
        doubtful = None
        for way in ends:
            for name in way.node.names:
                if not agree(read, way.places, name):
                    continue
                if is_meant(read, start, way.places[-1], name, is_misspelt=bool(way.typos)):
                    return Match(start, way.places[-1], name)
                if not way.typos and EntityKind.COMPANY in {one.kind for one in name.entities}:
                    doubtful = doubtful or Match(start, way.places[-1], name, is_meant=False)
        return doubtful

    def _walk(self, read: Normalised, place: int, way: _Way, ends: list[_Way]) -> None:
        """All ways into the tree from here; one misspelt word at most."""
        for number, misspelt in self._ids(read, place):
            following = way.node.following.get(number)
            if following is None or (misspelt and way.typos):
                continue
            further = _Way(following, (*way.places, place), way.typos + misspelt)
            if following.names:
                ends.append(further)
            after = _next_word(read.tokens, place) if following.following else None
            if after is not None:
                self._walk(read, after, further, ends)

    def _ids(self, read: Normalised, place: int) -> tuple[tuple[int, bool], ...]:
        token = read.tokens[place]
        found = self._words.memo[token.form]
        if found is RAW:
            return self._words.raw(read.original[token.start : token.end].lower())
        return found

    def _named(self, read: Normalised, match: Match, one: Entity, doubtful: bool) -> Named:
        start, end = _place(read, match)
        return Named(
            kind=one.kind,
            id=one.id,
            name=one.name,
            span=Span(start=start, end=end),
            text=read.original[start:end].encode("utf-8", "replace").decode("utf-8"),
            within=self._parents[one.id],
            is_ambiguous=doubtful,
        )


def _place(read: Normalised, match: Match) -> tuple[int, int]:
    """From the first to the last character; a quotation mark opened inside is closed inside."""
    inside = [token.form for token in read.tokens[match.first : match.last]]
    end = match.last + 1
    if end < len(read.tokens) and _PAIRS.get(read.tokens[end].form, "") in inside:
        return read.tokens[match.first].start, read.tokens[end].end
    return read.tokens[match.first].start, read.tokens[match.last].end


def _is_free(entity: Entity) -> bool:
    """Words of context are ordinary words: they count however they are written."""
    return entity.kind in WORD_KINDS


def _is_word(token: Token) -> bool:
    return token.form[0].isalnum() or token.form[0] == "@"


def _form(text: str, token: Token) -> str:
    if token.form.strip("0") and token.form[0] != "@":
        return token.form
    return text[token.start : token.end].lower()  # numbers and handles are kept as written


def _next_word(tokens: Sequence[Token], place: int) -> int | None:
    """The next word of the same phrase: a few joining signs may stand between."""
    for at in range(place + 1, min(place + 2 + _MOST_SIGNS, len(tokens))):
        if _is_word(tokens[at]):
            return at
        if tokens[at].form not in _JOINING:
            return None
    return None


def kinds_of(match: Match) -> set[EntityKind]:
    """Kinds of what a match may name."""
    return {one.kind for one in match.name.entities}
