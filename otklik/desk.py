"""What the steps work with: the desk, put together by `otklik.bootstrap`."""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from otklik import audit, clock
from otklik.alerts import Channel
from otklik.entries import ChannelSettings
from otklik.judging import Backend, Judge
from otklik.knowing import Knowing
from otklik.operations import Operations
from otklik.operations.following import FixedOperations, Operating
from otklik.platforms import AnyPlatform
from otklik.policies import Policies
from otklik.settings import Settings
from responder.drafting import Writer
from responder.knowledge import Knowledge
from responder.policy import Policy
from responder.relating import Relator


@dataclass(frozen=True)
class Desk:
    """Everything the steps work with; put together by `otklik.bootstrap`.

    `shadow` judges beside `classifier` and decides nothing.
    `relator` says what texts are about; None without lists of the company's own.
    `stopping` is set when this process is to end: what reads for long stops after its page.
    """

    settings: Settings
    engine: Engine
    platforms: Mapping[str, type[AnyPlatform]]
    classifier: Judge
    policies: Policies
    known: Knowing
    writer: Writer
    channels: Mapping[str, tuple[ChannelSettings, Channel]]
    shadow: Backend | None = None
    relator: Relator | None = None
    operating: Operating = field(default_factory=FixedOperations)
    now: Callable[[], datetime] = clock.now
    stopping: threading.Event = field(default_factory=threading.Event)
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")

    @property
    def policy(self) -> Policy:
        """The policy in force at this moment."""
        return self.policies.current

    @property
    def knowledge(self) -> Knowledge:
        """What the house knows at this moment."""
        return self.known.current

    @property
    def brand_id(self) -> str:
        """Whose desk this is."""
        return self.settings.brand_id

    @property
    def operations(self) -> Operations | None:
        """Zones, calendars, rota and routes at this moment; None: nothing was set up."""
        return self.operating.current

    def local_now(self) -> datetime:
        """The present moment in the desk's own time zone: there its days begin and end."""
        return self.now().astimezone(ZoneInfo(self.settings.timezone))


class StepCount(NamedTuple):
    """How many things a step did, and how many it failed on."""

    done: int
    failed: int


def note_failure(
    desk: Desk, db: Session, subject: tuple[str, object], step: str, error: Exception
) -> None:
    """Write into the audit log that a step failed on a source or a mention."""
    audit.record(
        db,
        at=desk.now(),
        actor=audit.MACHINE,
        action="step.failed",
        subject=subject,
        detail={"step": step, "error": f"{type(error).__name__}: {error}"[:500]},
        brand_id=desk.brand_id,
    )
