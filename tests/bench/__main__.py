"""`make bench`: how fast the data's way is, on both databases, beside plain baselines.

Every figure is a rate on one core, measured in a process of its own; ratios are against a
baseline of the same run (bare inserts of the same rows; a fastText model trained on the same
labels), because the machine's own speed drifts. Writes artefacts/bench.json and a table.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from otklik.enums import Effort
from tests.bench.rate import mix
from tests.conftest import ROOT, SHARED, missing_for
from tests.servers.databases import PostgresServer, SqliteTemplate

READ = ("vk", "x", "reviews")
MODULE = (sys.executable, "-W", "ignore", "-m")
STAGES = ("import", "classify", "group", "decide", "draft", "import to decision")


def main() -> int:
    """Measure, print, write."""
    options = _options()
    if reason := missing_for("needs_shared"):
        print(f"make bench reads the shared data: {reason}")  # noqa: T201
        return 1
    with tempfile.TemporaryDirectory() as folder:
        results = _measure(Path(folder), options)
    target = ROOT / "artefacts" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=1, ensure_ascii=False))
    _show(results)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=0, help="at most so many rows of each file")
    parser.add_argument("--drafts", type=int, default=1000, help="how many drafts are written")
    parser.add_argument("--collect", type=int, default=20_000, help="mentions read per platform")
    parser.add_argument("--stream", type=int, default=1_000_000, help="mentions read in one go")
    parser.add_argument("--fasttext", default="", help="python that has fastText, for comparison")
    parser.add_argument("--profanity", default="", help="python that has alt-profanity-check")
    parser.add_argument("--swear", default="", help="python that has check-swear")
    parser.add_argument("--judged", type=int, default=3000, help="comments judged per effort")
    parser.add_argument("--grouped", type=int, default=20_000, help="stories put into storylines")
    parser.add_argument("--only-classifier", action="store_true", help="leave the rest out")
    parser.add_argument(
        "--desk", type=int, default=20_000, help="mentions on the desk in Chromium; 0: no desk"
    )
    return parser.parse_args()


def _measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    if options.only_classifier:
        return {"classifier": _judged(options), "others": _others(folder, options)}
    server = PostgresServer("")
    try:
        urls = {
            "sqlite": SqliteTemplate(folder).copy(folder / "bench.sqlite3"),
            "postgresql": server.render(server.create()),
        }
        way = {name: _child("tests.bench.way", url, options) for name, url in urls.items()}
        collected = _collected(folder, server, options)
    finally:
        server.stop()
    results: dict[str, Any] = {
        "way": way,
        "collected": collected,
        "classifier": _judged(options),
        "others": _others(folder, options),
        "grouping": {
            "rate": _run([*MODULE, "tests.bench.grouping_rate", "--count", str(options.grouped)]),
            "quality": _run([*MODULE, "tests.bench.grouping_public"]),
        },
    }
    if options.desk and (shutil.which("chromium") or shutil.which("chrome")):
        results["desk"] = _desk(folder / "desk.json", options.desk)
    return results


def _desk(target: Path, mentions: int) -> Any:
    """Clicks at the desk on both databases; the whole size is `--desk 1000000`."""
    size = ["--mentions", str(mentions), "--open", str(mentions // 50), "--repeats", "3"]
    parts = ["--part", "floor", "alone", "memory", "--to", str(target)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.bench.desk", *size, *parts],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"tests.bench.desk ended with {done.returncode}")
    return json.loads(target.read_text("utf-8"))


def _judged(options: argparse.Namespace) -> dict[str, Any]:
    """The classifier at each effort, each in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.rate", "", str(SHARED)]
    most = {Effort.FAST: options.judged * 2}
    return {
        str(effort): _run([*command, str(effort), str(most.get(effort, options.judged))])
        for effort in Effort
    }


