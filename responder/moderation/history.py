"""What an author has done here and what we have answered, counted from the record.

Counts are by person: accounts that staff has confirmed as one are one. A verdict that abstained
never counts unless a person has labelled the mention; a label outweighs any verdict.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from otklik.enums import Abuse, ActKind, ActState, Approach, Claim, Stance, Topic
from otklik.models import Act, Label
from otklik.store import histories
from otklik.store.histories import JudgedMention, PostedWords
from responder.moderation.terms import DEFAULT_TERMS

_UNDER_THE_BELT = (Abuse.INSULT, Abuse.THREAT)
_CASE_STANCES = (Stance.CRITIC, Stance.HEATED, Stance.QUESTION)
_TOOK_PLACE = (ActState.DONE, ActState.UNKNOWN, ActState.DOING)


@dataclass(frozen=True)
class WarningGiven:
    """A posted reply of ours that asked to stop."""

    reply_id: int
    mention_id: int
    at: datetime


@dataclass(frozen=True)
class Offence:
    """One mention that abuses: what it rests on, and who confirmed it.

    `confirmed_by_id` is the person whose label says so; None rests on the verdict alone.
    `operator_id` wrote the reply of ours that it answers. `has_case` is a critic's mention:
    never evidence of systematic violations.
    """

    mention_id: int
    version: int
    account_id: int
    at: datetime
    abuse: Abuse
    is_to_us: bool
    is_of_staff: bool
    has_case: bool
    verdict_id: int | None = None
    model_version: str = ""
    confirmed_by_id: int | None = None
    operator_id: int | None = None


@dataclass(frozen=True)
class AuthorRecord:
    """An author's record by person, not by account.

    `offences` are all abusive mentions in the window; `counted_from` cuts off what a ban or an
    unban has already settled (None: nothing has). `labels` are `field:value` of staff.
    `banned_ids` are the accounts banned now, `banned_until` the last of their ends (None: no
    end, or not banned).
    """

    author_id: int
    account_ids: tuple[int, ...] = ()
    mentions: int = 0
    answered: int = 0
    warnings: tuple[WarningGiven, ...] = ()
    offences: tuple[Offence, ...] = ()
    hidden: int = 0
    labels: tuple[str, ...] = ()
    banned_ids: tuple[int, ...] = ()
    banned_until: datetime | None = None
    counted_from: datetime | None = None

    @property
    def is_banned(self) -> bool:
        """Whether one of the accounts is banned now."""
        return bool(self.banned_ids)

    @property
    def violations(self) -> tuple[Offence, ...]:
        """Abusive mentions without a case."""
        return tuple(one for one in self.offences if not one.has_case)

    @property
    def insults(self) -> tuple[Offence, ...]:
        """Insults of our staff."""
        return tuple(o for o in self.offences if o.abuse is Abuse.INSULT and o.is_of_staff)

    @property
    def threats(self) -> tuple[Offence, ...]:
        """Threats to our staff."""
        return tuple(o for o in self.offences if o.abuse is Abuse.THREAT and o.is_of_staff)

    @property
    def personal(self) -> tuple[Offence, ...]:
        """Insults and threats in answer to one operator's words: to the one who got most."""
        aimed = [o for o in (*self.insults, *self.threats) if o.operator_id is not None]
        if not aimed:
            return ()
        most, _ = Counter(one.operator_id for one in aimed).most_common(1)[0]
        return tuple(one for one in aimed if one.operator_id == most)

    @property
    def violation_days(self) -> frozenset[date]:
        """Days (UTC) on which violations stand."""
        return frozenset(one.at.date() for one in self.violations)


def author_record(
    session: Session,
    author_ids: Iterable[int],
    at: datetime,
    window: timedelta = DEFAULT_TERMS.window,
) -> dict[int, AuthorRecord]:
    """The record of each of these authors, by the id that was asked for; a handful of queries.

    Args:
        window: how far back offences and warnings count.
    """
    asked = set(author_ids)
    if not asked:
        return {}
    roots = histories.list_accounts(session, asked)
    people: dict[int, list[int]] = defaultdict(list)
    for account, root in roots.items():
        people[root].append(account)
    found = _Found.read(session, roots, at - window)
    records = {root: found.record(root, sorted(own), at) for root, own in people.items()}
    return {one: records[roots[one]] for one in asked if one in roots}


