"""What people do to a watched place; rights are checked in `otklik.watching`."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.case import answering
from dashboard.doing import attempt, do, perform
from dashboard.frame import say
from dashboard.i18n import _
from dashboard.sources import checking
from dashboard.sources.fields import WHOLE, Wrong
from otklik import watching
from otklik.enums import Role
from otklik.errors import InputError, OtklikError
from otklik.limiter import DatabaseMeter, budget_micros
from otklik.metering import LocalMeter
from otklik.models import Person, Source
from otklik.people import require

CHECKS = "checks"  # what checks have shown in this sitting, by source


def add(name: str, platform: str, config: Mapping[str, Any], interval: float) -> int | Wrong:
    """Watch one more place; its id, or what is wrong by field of the form."""

    def act(session: Session, who: Person, at: datetime) -> Source:
        return watching.add_source(
            session,
            who,
            brand_id=_brand(),
            name=name,
            platform=platform,
            config=config,
            interval=interval,
            at=at,
            kinds=answering.platforms(),
        )

    added = attempt(act)
    if isinstance(added, OtklikError):
        return {"name" if isinstance(added, InputError) else WHOLE: words.refusal(added)}
    say(_("The source is added; its first reading begins now."))
    return added.id or 0


def change(source_name: str, config: Mapping[str, Any], interval: float) -> Wrong:
    """Give a source other settings; what is wrong by field of the form, empty when it is done."""

    def act(session: Session, who: Person, at: datetime) -> Source:
        return watching.change_source(
            session,
            who,
            brand_id=_brand(),
            name=source_name,
            config=config,
            interval=interval,
            at=at,
            kinds=answering.platforms(),
        )

    changed = attempt(act)
    if isinstance(changed, OtklikError):
        return {WHOLE: words.refusal(changed)}
    say(_("Saved: the next reading goes by the new settings."))
    return {}


def on_remove(name: str) -> None:
    """Watch it no more."""

    def act(session: Session, who: Person, at: datetime) -> Source:
        return watching.remove_source(session, who, brand_id=_brand(), name=name, at=at)

    do(act, _("Removed: it is watched no more. What it brought stays."))


def _brand() -> str:
    return data.settings().brand_id


def on_pause(name: str, key: str) -> None:
    """Stop reading it."""
    reason = str(st.session_state.get(key, ""))

    def act(session: Session, who: Person, at: datetime) -> Source:
        return watching.pause_source(
            session, who, brand_id=_brand(), name=name, reason=reason, at=at
        )

    do(act, _("Paused: it is not read until somebody resumes it."))


def on_resume(name: str) -> None:
    """Read it again, now."""
    _read(name, _("Resumed: the next reading begins now."))


def on_read_now(name: str) -> None:
    """Read it now instead of when its time comes."""
    _read(name, _("It is read next."))


def _read(name: str, done: str) -> None:
    def act(session: Session, who: Person, at: datetime) -> Source:
        return watching.resume_source(session, who, brand_id=_brand(), name=name, at=at)

    do(act, done)


def on_backfill(name: str, key: str) -> None:
    """Read it anew from the beginning of a day of the desk."""
    day = st.session_state.get(key)
    if not isinstance(day, date):
        say(_("Choose a day first."), "problem")
        return
    since = datetime.combine(day, time.min, ZoneInfo(data.settings().timezone))

    def act(session: Session, who: Person, at: datetime) -> Source:
        return watching.start_backfill(
            session, who, brand_id=_brand(), name=name, since=since, at=at
        )

    do(
        act,
        _("Reading anew from {day}; what is known is not doubled.").format(day=words.day(day)),
    )


def check(key: str, platform: str, config: Mapping[str, Any], *, source_id: int = 0) -> None:
    """One real call, its result kept under `key` for the screen; what it costs is counted."""
    if perform(lambda _session, who, _at: require(who, Role.LEAD)):
        budget = budget_micros(config)
        meter = DatabaseMeter(data.engine(), source_id, budget) if source_id else LocalMeter(budget)
        shown: dict[str, checking.Checked] = st.session_state.setdefault(CHECKS, {})
        shown[key] = checking.check(platform, config, source=key, meter=meter)
