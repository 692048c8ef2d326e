"""One person, one story: accounts that gave the same contact are suggested to be one person.

People confirm, refuse and undo. Confirmed, their open cases become one with one owner; undone,
each has a case of its own again. A contact is compared by a keyed digest and never kept; a name
and a city, however rare, are not enough.
"""

import hashlib
import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations

from sqlmodel import Session

from otklik import audit
from otklik.enums import CaseState, LinkState, Role
from otklik.errors import StaleText
from otklik.models import AuthorLink, Case, ContactMark, Mention, Person
from otklik.people import require
from otklik.store import cases, links
from otklik.store import people as switches

TOO_MANY = 4  # a contact that so many give is nobody's own: a hotline, a courier's number
_KEY = "contact_key"
_PHONE = re.compile(r"(?<![\w.,])\+?\d[\d\s()-]{8,17}\d(?!\w)")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_ORDER = re.compile(
    r"(?:заказ\w*|договор\w*|брон\w*|order|booking|contract)"
    r"\s*(?:номер|number|no\.?)?\s*[:№#-]?\s*([a-zа-я]{0,3}-?\d{5,14})\b",
    re.IGNORECASE,
)
_PHONE_DIGITS = 10  # without the country: +7 and 8 are the same


def find_contacts(text: str) -> set[tuple[str, str]]:
    """Contacts a text gives, as (kind, normal form): phone, email, order."""
    return set(_contacts(text))


def _contacts(text: str) -> Iterator[tuple[str, str]]:
    for found in _EMAIL.findall(text):
        yield "email", found.lower()
    for found in _ORDER.findall(text):
        yield "order", re.sub(r"\W", "", found).lower()
    for found in _PHONE.findall(_ORDER.sub(" ", text)):
        digits = re.sub(r"\D", "", found)
        if _PHONE_DIGITS <= len(digits) <= _PHONE_DIGITS + 3:
            yield "phone", digits[-_PHONE_DIGITS:]


def suggest(
    session: Session, rows: Sequence[Mention], own_contacts: Sequence[str], at: datetime
) -> int:
    """Remember the contacts in these mentions and suggest links to who gave the same before.

    Args:
        own_contacts: the company's, which say nothing about the author.

    Returns:
        How many links were suggested.
    """
    ours = {one for text in own_contacts for one in find_contacts(text)}
    given = {row.id: find_contacts(row.text) - ours for row in rows}
    if not any(given.values()):
        return 0
    brand_id, key = rows[0].brand_id, _key(session, rows[0].brand_id, at)
    marks = [
        ContactMark(
            brand_id=brand_id,
            author_id=row.author_id,
            kind=kind,
            digest=_digest(key, kind, contact),
            seen_at=at,
        )
        for row in rows
        for kind, contact in sorted(given[row.id])
    ]
    links.save_marks(session, marks)
    return _suggest(session, brand_id, links.list_marks(session, brand_id, _digests(marks)), at)


def _digests(marks: Sequence[ContactMark]) -> set[str]:
    return {mark.digest for mark in marks}


def _key(session: Session, brand_id: str, at: datetime) -> bytes:
    """The secret of this installation, made when first needed."""
    if switches.find_switch(session, brand_id, _KEY) is None:
        fresh = secrets.token_hex(32)
        switches.save_switch(session, brand_id, _KEY, fresh, by=audit.MACHINE, at=at)
    switch = switches.find_switch(session, brand_id, _KEY)
    return (switch.value if switch else "").encode()


def _digest(key: bytes, kind: str, contact: str) -> str:
    return hmac.new(key, f"{kind}:{contact}".encode(), hashlib.sha256).hexdigest()


def _suggest(session: Session, brand_id: str, marks: Sequence[ContactMark], at: datetime) -> int:
    givers: dict[str, set[int]] = defaultdict(set)
    for mark in marks:
        givers[mark.digest].add(mark.author_id)
    kinds: dict[tuple[int, int], set[str]] = defaultdict(set)
    for mark in marks:
        who = sorted(givers[mark.digest])
        if 1 < len(who) <= TOO_MANY:
            for pair in combinations(who, 2):
                kinds[pair].add(mark.kind)
    if not kinds:
        return 0
    known = links.list_pairs(session, {one for pair in kinds for one in pair})
    fresh = [pair for pair in sorted(kinds) if pair not in known]
    for first, second in fresh:
        evidence = "the same " + ", ".join(sorted(kinds[first, second]))
        link = AuthorLink(
            brand_id=brand_id,
            first_id=first,
            second_id=second,
            state=LinkState.SUGGESTED,
            evidence=evidence,
            created_at=at,
        )
        links.save_link(session, link)
    return len(fresh)


