"""Eight scenarios over a month of real comments: ``python -m tests.scenarios --seeds 1 101``.

The first twenty days of a seed are played once; each scenario goes on from there. Prints the
table of docs/incidents.md and keeps it in `artefacts/scenarios-….md`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from otklik.bootstrap import open_judge
from otklik.settings import Settings
from tests.conftest import ROOT
from tests.scenarios.grading import Grade, grade
from tests.scenarios.make import DAYS, FAULT_DAY, SCENARIOS, START, Row, Scenario, background, told
from tests.scenarios.playing import RememberingJudge, Stage, opened

CUT = START + timedelta(days=FAULT_DAY)
# what arrives within so much of a world's time is worked on together
ROUGH, FINE, FINEST = timedelta(hours=1), timedelta(minutes=10), timedelta(minutes=1)
QUIET = Scenario("background only", lambda _crowd, _seed: iter(()), days=DAYS - FAULT_DAY)
HEAD = (
    "| scenario | seed | fault | seen after mentions | minutes | purity | completeness | pieces "
    "| kind | false a week | critics in attack (not spared) |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


class Season:
    """The world of one seed up to the day on which things happen."""

    def __init__(self, seed: int, folder: Path, judge: RememberingJudge, volume: int) -> None:
        self.seed, self.folder, self.judge, self.volume = seed, folder, judge, volume
        self.before = [row for row in background(seed, volume) if row.at < CUT]
        stage = Stage(folder / f"base-{seed}.sqlite3", judge)
        stage.play(self.before, ROUGH)
        stage.close()
        self._base = stage

    def play(self, scenario: Scenario) -> Grade:
        """Go on from there with what a scenario tells."""
        until = CUT + timedelta(days=scenario.days)
        rows = background(self.seed, self.volume, peak=scenario.peak) + told(scenario, self.seed)
        late = sorted((row for row in rows if CUT <= row.at < until), key=_order)
        file = self.folder / f"{scenario.name.replace(' ', '-')}-{self.seed}.sqlite3"
        self._base.copy(file)
        stage = Stage(file, self.judge)
        # a peak is another draw of the month: its mentions have names of their own
        tick = FINE if scenario.days > 1 else FINEST
        stage.play(_renamed(late) if scenario.peak > 1 else late, tick)
        stage.close()
        engine = opened(file)
        try:
            truth = [*self.before, *(_renamed(late) if scenario.peak > 1 else late)]
            return grade(engine, scenario, self.seed, truth, CUT)
        finally:
            engine.dispose()

    def usual(self) -> Grade:
        """What the first days by themselves were taken for."""
        engine = opened(self.folder / f"base-{self.seed}.sqlite3")
        try:
            quiet = Scenario("background, days 1–20", QUIET.tell, days=FAULT_DAY)
            return grade(engine, quiet, self.seed, self.before, START)
        finally:
            engine.dispose()


def _order(row: Row) -> tuple[object, str]:
    return row.at, row.id


def _renamed(rows: Iterable[Row]) -> list[Row]:
    return [replace(row, id=f"peak/{row.id}") for row in rows]


def lines_of(found: Grade) -> list[str]:
    """The table's lines of a scenario, one for each fault."""
    week = f"{7 * len(found.false) / found.days:.1f}"
    critics = (
        f"{found.critics_in} of {found.critics} ({found.critics_hit})" if found.critics else ""
    )
    if not found.found:
        return [f"| {found.scenario} | {found.seed} | | | | | | | | {week} | {critics} |"]
    return [
        f"| {found.scenario} | {found.seed} | {one.part} | "
        f"{'never' if one.after is None else f'{one.after} of {one.mentions}'} | "
        f"{'' if one.minutes is None else f'{one.minutes:g}'} | {one.purity:.2f} | "
        f"{one.completeness:.2f} | {one.pieces} | {one.kind} | {week} | {critics} |"
        for one in found.found
    ]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 101])
    parser.add_argument("--scenario", choices=list(SCENARIOS), nargs="+", default=list(SCENARIOS))
    parser.add_argument("--volume", type=int, default=20_000, help="comments in the month")
    parser.add_argument("--titles", action="store_true", help="say what false incidents are")
    parser.add_argument("--name", default="now", help="of the table that is kept")
    options = parser.parse_args()
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    judge = RememberingJudge(open_judge(Settings()), folder / "scenario-verdicts.jsonl")
    kept = [HEAD]
    _say(HEAD)
    with tempfile.TemporaryDirectory(prefix="scenarios-") as place:
        for seed in options.seeds:
            began = time.monotonic()
            season = Season(seed, Path(place), judge, options.volume)
            grades = [season.usual()]
            _tell(grades[0], kept, titles=options.titles)
            for name in options.scenario:
                _tell(season.play(SCENARIOS[name]), kept, titles=options.titles)
            sys.stderr.write(f"seed {seed}: {time.monotonic() - began:.0f} s\n")
    (folder / f"scenarios-{options.name}.md").write_text("\n".join(kept) + "\n", "utf-8")


def _tell(found: Grade, kept: list[str], *, titles: bool) -> None:
    for line in lines_of(found):
        kept.append(line)
        _say(line)
    if titles:
        for title in found.false:
            sys.stderr.write(f"    false: {title}\n")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
