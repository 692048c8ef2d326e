"""The alert step in a process of its own, killed at random.

Reads one job (JSON) a line and forks a child that tells everything due; says the child's pid and
then how it ended. Every child opens the database anew.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import structlog

from otklik.alerts import build_channel
from otklik.clock import now
from otklik.database import make_engine
from otklik.desk import Desk
from otklik.entries import ChannelSettings
from otklik.knowing import FixedKnowledge
from otklik.policies import Fixed
from otklik.settings import Settings
from otklik.telling import tell_all
from responder.drafting import DeterministicWriter
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.fakes import RuleJudge
from tests.servers.slack import CHANNEL
from tests.servers.telegram import CHAT

policy, knowledge = shipped_policy(), shipped_knowledge()


def make_desk(job: dict[str, Any]) -> Desk:
    """A desk with Slack and Telegram, whose clock is `offset` seconds ahead."""
    kinds: dict[str, dict[str, Any]] = {
        "slack": {
            "bot_token": "env:OTKLIK_SECRET_SLACK",
            "channel": CHANNEL,
            "base_url": job["slack"],
        },
        "telegram": {
            "bot_token": "env:OTKLIK_SECRET_TELEGRAM",
            "chat_id": CHAT,
            "base_url": job["telegram"],
        },
    }
    entries = {name: ChannelSettings(name=name, kind=name) for name in kinds}
    built = {
        name: (entries[name], build_channel(name, config, name=name))
        for name, config in kinds.items()
    }
    return Desk(
        settings=Settings(channels=list(entries.values()), alert_burst=1000),
        engine=make_engine(job["url"]),
        platforms={},
        classifier=RuleJudge(),
        policies=Fixed(policy),
        known=FixedKnowledge(knowledge),
        writer=DeterministicWriter(knowledge),
        channels=MappingProxyType(built),
        now=lambda: now() + timedelta(seconds=job["offset"]),
    )


def main() -> None:
    """Serve jobs until the input ends."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    _say({"ready": True})
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                tell_all(make_desk(json.loads(line)), 50)
                code = 0
            except BaseException:  # noqa: BLE001 — the parent learns it from the exit status
                traceback.print_exc()
            finally:
                os._exit(code)
        _say({"pid": pid})
        _, status = os.waitpid(pid, 0)
        _say({"status": os.waitstatus_to_exitcode(status)})


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