def _others(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Other tools on the same comments, where a python that has them is named."""
    here, file = Path(__file__).parent, folder / "comments.txt"
    texts = [" ".join(text.split()) for text in mix(SHARED)]
    file.write_text("\n".join(texts[: options.judged * 2]), encoding="utf-8")
    script = str(here / "other_rate.py")
    found = {
        "TF-IDF, characters and words, one label": _run(
            [sys.executable, script, "tfidf", str(file)]
        )
    }
    for python, name in (
        (options.profanity, "alt-profanity-check"),
        (options.swear, "check-swear"),
    ):
        if python:
            found[name] = _run([str(Path(python).absolute()), script, name, str(file)])
    if options.fasttext:
        own = str(Path(options.fasttext).absolute())
        found["fastText, one label"] = _run([own, str(here / "fasttext_rate.py"), str(SHARED)])
    return found


def _collected(
    folder: Path, server: PostgresServer, options: argparse.Namespace
) -> dict[str, dict[str, Any]]:
    """Platform (and database) by name; the long stream last."""
    found: dict[str, dict[str, Any]] = {}
    template = SqliteTemplate(folder)
    for name in READ:
        for kind in ("sqlite", "postgresql"):
            file = folder / f"{name}.sqlite3"
            url = template.copy(file) if kind == "sqlite" else server.render(server.create())
            found[f"{name}, {kind}"] = _read(url, name, options.collect)
    if options.stream:
        url = template.copy(folder / "stream.sqlite3")
        found[f"x, {options.stream:,} in one go, sqlite"] = _read(url, "x", options.stream)
    return found


def _read(url: str, name: str, items: int) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.reading", url, name, str(items)]
    answer: dict[str, Any] = _run(command)
    return answer


def _child(module: str, url: str, options: argparse.Namespace) -> Any:
    more = [str(options.rows), str(options.drafts)]
    return _run([sys.executable, "-W", "ignore", "-m", module, url, str(SHARED), *more])


def _run(command: list[str]) -> Any:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def _show(results: dict[str, Any]) -> None:
    console = Console(width=100)
    console.print(_classifier_table(results))
    if "way" not in results:
        return
    table = Table(title="The data's way, mentions per second, one core")
    for name in ("stage", *results["way"]):
        table.add_column(name, justify="left" if name == "stage" else "right")
    for stage in STAGES:
        table.add_row(stage, *(f"{way['rates'][stage]:,.0f}" for way in results["way"].values()))
    table.add_row(
        "bare inserts of the same rows", *(f"{way['bare']:,.0f}" for way in results["way"].values())
    )
    table.add_row("mentions", *(f"{way['rows']:,}" for way in results["way"].values()))
    table.add_row("peak memory, MB", *(f"{way['peak_mb']:,.0f}" for way in results["way"].values()))
    console.print(table)
    console.print(_collected_table(results["collected"]))
    console.print(_grouping_table(results["grouping"]))
    if "desk" in results:
        console.print(_desk_table(results["desk"]))


def _collected_table(collected: dict[str, dict[str, Any]]) -> Table:
    table = Table(title="From a local stand-in to the database; stand-in on the other core")
    for name in ("source", "mentions/s", "of bare inserts", "calls", "memory, MB: first → last"):
        table.add_column(name, justify="left" if name == "source" else "right")
    for name, row in collected.items():
        memory = [own + child for _, own, child in row["memory_mb"]] or [row["peak_mb"]]
        share = f"{row['rate'] / row['bare']:.3f}" if row["bare"] else "–"
        told = f"{memory[0]:,.0f} → {memory[-1]:,.0f}, peak {row['peak_mb']:,.0f}"
        table.add_row(name, f"{row['rate']:,.0f}", share, f"{row['calls']:,}", told)
    return table


def _grouping_table(grouping: dict[str, Any]) -> Table:
    rate = grouping["rate"]
    first, *_, last = rate["memory_mib"].values()
    told = f"{rate['found']:,.0f}/s given vectors, vectors {rate['vectors']:,.0f}/s"
    table = Table(title=f"Storylines: {told}, {first:,.0f} → {last:,.0f} MiB; B-cubed")
    for name in ("public texts", "way", "precision", "recall"):
        table.add_column(name, justify="left" if name in ("public texts", "way") else "right")
    for name, ways in grouping["quality"].items():
        for way, (precision, recall) in ways.items():
            table.add_row(name, way, f"{precision:.2f}", f"{recall:.2f}")
    return table


def _desk_table(desk: dict[str, Any]) -> Table:
    size = next(iter(desk.values()))["mentions"]
    table = Table(title=f"The desk in Chromium over {size:,} mentions, ms from click to painted")
    for name in ("action", *(f"{kind}: median / 95 %" for kind in desk), "of a bare page"):
        table.add_column(name, justify="left" if name == "action" else "right")
    for name in ("any view", "filter", "search", "open a case", "next case", "approve"):
        every = [(one["alone"].get(name), one["floor"]["p50"]) for one in desk.values()]
        told = [f"{took['p50']:,} / {took['p95']:,}" if took else "–" for took, _ in every]
        share = ", ".join(f"{took['p50'] / floor:.1f}" for took, floor in every if took)
        table.add_row(name, *told, share)
    memory = [f"{one['memory']['mib_per_session']:g} MiB" for one in desk.values()]
    table.add_row("one more session", *memory, "")
    return table


def _classifier_table(results: dict[str, Any]) -> Table:
    table = Table(title="Comments judged, one core; whole verdicts with reasons")
    for name in ("what", "comments/s", "slow share", "one: median / p99, ms", "load, s", "MB"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for effort, own in results["classifier"].items():
        table.add_row(
            f"effort {effort}",
            f"{own['batch']:,.0f}",
            f"{own['slow_share']:.0%}",
            f"{own['p50']:.2f} / {own['p99']:.2f}",
            f"{own['load']:.2f}",
            f"{own['memory_mb']:,.0f}",
        )
    for name, other in results["others"].items():
        table.add_row(name, f"{other['batch']:,.0f}", "", "", "", "")
    return table


if __name__ == "__main__":
    raise SystemExit(main())
