"""One of several processes that share a limit: ``python -m tests.kernel.limit_user URL KEY …``."""

from __future__ import annotations

import sys
import time

from otklik.database import make_engine, session
from otklik.metering import Limit
from otklik.store import limits


def main() -> None:
    """Take turns for so many seconds and print the moment of each; or take one and hang in it."""
    url, key, calls, seconds, burst, lasts = sys.argv[1:]
    engine, limit = make_engine(url), Limit(float(calls), float(seconds), burst=int(burst))
    if lasts == "hang":
        with session(engine) as db:
            limits.claim_turn(db, key, limit, at_most=60)
            sys.stdout.write("locked\n")
            sys.stdout.flush()
            time.sleep(60)
    until = time.monotonic() + float(lasts)
    while time.monotonic() < until:
        with session(engine) as db:
            granted = limits.claim_turn(db, key, limit, at_most=60)
        sys.stdout.write(f"{granted.moment!r}\n")
        time.sleep(granted.wait)


if __name__ == "__main__":
    main()
