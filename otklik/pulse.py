"""How the monitor is, by what it last said of itself: pure, so that every watcher judges alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

IDLE = "wake-up"  # stands for a step where the scheduler wakes none


@dataclass(frozen=True)
class Pulse:
    """What the monitor said of itself last; times are aware.

    Attributes:
        beat_at: when it said so.
        owner: host and process.
        busy: since when each step has been at the piece of work it is at.
        stopped_at: it ended in order: somebody told it to.
    """

    beat_at: datetime
    owner: str = ""
    busy: Mapping[str, datetime] = field(default_factory=dict)
    stopped_at: datetime | None = None


class Fault(NamedTuple):
    """What is wrong with the monitor.

    Attributes:
        what: `silent` (no sign of life), `stopped` (in order), `hung` (a step), `never` (no sign
            of life ever), `unreachable` (neither database nor address answers).
        since: when it began; None: nobody knows.
        detail: the steps that hang, or what the question ended with.
    """

    what: str
    since: datetime | None
    detail: str = ""

    @property
    def title(self) -> str:
        """One Russian line."""
        return _TITLES[self.what]

    @property
    def body(self) -> str:
        """What it means and what to do, in Russian."""
        return "\n".join(filter(None, (_MEANS[self.what], self.detail)))


_TITLES = {
    "silent": "Монитор не подаёт признаков жизни",
    "stopped": "Монитор остановлен и не запущен снова",
    "hung": "Монитор завис",
    "never": "Монитор ни разу не подал признаков жизни",
    "unreachable": "Монитор недоступен: неизвестно, работает ли он",
}
_LOST = "Комментарии не читаются, сроки не считаются, другие оповещения не приходят."
_MEANS = {
    "silent": f"{_LOST} Процесс убит, машина выключена или база недоступна. Запустите: otklik run.",
    "stopped": f"{_LOST} Его остановили по порядку. Запустите: otklik run.",
    "hung": "Шаг не заканчивается; остальное, возможно, работает. Посмотрите журнал процесса "
    "и перезапустите otklik run: работа продолжится с того же места.",
    "never": "otklik run ни разу не запускали с этой базой.",
    "unreachable": "Не отвечает ни база, ни адрес монитора. Проверьте машину, сеть и базу.",
}


def judge(pulse: Pulse | None, at: datetime, *, late: timedelta, stall: timedelta) -> Fault | None:
    """What is wrong by now; None: it lives.

    A sign of life from the future counts by its distance, too: clocks that far apart hide a death.
    """
    if pulse is None:
        return Fault("never", None)
    if abs(at - pulse.beat_at) > late:
        return Fault("stopped" if pulse.stopped_at else "silent", pulse.beat_at, pulse.owner)
    hung = {step: since for step, since in pulse.busy.items() if at - since > stall}
    if not hung:
        return None
    told = ", ".join(f"{step}: {(at - hung[step]) // timedelta(minutes=1)} мин." for step in hung)
    return Fault("hung", min(hung.values()), f"Шаг: {told}")
