"""Judging comments one after the other: what is given to whom, and what their answers mean.

Among what the model was unsure of and what was drawn by chance stand golden items, whose answer a
lead has settled, and second looks at what somebody else let stand. Nobody is told which is which.
An answer to a golden item is a test of the person, so it is no label; every other answer is one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import LookKind, Role
from otklik.errors import InputError
from otklik.learning import StaffLabel, read_labels
from otklik.models import GoldenItem, Look, Mention, Person
from otklik.people import require
from otklik.store import looks
from otklik.store.judgements import LABEL_FIELDS
from responder import labelling

FIELDS = ("stance", "urgency")


@dataclass(frozen=True)
class Shares:
    """How much of what is given is golden, and how much of what is done is looked at again."""

    golden: float = 0.1
    second: float = 0.05


def next_batch(
    session: Session,
    *,
    person: Person,
    brand_id: str,
    shares: Shares,
    size: int = 20,
    skipped: Sequence[int] = (),
) -> list[Mention]:
    """Comments to judge, in the order they are to be given; nothing says why each is there.

    Args:
        skipped: ids not to be given again.

    Raises:
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    number, out = person.id or 0, set(skipped)
    golden_most = max(1, round(size * shares.golden)) if shares.golden > 0 else 0
    golden = [
        one
        for one in looks.list_golden_for(session, brand_id, number, limit=golden_most + len(out))
        if one.id not in out
    ][:golden_most]
    waiting = looks.list_waiting_looks(session, brand_id, number, limit=size + len(out))
    second = [mention for _look, mention in waiting if mention.id not in out][: size // 2]
    known = {one.id for one in (*golden, *second)} | out
    newest = looks.list_newest_judged(session, brand_id)
    done = looks.list_labelled_by(session, number, [one.id or 0 for one in newest])
    hidden = {one.mention_id for one in looks.list_golden(session, brand_id)}
    fresh = [one for one in newest if one.id not in known | done | hidden]
    fresh.sort(key=lambda one: (not one.is_unsure, _lot(number, one.id or 0)))
    chosen = {one.id: one for one in (*golden, *second, *fresh)}
    some = list(chosen.values())[:size]
    return sorted(some, key=lambda one: _lot(number, one.id or 0))


def _lot(*numbers: int) -> int:
    """A number that looks drawn by chance and is always the same."""
    told = ":".join(str(one) for one in numbers).encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:6], "big")


def answer(
    session: Session,
    *,
    person: Person,
    mention_id: int,
    mention_version: int,
    stance: str,
    urgency: str,
    at: datetime,
) -> None:
    """One judgement; a later one of the same person on the same comment takes its place.

    Raises:
        InputError: no such stance or urgency. NotAllowed: role too low.
        NotFound: no such mention.
    """
    require(person, Role.OPERATOR)
    given = {"stance": stance, "urgency": urgency}
    if any(value not in LABEL_FIELDS[field] for field, value in given.items()):
        raise InputError(f"{given} is no judgement")
    if _answer_golden(session, person, (mention_id, mention_version), given, at):
        return
    for field, value in given.items():
        labelling.label(
            session,
            person=person,
            mention_id=mention_id,
            mention_version=mention_version,
            field=field,
            value=value,
            at=at,
        )
    number = person.id or 0
    look = looks.find_look(session, LookKind.SECOND, mention_id, mention_version, number)
    if look is not None:
        _fill(session, look, number, given, at)


def _answer_golden(
    session: Session,
    person: Person,
    version: tuple[int, int],
    given: dict[str, str],
    at: datetime,
) -> bool:
    item = looks.find_golden(session, *version)
    if item is None or not item.is_active or item.added_by_id == person.id:
        return False
    number = person.id or 0
    look = looks.find_look(session, LookKind.GOLDEN, *version, number) or Look(
        brand_id=item.brand_id,
        kind=LookKind.GOLDEN,
        mention_id=item.mention_id,
        mention_version=item.mention_version,
        expected=item.values,
        first_id=item.added_by_id,
        created_at=at,
    )
    _fill(session, look, number, given, at)
    return True


def _fill(
    session: Session, look: Look, person_id: int, given: dict[str, str], at: datetime
) -> None:
    look.person_id, look.given = person_id, given
    look.is_agreed = all(look.expected.get(field) == value for field, value in given.items())
    look.looked_at = at.astimezone(UTC)
    looks.save_looks(session, [look])


def draw_second_looks(session: Session, brand_id: str, share: float, at: datetime) -> int:
    """Queue a share of what people have answered or closed for somebody else; how many.

    Which ones is decided by their number, so drawing twice draws the same.
    """
    newest = looks.list_newest_done(session, brand_id)
    drawn = [one for one in newest if _lot(one.id or 0) % 10_000 < share * 10_000]
    known = looks.list_known_looks(session, LookKind.SECOND, [one.id or 0 for one in drawn])
    fresh = [one for one in drawn if one.id not in known]
    deciders = looks.list_deciders(session, [one.id or 0 for one in fresh])
    made = [
        Look(
            brand_id=brand_id,
            kind=LookKind.SECOND,
            mention_id=one.id or 0,
            mention_version=one.version,
            expected={"stance": str(one.stance), "urgency": str(one.urgency)},
            first_id=deciders.get(one.id or 0),
            created_at=at,
        )
        for one in fresh
    ]
    looks.save_looks(session, made)
    return len(made)


def list_candidates(session: Session, brand_id: str, limit: int = 30) -> list[StaffLabel]:
    """Settled, sound labels with stance and urgency that are not golden yet, the newest first."""
    golden = {(one.mention_id, one.mention_version) for one in looks.list_golden(session, brand_id)}
    found = [
        one
        for one in read_labels(session, brand_id)
        if one.is_sound
        and all(field in one.values for field in FIELDS)
        and (one.mention_id, one.version) not in golden
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def make_golden(
    session: Session, *, person: Person, brand_id: str, mention_id: int, at: datetime
) -> GoldenItem:
    """Let a settled comment test people; who makes it so is never tested with it.

    Raises:
        InputError: nobody has settled its stance and urgency, or people disagree.
        NotAllowed: not a lead.
    """
    require(person, Role.LEAD)
    found = [
        one
        for one in list_candidates(session, brand_id, limit=10_000)
        if one.mention_id == mention_id
    ]
    if not found:
        raise InputError("nobody has settled its stance and urgency")
    one = found[0]
    item = looks.find_golden(session, mention_id, one.version) or GoldenItem(
        brand_id=brand_id,
        mention_id=mention_id,
        mention_version=one.version,
        added_by_id=person.id or 0,
        created_at=at,
    )
    item.values, item.is_active = {field: one.values[field] for field in FIELDS}, True
    item.added_by_id = person.id or 0
    looks.save_golden(session, item)
    _note(session, person, "golden.added", item, at)
    return item


def retire_golden(
    session: Session, *, person: Person, mention_id: int, version: int, at: datetime
) -> None:
    """It tests nobody any more; answers given stay.

    Raises:
        InputError: it is none. NotAllowed: not a lead.
    """
    require(person, Role.LEAD)
    item = looks.find_golden(session, mention_id, version)
    if item is None:
        raise InputError("this is no golden item")
    item.is_active = False
    looks.save_golden(session, item)
    _note(session, person, "golden.retired", item, at)


def _note(session: Session, person: Person, action: str, item: GoldenItem, at: datetime) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("mention", item.mention_id),
        detail={"version": item.mention_version, "values": item.values},
        brand_id=item.brand_id,
    )
