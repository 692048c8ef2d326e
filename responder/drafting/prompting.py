"""Prompting: what a language model is told for a draft, and how its answer is read.

Facts are ours and go by id. What strangers wrote is masked, stands between lines with a random
code, and is data. Names are not sent, nor are our recent replies.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from otklik.enums import Approach, Language
from otklik.judging import Answer, Question, read_json
from responder.drafting.values import DraftRequest
from responder.knowledge import Fact
from responder.promise_finder import date_text

MOST_DRAFTS, MOST_SENTENCES, MOST_NAMED, LONGEST_SENTENCE = 3, 8, 3, 400
MOST_THREAD = 5
NO_FACT = "none"


_MASKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (f"[{name}]", re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("link", r"\b(?:https?|ftp|tg|mailto)\s?:\S+|\bwww\.\S+"),
        ("email", r"[\w.+-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63})+"),
        ("handle", r"(?<![\w@.])@[\w.]{2,31}"),
        (
            "passport",
            r"\b(?:паспорт|passport|снилс|инн|ssn)\w{0,3}\W{0,3}(?:\w{1,20}\W{1,3}){0,2}?"
            r"\d(?:[\s№-]{0,2}\d){5,13}",
        ),
        (
            "address",
            r"\b(?:ул\.|улиц[аеуы]|просп\.|проспект[аеу]?|переул\w{1,4}|шоссе|бульвар[аеу]?)\s?"
            r"[\w-]{2,30},?\s{0,2}(?:д(?:\.|ом)?\s?)?\d{0,4}(?:,?\s?кв\.?\s?\d{1,4})?",
        ),
        (
            "order",
            r"\b(?:заказ|договор|брон|заявк|order|booking|contract|reservation)\w{0,4}\s{0,2}"
            r"(?:номер|number|no\.?)?\s{0,2}[№#:]?\s{0,2}\d[\d -]{2,14}|[№#]\s?\d{3,14}",
        ),
        ("number", r"(?<![\w.,])\+?\d(?:[\s().-]{0,2}\d){6,19}(?!\d)"),
    )
)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SaidSentence(_Value):
    """One sentence of the model with the ids of the facts it names."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_SENTENCE)]
    facts: Annotated[list[str], Field(max_length=MOST_NAMED)]


class SaidDraft(_Value):
    """One draft of the model."""

    approach: str
    sentences: Annotated[list[SaidSentence], Field(min_length=1, max_length=MOST_SENTENCES)]


class _Said(_Value):
    drafts: Annotated[list[SaidDraft], Field(min_length=1, max_length=MOST_DRAFTS)]


def question_for(
    request: DraftRequest, facts: Sequence[Fact], approaches: Sequence[Approach], due: str
) -> Question:
    """What the model is asked for one mention.

    Args:
        facts: those it may cite, and no others.
        due: the day it may promise, as a reader sees it.
    """
    texts = [request.text, *request.thread_texts[-MOST_THREAD:]]
    comment, *thread = (clean(text, request.author_name) for text in texts)
    boundary = _boundary(comment, *thread)
    parts = [f"FACTS = {_facts(facts, request.language)}"]
    if thread:
        parts.append(_wrapped("THREAD", "\n---\n".join(thread), boundary))
    parts.append(_wrapped("COMMENT", comment, boundary))
    system = rules(request.language).format(
        date=due,
        approaches=", ".join(approaches),
        least=2,
        most=6,
        limit=min(request.reply_max_length or 900, 900),
    )
    ids = [fact.id for fact in facts]
    return Question(system, "\n\n".join(parts), "drafts", schema(ids, approaches))


@cache
def rules(language: Language) -> str:
    """The system's words; English for everybody who does not read Russian."""
    name = "rules_ru.txt" if language is Language.RUSSIAN else "rules_en.txt"
    return (Path(__file__).resolve().parent / name).read_text(encoding="utf-8")


def schema(fact_ids: Sequence[str], approaches: Sequence[Approach]) -> dict[str, Any]:
    """JSON Schema of the answer: only offered ids, only asked approaches."""
    sentence = _object(
        {
            "text": {"type": "string"},
            "facts": _array({"type": "string", "enum": [*fact_ids, NO_FACT]}, MOST_NAMED),
        }
    )
    draft = _object(
        {
            "approach": {"type": "string", "enum": [str(one) for one in approaches]},
            "sentences": _array(sentence, MOST_SENTENCES),
        }
    )
    return _object({"drafts": _array(draft, MOST_DRAFTS)})


def _array(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _facts(facts: Sequence[Fact], language: Language) -> str:
    told = [
        {
            "id": fact.id,
            "text": next(iter(fact.says.of(language)), ""),
            "where_it_went_wrong": next(iter(fact.admits.of(language)), "") if fact.admits else "",
            "may_do": next(iter(fact.action.says.of(language)), "") if fact.action else "",
        }
        for fact in facts
    ]
    return json.dumps(told, ensure_ascii=False)


def _wrapped(kind: str, text: str, boundary: str) -> str:
    return f"<<<{kind}-{boundary}>>>\n{text}\n<<<END-{boundary}>>>"


def _boundary(*texts: str) -> str:
    while True:
        code = secrets.token_hex(12)
        if not any(code in text for text in texts):
            return code


def clean(text: str, author_name: str = "", most: int = 4000) -> str:
    """A stranger's text as it may leave the house: personal data masked, hidden signs gone."""
    shown = text[:most].encode("utf-8", "replace").decode("utf-8")
    shown = "".join(one for one in shown if one in "\n\t" or unicodedata.category(one)[0] != "C")
    shown = unicodedata.normalize("NFKC", shown).replace("<<<", "<").replace(">>>", ">")
    for mask, pattern in _MASKS:
        shown = pattern.sub(mask, shown)
    for word in author_name.split():
        if len(word) > 2:
            shown = re.sub(rf"\b{re.escape(word)}\w{{0,2}}\b", "[name]", shown, flags=re.I)
    return shown


def read_answer(answer: Answer) -> list[SaidDraft] | str:
    """The drafts of an answer in its asked form, or why there are none."""
    if answer.refusal or answer.finish == "content_filter":
        return "refused"
    if answer.finish == "length":
        return "cut off"
    try:
        value = read_json(answer.text)
    except (ValueError, RecursionError):
        return "no JSON"
    try:
        return _Said.model_validate(value).drafts
    except ValidationError:
        return "another form"


def due_text(request: DraftRequest, days: int) -> str:
    """The day the model may promise."""
    return date_text(request.at + timedelta(days=days), request.language)


def rules_digest() -> str:
    """Changed rules are another writer."""
    both = [rules(Language.RUSSIAN), rules(Language.ENGLISH)]
    told = json.dumps([*both, schema([], [])], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:6]