@dataclass(frozen=True)
class _Found:
    counts: Mapping[int, tuple[int, int]]
    abusive: Sequence[JudgedMention]
    labels: Sequence[tuple[int, Label]]
    posted: Sequence[PostedWords]
    speakers: Mapping[str, int]
    acts: Sequence[Act]
    since: datetime

    @classmethod
    def read(cls, session: Session, accounts: Mapping[int, int], since: datetime) -> _Found:
        abusive = histories.list_abusive(session, accounts, since)
        answered = {one.parent_external_id for one in abusive if one.is_to_us}
        return cls(
            counts=histories.count_mentions(session, accounts),
            abusive=abusive,
            labels=histories.list_author_labels(session, accounts),
            posted=histories.list_posted_to(session, accounts),
            speakers=histories.list_speakers(session, {one for one in answered if one}),
            acts=histories.list_acts_on(session, accounts),
            since=since,
        )

    def record(self, root: int, accounts: Sequence[int], at: datetime) -> AuthorRecord:
        """What was found of one person."""
        acts = [act for act in self.acts if act.author_id in accounts]
        labels = [label for account, label in self.labels if account in accounts]
        counts = [self.counts.get(account, (0, 0)) for account in accounts]
        settled = _settled_at(acts)
        whole = AuthorRecord(
            author_id=root,
            account_ids=tuple(accounts),
            mentions=sum(written for written, _ in counts),
            answered=sum(given for _, given in counts),
            warnings=tuple(self._warnings(accounts)),
            offences=tuple(self._offences(accounts, labels)),
            hidden=len({act.mention_id for act in acts if _stands(act, acts, ActKind.HIDE)}),
            labels=tuple(sorted({f"{label.field}:{label.value}" for label in labels})),
            counted_from=settled,
        )
        return _with_ban(_since(whole, settled), acts, at)

    def _warnings(self, accounts: Sequence[int]) -> Iterable[WarningGiven]:
        for words in self.posted:
            at = words.reply.posted_at
            is_theirs = words.mention.author_id in accounts
            if words.approach is Approach.WARN and is_theirs and at and at >= self.since:
                yield WarningGiven(words.reply.id or 0, words.mention.id or 0, at)

    def _offences(self, accounts: Sequence[int], labels: Sequence[Label]) -> Iterable[Offence]:
        by_field = {(label.mention_id, label.field): label for label in labels}
        for judged in self.abusive:
            if judged.mention.author_id in accounts:
                offence = _offence(judged, by_field)
                if offence is not None:
                    speaker = self._speaker(judged)
                    yield replace(offence, operator_id=speaker)

    def _speaker(self, judged: JudgedMention) -> int | None:
        return self.speakers.get(judged.parent_external_id or "") if judged.is_to_us else None


def _offence(judged: JudgedMention, labels: Mapping[tuple[int, str], Label]) -> Offence | None:
    mention, verdict = judged.mention, judged.verdict
    said = {field: labels.get((mention.id or 0, field)) for field in ("abuse", "claim", "stance")}
    label, topic = said["abuse"], labels.get((mention.id or 0, "topic"))
    if label is None and (verdict is None or verdict.abstained):
        return None
    abuse = Abuse(label.value) if label else verdict.abuse if verdict else Abuse.NONE
    if abuse is Abuse.NONE:
        return None
    about = topic.value if topic else verdict.topic if verdict else Topic.NONE
    aims = abuse in _UNDER_THE_BELT and (judged.is_to_us or about == Topic.STAFF)
    return Offence(
        mention_id=mention.id or 0,
        version=mention.version,
        account_id=mention.author_id,
        at=mention.waiting_since,
        abuse=abuse,
        is_to_us=judged.is_to_us,
        is_of_staff=aims,
        has_case=has_case(
            said["stance"].value if said["stance"] else verdict.stance if verdict else None,
            said["claim"].value if said["claim"] else verdict.claim if verdict else None,
        ),
        verdict_id=verdict.id if verdict else None,
        model_version=verdict.model_version if verdict else "",
        confirmed_by_id=label.person_id if label else None,
    )


def has_case(stance: str | None, claim: str | None) -> bool:
    """Whether somebody with a case speaks: their mention is criticism, however sharp.

    Nobody knows of what was neither judged nor labelled, so it counts as a case.
    """
    if stance is None and claim is None:
        return True
    return claim == Claim.CONCRETE or (stance in _CASE_STANCES and claim != Claim.NONE)


def _moment(act: Act) -> datetime:
    return act.done_at or act.doing_at or act.asked_at


def _settled_at(acts: Sequence[Act]) -> datetime | None:
    """What a ban punished or an unban forgave never counts again."""
    settling = [
        _moment(act)
        for act in acts
        if act.kind in (ActKind.BAN, ActKind.UNBAN) and act.state in _TOOK_PLACE
    ]
    return max(settling, default=None)


def _since(record: AuthorRecord, settled: datetime | None) -> AuthorRecord:
    if settled is None:
        return record
    return replace(
        record,
        warnings=tuple(one for one in record.warnings if one.at > settled),
        offences=tuple(one for one in record.offences if one.at > settled),
    )


def _stands(act: Act, acts: Sequence[Act], kind: ActKind) -> bool:
    """Done, and not taken back by a done act."""
    undone = {one.undoes_id for one in acts if one.state is ActState.DONE}
    return act.kind is kind and act.state is ActState.DONE and act.id not in undone


def _with_ban(record: AuthorRecord, acts: Sequence[Act], at: datetime) -> AuthorRecord:
    bans = [
        act
        for act in acts
        if _stands(act, acts, ActKind.BAN) and (act.until is None or act.until > at)
    ]
    untils = [act.until for act in bans if act.until is not None]
    forever = len(untils) < len(bans)
    until = None if forever else max(untils, default=None)
    ids = sorted({act.author_id for act in bans if act.author_id is not None})
    return replace(record, banned_ids=tuple(ids), banned_until=until)
