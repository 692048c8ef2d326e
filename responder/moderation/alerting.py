"""People are told of an act that failed, or whose outcome nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from otklik.entries import ChannelSettings
from otklik.enums import ActKind, ActState, AlertKind
from otklik.models import Act
from otklik.store import alerts

_EXCERPT = 400
_WHAT = {
    ActKind.HIDE: "скрыть комментарий",
    ActKind.UNHIDE: "вернуть комментарий",
    ActKind.BAN: "забанить автора",
    ActKind.UNBAN: "снять бан",
    ActKind.REPORT: "пожаловаться площадке",
    ActKind.WITHDRAW: "снять наш ответ",
    ActKind.CORRECT: "исправить наш ответ",
}
_TITLES = {
    ActState.FAILED: "Не удалось {what}",
    ActState.UNKNOWN: "Неизвестно, удалось ли {what}",
}


def act_outcome(
    session: Session, act: Act, channels: Sequence[ChannelSettings], at: datetime
) -> None:
    """Raise an alert where a person has to look."""
    title = _TITLES.get(act.state)
    if title is None:
        return
    urgency = 3
    alerts.save_alert(
        session,
        brand_id=act.brand_id,
        kind=AlertKind.ACT_FAILED,
        dedup_key=f"act:{act.id}:{act.state}:{act.attempts}",
        mention_id=act.mention_id,
        title=title.format(what=_WHAT[act.kind]),
        body=act.error[:_EXCERPT],
        urgency=urgency,
        channels=[channel.name for channel in channels if urgency >= channel.min_urgency],
        at=at,
    )
