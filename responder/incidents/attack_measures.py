"""What policy allows against an attack, for all of it at once: shown before, asked for together.

Nothing is done here. Each measure becomes an act of `responder.moderation`, with its ground, its
approvals and its appeal; whoever has a case is never on the list. Slowing a place down is left
to its own settings: no platform lets Otklik do it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session

from otklik import audit
from otklik.database import all_or_none
from otklik.enums import ActKind, Role
from otklik.errors import InputError, OtklikError, StaleText
from otklik.models import Act, BulkBatch, Incident, Mention, Person
from otklik.people import require
from otklik.platforms import Capability, capabilities_of
from otklik.store import acts, judgements, statements
from otklik.store import bulk as rows
from responder.bulk import PART, Doing, Outcome
from responder.incidents.attack_people import REAL, Who, is_live, sort_out
from responder.moderation import approving, asking
from responder.moderation.criteria import check
from responder.moderation.grounds import HideGround, hear_all
from responder.moderation.history import author_record
from responder.moderation.terms import YEAR, BanTerms

KINDS = (ActKind.HIDE, ActKind.REPORT, ActKind.BAN)
NEEDS = {
    ActKind.HIDE: Capability.HIDE,
    ActKind.REPORT: Capability.REPORT,
    ActKind.BAN: Capability.BAN,
}
CRITERIA = "criteria"  # the rule of a ban: all three hold
# reported is what breaks any platform's rules; rudeness alone does not
_REPORTED = (HideGround.THREAT, HideGround.PERSONAL_DATA, HideGround.SPAM)


class Line(NamedTuple):
    """One measure as it was shown; `rule` is the ground of a hiding, or `CRITERIA`."""

    kind: ActKind
    mention_id: int
    version: int
    rule: str


@dataclass(frozen=True)
class Plan:
    """What would be asked for, and who is left out.

    Attributes:
        rows: the mentions of `lines` and `spared`, by id.
        spared: real customers, and those nobody is sure of.
        cannot: mentions by platform that has no such measure.
        left_out: others by reason.
        bans_left: of the year's budget.
    """

    kind: ActKind
    lines: tuple[Line, ...]
    rows: dict[int, Mention]
    spared: Mapping[int, Who]
    cannot: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    bans_left: int = 0

    @property
    def real(self) -> list[int]:
        """Mentions of real customers."""
        return sorted(number for number, who in self.spared.items() if who in REAL)


def plan(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    kind: ActKind,
    terms: BanTerms,
    at: datetime,
    can: Callable[[str], Collection[Capability]] = capabilities_of,
) -> Plan:
    """What this measure would be against an attack now; reads only.

    Args:
        can: what a platform is able to do, by its name.

    Raises:
        StaleText: it is no attack that goes on. NotAllowed: role too low. NotFound: no incident.
    """
    require(person, Role.OPERATOR)
    incident = _attack(session, incident_id)
    found = [row for row in statements.list_members(session, incident_id) if not row.is_ours]
    who = sort_out(session, found)
    hostile = [row for row in found if who[row.id or 0] is Who.HOSTILE]
    platforms = Counter(row.platform for row in hostile)
    cannot = {name: count for name, count in platforms.items() if NEEDS[kind] not in can(name)}
    able = [row for row in hostile if row.platform not in cannot]
    rules, left_out = _rules(session, kind, able, terms, at)
    lines = tuple(
        Line(kind, row.id or 0, row.version, rules[row.id or 0]) for row in able if row.id in rules
    )
    used = acts.count_bans(session, incident.brand_id, at - YEAR)
    spared: dict[int, Who] = {number: one for number, one in who.items() if one is not Who.HOSTILE}
    shown = {line.mention_id for line in lines} | set(spared)
    return Plan(
        kind=kind,
        lines=lines,
        rows={row.id or 0: row for row in found if row.id in shown},
        spared=spared,
        cannot=cannot,
        left_out=left_out,
        bans_left=max(0, terms.yearly_budget - used),
    )


def _attack(session: Session, incident_id: int) -> Incident:
    incident = statements.get_incident(session, incident_id)
    if not is_live(incident):
        raise StaleText("this incident is no attack that goes on")
    return incident


# why a hostile comment is not on the list
NO_GROUND = "no ground in its words"
NOT_MET = "not all three criteria hold"
UNDER_WAY = "asked for or done already"


def _rules(
    session: Session, kind: ActKind, able: Sequence[Mention], terms: BanTerms, at: datetime
) -> tuple[dict[int, str], dict[str, int]]:
    """By which rule each may be asked for, by mention id; how many may not, by reason."""
    keys = {f"mention:{row.id}" for row in able} | {f"author:{row.author_id}" for row in able}
    about = acts.list_acts_about(session, keys)
    met = _met(session, able, terms, at) if kind is ActKind.BAN else _grounds(session, kind, able)
    rules: dict[int, str] = {}
    out: dict[str, int] = {}
    for row in able:
        reason = _under_way(row, kind, about)
        if not reason and row.id not in met:
            reason = NOT_MET if kind is ActKind.BAN else NO_GROUND
        if reason:
            out[reason] = out.get(reason, 0) + 1
        else:
            rules[row.id or 0] = met[row.id or 0]
    return rules, out


def _under_way(row: Mention, kind: ActKind, about: Sequence[Act]) -> str:
    subject = f"author:{row.author_id}" if kind is ActKind.BAN else f"mention:{row.id}"
    mine = [act for act in about if act.subject_key == subject]
    is_hidden = kind is ActKind.HIDE and row.is_hidden
    waits = any(act.state in acts.UNDER_WAY for act in mine)
    was_done = any(
        act.kind is kind and act.mention_version == row.version and act.done_at for act in mine
    )
    return UNDER_WAY if is_hidden or waits or was_done else ""


def _grounds(session: Session, kind: ActKind, able: Sequence[Mention]) -> dict[int, str]:
    verdicts = judgements.list_verdicts(session, able)
    heard = hear_all(session, {row.id or 0: (row, verdicts.get(row.id or 0)) for row in able})
    found = {}
    for number, one in heard.items():
        allowed = [ground for ground in one.found if not one.refusal(ground)]
        if kind is ActKind.REPORT:
            allowed = [ground for ground in allowed if ground in _REPORTED]
        if allowed:
            found[number] = str(allowed[0])
    return found


def _met(
    session: Session, able: Sequence[Mention], terms: BanTerms, at: datetime
) -> dict[int, str]:
    """The newest mention of everybody of whom all three criteria hold."""
    authors = {row.author_id for row in able}
    records = author_record(session, authors, at, terms.window) if authors else {}
    newest: dict[int, int] = {}
    for row in able:
        record = records.get(row.author_id)
        if record and row.author_id not in record.banned_ids and check(record, terms).is_met:
            newest[record.author_id] = row.id or 0
    return dict.fromkeys(newest.values(), CRITERIA)


def ask(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    lines: Sequence[Line],
    reason: str,
    at: datetime,
    terms: BanTerms,
    batch_id: int | None = None,
) -> Outcome:
    """Ask for these measures as they were shown, `PART` at most; each waits for its own approvals.

    What changed since, and whoever has turned out to have a case, is left out and said.

    Args:
        batch_id: of the parts before this one.

    Raises:
        InputError: no reason, or nothing chosen. StaleText: it is no attack any more.
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    if not reason.strip() or not lines:
        raise InputError("choose measures and say why: the reason stands at every one of them")
    _attack(session, incident_id)
    part = lines[:PART]
    members = {row.id: row for row in statements.list_members(session, incident_id)}
    who = sort_out(session, [members[one.mention_id] for one in part if one.mention_id in members])
    batch = _batch(session, person, incident_id, reason, batch_id=batch_id, at=at)
    kept: list[dict[str, Any]] = []
    left: dict[int, str] = {}
    for line in part:
        if who.get(line.mention_id) is not Who.HOSTILE:
            left[line.mention_id] = "kept out: no hostile member of this attack"
            continue
        try:
            with all_or_none(session), audit.as_batch(str(batch.id)) as events:
                _ask_one(session, person, line, reason.strip(), at=at, terms=terms)
        except OtklikError as refused:
            left[line.mention_id] = str(refused)
        else:
            kept.append({"mentions": [line.mention_id], "event": events[-1].id})
    batch.rows = [*batch.rows, *kept]
    rows.save_batch(session, batch)
    done = tuple(int(one["mentions"][0]) for one in kept)
    return Outcome(batch.id or 0, done, left, max(0, len(lines) - len(part)))


