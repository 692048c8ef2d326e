"""A language model writes: beside the deterministic writer, never instead of it.

It is asked ahead of the step, while no transaction is open; `write` itself never waits for a
network. What it says is checked like any text, and each sentence against the facts it names:
a draft with anything that rests on nothing is dropped, and the deterministic one always stands
among those offered.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from otklik.enums import Approach, PointState, Severity
from otklik.errors import AccessDenied, RateLimited, Rejected, Transient
from otklik.judging import Asker
from responder.drafting import prompting
from responder.drafting.checking import lint_context
from responder.drafting.prompting import NO_FACT, SaidDraft
from responder.drafting.values import CitedFact, Draft, DraftRequest, Writer
from responder.knowledge import Current, Fact, Knowledge
from responder.lint import lint
from responder.lint.citing import courtesy, house_words, is_cited
from responder.points import Point

log = structlog.get_logger()

DUE_DAYS = 3
MOST_FACTS = 8
MOST_OFFERED = 3
MOST_KEPT = 500
_LONGEST_NAME = 64
_BLOCK = Severity.BLOCK


class WriterConfig(BaseModel):
    """Settings of `[writer]`: a model behind an OpenAI-compatible endpoint.

    Attributes:
        base_url: address that ends before `/chat/completions`.
        model: its name there, like `gpt-4.1-mini` or `gpt://FOLDER/yandexgpt/latest`.
        api_key: secret key; a server of your own may need none.
        key_scheme: word before the key in the Authorization header (`Bearer`, `Api-Key`).
        allow_private_hosts: whether base_url may stand in a private network.
        ca_file: certificates to trust instead of the usual ones (PEM).
        form: how JSON is asked for: by its schema, as any object, or by words alone.
        timeout: seconds for connect, write and read each; a whole call takes twice that at most.
        concurrency: questions asked at once.
        daily_requests: questions in any 24 hours, counted over all processes.
        max_tokens: of an answer.
        tokens_name: how the endpoint calls that bound.
        batch: mentions written for at once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(pattern=r"^https?://\S+$")
    model: str = Field(min_length=1, max_length=200)
    api_key: SecretStr | None = None
    key_scheme: str = Field(default="Bearer", pattern=r"^[A-Za-z-]+$")
    allow_private_hosts: bool = False
    ca_file: str = ""
    form: Literal["schema", "object", "words"] = "schema"
    timeout: float = Field(default=20.0, gt=0, le=300)
    concurrency: int = Field(default=2, ge=1, le=32)
    daily_requests: int = Field(default=500, ge=2)
    max_tokens: int = Field(default=1500, ge=100, le=8000)
    tokens_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    batch: int = Field(default=8, ge=1, le=100)


