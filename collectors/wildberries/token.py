"""What a Wildberries token says of itself. It is a JWT; its signature is theirs to check.

Category bits, the read-only bit and the kinds of tokens are as the developers' portal of
Wildberries documents them (the contract itself does not say).
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from otklik.clock import now

QUESTIONS_AND_FEEDBACKS = 1 << 7
READ_ONLY = 1 << 30
KINDS = {1: "базовый", 2: "тестовый", 3: "персональный", 4: "сервисный"}
SOON = timedelta(days=14)


@dataclass(frozen=True)
class TokenFacts:
    """Rights and life of a token.

    Attributes:
        seller: the account the limits are counted for; empty when not told.
        kind: in Wildberries' words; empty when not told.
    """

    can_read: bool
    can_answer: bool
    expires_at: datetime | None
    seller: str
    kind: str

    @property
    def rights(self) -> tuple[str, ...]:
        """For people."""
        level = "чтение и запись" if self.can_answer else "только на чтение"
        told = ["категория «Вопросы и отзывы»", level] if self.can_read else []
        told += [f"{self.kind} токен"] if self.kind else []
        told += [f"действует до {self.expires_at:%d.%m.%Y}"] if self.expires_at else []
        return tuple(told)

    @property
    def missing(self) -> tuple[str, ...]:
        """What it lacks, with the way out."""
        told = []
        if not self.can_read:
            told.append(
                "у токена нет категории «Вопросы и отзывы»: создайте новый токен с этой категорией"
            )
        elif not self.can_answer:
            told.append(
                "токен только на чтение, отвечать нельзя: создайте токен без «Только на чтение»"
            )
        if self.expires_at and self.expires_at - now() < SOON:
            told.append(f"токен действует до {self.expires_at:%d.%m.%Y}: создайте новый")
        return tuple(told)


def read_token(token: str) -> TokenFacts | None:
    """Facts from the token's payload; None where it is no JWT of Wildberries."""
    part = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        payload = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(payload, dict) or not isinstance(payload.get("s"), int):
        return None
    scope, expires = payload["s"], payload.get("exp")
    ends = expires if isinstance(expires, int) and 0 < expires < 1e11 else None
    has_category = bool(scope & QUESTIONS_AND_FEEDBACKS)
    return TokenFacts(
        can_read=has_category,
        can_answer=has_category and not scope & READ_ONLY,
        expires_at=datetime.fromtimestamp(ends, UTC) if ends else None,
        seller=str(payload.get("sid") or payload.get("oid") or ""),
        kind=KINDS.get(payload.get("acc", 0), ""),
    )