def _batch(
    session: Session,
    person: Person,
    incident_id: int,
    reason: str,
    *,
    batch_id: int | None,
    at: datetime,
) -> BulkBatch:
    if batch_id is not None:
        batch = rows.get_batch(session, batch_id)
        if batch.person_id != person.id or batch.action != Doing.MEASURES:
            raise StaleText("these rows belong to another batch")
        return batch
    return rows.save_batch(
        session,
        BulkBatch(
            brand_id=person.brand_id,
            person_id=person.id or 0,
            action=Doing.MEASURES,
            detail={"reason": reason.strip(), "incident": incident_id},
            done_at=at,
        ),
    )


def _ask_one(
    session: Session, person: Person, line: Line, reason: str, *, at: datetime, terms: BanTerms
) -> Act:
    number, version = line.mention_id, line.version
    if line.kind is ActKind.BAN:
        return asking.ask_ban(
            session, person=person, mention_id=number, reason=reason, at=at, terms=terms
        )
    if line.kind is ActKind.REPORT:
        return asking.ask_report(
            session, person=person, mention_id=number, version=version, reason=reason, at=at
        )
    ground = HideGround(line.rule)
    return asking.ask_hide(
        session,
        person=person,
        mention_id=number,
        version=version,
        ground=ground,
        reason=reason,
        at=at,
    )


def approve(
    session: Session,
    *,
    person: Person,
    act_ids: Sequence[int],
    at: datetime,
    terms: BanTerms,
    undo: timedelta,
) -> tuple[list[int], dict[int, str]]:
    """Say yes to acts that were shown in full, each by itself: given, and others with why not.

    Raises:
        NotAllowed: role too low. InputError: nothing is chosen.
    """
    require(person, Role.APPROVER)
    if not act_ids:
        raise InputError("nothing is chosen")
    given: list[int] = []
    left: dict[int, str] = {}
    for act_id in sorted(act_ids)[:PART]:
        try:
            with all_or_none(session):
                approving.approve(
                    session, person=person, act_id=act_id, at=at, terms=terms, undo=undo
                )
        except OtklikError as refused:
            left[act_id] = str(refused)
        else:
            given.append(act_id)
    return given, left
