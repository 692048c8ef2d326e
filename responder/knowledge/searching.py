"""The search box over facts: words in any form find them; and what changed since the last start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.store import facts as rows
from responder.knowledge.values import Fact
from responder.words import stems, telling_stems

_MOST_NAMED = 50  # replies and promises one audit event lists


def sync(session: Session, brand_id: str, facts: Iterable[Fact], at: datetime) -> list[str]:
    """Search these facts from now on; ids of those that say something else now, or nothing.

    Each of these leaves an audit event with the replies and open promises that rest on it, and
    its old wording holds no more: what was approved on it is not sent.
    """
    now = {fact.id: fact for fact in facts if not fact.proposed}
    before = rows.list_searched_facts(session, brand_id)
    if before == {fact.id: fact.digest for fact in now.values()}:
        return []
    rows.save_searched_facts(session, brand_id, [_row(fact) for fact in now.values()])
    _end(session, brand_id, before, now, at)
    changed = [
        fact_id
        for fact_id, digest in before.items()
        if fact_id not in now or now[fact_id].digest != digest
    ]
    for fact_id in sorted(changed):
        _note(session, brand_id, fact_id, now.get(fact_id), at)
    return sorted(changed)


def _end(
    session: Session,
    brand_id: str,
    before: Mapping[str, str],
    now: Mapping[str, Fact],
    at: datetime,
) -> None:
    """Wordings that are over end; those that are said again hold."""
    digests = {fact.digest for fact in now.values()}
    gone = [digest for digest in before.values() if digest not in digests]
    cited = rows.list_cited(session, brand_id, gone)
    old = [Fact.model_validate(row.value) for row, ended_at in cited if ended_at is None]
    ends = {fact.digest: _end_of(fact, now.get(fact.id), at) for fact in old}
    rows.save_ends(session, brand_id, {key: end for key, end in ends.items() if end is not None})
    rows.delete_ends(session, brand_id, sorted(digests))


def _end_of(old: Fact, now: Fact | None, at: datetime) -> datetime | None:
    """When the old wording ends; None where it is still true as long as it said itself."""
    if now is None or not now.is_valid(at) or not _says_the_same(old, now):
        return at
    is_shorter = now.valid_until is not None and (
        old.valid_until is None or now.valid_until < old.valid_until
    )
    return now.valid_until if is_shorter else None


def _says_the_same(old: Fact, now: Fact) -> bool:
    """Dates aside: a fact that holds longer than it said makes no approved text wrong."""
    return (old.says, old.admits, old.action, old.audience) == (
        now.says,
        now.admits,
        now.action,
        now.audience,
    )


def _row(fact: Fact) -> dict[str, str]:
    words = (*fact.all_texts(), *fact.keywords, *fact.fault_keywords, *fact.asked)
    lemmas = " ".join((*stems(" ".join(words)), fact.id))
    return {"fact_id": fact.id, "digest": fact.digest, "lemmas": lemmas}


def _note(session: Session, brand_id: str, fact_id: str, now: Fact | None, at: datetime) -> None:
    resting = [
        one for one in rows.list_citing(session, brand_id, [fact_id]) if rows.is_outside(one)
    ]
    promises = [promise.id for one in resting for promise in one.promises]
    audit.record(
        session,
        at=at,
        actor=audit.MACHINE,
        action="fact.changed" if now else "fact.withdrawn",
        subject=("fact", fact_id),
        detail={
            "digest": now.digest if now else None,
            "replies": [one.reply.id for one in resting if one.reply][:_MOST_NAMED],
            "promises": promises[:_MOST_NAMED],
        },
        brand_id=brand_id,
    )


def search(
    session: Session, brand_id: str, words: str, at: datetime, *, limit: int = 10
) -> list[Fact]:
    """Facts for what a person types, the best first; those valid at `at` before the others.

    Any form of a word will do (верните finds вернуть, е finds ё), in both languages.
    """
    found = rows.search_facts(session, brand_id, _asked(words), limit=limit)
    facts = [Fact.model_validate(row.value) for row in found]
    return sorted(facts, key=lambda fact: not fact.is_valid(at))


def _asked(words: str) -> Sequence[str]:
    """Dictionary forms asked for; words that say nothing only where there are no others."""
    return sorted(telling_stems(words)) or stems(words)
