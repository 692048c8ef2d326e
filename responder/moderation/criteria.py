"""The three criteria of a ban, counted from an author's record; all must hold over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from responder.moderation.history import AuthorRecord, Offence, WarningGiven
from responder.moderation.terms import BanTerms


class Criterion(StrEnum):
    """What has to hold for a ban."""

    SYSTEMATIC = "systematic"  # went on after requests and warnings
    STAFF = "staff"
    PERSONAL = "personal"


@dataclass(frozen=True)
class Finding:
    """How one criterion stands: in words for people, with what it was counted from."""

    criterion: Criterion
    is_met: bool
    words_ru: str
    words_en: str
    evidence: tuple[dict[str, Any], ...] = ()

    def words(self, language: str) -> str:
        """The sentence in Russian or English."""
        return self.words_ru if language == "ru" else self.words_en


@dataclass(frozen=True)
class BanCheck:
    """Whether a ban may be asked for, and what speaks for it."""

    author_id: int
    findings: tuple[Finding, ...]

    @property
    def is_met(self) -> bool:
        """All three hold."""
        return all(found.is_met for found in self.findings)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Criteria that do not hold."""
        return tuple(found for found in self.findings if not found.is_met)

    @property
    def evidence(self) -> list[dict[str, Any]]:
        """All that was counted, for the act's record."""
        return [item for found in self.findings for item in found.evidence]

    @property
    def newest_at(self) -> datetime | None:
        """When the newest of the evidence was written."""
        times = [datetime.fromisoformat(item["at"]) for item in self.evidence]
        return max(times, default=None)


def check(record: AuthorRecord, terms: BanTerms) -> BanCheck:
    """Count the three criteria. Pure: the same record and terms give the same answer."""
    return BanCheck(
        author_id=record.author_id,
        findings=(_systematic(record, terms), _staff(record, terms), _personal(record, terms)),
    )


def _systematic(record: AuthorRecord, terms: BanTerms) -> Finding:
    warned = record.warnings[terms.warnings - 1].at if _is_warned(record, terms) else None
    after = [one for one in record.violations if warned is not None and one.at > warned]
    counts = (
        (len(record.violations), terms.violations),
        (len(record.violation_days), terms.days),
        (len(record.warnings), terms.warnings),
        (len(after), terms.after_warnings),
    )
    said = [f"{count} ({needed})" for count, needed in counts]
    return Finding(
        Criterion.SYSTEMATIC,
        all(count >= needed for count, needed in counts),
        "Нарушения без сути дела: {}, в разные дни: {}, наших предупреждений: {}, нарушений "
        "после них: {} (в скобках, сколько нужно)".format(*said),
        "Violations without a case: {}, on different days: {}, our warnings: {}, violations "
        "after these: {} (needed in brackets)".format(*said),
        tuple(
            [_of_offence(Criterion.SYSTEMATIC, one) for one in record.violations]
            + [_of_warning(one) for one in record.warnings]
        ),
    )


def _is_warned(record: AuthorRecord, terms: BanTerms) -> bool:
    return len(record.warnings) >= terms.warnings


def _staff(record: AuthorRecord, terms: BanTerms) -> Finding:
    found = (*record.insults, *record.threats)
    return Finding(
        Criterion.STAFF,
        len(found) >= terms.staff_insults,
        f"Оскорблений сотрудников и угроз им: {len(found)} (нужно {terms.staff_insults})",
        f"Insults of staff and threats to it: {len(found)} (needed: {terms.staff_insults})",
        tuple(_of_offence(Criterion.STAFF, one) for one in found),
    )


def _personal(record: AuthorRecord, terms: BanTerms) -> Finding:
    found = record.personal
    return Finding(
        Criterion.PERSONAL,
        len(found) >= terms.personal,
        "Оскорблений или угроз, обращённых к одному сотруднику: "
        f"{len(found)} (нужно {terms.personal})",
        f"Insults or threats aimed at one operator: {len(found)} (needed: {terms.personal})",
        tuple(_of_offence(Criterion.PERSONAL, one) for one in found),
    )


def _of_offence(criterion: Criterion, one: Offence) -> dict[str, Any]:
    return {
        "criterion": str(criterion),
        "mention": one.mention_id,
        "version": one.version,
        "at": one.at.isoformat(),
        "abuse": str(one.abuse),
        "verdict": one.verdict_id,
        "model": one.model_version,
        "confirmed_by": one.confirmed_by_id,
        "operator": one.operator_id,
    }


def _of_warning(one: WarningGiven) -> dict[str, Any]:
    return {
        "criterion": "warning",
        "reply": one.reply_id,
        "mention": one.mention_id,
        "at": one.at.isoformat(),
    }
