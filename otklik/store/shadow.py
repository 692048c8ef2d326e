"""Verdicts of the model that judges beside the serving one: what waits, what came, the pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from otklik.judging import Attempt
from otklik.models import Author, Label, Mention, ShadowVerdict, VerdictRow

Version = tuple[int, int]  # mention id, version of its text


@dataclass(frozen=True)
class Waiting:
    """One version of a mention that the shadow has not judged."""

    mention_id: int
    version: int
    text: str


@dataclass(frozen=True)
class Pair:
    """What both models said of one version; values as text, by head."""

    mention_id: int
    serving: Mapping[str, str]
    shadow: Mapping[str, str]
    heads: tuple[str, ...]
    serving_abstained: bool
    shadow_abstained: bool
    abstain_reason: str
    labels: Mapping[str, str]
    seconds: float
    tokens: tuple[int, int]
    micros: int
    dropped: int


def list_unshadowed(session: Session, brand_id: str, model: str, limit: int) -> list[Waiting]:
    """The newest judged mentions without this shadow's verdict, among the newest `limit`."""
    newest = (
        select(Mention.id, Mention.version, Mention.text)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(
            Mention.brand_id == brand_id,
            col(Mention.is_ours).is_(False),
            col(Mention.deleted_at).is_(None),
            col(Author.erased_at).is_(None),
            select(VerdictRow.id)
            .where(
                VerdictRow.mention_id == Mention.id, VerdictRow.mention_version == Mention.version
            )
            .exists(),
        )
        .order_by(col(Mention.id).desc())
        .limit(limit)
        .subquery()
    )
    done = (
        select(ShadowVerdict.id)
        .where(
            ShadowVerdict.mention_id == newest.c.id,
            ShadowVerdict.mention_version == newest.c.version,
            ShadowVerdict.model_version == model,
        )
        .exists()
    )
    found = session.exec(
        select(newest.c.id, newest.c.version, newest.c.text)
        .where(~done)
        .order_by(newest.c.id.desc())
    )
    return [Waiting(*row) for row in found if row[2].strip()]


def save_shadow(
    session: Session,
    brand_id: str,
    found: Sequence[tuple[Waiting, Attempt]],
    at: datetime,
) -> int:
    """Keep what the shadow said, once for each version and model; how many rows were new."""
    known = _known(session, [waiting.mention_id for waiting, _ in found])
    fresh = {
        (waiting.mention_id, waiting.version, attempt.verdict.model_version): _row(
            brand_id, waiting, attempt, at
        )
        for waiting, attempt in found
    }
    rows = [row for key, row in fresh.items() if key not in known]
    session.add_all(rows)
    session.flush()
    return len(rows)


def list_pairs(
    session: Session, brand_id: str, *, model: str | None = None, limit: int = 10_000
) -> list[Pair]:
    """What the serving model and a shadow said of the same versions, newest first.

    Args:
        model: version of the shadow; the one that judged last by default.
    """
    model = model or find_last_shadow(session, brand_id)
    shadows = session.exec(
        select(ShadowVerdict)
        .where(ShadowVerdict.brand_id == brand_id, ShadowVerdict.model_version == model)
        .order_by(col(ShadowVerdict.mention_id).desc(), col(ShadowVerdict.id).desc())
        .limit(limit)
    ).all()
    ids = [row.mention_id for row in shadows]
    serving, labels = _serving(session, ids, model or ""), _labels(session, ids)
    return [
        _pair(row, serving[key], labels.get(key, {}))
        for row in shadows
        if (key := (row.mention_id, row.mention_version)) in serving
    ]


def find_last_shadow(session: Session, brand_id: str) -> str | None:
    """Version of the shadow that judged last, or None."""
    return session.exec(
        select(ShadowVerdict.model_version)
        .where(ShadowVerdict.brand_id == brand_id)
        .order_by(col(ShadowVerdict.id).desc())
        .limit(1)
    ).first()


def count_shadowed(session: Session, brand_id: str) -> dict[str, int]:
    """How many verdicts each shadow has given, by model version."""
    found = session.exec(
        select(ShadowVerdict.model_version, func.count())
        .where(ShadowVerdict.brand_id == brand_id)
        .group_by(col(ShadowVerdict.model_version))
    )
    return dict(list(found))


def _known(session: Session, ids: Sequence[int]) -> set[tuple[int, int, str]]:
    found = session.exec(
        select(
            ShadowVerdict.mention_id, ShadowVerdict.mention_version, ShadowVerdict.model_version
        ).where(col(ShadowVerdict.mention_id).in_(ids))
    )
    return {(one, two, three) for one, two, three in found}


def _row(brand_id: str, waiting: Waiting, attempt: Attempt, at: datetime) -> ShadowVerdict:
    verdict = attempt.verdict
    return ShadowVerdict(
        brand_id=brand_id,
        mention_id=waiting.mention_id,
        mention_version=waiting.version,
        model_version=verdict.model_version,
        heads=list(attempt.heads),
        claim=verdict.claim,
        abuse=verdict.abuse,
        stance=verdict.stance,
        urgency=int(verdict.urgency),
        topic=verdict.topic,
        abstained=verdict.abstained,
        abstain_reason=verdict.abstain_reason[:255],
        value=verdict.as_row(),
        seconds=attempt.seconds,
        tokens_in=attempt.tokens_in,
        tokens_out=attempt.tokens_out,
        micros=attempt.micros,
        dropped=attempt.dropped,
        created_at=at,
    )


_PART = 500  # ids in one question; databases bound how many


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _PART] for start in range(0, len(ids), _PART)]


def _serving(session: Session, ids: Sequence[int], but: str) -> dict[Version, VerdictRow]:
    """The newest verdict of each version, the shadow's own model left out."""
    found: dict[Version, VerdictRow] = {}
    for part in _parts(ids):
        rows = session.exec(
            select(VerdictRow)
            .where(col(VerdictRow.mention_id).in_(part), VerdictRow.model_version != but)
            .order_by(col(VerdictRow.id))
        )
        found |= {(row.mention_id, row.mention_version): row for row in rows}
    return found


def _labels(session: Session, ids: Sequence[int]) -> dict[Version, dict[str, str]]:
    """The last label of each head."""
    found: dict[Version, dict[str, str]] = {}
    for part in _parts(ids):
        rows = session.exec(
            select(Label).where(col(Label.mention_id).in_(part)).order_by(col(Label.id))
        )
        for row in rows:
            found.setdefault((row.mention_id, row.mention_version), {})[row.field] = row.value
    return found


def _pair(row: ShadowVerdict, serving: VerdictRow, labels: Mapping[str, str]) -> Pair:
    return Pair(
        mention_id=row.mention_id,
        serving=_values(serving),
        shadow=_values(row),
        heads=tuple(row.heads),
        serving_abstained=serving.abstained,
        shadow_abstained=row.abstained,
        abstain_reason=row.abstain_reason,
        labels=labels,
        seconds=row.seconds,
        tokens=(row.tokens_in, row.tokens_out),
        micros=row.micros,
        dropped=row.dropped,
    )


def _values(row: VerdictRow | ShadowVerdict) -> dict[str, str]:
    named = {"claim": row.claim, "abuse": row.abuse, "stance": row.stance, "topic": row.topic}
    return {**{name: str(value) for name, value in named.items()}, "urgency": str(row.urgency)}
