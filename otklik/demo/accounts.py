"""One person for each role, with passwords made on the first start and kept beside the demo."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from otklik import clock, database, people
from otklik.enums import PostingMode, Role
from otklik.errors import ConfigError
from otklik.store.people import find_person
from otklik.switches import set_posting_mode

NAMES = {
    Role.OPERATOR: "Оля, оператор",
    Role.APPROVER: "Андрей, одобряющий",
    Role.LEAD: "Лида, руководитель",
    Role.ADMIN: "Ада, администратор",
}


class Account(NamedTuple):
    """What a person types in to log in."""

    login: str
    password: str


def ensure_accounts(engine: Engine, file: Path, brand_id: str) -> list[Account]:
    """The demo's people; made at first, afterwards read from `file` (readable by its owner).

    The admin made here switches posting to live, and the audit log says so.

    Raises:
        ConfigError: the accounts exist and the file with their passwords does not.
    """
    if file.exists():
        return [Account(*line.split()) for line in file.read_text("utf-8").splitlines()]
    with database.session(engine) as session:
        if find_person(session, Role.ADMIN) is not None:
            raise ConfigError(f"{file} is gone and passwords cannot be read back: use --fresh")
        accounts = [Account(role.value, secrets.token_urlsafe(9)) for role in NAMES]
        for role, account in zip(NAMES, accounts, strict=True):
            person = people.add_person(
                session,
                login=account.login,
                role=role,
                password=account.password,
                at=clock.now(),
                brand_id=brand_id,
                name=NAMES[role],
            )
        set_posting_mode(
            session, person=person, mode=PostingMode.LIVE, at=clock.now(), brand_id=brand_id
        )
        # before the commit: accounts without their passwords would be of no use
        file.touch(mode=0o600)
        file.write_text("".join(f"{one.login} {one.password}\n" for one in accounts), "utf-8")
    return accounts
