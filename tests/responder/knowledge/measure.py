"""The figures of `docs/knowledge.md`: `python -m tests.responder.knowledge.measure`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from otklik.enums import Language, Topic
from otklik.language import vectors
from responder.knowledge import Knowledge
from responder.knowledge.file import list_named_texts, make_knowledge, read_contents
from tests.responder.knowledge.pairs import INSTITUTION, NOTHING, SHOP

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAIRS = {"shop": SHOP, "institution": INSTITUTION}
Finder = Callable[[Knowledge, str], list[str]]


def read(name: str, *, use_meaning: bool) -> Knowledge:
    contents = read_contents(list_named_texts(name), whole=True)
    return make_knowledge(contents, use_meaning=use_meaning)


def found(knowledge: Knowledge, text: str) -> list[str]:
    hits = knowledge.find(text, Topic.NONE, Language.RUSSIAN, AT, limit=3)
    return [one.fact.id for one in hits]


def row(half: int, *, use_meaning: bool) -> str:
    right = among = nothing = asked = false = 0
    for name, pairs in PAIRS.items():
        knowledge = read(name, use_meaning=use_meaning)
        for text, fact_id in pairs[half::2]:
            ids = found(knowledge, text)
            asked, right = asked + 1, right + (ids[:1] == [fact_id])
            among, nothing = among + (fact_id in ids), nothing + (not ids)
        false += sum(bool(found(knowledge, text)) for text in NOTHING[half::2])
    wrong = asked - right - nothing
    counts = f"right {right}, among three {among}, wrong {wrong}, none {nothing}, false {false}"
    return f"of {asked}: {counts}"


def milliseconds(*, use_meaning: bool) -> str:
    knowledge, took = read("shop", use_meaning=use_meaning), []
    found(knowledge, "чай")
    vectors._memo.clear()
    for text, _ in (*SHOP, *INSTITUTION):
        begun = time.perf_counter()
        found(knowledge, f"{text} .")
        took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    return f"median {took[len(took) // 2]:.2f} ms, p95 {took[int(len(took) * 0.95)]:.2f} ms"


def main() -> None:
    for use_meaning, name in ((False, "keywords"), (True, "both")):
        for half, part in ((0, "chosen on"), (1, "held out")):
            sys.stdout.write(f"{name}, {part}, {row(half, use_meaning=use_meaning)}\n")
        sys.stdout.write(f"{name}, a question: {milliseconds(use_meaning=use_meaning)}\n")


if __name__ == "__main__":
    main()
