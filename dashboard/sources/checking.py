"""One real call to a source while somebody waits: in a thread, for so long and no longer."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from otklik.clock import now
from otklik.collected import SourceCheck
from otklik.errors import AccessDenied, NotFound, Transient
from otklik.metering import Meter
from otklik.platforms import build_platform, find_platform

LONGEST = 30.0  # seconds a person waits for it


@dataclass(frozen=True)
class Checked:
    """What the call showed, or why it failed; `to_do` is for a person, as the platform says."""

    found: SourceCheck | None
    at: datetime
    error: str = ""
    to_do: str = ""

    @property
    def is_ok(self) -> bool:
        """Does the source answer as it should?"""
        return self.found is not None and self.found.ok


def check(
    platform: str,
    config: Mapping[str, Any],
    *,
    source: str,
    meter: Meter | None = None,
    longest: float = LONGEST,
) -> Checked:
    """Ask the platform once; every failure comes back as a value."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="check")
    future = pool.submit(_ask, platform, config, source, meter)
    pool.shutdown(wait=False)
    error = _outcome(future, longest)
    if error is None:
        return Checked(future.result(), now())
    to_do = error.to_do if isinstance(error, AccessDenied) else ""
    return Checked(None, now(), f"{type(error).__name__}: {error}", to_do)


def _ask(platform: str, config: Mapping[str, Any], source: str, meter: Meter | None) -> SourceCheck:
    kind = find_platform(platform)
    if kind is None:
        raise NotFound(f"no platform is named {platform!r}")
    with closing(build_platform(kind, config, source=source, meter=meter)) as opened:
        return opened.check()


def _outcome(future: "Future[SourceCheck]", longest: float) -> BaseException | None:
    try:
        return future.exception(timeout=longest)
    except TimeoutError:
        return Transient(f"no answer in {longest:g} s")