# ---- what people decide --------------------------------------------------------------------


def confirm(session: Session, *, person: Person, link_id: int, at: datetime) -> Case | None:
    """These two accounts are one person: their open cases become one, with one owner.

    Returns:
        The case that goes on; None: neither has an open one.

    Raises:
        StaleText: somebody has decided already. NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    link = _undecided(session, link_id)
    rows = links.lock_mentions_of(
        session,
        [*links.list_person(session, link.first_id), *links.list_person(session, link.second_id)],
    )
    _decide(session, link, LinkState.CONFIRMED, person, at)
    accounts = links.list_person(session, link.first_id)
    case = _merge(session, accounts, rows, links.save_person(session, accounts), at)
    _note(session, person, "link.confirmed", link, at, case=case.id if case else None)
    return case


def _merge(
    session: Session, accounts: Sequence[int], rows: Sequence[Mention], first: int, at: datetime
) -> Case | None:
    """The earliest story goes on and takes the others in."""
    open_ = links.lock_open_cases(session, accounts)
    if not open_:
        return None
    kept, others = open_[0], open_[1:]
    taken = {case.id for case in others}
    for case in others:
        kept.owner_id = kept.owner_id or case.owner_id
        links.close_case(session, case, at)
    kept.author_id = first
    for row in rows:
        if row.case_id in taken:
            row.case_id = kept.id
            session.add(row)
    return cases.save_case(session, kept)


def refuse(session: Session, *, person: Person, link_id: int, at: datetime) -> None:
    """These are two people; it is not suggested again.

    Raises:
        StaleText: somebody has decided already. NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    link = _undecided(session, link_id)
    _decide(session, link, LinkState.REFUSED, person, at)
    _note(session, person, "link.refused", link, at)


def undo(session: Session, *, person: Person, link_id: int, at: datetime) -> Case | None:
    """Take a decision back: the link is a suggestion again, and a joint story is split.

    Returns:
        The case of the account that left; None: there was nothing to split.

    Raises:
        StaleText: nothing was decided. NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    link = links.get_link(session, link_id)
    if link.state == LinkState.SUGGESTED:
        raise StaleText("nobody has decided about this link")
    was_joint = link.state == LinkState.CONFIRMED
    rows = links.lock_mentions_of(session, links.list_person(session, link.first_id))
    link.state, link.decided_by_id, link.decided_at = LinkState.SUGGESTED, None, None
    links.save_link(session, link)
    case = _split(session, link, rows, at) if was_joint else None
    _note(session, person, "link.undone", link, at, case=case.id if case else None)
    return case


def _split(
    session: Session, link: AuthorLink, rows: Sequence[Mention], at: datetime
) -> Case | None:
    stays = links.list_person(session, link.first_id)
    if link.second_id in stays:
        return None  # other links still say that they are one
    leaves = links.list_person(session, link.second_id)
    first, second = links.save_person(session, stays), links.save_person(session, leaves)
    case = next(iter(links.lock_open_cases(session, [*stays, *leaves])), None)
    if case is None:
        return None
    case.author_id = first
    cases.save_case(session, case)
    moved = [row for row in rows if row.case_id == case.id and row.author_id in leaves]
    return _move(session, moved, case, second, at) if moved else None


def _move(
    session: Session, moved: Sequence[Mention], case: Case, author_id: int, at: datetime
) -> Case:
    is_over = all(row.state in links.OVER for row in moved)
    own = Case(
        brand_id=case.brand_id,
        author_id=author_id,
        owner_id=case.owner_id,
        state=CaseState.CLOSED if is_over else CaseState.OPEN,
        opened_at=min(row.waiting_since for row in moved),
        closed_at=at if is_over else None,
    )
    cases.save_case(session, own)
    for row in moved:
        row.case_id = own.id
        session.add(row)
    session.flush()
    return own


def _undecided(session: Session, link_id: int) -> AuthorLink:
    link = links.get_link(session, link_id)
    if link.state != LinkState.SUGGESTED:
        raise StaleText(f"this link is {link.state} by now")
    return link


def _decide(
    session: Session, link: AuthorLink, state: LinkState, person: Person, at: datetime
) -> None:
    link.state, link.decided_by_id, link.decided_at = state, person.id, at
    links.save_link(session, link)


def _note(
    session: Session, person: Person, action: str, link: AuthorLink, at: datetime, **more: object
) -> None:
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("author_link", link.id),
        detail={"authors": [link.first_id, link.second_id], "evidence": link.evidence, **more},
        brand_id=link.brand_id,
    )