class LanguageModelWriter:
    """Two or three drafts: those of the model that passed every check, and our own.

    Args:
        base: the deterministic writer; its first draft is always offered.
        asker: the way to the model, made by the composition root.
        concurrency, batch: questions asked at once; mentions prepared for at once.
    """

    def __init__(
        self,
        base: Writer,
        known: Current,
        asker: Asker,
        *,
        concurrency: int = 2,
        batch: int = 8,
    ) -> None:
        self.base, self._known, self.batch = base, known, batch
        self._asker, self._concurrency = asker, concurrency
        model = re.sub(r"[^0-9A-Za-z._-]+", "-", asker.model)[-40:]
        self.name = f"lm-{model}-{prompting.rules_digest()}"
        self._made: OrderedDict[str, list[Draft]] = OrderedDict()
        self._made_from = known.current
        self._lock = Lock()

    @property
    def knowledge(self) -> Knowledge:
        """What is known at this moment."""
        return self._known.current

    def prepare(self, requests: Sequence[DraftRequest]) -> None:
        """Ask the model about these; waits for the network, so no transaction may be open."""
        self._forget_old()
        fresh = [one for one in requests if not self.is_ready(one)]
        with ThreadPoolExecutor(self._concurrency) as pool:
            for request, drafts in zip(fresh, pool.map(self.compose, fresh), strict=True):
                self._keep(request, drafts)

    def is_ready(self, request: DraftRequest) -> bool:
        """Whether drafts for this request are at hand."""
        with self._lock:
            return _key(request) in self._made

    def write(self, request: DraftRequest) -> list[Draft]:
        """See `Writer.write`; what was not prepared is written by our own writer alone."""
        with self._lock:
            made = self._made.get(_key(request))
        return made or self._noted(self.base.write(request), "not asked")

    def compose(self, request: DraftRequest) -> list[Draft]:
        """Ask the model now, check what it says, and put our own draft beside it."""
        own = self.base.write(request)
        offered = self._offered(request, own)
        said = self._ask(request, own, offered)
        if isinstance(said, str):
            return self._noted(own, said)
        texts = {one.text for one in own}
        written = [self._checked(one, request, own[0], offered) for one in said]
        passed = [one for one in written if one is not None and one.text not in texts]
        unlike = list({one.text: one for one in passed}.values())
        if not unlike:
            return self._noted(own, "drafts dropped")
        return [*unlike[: MOST_OFFERED - 1], own[0], *own[1:]][:MOST_OFFERED]

    def close(self) -> None:
        """Give back connections."""
        self._asker.close()

    def _forget_old(self) -> None:
        """What was made from other knowledge cites what may be over."""
        with self._lock:
            if self._made_from is not self.knowledge:
                self._made.clear()
                self._made_from = self.knowledge

    def _keep(self, request: DraftRequest, drafts: list[Draft]) -> None:
        with self._lock:
            self._made[_key(request)] = drafts
            while len(self._made) > MOST_KEPT:
                self._made.popitem(last=False)

    def _ask(
        self, request: DraftRequest, own: Sequence[Draft], offered: Sequence[Fact]
    ) -> list[SaidDraft] | str:
        approaches = list(dict.fromkeys(one.approach for one in own))
        due = prompting.due_text(request, DUE_DAYS)
        question = prompting.question_for(request, offered, approaches, due)
        try:
            return prompting.read_answer(self._asker.ask(question))
        except RateLimited as error:
            return _told("limit reached", error)
        except Transient as error:
            return _told("no answer", error)
        except (AccessDenied, Rejected) as error:
            return _told("turned away", error)

    def _offered(self, request: DraftRequest, own: Sequence[Draft]) -> list[Fact]:
        """The facts the model may cite: those of our own drafts, then what the text calls for."""
        cited = [self.knowledge.fact(one.id) for draft in own for one in draft.facts]
        found = self.knowledge.find(
            request.text,
            request.verdict.topic,
            request.language,
            request.at,
            limit=MOST_FACTS,
            about=request.about,
        )
        both = [*(fact for fact in cited if fact), *(one.fact for one in found)]
        valid = {fact.id: fact for fact in both if fact.is_valid(request.at)}
        return list(valid.values())[:MOST_FACTS]

    def _checked(
        self, said: SaidDraft, request: DraftRequest, own: Draft, offered: Sequence[Fact]
    ) -> Draft | None:
        """The draft, if every sentence rests on what it names and nothing blocks."""
        by_id = {fact.id: fact for fact in offered}
        why = self._fault(said, request, by_id)
        if not why:
            named = dict.fromkeys(name for one in said.sentences for name in one.facts)
            draft = self._draft(said, request, own, [by_id[n] for n in named if n != NO_FACT])
            why = next((one.code for one in draft.findings if one.severity is _BLOCK), "")
        if why:
            log.info("a draft of the model is dropped", writer=self.name, why=why)
        return None if why else draft

    def _fault(self, said: SaidDraft, request: DraftRequest, by_id: Mapping[str, Fact]) -> str:
        """Why the sentences cannot stand as they cite; empty when they can."""
        named = {name for one in said.sentences for name in one.facts if name != NO_FACT}
        if named - by_id.keys():
            return "an id that was not offered"
        plain = courtesy(request.language) | house_words(
            self.knowledge, request.text, request.language
        )
        statements = (request.incident_statement,) if request.incident_statement else ()
        for one in said.sentences:
            facts = [by_id[name] for name in one.facts if name != NO_FACT]
            if not is_cited(one.text, facts, plain, statements):
                return "uncited_claim"
        return ""

    def _draft(
        self, said: SaidDraft, request: DraftRequest, own: Draft, facts: Sequence[Fact]
    ) -> Draft:
        text = " ".join(" ".join(one.text.split()) for one in said.sentences)
        draft = own.model_copy(
            update={
                "text": text,
                "approach": _approach(said.approach, own.approach),
                "points": tuple(_answered(point, said) for point in own.points),
                "facts": tuple(CitedFact(id=fact.id, digest=fact.digest) for fact in facts),
                "findings": (),
                "writer": self.name[:_LONGEST_NAME],
                "uses_statement": bool(request.incident_statement)
                and (request.incident_statement or "") in text,
            }
        )
        findings = lint(text, lint_context(draft, request, self.knowledge))
        return draft.model_copy(update={"findings": tuple(findings)})

    def _noted(self, drafts: Sequence[Draft], why: str) -> list[Draft]:
        """Our own drafts, saying why the model's are not among them."""
        note = f" (model: {why})"
        return [
            one.model_copy(update={"writer": f"{one.writer[: _LONGEST_NAME - len(note)]}{note}"})
            for one in drafts
        ]


def _told(why: str, error: Exception) -> str:
    log.warning("the model wrote nothing", why=why, error=str(error))
    return why


def _approach(said: str, otherwise: Approach) -> Approach:
    return Approach(said) if said in set(Approach) else otherwise


def _answered(point: Point, said: SaidDraft) -> Point:
    """The point with the sentence that answers it by one of its facts; a gap without."""
    for one in said.sentences:
        if set(one.facts) & set(point.fact_ids):
            return point.model_copy(update={"answer": one.text, "state": PointState.FACT})
    return point.model_copy(update={"answer": "", "state": PointState.GAP, "fact_ids": ()})


def _key(request: DraftRequest) -> str:
    return hashlib.sha256(
        f"{request.seed}\n{request.approach}\n{request.text}".encode()
    ).hexdigest()
