"""A language model judges: rules as the system's words, the comment as wrapped data.

Nothing it says is believed unchecked: the answer must have the asked form, its quotes must
stand in the text, its stance must follow from its axes. What fails is abstained on with the
reason; the guess shown then is our own model's.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from classifier.backends.combining import CLASSES, certain, combine
from otklik.enums import Stance
from otklik.errors import AccessDenied, Rejected, Transient
from otklik.judging import (
    HEADS,
    Answer,
    Asker,
    Attempt,
    Backend,
    BackendConfig,
    Judge,
    Question,
    abstaining,
    read_json,
)
from otklik.verdicts import Reason, Span, Verdict

log = structlog.get_logger()

_RULES = Path(__file__).resolve().parent / "data"
_MOST_REASONS, _LONGEST_QUOTE = 6, 400
_STEERING = re.compile(
    r"(?:ignore|disregard|forget)\W{1,3}(?:\w{1,30}\W{1,3}){0,4}(?:instruction|prompt|rule)s?"
    r"|(?:игнорируй|забудь|отмени)(?:те)?\W{1,3}(?:\w{1,30}\W{1,3}){0,4}(?:инструкци|указани|правил|промпт)"
    r"|<\|?/?(?:im_start|im_end|system|assistant)\b|\[/?INST\]"
    r"|\"stance\"\s*:|\b(?:COMMENT|END)-[0-9a-f]{8}"
    r"|(?:system|системн\w+) (?:prompt|message|промпт|сообщени\w{1,4})\s*:",
    re.I,
)


class LanguageModelConfig(BackendConfig):
    """Settings of a model behind an OpenAI-compatible endpoint.

    Attributes:
        base_url: address that ends before `/chat/completions`.
        model: its name there, like `gpt-4.1-mini` or `gpt://FOLDER/yandexgpt/latest`.
        api_key: secret key; a server of your own may need none.
        key_scheme: word before the key in the Authorization header (`Bearer`, `Api-Key`).
        allow_private_hosts: whether base_url may stand in a private network.
        ca_file: certificates to trust instead of the usual ones (PEM).
        language: language of the rules it is given.
        form: how JSON is asked for: by its schema, as any object, or by words alone.
        timeout: seconds for connect, write and read each; a whole call takes twice that at most.
        concurrency: questions asked at once.
        daily_requests: questions in any 24 hours, counted over all processes.
        max_characters: of a comment that are sent; a longer one is cut and abstained on.
        max_tokens: of an answer.
        tokens_name: how the endpoint calls that bound.
        price_in, price_out: US dollars for a million tokens, for the comparison.
    """

    base_url: str = Field(pattern=r"^https?://\S+$")
    model: str = Field(min_length=1, max_length=200)
    api_key: SecretStr | None = None
    key_scheme: str = Field(default="Bearer", pattern=r"^[A-Za-z-]+$")
    allow_private_hosts: bool = False
    ca_file: str = ""
    language: Literal["ru", "en"] = "ru"
    form: Literal["schema", "object", "words"] = "schema"
    timeout: float = Field(default=20.0, gt=0, le=300)
    concurrency: int = Field(default=4, ge=1, le=32)
    daily_requests: int = Field(default=1000, ge=2)
    max_characters: int = Field(default=4000, ge=100, le=20_000)
    max_tokens: int = Field(default=600, ge=100, le=8000)
    tokens_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    price_in: float = Field(default=0.0, ge=0)
    price_out: float = Field(default=0.0, ge=0)


class _Quote(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["hostile", "case", "signal"]
    quote: Annotated[str, Field(max_length=_LONGEST_QUOTE)]


class _Said(BaseModel):
    """The answer in its asked form; anything else is no answer."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    claim: Literal["none", "vague", "concrete"]
    abuse: Literal["none", "profane", "insult", "threat"]
    stance: Literal["critic", "heated", "hater", "praise", "question", "other"]
    urgency: Literal["0", "1", "2", "3"]
    topic: Literal["delivery", "quality", "staff", "price", "app", "place", "policy", "none"]
    reasons: Annotated[list[_Quote], Field(max_length=_MOST_REASONS)]
    unsure: bool


@dataclass(frozen=True, slots=True)
class _Bad:
    """Why an answer cannot be used."""

    why: str


def schema() -> dict[str, Any]:
    """JSON Schema of the answer, in the strict form endpoints accept."""
    words = {name: {"type": "string", "enum": list(CLASSES[name])} for name in HEADS}
    quote = _object(
        {
            "kind": {"type": "string", "enum": ["hostile", "case", "signal"]},
            "quote": {"type": "string"},
        }
    )
    reasons = {"type": "array", "items": quote}
    return _object({**words, "reasons": reasons, "unsure": {"type": "boolean"}})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@cache
def rules(language: str) -> str:
    """The system's words, in `ru` or `en`."""
    return (_RULES / f"judging_{language}.txt").read_text(encoding="utf-8")


