"""What the desk shows of acts: the list, one act whole, the case for a ban, figures of a period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from otklik.enums import ActKind, ActState, AppealState
from otklik.errors import NotFound
from otklik.models import Act, Appeal, Author, Mention, Person
from otklik.store import acts, mentions
from responder.moderation import bans
from responder.moderation.criteria import BanCheck
from responder.moderation.history import AuthorRecord
from responder.moderation.terms import YEAR, BanTerms

WAITING = (ActState.ASKED, ActState.APPROVED, ActState.DOING, ActState.UNKNOWN)


@dataclass(frozen=True)
class ActView:
    """One act with who approved it, how many are missing, and the appeals against it."""

    act: Act
    approvers: tuple[Person, ...]
    missing: int
    needs_lead: bool
    appeals: tuple[Appeal, ...] = ()


def list_acts(
    session: Session,
    brand_id: str,
    *,
    states: Collection[ActState] = WAITING,
    kinds: Collection[ActKind] = (),
    limit: int = 100,
) -> list[ActView]:
    """Acts in these states, newest first; by default those that wait for somebody."""
    found = acts.list_acts(session, brand_id, states=states, kinds=kinds, limit=limit)
    return _views(session, found)


def get_act_view(session: Session, act_id: int) -> ActView:
    """One act, whole.

    Raises:
        NotFound: there is none.
    """
    return _views(session, [acts.get_act(session, act_id)])[0]


def list_acts_about(session: Session, mention_id: int) -> list[ActView]:
    """All acts about a mention, its author because of it, or our replies to it; oldest first."""
    return _views(session, acts.list_mention_acts(session, [mention_id]))


def _views(session: Session, found: Sequence[Act]) -> list[ActView]:
    ids = [act.id or 0 for act in found]
    if not ids:
        return []
    approvers = acts.list_approvers_of(session, ids)
    appeals: dict[int, list[Appeal]] = {}
    for appeal in acts.list_appeals_of(session, ids):
        appeals.setdefault(appeal.act_id, []).append(appeal)
    return [
        _view(act, approvers.get(act.id or 0, []), appeals.get(act.id or 0, [])) for act in found
    ]


def _view(act: Act, approvers: Sequence[Person], appeals: Sequence[Appeal]) -> ActView:
    missing, needs_lead = acts.missing_of(act, approvers)
    is_asked = act.state is ActState.ASKED
    return ActView(
        act=act,
        approvers=tuple(approvers),
        missing=missing if is_asked else 0,
        needs_lead=needs_lead and is_asked,
        appeals=tuple(appeals),
    )


@dataclass(frozen=True)
class BanCase:
    """The page of evidence on one author: what is counted, and what of it is still missing.

    `evidence` pairs each item with its mention as it reads now. `bans_used` of the year's
    `terms.yearly_budget`.
    """

    author: Author
    record: AuthorRecord
    check: BanCheck
    evidence: tuple[tuple[dict[str, Any], Mention], ...]
    acts: tuple[ActView, ...]
    terms: BanTerms
    bans_used: int


def ban_case(session: Session, author_id: int, terms: BanTerms, at: datetime) -> BanCase:
    """All that speaks for and against a ban of this author.

    Raises:
        NotFound: nobody has that id.
    """
    author = session.get(Author, author_id)
    if author is None:
        raise NotFound(f"author {author_id}")
    record, counted = bans.weigh(session, author_id, terms, at)
    ids = sorted({item["mention"] for item in counted.evidence})
    by_id = {row.id: row for row in mentions.list_mentions(session, ids)}
    accounts = record.account_ids
    about = acts.list_acts_about(session, [f"author:{one}" for one in accounts])
    return BanCase(
        author=author,
        record=record,
        check=counted,
        evidence=tuple((item, by_id[item["mention"]]) for item in counted.evidence),
        acts=tuple(_views(session, about)),
        terms=terms,
        bans_used=acts.count_bans(session, author.brand_id, at - YEAR),
    )


@dataclass(frozen=True)
class KindFigures:
    """Acts of one kind asked for in a period, by what became of them, and how appeals ended.

    `overturn_rate` is the share of decided appeals that were overturned; None without any.
    """

    kind: ActKind
    asked: int
    by_state: dict[str, int]
    by_policy: int
    appeals: int
    upheld: int
    overturned: int

    @property
    def overturn_rate(self) -> float | None:
        """Overturned of decided appeals, 0 … 1."""
        decided = self.upheld + self.overturned
        return self.overturned / decided if decided else None


@dataclass(frozen=True)
class ModerationReport:
    """A period in figures; `grounds` counts what was hidden by its ground."""

    since: datetime
    until: datetime
    kinds: tuple[KindFigures, ...]
    grounds: dict[str, int]
    hidden_criticism: int
    bans_used: int
    yearly_budget: int


def moderation_report(
    session: Session, brand_id: str, since: datetime, until: datetime, terms: BanTerms
) -> ModerationReport:
    """What was asked for from `since` until before `until`, and what became of it."""
    found = acts.list_asked_between(session, brand_id, since, until)
    appeals = acts.list_appeals_of(session, [act.id or 0 for act in found])
    hidden = [a for a in found if a.kind is ActKind.HIDE and a.state is ActState.DONE]
    grounds = [item for act in hidden for item in act.evidence if "ground" in item]
    return ModerationReport(
        since=since,
        until=until,
        kinds=tuple(_figures(kind, found, appeals) for kind in ActKind),
        grounds=dict(Counter(str(item["ground"]) for item in grounds)),
        hidden_criticism=sum(bool(item.get("is_criticism")) for item in grounds),
        bans_used=acts.count_bans(session, brand_id, until - YEAR),
        yearly_budget=terms.yearly_budget,
    )


def _figures(kind: ActKind, found: Sequence[Act], appeals: Sequence[Appeal]) -> KindFigures:
    own = [act for act in found if act.kind is kind]
    ids = {act.id for act in own}
    against = [appeal for appeal in appeals if appeal.act_id in ids]
    ends = Counter(appeal.state for appeal in against)
    return KindFigures(
        kind=kind,
        asked=len(own),
        by_state={str(state): n for state, n in Counter(act.state for act in own).items()},
        by_policy=sum(act.decision_id is not None for act in own),
        appeals=len(against),
        upheld=ends[AppealState.UPHELD],
        overturned=ends[AppealState.OVERTURNED],
    )
