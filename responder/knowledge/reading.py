"""One fact, one thing, one power: from YAML to values, or an error at line and column."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from otklik.enums import Role, Topic
from otklik.marked_yaml import Marked
from otklik.subjects import SUBJECT_KINDS
from responder.knowledge.values import (
    VOUCHED,
    Action,
    Audience,
    Fact,
    Need,
    Power,
    Thing,
    Unit,
    Wording,
)

_REQUIRED = ("id", "topics", "keywords", "owner", "source", "valid_from")
_TEXTS = ("ru", "en", "fault_ru", "fault_en")
_OPTIONAL = (
    *("fault_keywords", "asked", "valid_until", "audience", "action", "general", "first"),
    *("only_if", "not_if", "about", "person", "proposed", "imported", "source_says"),
)
FACT_KEYS = ("id", *_TEXTS, *_REQUIRED[1:], *_OPTIONAL)
_SAID = {"id", "says", "admits", "valid_from", "valid_until", "audience", "action"}


def read_wording(mark: Marked) -> Wording:
    """A thing said in both languages."""
    found = mark.check_keys(("ru", "en"), ("ru", "en"))
    return Wording(ru=found["ru"].texts(), en=found["en"].texts())


def read_topic(mark: Marked) -> Topic:
    """A topic by its word."""
    return mark.choice(Topic)


def read_owners(mark: Marked) -> dict[Topic, Wording]:
    """Who looks into cases of each topic."""
    topics = [topic.value for topic in Topic]
    found = mark.check_keys(topics, topics)
    return {Topic(name): read_wording(value) for name, value in found.items()}


def read_thing(mark: Marked) -> Thing:
    """Something people write about."""
    keys = ("id", "topic", "words", "about_ru", "with_ru", "en")
    found = mark.check_keys((*keys, "sore", "asked_of"), keys)
    english = (found["en"].text(),)
    return Thing(
        id=found["id"].text(),
        topic=read_topic(found["topic"]),
        words=found["words"].texts(),
        about=Wording(ru=(found["about_ru"].text(),), en=english),
        being_with=Wording(ru=(found["with_ru"].text(),), en=english),
        sore=found["sore"].boolean() if "sore" in found else False,
        asked_of=read_topic(found["asked_of"]) if "asked_of" in found else None,
    )


def read_fact(mark: Marked, owners: dict[Topic, Wording]) -> Fact:
    """A dated fact; at least one language must be there."""
    found = mark.check_keys(FACT_KEYS, _REQUIRED)
    topics = tuple(read_topic(item) for item in found["topics"].items())
    if not topics:
        found["topics"].fail("a fact needs a topic")
    fact = Fact(
        id=found["id"].text(),
        says=_says(mark, found),
        admits=_admits(mark, found),
        topics=topics,
        keywords=_texts(found, "keywords"),
        fault_keywords=_texts(found, "fault_keywords"),
        asked=_texts(found, "asked"),
        only_if=_texts(found, "only_if"),
        not_if=_texts(found, "not_if"),
        first=_flag(found, "first"),
        owner=found["owner"].text(),
        person=found["person"].text() if "person" in found else "",
        source=found["source"].text(),
        valid_from=found["valid_from"].day(),
        # A date names a whole day: the fact ends when the day after it begins.
        valid_until=found["valid_until"].day() + timedelta(days=1)
        if "valid_until" in found
        else None,
        audience=found["audience"].choice(Audience) if "audience" in found else Audience.PUBLIC,
        action=_action(found["action"], owners) if "action" in found else None,
        general=_flag(found, "general"),
        about=_scope(found["about"]) if "about" in found else (),
        proposed=_flag(found, "proposed"),
        place=f"{mark.file}:{mark.line}",
        digest="",
    )
    if fact.is_vouched:
        found["id"].fail(f"ids beginning with {VOUCHED!r} are for what a person vouches for")
    if fact.valid_until is not None and fact.valid_until <= fact.valid_from:
        found["valid_until"].fail("this day is before valid_from")
    return fact.model_copy(update={"digest": _digest(fact)})


def read_power(mark: Marked) -> Power:
    """A compensation with its limits; without `limits`, everybody may give `up_to`."""
    required = ("id", "topics", "ru", "en", "up_to", "owner")
    more = ("unit", "limits", "people", "beyond", "urgent", "rules")
    found = mark.check_keys((*required, *more), required)
    up_to = found["up_to"].integer(least=0)
    return Power(
        id=found["id"].text(),
        topics=tuple(read_topic(item) for item in found["topics"].items()),
        says=Wording(ru=found["ru"].texts(), en=found["en"].texts()),
        up_to=up_to,
        unit=found["unit"].choice(Unit) if "unit" in found else Unit.ROUBLES,
        limits=_limits(found["limits"], up_to) if "limits" in found else _everybody(up_to),
        people=_people(found["people"]) if "people" in found else (),
        beyond=found["beyond"].choice(Role) if "beyond" in found else None,
        urgent=_texts(found, "urgent"),
        rules=_texts(found, "rules"),
        owner=found["owner"].text(),
        place=f"{mark.file}:{mark.line}",
    )


def _everybody(up_to: int) -> tuple[tuple[Role, int], ...]:
    return ((Role.OPERATOR, up_to),)


def _limits(mark: Marked, up_to: int) -> tuple[tuple[Role, int], ...]:
    roles = [role.value for role in Role]
    found = mark.check_keys(roles)
    least = 0
    for role in (one for one in roles if one in found):
        least = found[role].integer(least=least)
    limits = tuple((Role(role), found[role].integer()) for role in roles if role in found)
    if limits and limits[0][1] != up_to:
        mark.fail(f"the first limit is {limits[0][1]}, but up_to says {up_to}")
    return limits or _everybody(up_to)


def _people(mark: Marked) -> tuple[tuple[str, int], ...]:
    return tuple((login, most.integer(least=0)) for login, most in mark.mapping().items())


def _texts(found: dict[str, Marked], key: str) -> tuple[str, ...]:
    return found[key].texts() if key in found else ()


def _flag(found: dict[str, Marked], key: str) -> bool:
    return found[key].boolean() if key in found else False


def _scope(mark: Marked) -> tuple[tuple[str, tuple[str, ...]], ...]:
    kinds = [kind.value for kind in SUBJECT_KINDS]
    return tuple((kind, ids.texts()) for kind, ids in mark.check_keys(kinds).items())


def _says(mark: Marked, found: dict[str, Marked]) -> Wording:
    if "ru" not in found and "en" not in found:
        mark.fail("a fact needs a wording: the key 'ru', 'en' or both")
    return Wording(ru=_sentences(found, "ru"), en=_sentences(found, "en"))


def _admits(mark: Marked, found: dict[str, Marked]) -> Wording | None:
    if "fault_ru" not in found and "fault_en" not in found:
        return None
    for plain in ("ru", "en"):
        if plain in found and f"fault_{plain}" not in found:
            mark.fail(f"the key 'fault_{plain}' is missing here: 'ru' and 'en' have both or none")
    return Wording(ru=_sentences(found, "fault_ru"), en=_sentences(found, "fault_en"))


def _sentences(found: dict[str, Marked], key: str) -> tuple[str, ...]:
    if key not in found:
        return ()
    mark = found[key]
    for item in mark.items():
        if item.text()[-1] not in ".!?" or item.text()[0].islower():
            item.fail("expected a whole sentence; text with a comma in [ ] goes into quotes")
    return mark.texts()


def _action(mark: Marked, owners: dict[Topic, Wording]) -> Action:
    keys = ("ru", "en", "owner", "days")
    found = mark.check_keys((*keys, "needs"), keys)
    return Action(
        says=Wording(ru=found["ru"].texts(), en=found["en"].texts()),
        owner=owners[read_topic(found["owner"])],
        days=found["days"].integer(least=1),
        needs=found["needs"].choice(Need) if "needs" in found else Need.NOTHING,
    )


def _digest(fact: Fact) -> str:
    content = fact.model_dump(mode="json", include=_SAID)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