def question_for(text: str, language: str, boundary: str) -> Question:
    """The question about one comment; `boundary` is random and stands on both marker lines.

    Raises:
        ValueError: the text holds the boundary.
    """
    if boundary in text:
        raise ValueError("the boundary stands in the text")
    user = f"<<<COMMENT-{boundary}>>>\n{text}\n<<<END-{boundary}>>>"
    return Question(rules(language), user, "judgement", schema())


class LanguageModel(Backend):
    """Judges by questions to a language model.

    Args:
        asker: the way to it, made by the composition root.
        boundary: makes a code that no comment can know.
    """

    kind: ClassVar[str] = "language_model"
    title: ClassVar[str] = "a language model behind an OpenAI-compatible endpoint"
    settings_type: ClassVar[type[LanguageModelConfig]] = LanguageModelConfig
    is_remote: ClassVar[bool] = True

    def __init__(
        self,
        config: LanguageModelConfig,
        base: Judge,
        asker: Asker,
        boundary: Callable[[], str] = partial(secrets.token_hex, 12),
    ) -> None:
        super().__init__(base)
        self._config, self._asker, self._boundary = config, asker, boundary
        self.batch = 4 * config.concurrency
        self.version = f"lm-{re.sub(r'[^0-9A-Za-z._-]+', '-', asker.model)[-45:]}-{_rules_digest()}"

    def attempt(self, texts: Sequence[str]) -> list[Attempt | None]:
        """See `Backend`; None where the endpoint gave no answer."""
        guesses = self.base.judge(texts)
        with ThreadPoolExecutor(self._config.concurrency) as pool:
            return list(pool.map(self._one, texts, guesses))

    def close(self) -> None:
        """See `Backend`."""
        self._asker.close()

    def _one(self, text: str, guess: Verdict) -> Attempt | None:
        shown = text[: self._config.max_characters].encode("utf-8", "replace").decode("utf-8")
        began = time.perf_counter()
        try:
            answer = self._asker.ask(question_for(shown, self._config.language, self._boundary()))
        except (Transient, AccessDenied) as error:
            log.warning("no answer", backend=self.kind, error=str(error))
            return None
        except Rejected as error:
            log.warning("refused", backend=self.kind, error=str(error))
            answer = Answer("", refusal="refused by the endpoint")
        seconds = time.perf_counter() - began
        said = parse(answer)
        if isinstance(said, _Bad):
            verdict, dropped = abstaining(guess, self.version, said.why), 0
        else:
            verdict, dropped = self._verdict(said, text, guess)
        micros = (
            answer.tokens_in * self._config.price_in + answer.tokens_out * self._config.price_out
        )
        return Attempt(
            verdict,
            () if isinstance(said, _Bad) else HEADS,
            seconds,
            answer.tokens_in,
            answer.tokens_out,
            round(micros),
            dropped,
        )

    def _verdict(self, said: _Said, text: str, guess: Verdict) -> tuple[Verdict, int]:
        reasons, dropped = found_reasons(said, text)
        why = ""
        if said.unsure:
            why = "the model is unsure"
        elif _STEERING.search(text[: self._config.max_characters]):
            why = "the text addresses the model"
        elif len(text) > self._config.max_characters:
            why = "the text was cut"
        elif said.stance in (Stance.HATER, Stance.HEATED) and not _any_hostile(reasons):
            why = "hostility without a quote"
        heads = {name: certain(name, getattr(said, name)) for name in HEADS}
        verdict = combine(guess, heads, self.version, self._config, reasons=reasons, why=why)
        return verdict, dropped


def parse(answer: Answer) -> _Said | _Bad:
    """The answer in its asked form, or why it is none."""
    if answer.refusal or answer.finish == "content_filter":
        return _Bad("the model refused")
    if answer.finish == "length":
        return _Bad("the answer was cut off")
    try:
        value = read_json(answer.text)
    except (ValueError, RecursionError):
        return _Bad("the answer is no JSON")
    try:
        return _Said.model_validate(value)
    except ValidationError as error:
        first = ".".join(map(str, error.errors()[0]["loc"]))[:60]
        return _Bad(f"the answer has another form: {first}")


def found_reasons(said: _Said, text: str) -> tuple[list[Reason], int]:
    """Quotes that stand in the text, with their places, and how many do not."""
    kept: list[Reason] = []
    for one in said.reasons:
        start = text.find(one.quote) if len(one.quote.strip()) > 1 else -1
        if start >= 0:
            span = Span(start=start, end=start + len(one.quote))
            kept.append(Reason(kind=one.kind, name=_name(one, said), span=span, text=one.quote))
    unlike = {(one.kind, one.span.start, one.span.end): one for one in kept}
    return list(unlike.values()), len(said.reasons) - len(kept)


def _name(one: _Quote, said: _Said) -> str:
    return {"hostile": said.abuse, "case": said.claim, "signal": f"urgency_{said.urgency}"}[
        one.kind
    ]


def _any_hostile(reasons: Sequence[Reason]) -> bool:
    return any(one.kind == "hostile" for one in reasons)


@cache
def _rules_digest() -> str:
    """Changed rules are another model."""
    both = rules("ru") + rules("en") + json.dumps(schema(), sort_keys=True)
    return hashlib.sha256(both.encode()).hexdigest()[:8]
