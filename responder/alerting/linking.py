"""Whose chat account it is: a code shown to the person once links it, within minutes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik import audit
from otklik.models import ChatAccount, ChatCode, Person
from otklik.store import channels, people

LASTS = timedelta(minutes=15)
_LETTERS, _LENGTH = "ABCDEFGHJKMNPQRSTUVWXYZ23456789", 10


def make_code(session: Session, person: Person, at: datetime) -> str:
    """A code that links one chat account to this person; their earlier ones are void."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    channels.save_code(
        session,
        ChatCode(
            code_digest=audit.digest(code),
            brand_id=person.brand_id,
            person_id=person.id or 0,
            expires_at=at + LASTS,
        ),
    )
    _note(session, person, "chat.code_made", at)
    return f"{code[:5]}-{code[5:]}"


def link(
    session: Session, brand_id: str, *, kind: str, account: str, code: str, at: datetime
) -> Person | None:
    """Use a code up: the account acts for its person from now on. None: no such code."""
    plain = "".join(sign for sign in code.upper() if sign in _LETTERS)
    person_id = channels.claim_code(session, brand_id, audit.digest(plain), at)
    if person_id is None:
        return None
    person = people.get_person(session, person_id)
    channels.save_chat_account(
        session,
        ChatAccount(
            brand_id=brand_id, person_id=person_id, kind=kind, account=account, linked_at=at
        ),
    )
    _note(session, person, "chat.linked", at, kind=kind, account=account)
    return person


def unlink(session: Session, person: Person, at: datetime) -> int:
    """Forget all chat accounts of a person; how many."""
    found = channels.list_chat_accounts(session, person.brand_id, person.id or 0)
    for one in found:
        channels.delete_chat_account(session, one.brand_id, one.kind, one.account)
        _note(session, person, "chat.unlinked", at, kind=one.kind)
    return len(found)


def _note(session: Session, person: Person, action: str, at: datetime, **detail: object) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("person", person.id),
        detail=detail,
        brand_id=person.brand_id,
    )
