"""Reading knowledge: from YAML to `Knowledge`, or an error at the exact line and column."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from otklik.enums import Topic
from otklik.errors import PolicyError
from otklik.subjects import SUBJECT_KINDS
from responder.knowledge import Action, Audience, Fact, Knowledge, Need, Power, Thing, Wording
from responder.marked_yaml import Marked, parse_yaml

_FACT_REQUIRED = ("id", "ru", "en", "topics", "keywords", "owner", "source", "valid_from")
_FACT_OPTIONAL = (
    *("fault_ru", "fault_en", "fault_keywords", "valid_until"),
    *("audience", "action", "general", "first", "about"),
)


def shipped_knowledge(name: str = "shop") -> Knowledge:
    """Knowledge that comes with the package, by name."""
    found = resources.files("responder") / "knowledge" / f"{name}.yaml"
    return parse_knowledge(found.read_text("utf-8"), f"{name}.yaml")


def load_knowledge(path: Path) -> Knowledge:
    """The knowledge in the file `path`.

    Raises:
        PolicyError: unreadable, or wrong; then with file, line and column.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"cannot be read: {error}", file=str(path)) from error
    return parse_knowledge(text, str(path))


def parse_knowledge(text: str, name: str) -> Knowledge:
    """The knowledge written as `text`; `name` is the file as the person knows it.

    Raises:
        PolicyError: at the line and column of what is wrong.
    """
    root = parse_yaml(text, name)
    keys = ("company", "channel", "contacts", "owners", "things", "facts", "powers")
    found = root.check_keys(keys, keys)
    owners = _owners(found["owners"])
    return Knowledge(
        company=_wording(found["company"]),
        channel=_wording(found["channel"]),
        own_contacts=found["contacts"].texts(),
        owners=owners,
        things=_unique(found["things"], [_thing(item) for item in found["things"].items()]),
        facts=_unique(found["facts"], [_fact(item, owners) for item in found["facts"].items()]),
        powers=_unique(found["powers"], [_power(item) for item in found["powers"].items()]),
    )


def _unique(mark: Marked, values: list[Any]) -> list[Any]:
    seen: set[str] = set()
    for item, value in zip(mark.items(), values, strict=True):
        if value.id in seen:
            item.fail(f"the id {value.id!r} stands here twice")
        seen.add(value.id)
    return values


def _wording(mark: Marked) -> Wording:
    found = mark.check_keys(("ru", "en"), ("ru", "en"))
    return Wording(ru=found["ru"].texts(), en=found["en"].texts())


def _topic(mark: Marked) -> Topic:
    return mark.choice(Topic)


def _owners(mark: Marked) -> dict[Topic, Wording]:
    topics = [topic.value for topic in Topic]
    found = mark.check_keys(topics, topics)
    return {Topic(name): _wording(value) for name, value in found.items()}


def _thing(mark: Marked) -> Thing:
    keys = ("id", "topic", "words", "about_ru", "with_ru", "en")
    found = mark.check_keys((*keys, "sore"), keys)
    english = (found["en"].text(),)
    return Thing(
        id=found["id"].text(),
        topic=_topic(found["topic"]),
        words=found["words"].texts(),
        about=Wording(ru=(found["about_ru"].text(),), en=english),
        being_with=Wording(ru=(found["with_ru"].text(),), en=english),
        sore=found["sore"].boolean() if "sore" in found else False,
    )


def _fact(mark: Marked, owners: dict[Topic, Wording]) -> Fact:
    found = mark.check_keys((*_FACT_REQUIRED, *_FACT_OPTIONAL), _FACT_REQUIRED)
    topics = tuple(_topic(item) for item in found["topics"].items())
    if not topics:
        found["topics"].fail("a fact needs a topic")
    fact = Fact(
        id=found["id"].text(),
        says=_sentences(found["ru"], found["en"]),
        admits=_admits(mark, found),
        topics=topics,
        keywords=found["keywords"].texts(),
        fault_keywords=found["fault_keywords"].texts() if "fault_keywords" in found else (),
        first=found["first"].boolean() if "first" in found else False,
        owner=found["owner"].text(),
        source=found["source"].text(),
        valid_from=found["valid_from"].day(),
        # A date names a whole day: the fact ends when the day after it begins.
        valid_until=found["valid_until"].day() + timedelta(days=1)
        if "valid_until" in found
        else None,
        audience=found["audience"].choice(Audience) if "audience" in found else Audience.PUBLIC,
        action=_action(found["action"], owners) if "action" in found else None,
        general=found["general"].boolean() if "general" in found else False,
        about=_scope(found["about"]) if "about" in found else (),
        digest="",
    )
    if fact.valid_until is not None and fact.valid_until <= fact.valid_from:
        found["valid_until"].fail("this day is before valid_from")
    return fact.model_copy(update={"digest": _digest(fact)})


def _scope(mark: Marked) -> tuple[tuple[str, tuple[str, ...]], ...]:
    kinds = [kind.value for kind in SUBJECT_KINDS]
    return tuple((kind, ids.texts()) for kind, ids in mark.check_keys(kinds).items())


def _admits(mark: Marked, found: dict[str, Marked]) -> Wording | None:
    if "fault_ru" not in found and "fault_en" not in found:
        return None
    mark.check_keys((*_FACT_REQUIRED, *_FACT_OPTIONAL), ("fault_ru", "fault_en"))
    return _sentences(found["fault_ru"], found["fault_en"])


def _sentences(russian: Marked, english: Marked) -> Wording:
    for mark in (russian, english):
        for item in mark.items():
            if item.text()[-1] not in ".!?" or item.text()[0].islower():
                item.fail("expected a whole sentence; text with a comma in [ ] goes into quotes")
    return Wording(ru=russian.texts(), en=english.texts())


def _action(mark: Marked, owners: dict[Topic, Wording]) -> Action:
    keys = ("ru", "en", "owner", "days")
    found = mark.check_keys((*keys, "needs"), keys)
    return Action(
        says=Wording(ru=found["ru"].texts(), en=found["en"].texts()),
        owner=owners[_topic(found["owner"])],
        days=found["days"].integer(least=1),
        needs=found["needs"].choice(Need) if "needs" in found else Need.NOTHING,
    )


def _power(mark: Marked) -> Power:
    keys = ("id", "topics", "ru", "en", "up_to", "owner")
    found = mark.check_keys(keys, keys)
    return Power(
        id=found["id"].text(),
        topics=tuple(_topic(item) for item in found["topics"].items()),
        says=Wording(ru=found["ru"].texts(), en=found["en"].texts()),
        up_to=found["up_to"].integer(least=0),
        owner=found["owner"].text(),
    )


_SAID = {"id", "says", "admits", "valid_from", "valid_until", "audience", "action"}


def _digest(fact: Fact) -> str:
    content = fact.model_dump(mode="json", include=_SAID)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
