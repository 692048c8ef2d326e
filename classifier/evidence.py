"""Whether a word that looks like a name is meant as one: capitals, quotes, the words before.

«Орёл» is a town and a bird: an ordinary word counts as a name with a capital letter that is
not the sentence's own, in quotes, or after a word that says what is coming («в городе», «тариф»).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from classifier.naming import forms_of, is_ordinary
from otklik.language.lemmas import lemma
from otklik.language.normaliser import Normalised
from otklik.subjects import Entity, EntityKind

_SHORT = 2  # letters: «НН» is noise without a sign that a name is meant
_SHOUTED = 0.7  # share of capital letters beyond which they mean nothing
_READ = 2000  # characters looked at for that share
_ENDS = frozenset(".!?…")
_OPENING, _CLOSING = frozenset("«„“\"'"), frozenset("»”“\"'")
_PLACES = frozenset({EntityKind.BRANCH, EntityKind.CITY, EntityKind.DEPARTMENT})
_PREPOSITIONS = "в во на из с со у до от по под около возле через к ко at in on from near to"
_BEFORE_A_PLACE = frozenset(_PREPOSITIONS.split())
_KIND_WORDS = {
    EntityKind.CITY: "город г city town",
    EntityKind.BRANCH: (
        "кафе магазин филиал улица ул проспект пр площадь пл тц трц отделение офис точка ресторан "
        "салон аптека станция метро район shop store cafe café branch office street mall"
    ),
    EntityKind.PRODUCT: (
        "тариф карта вклад чай кофе товар модель марка напиток приложение пакет подписка услуга "
        "сорт набор plan card tariff model brand product app"
    ),
    EntityKind.DEPARTMENT: "отдел служба департамент department team desk",
    EntityKind.COMPANY: (
        "компания фирма магазин банк оператор сеть сервис бренд приложение company shop store bank"
    ),
}
_INTRODUCING = {kind: frozenset(words.split()) for kind, words in _KIND_WORDS.items()}
_OBLIQUE = (*"аяыиуюе", "ов", "ев", "ей", "ых", "их", "ой", "ом")
_GOES_ON = frozenset({"NOUN", "ADJ", "PROPN"})


@dataclass(eq=False)
class Name:
    """One way to write some entities.

    Attributes:
        forms: its words as the lists have them, normal forms.
        length: letters in all.
        needs: `nothing`, `sign` (short: a capital or a preposition), `capital` (ordinary word).
        agrees: whether its words must agree in case: all of them are ordinary ones.
        is_fixed: the one word stands in an oblique case («Мира») and is never bent.
        is_free: words of context.
    """

    forms: tuple[str, ...]
    length: int
    needs: str
    agrees: bool
    is_fixed: bool
    is_free: bool
    is_adjective: bool
    entities: list[Entity] = field(default_factory=list)


def make_name(forms: Sequence[str], text: str, entity: Entity, *, is_free: bool) -> Name:
    """The name `text` of an entity, its words already in normal form."""
    ordinary = all(is_ordinary(form) for form in forms)
    only = forms[0] if len(forms) == 1 else ""
    return Name(
        forms=tuple(forms),
        length=sum(map(len, forms)),
        needs="nothing" if is_free else _needs(only, ordinary, entity),
        agrees=ordinary and len(forms) > 1,
        is_fixed=bool(only) and text[:1].isupper() and _is_oblique(only),
        is_free=is_free,
        is_adjective=bool(only) and all(one.pos == "ADJ" for one in forms_of(only)),
        entities=[entity],
    )


def _needs(only: str, ordinary: bool, entity: Entity) -> str:
    if entity.strict is not None:
        return "capital" if entity.strict else "nothing"
    if only and ordinary:
        return "capital"
    return "sign" if only and len(only) <= _SHORT else "nothing"


def _is_oblique(word: str) -> bool:
    readings = [one for one in forms_of(word) if one.is_known]
    return (
        bool(readings)
        and word.endswith(_OBLIQUE)
        and all(one.case not in ("", "Nom") for one in readings)
    )


def agree(read: Normalised, places: Sequence[int], name: Name) -> bool:
    """Do the words stand in one case, apart from those that are not bent?"""
    if name.is_fixed:
        return read.tokens[places[0]].form == name.forms[0]
    if not name.agrees:
        return True
    shared: set[str] | None = None
    for place, base in zip(places, name.forms, strict=True):
        form = read.tokens[place].form
        if form == base:
            continue
        cases = {one.case for one in forms_of(form)}
        if "" in cases:  # perhaps no noun at all: nothing is known
            continue
        shared = cases if shared is None else shared & cases
    return shared is None or bool(shared)


def is_meant(
    read: Normalised, first: int, last: int, name: Name, *, is_misspelt: bool = False
) -> bool:
    """Is there what this name needs around tokens `first` to `last`?"""
    is_near = is_misspelt and len(name.forms) == 1 and is_ordinary(name.forms[0])
    if name.needs == "nothing" and not is_near:
        return True
    kinds = {one.kind for one in name.entities}
    if _is_quoted(read, first, last) or _is_introduced(read, first, kinds):
        return True
    before = read.tokens[first - 1].form if first else ""
    is_place = before in _BEFORE_A_PLACE and bool(kinds & _PLACES)
    is_capital = read.original[read.tokens[first].start].isupper() and not _is_shouted(read)
    if name.needs == "sign":
        return is_capital or is_place
    if is_capital and not _begins_sentence(read, first):
        return True
    return is_place and (is_capital or (name.is_adjective and not _goes_on(read, last)))


def _is_quoted(read: Normalised, first: int, last: int) -> bool:
    tokens = read.tokens
    return (
        first > 0
        and last + 1 < len(tokens)
        and tokens[first - 1].form in _OPENING
        and tokens[last + 1].form in _CLOSING
    )


def _is_introduced(read: Normalised, first: int, kinds: set[EntityKind]) -> bool:
    place = first - 1
    while place >= 0 and read.tokens[place].form in (".", "«", '"', ":"):
        place -= 1
    word = lemma(read.tokens[place].form) if place >= 0 else ""
    return any(word in _INTRODUCING.get(kind, ()) for kind in kinds)


def _begins_sentence(read: Normalised, first: int) -> bool:
    if first == 0:
        return True
    before = read.tokens[first - 1]
    gap = read.original[before.end : read.tokens[first].start]
    return before.form[0] in _ENDS or "\n" in gap


def _goes_on(read: Normalised, last: int) -> bool:
    """Does a noun follow that the adjective belongs to («на садовой мебели»)?"""
    if last + 1 >= len(read.tokens):
        return False
    following = read.tokens[last + 1].form
    return following.isalpha() and forms_of(following)[0].pos in _GOES_ON


def _is_shouted(read: Normalised) -> bool:
    letters = [sign for sign in read.original[:_READ] if sign.isalpha()]
    return len(letters) > 8 and sum(map(str.isupper, letters)) > _SHOUTED * len(letters)
