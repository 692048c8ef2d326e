"""How channels are doing, and whose chat accounts are whose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from otklik.models import ChannelState, ChatAccount, ChatCode, Person


def get_channel_state(session: Session, brand_id: str, name: str) -> ChannelState:
    """The row of a channel, new when it has none; locked."""
    key = {"brand_id": brand_id, "name": name}
    found = session.get(ChannelState, key, with_for_update=True)
    return found or ChannelState(brand_id=brand_id, name=name)


def list_channel_states(session: Session, brand_id: str) -> list[ChannelState]:
    """All channels that were ever used."""
    wanted = select(ChannelState).where(ChannelState.brand_id == brand_id)
    return list(session.exec(wanted.order_by(ChannelState.name)))


def save_channel_state(session: Session, row: ChannelState) -> None:
    """Keep it."""
    session.add(row)
    session.flush()


def save_code(session: Session, code: ChatCode) -> None:
    """A new code; the person's earlier ones are void."""
    session.execute(delete(ChatCode).where(col(ChatCode.person_id) == code.person_id))
    session.add(code)
    session.flush()


def claim_code(session: Session, brand_id: str, digest: str, at: datetime) -> int | None:
    """Whose code it is, used up by that; None: unknown, used, or too old."""
    found = session.connection().execute(
        delete(ChatCode)
        .where(
            col(ChatCode.code_digest) == digest,
            col(ChatCode.brand_id) == brand_id,
            col(ChatCode.expires_at) > at,
        )
        .returning(col(ChatCode.person_id))
    )
    return found.scalar_one_or_none()


def find_person_of_chat(session: Session, brand_id: str, kind: str, account: str) -> Person | None:
    """Who acts by this account, or None."""
    return session.exec(
        select(Person)
        .join(ChatAccount, col(ChatAccount.person_id) == Person.id)
        .where(
            ChatAccount.brand_id == brand_id,
            ChatAccount.kind == kind,
            ChatAccount.account == account,
        )
    ).first()


def save_chat_account(session: Session, account: ChatAccount) -> None:
    """From now on the account is that person's, and nobody else's."""
    delete_chat_account(session, account.brand_id, account.kind, account.account)
    session.add(account)
    session.flush()


def delete_chat_account(session: Session, brand_id: str, kind: str, account: str) -> bool:
    """Forget an account; False: it was nobody's."""
    row = session.exec(
        select(ChatAccount).where(
            ChatAccount.brand_id == brand_id,
            ChatAccount.kind == kind,
            ChatAccount.account == account,
        )
    ).first()
    if row is not None:
        session.delete(row)
        session.flush()
    return row is not None


def list_chat_accounts(session: Session, brand_id: str, person_id: int) -> list[ChatAccount]:
    """A person's accounts."""
    return list(
        session.exec(
            select(ChatAccount)
            .where(ChatAccount.brand_id == brand_id, ChatAccount.person_id == person_id)
            .order_by(col(ChatAccount.id))
        )
    )
