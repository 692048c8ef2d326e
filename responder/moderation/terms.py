"""How much has to be counted before a ban may even be asked for: data, set by support leads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class BanTerms(BaseModel):
    """The three criteria of a ban in figures; all of them must hold within the window.

    Attributes:
        window_days: how far back the system counts.
        violations: obscene, insulting or threatening comments without a case, at least.
        days: different days they stand on, at least: one bad evening is no system.
        warnings: posted replies that asked to stop, at least.
        after_warnings: violations after the last warning that was needed, at least.
        staff_insults: insults of our staff or threats to it, at least.
        personal: of these, aimed at one operator by answering them, at least.
        yearly_budget: bans in any 365 days, at most; over it even a justified one is refused.
        ban_days: how long a ban lasts; 0 for ever.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_days: int = Field(default=365, ge=30, le=3650)
    violations: int = Field(default=3, ge=2)
    days: int = Field(default=3, ge=2)
    warnings: int = Field(default=2, ge=1)
    after_warnings: int = Field(default=1, ge=1)
    staff_insults: int = Field(default=2, ge=1)
    personal: int = Field(default=1, ge=1)
    yearly_budget: int = Field(default=12, ge=0)
    ban_days: int = Field(default=30, ge=0)

    @property
    def window(self) -> timedelta:
        """How far back the system counts."""
        return timedelta(days=self.window_days)


DEFAULT_TERMS = BanTerms()
YEAR = timedelta(days=365)


def terms_of(policy: Any) -> BanTerms:
    """The `bans:` section of a policy; the house's own where it has none."""
    found = getattr(policy, "bans", None)
    if found is None or isinstance(found, BanTerms):
        return found or DEFAULT_TERMS
    return BanTerms.model_validate(found.model_dump())
