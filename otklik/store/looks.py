"""Judgements of people beside those there were: labels of pairs, golden items, second looks."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from otklik.enums import LookKind, MentionState
from otklik.models import (
    Approval,
    AuditEvent,
    DraftRow,
    GoldenItem,
    Label,
    Look,
    Mention,
    VerdictRow,
)

# how far back by number candidates are looked for: a bound, whatever the size of the table
REACH = 5000
Word = tuple[int, int, int, str, str]  # mention, version, person, field, value


def list_words(
    session: Session, brand_id: str, since: datetime, *, limit: int = 50_000
) -> list[Word]:
    """What people said since then, oldest first: the newest `limit` words."""
    rows = session.exec(
        select(  # type: ignore[call-overload]
            Label.mention_id, Label.mention_version, Label.person_id, Label.field, Label.value
        )
        .where(Label.brand_id == brand_id, Label.created_at >= since)
        .order_by(col(Label.id).desc())
        .limit(limit)
    ).all()
    return [tuple(row) for row in reversed(rows)]


def list_newest_judged(session: Session, brand_id: str, *, limit: int = 400) -> list[Mention]:
    """The newest mentions of strangers with words and a verdict."""
    last = session.exec(select(func.max(Mention.id))).one() or 0
    return list(
        session.exec(
            select(Mention)
            .where(
                col(Mention.id) > last - REACH,
                Mention.brand_id == brand_id,
                col(Mention.is_ours).is_(False),
                col(Mention.deleted_at).is_(None),
                col(Mention.stance).is_not(None),
                Mention.text != "",
            )
            .order_by(col(Mention.id).desc())
            .limit(limit)
        )
    )


def list_newest_done(session: Session, brand_id: str, *, limit: int = 400) -> list[Mention]:
    """The newest judged mentions that people have answered or closed, by number."""
    last = session.exec(select(func.max(Mention.id))).one() or 0
    done = (MentionState.APPROVED, MentionState.ANSWERED, MentionState.CLOSED)
    return list(
        session.exec(
            select(Mention)
            .where(
                col(Mention.id) > last - REACH,
                Mention.brand_id == brand_id,
                col(Mention.state).in_(done),
                col(Mention.is_ours).is_(False),
                col(Mention.deleted_at).is_(None),
                col(Mention.stance).is_not(None),
                Mention.text != "",
            )
            .order_by(col(Mention.id).desc())
            .limit(limit)
        )
    )


def list_labelled_by(session: Session, person_id: int, mention_ids: Collection[int]) -> set[int]:
    """Which of these mentions this person has labelled."""
    query = select(Label.mention_id).where(
        col(Label.mention_id).in_(mention_ids), Label.person_id == person_id
    )
    return set(session.exec(query))


def list_deciders(session: Session, mention_ids: Collection[int]) -> dict[int, int]:
    """Who let each of these stand as it is: approved, wrote, or left it unanswered; the last."""
    found: dict[int, int] = {}
    written = select(DraftRow.mention_id, DraftRow.editor_id).where(
        col(DraftRow.mention_id).in_(mention_ids), col(DraftRow.editor_id).is_not(None)
    )
    found |= {number: person or 0 for number, person in session.exec(written)}
    approved = select(Approval.mention_id, Approval.person_id).where(
        col(Approval.mention_id).in_(mention_ids)
    )
    found |= dict(session.exec(approved.order_by(col(Approval.id))).all())
    ignored = select(AuditEvent.subject_id, AuditEvent.actor).where(
        col(AuditEvent.subject_id).in_([str(one) for one in mention_ids]),
        AuditEvent.subject_kind == "mention",
        AuditEvent.action == "mention.ignored",
    )
    found |= {
        int(subject): int(actor.removeprefix("person:"))
        for subject, actor in session.exec(ignored)
        if actor.startswith("person:")
    }
    return found


# ---- looks -----------------------------------------------------------------------------------


def save_looks(session: Session, looks: Sequence[Look]) -> None:
    """Add or change."""
    session.add_all(looks)
    session.flush()


def list_known_looks(session: Session, kind: LookKind, mention_ids: Collection[int]) -> set[int]:
    """Which of these mentions are, or were, looked at again."""
    query = select(Look.mention_id).where(Look.kind == kind, col(Look.mention_id).in_(mention_ids))
    return set(session.exec(query))


def list_waiting_looks(
    session: Session, brand_id: str, person_id: int, *, limit: int
) -> list[tuple[Look, Mention]]:
    """Second looks this person may take: nobody has, and somebody else judged before."""
    rows = session.exec(
        select(Look, Mention)
        .join(Mention, col(Mention.id) == Look.mention_id)
        .where(
            Look.brand_id == brand_id,
            Look.kind == LookKind.SECOND,
            col(Look.looked_at).is_(None),
            or_(col(Look.first_id).is_(None), Look.first_id != person_id),
            Look.mention_version == Mention.version,
            col(Mention.deleted_at).is_(None),
        )
        .order_by(col(Look.id))
        .limit(limit)
    )
    return [(look, mention) for look, mention in rows]


def find_look(
    session: Session, kind: LookKind, mention_id: int, version: int, person_id: int
) -> Look | None:
    """A look this person may answer, or has: theirs first, else one that waits for anybody."""
    mine = or_(
        Look.person_id == person_id,
        col(Look.person_id).is_(None)
        & or_(col(Look.first_id).is_(None), Look.first_id != person_id),
    )
    return session.exec(
        select(Look)
        .where(
            Look.kind == kind,
            Look.mention_id == mention_id,
            Look.mention_version == version,
            mine,
        )
        .order_by(col(Look.person_id).is_(None), col(Look.id))
        .limit(1)
        .with_for_update()
    ).first()


def list_looks(
    session: Session, brand_id: str, kind: LookKind, since: datetime, *, limit: int = 5000
) -> list[Look]:
    """Looks that were taken since then, the newest first."""
    return list(
        session.exec(
            select(Look)
            .where(Look.brand_id == brand_id, Look.kind == kind, col(Look.looked_at) >= since)
            .order_by(col(Look.looked_at).desc(), col(Look.id).desc())
            .limit(limit)
        )
    )


def count_waiting_looks(session: Session, brand_id: str) -> int:
    """Second looks nobody has taken yet."""
    return session.exec(
        select(func.count())
        .select_from(Look)
        .where(
            Look.brand_id == brand_id,
            Look.kind == LookKind.SECOND,
            col(Look.looked_at).is_(None),
        )
    ).one()


# ---- golden items ----------------------------------------------------------------------------


def save_golden(session: Session, item: GoldenItem) -> GoldenItem:
    """Add or change."""
    session.add(item)
    session.flush()
    return item


def find_golden(session: Session, mention_id: int, version: int) -> GoldenItem | None:
    """The golden item of that version of a mention, or None."""
    return session.exec(
        select(GoldenItem).where(
            GoldenItem.mention_id == mention_id, GoldenItem.mention_version == version
        )
    ).one_or_none()


def list_golden(session: Session, brand_id: str, *, limit: int = 500) -> list[GoldenItem]:
    """Golden items in use, the newest first."""
    return list(
        session.exec(
            select(GoldenItem)
            .where(GoldenItem.brand_id == brand_id, col(GoldenItem.is_active))
            .order_by(col(GoldenItem.id).desc())
            .limit(limit)
        )
    )


def list_golden_for(
    session: Session, brand_id: str, person_id: int, *, limit: int
) -> list[Mention]:
    """Golden items this person has neither answered nor labelled nor settled."""
    seen = select(Look.id).where(
        Look.kind == LookKind.GOLDEN,
        Look.mention_id == GoldenItem.mention_id,
        Look.person_id == person_id,
    )
    labelled = select(Label.id).where(
        Label.mention_id == GoldenItem.mention_id, Label.person_id == person_id
    )
    return list(
        session.exec(
            select(Mention)
            .join(GoldenItem, col(GoldenItem.mention_id) == Mention.id)
            .where(
                GoldenItem.brand_id == brand_id,
                col(GoldenItem.is_active),
                GoldenItem.mention_version == Mention.version,
                GoldenItem.added_by_id != person_id,
                ~seen.exists(),
                ~labelled.exists(),
            )
            .order_by(col(GoldenItem.id))
            .limit(limit)
        )
    )


# ---- verdicts over time ----------------------------------------------------------------------


def count_verdicts_by(
    session: Session, brand_id: str, since: datetime, until: datetime
) -> dict[tuple[str, int, bool], int]:
    """How many verdicts of a time had each stance, urgency and "unsure"."""
    rows = session.execute(
        select(VerdictRow.stance, VerdictRow.urgency, VerdictRow.abstained, func.count())
        .where(
            VerdictRow.brand_id == brand_id,
            VerdictRow.created_at >= since,
            VerdictRow.created_at < until,
        )
        .group_by(col(VerdictRow.stance), col(VerdictRow.urgency), col(VerdictRow.abstained))
    )
    return {(str(row[0]), int(row[1]), bool(row[2])): row[3] for row in rows}


def list_confidences(
    session: Session, brand_id: str, since: datetime, until: datetime, *, limit: int = 1000
) -> list[float]:
    """How sure the model was of the stance it named, of the newest verdicts of a time."""
    rows = session.exec(
        select(VerdictRow.stance, VerdictRow.value)
        .where(
            VerdictRow.brand_id == brand_id,
            VerdictRow.created_at >= since,
            VerdictRow.created_at < until,
        )
        .order_by(col(VerdictRow.created_at).desc())
        .limit(limit)
    )
    found = []
    for stance, value in rows:
        chances = value.get("stance_proba") or {}
        if str(stance) in chances:
            found.append(float(chances[str(stance)]))
    return found
