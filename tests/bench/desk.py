"""`python -m tests.bench.desk`: the desk over a million mentions, in Chromium and with 20 people.

Times run from the click to the frame after the page has been drawn. The load of the machine is
written beside them. Progress goes to stderr; artefacts/bench-desk.json is written after each part,
so that a run that is broken off loses nothing. With `--keep FOLDER` the filled database stays there
and is used again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from otklik.clock import now
from tests.bench.desk_browser import LISTEN, Measured
from tests.bench.desk_crowd import Crowd, approved_since, handed_since
from tests.bench.desk_database import KINDS, Told, filled
from tests.bench.desk_floor import floor
from tests.bench.desk_memory import per_session
from tests.bench.desk_tables import Size
from tests.bench.desk_taken import HELD_BY_TWO, handed_again
from tests.conftest import ROOT
from tests.dashboard.seed import PASSWORD
from tests.servers.browser import chromium, sign_in
from tests.servers.desk import DeskServer

PARTS = ("floor", "alone", "together", "memory")
TARGET = ROOT / "artefacts" / "bench-desk.json"


@contextmanager
def at_desk(url: str) -> Iterator[tuple[DeskServer, Page]]:
    """A desk over a database, and an administrator's Chromium at it."""
    with DeskServer(url, undo_seconds=600, desk_warm_up=True) as desk, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(LISTEN)
        sign_in(page, desk.url, "admin", PASSWORD)
        yield desk, page


def alone(url: str, options: argparse.Namespace, told: Told) -> dict[str, Any]:
    """One person and nobody else."""
    with at_desk(url) as (desk, page):
        return Measured(page, desk.url, told).everything(options.repeats)


def together(url: str, options: argparse.Namespace, told: Told) -> dict[str, Any]:
    """One person among the others, whom a script plays."""
    since = now()
    with at_desk(url) as (desk, page):
        with Crowd(desk, options.people - 1) as crowd:
            measured = Measured(page, desk.url, told)
            found = measured.everything(options.repeats)
        asked = crowd.taken + measured.opened
        taken = handed_since(url, since, asked)
        again = handed_again(taken, asked)
        return found | {
            "crowd": crowd.times.summary() if crowd.times.found else {},
            "crowd_trouble": crowd.trouble,
            "handed_out": len(taken),
            "handed_out_again": dict(Counter(again.values())),
            "held_by_two": [one for one, why in again.items() if why == HELD_BY_TWO],
            **approved_since(url, since),
        }


def memory(url: str, options: argparse.Namespace, told: Told) -> dict[str, Any]:
    """What one more session costs."""
    told("memory")
    with DeskServer(url, desk_warm_up=True) as desk:
        return per_session(desk, options.people)


def bare(_url: str, options: argparse.Namespace, told: Told) -> dict[str, Any]:
    """A click on Streamlit's own, without a desk: what the machine gives now."""
    told("floor")
    return floor(options.repeats * 4)


RUN: dict[str, Callable[[str, argparse.Namespace, Told], dict[str, Any]]] = {
    "floor": bare,
    "alone": alone,
    "together": together,
    "memory": memory,
}


def measure(kind: str, options: argparse.Namespace, note: Callable[[], None]) -> dict[str, Any]:
    """The chosen parts over one database, into a dict that grows; `note` after each."""
    size = Size(options.mentions, options.open, options.mentions // 10)
    told = _teller(kind)
    found: dict[str, Any] = options.results.setdefault(kind, {})
    found |= {"mentions": size.mentions, "open": size.open}
    with ExitStack() as stack:
        url = options.url
        if not url:
            url, took = stack.enter_context(filled(kind, size, options.keep, told))
            if took:
                found["filled_s"] = round(took)
        for part in options.part:
            began = time.perf_counter()
            found[part] = RUN[part](url, options, told)
            found[part]["took_s"] = round(time.perf_counter() - began)
            found[part]["load_after"] = round(os.getloadavg()[0], 1)
            note()
    return found


def _teller(kind: str) -> Told:
    def told(what: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {kind}: {what}", file=sys.stderr, flush=True)  # noqa: T201

    return told


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.desk", description=__doc__)
    parser.add_argument("--mentions", type=int, default=1_000_000)
    parser.add_argument("--open", type=int, default=20_000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=8, help="rounds of everything")
    parser.add_argument("--on", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--part", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument("--keep", default="", help="folder that keeps the filled databases")
    parser.add_argument("--url", default="", help="of a database that is filled already")
    parser.add_argument("--fill-only", action="store_true", help="fill it and leave")
    parser.add_argument("--to", type=Path, default=TARGET, help="where the figures are written")
    found = parser.parse_args(arguments)
    if found.fill_only:
        found.part = []
    return found


def main() -> int:
    """Measure on the chosen databases, print, write."""
    options = options_of()
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.results = json.loads(options.to.read_text("utf-8")) if options.to.is_file() else {}

    def note() -> None:
        options.to.write_text(json.dumps(options.results, indent=1, ensure_ascii=False), "utf-8")

    for kind in options.on:
        measure(kind, options, note)
    print(json.dumps(options.results, indent=1, ensure_ascii=False))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
