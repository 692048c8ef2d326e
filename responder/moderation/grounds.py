"""Why a comment may be hidden: grounds found in its words, and the rule that shields critics.

Criticism is never hidden for being criticism. A critic's comment may be hidden only for
somebody's personal data, for obscenity, or for a threat that a person has confirmed; and then
two people must agree. What is only hurtful or unjust stays and is answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from otklik.enums import Abuse
from otklik.language.finding import find_obscenity
from otklik.models import Label, Mention, VerdictRow
from otklik.store import histories, judgements
from responder.moderation.history import has_case


class HideGround(StrEnum):
    """The only kinds of reason for hiding, gravest first."""

    PERSONAL_DATA = "personal_data"
    THREAT = "threat"
    OBSCENITY = "obscenity"
    INSULT = "insult"
    SPAM = "spam"


_PERSONAL = re.compile(
    r"(?<![\d.,])(?:\+\d{1,3}|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
    r"|(?<!\d)(?:\d{4}[ -]?){3}\d{4}(?!\d)"
    r"|(?:паспорт|passport|снилс|инн)\w*\W{0,3}(?:\w+\W+){0,2}?(?:\d[\s№-]?){6,12}"
    r"|\b(?:кв\.?|квартир[аеуы]|flat|apartment|apt\.?)\s*№?\s*\d+",
    re.IGNORECASE,
)
_SPAM = 0.8  # probability from which a text counts as spam


@dataclass(frozen=True)
class Hearing:
    """What is known of a comment when somebody wants to hide it."""

    found: tuple[HideGround, ...]
    is_criticism: bool
    confirmed_threat: bool

    def refusal(self, ground: HideGround) -> str:
        """Why it may not be hidden on this ground; empty when it may be asked for."""
        if not self.is_criticism:
            return ""
        if ground in (HideGround.PERSONAL_DATA, HideGround.OBSCENITY):
            return "" if ground in self.found else f"criticism is never hidden: no {ground} in it"
        if ground is HideGround.THREAT and self.confirmed_threat:
            return ""
        return "criticism is never hidden: answer it, or report it to the platform"

    def approvals(self, ground: HideGround) -> int:
        """One is enough where the ground is plain and nobody's criticism is lost."""
        return 2 if self.is_criticism or ground not in self.found else 1


def hear(session: Session, mention: Mention) -> Hearing:
    """Grounds that the comment itself shows, and whether a critic speaks."""
    verdict = judgements.list_verdicts(session, [mention]).get(mention.id or 0)
    return hear_all(session, {mention.id or 0: (mention, verdict)})[mention.id or 0]


def hear_all(
    session: Session, judged: Mapping[int, tuple[Mention, VerdictRow | None]]
) -> dict[int, Hearing]:
    """The same for many comments whose verdicts are at hand, by mention id; one query."""
    labels: dict[int, dict[str, Label]] = {}
    authors = {mention.author_id for mention, _ in judged.values()}
    for _, label in histories.list_author_labels(session, authors):
        labels.setdefault(label.mention_id, {})[label.field] = label
    return {
        number: _heard(mention.text, verdict, labels.get(number, {}))
        for number, (mention, verdict) in judged.items()
    }


def _heard(text: str, verdict: VerdictRow | None, labels: dict[str, Label]) -> Hearing:
    trusted = verdict if verdict is not None and not verdict.abstained else None
    said = {field: label.value for field, label in labels.items()}
    abuse = said.get("abuse") or (str(trusted.abuse) if trusted else "")
    stance = said.get("stance") or (str(trusted.stance) if trusted else None)
    claim = said.get("claim") or (str(trusted.claim) if trusted else None)
    return Hearing(
        found=tuple(_found(text, abuse, trusted)),
        is_criticism=has_case(stance, claim),
        confirmed_threat=said.get("abuse") == Abuse.THREAT,
    )


def _found(text: str, abuse: str, verdict: VerdictRow | None) -> Sequence[HideGround]:
    is_spam = verdict is not None and float(verdict.value.get("spam_proba", 0.0)) >= _SPAM
    signs = (
        (HideGround.PERSONAL_DATA, _PERSONAL.search(text) is not None),
        (HideGround.THREAT, abuse == Abuse.THREAT),
        (HideGround.OBSCENITY, bool(find_obscenity(text))),
        (HideGround.INSULT, abuse == Abuse.INSULT),
        (HideGround.SPAM, is_spam),
    )
    return [ground for ground, is_so in signs if is_so]
