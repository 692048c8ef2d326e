"""The command that compares the shadow with the serving model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from otklik.cli.screen import Json, say, say_json, say_table
from otklik.errors import ConfigError, NotFound

if TYPE_CHECKING:
    from otklik.comparing import Comparison, HeadComparison

_SHOWN = 6  # differences of one head


def model_shadow(
    *,
    model: Annotated[
        str | None, typer.Option(help="Version of the shadow; the last that judged by default.")
    ] = None,
    last: Annotated[int, typer.Option(min=1, help="Compare the newest so many.")] = 10_000,
    judge: Annotated[
        int, typer.Option("--judge", min=0, help="First let the shadow judge so many that wait.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Compare the model that judges beside the serving one.

    Agreement (Cohen's kappa) by head, over the heads the shadow judges itself; where the two
    differ, with mentions to look at; who was right where staff said what is; seconds, tokens,
    money. The shadow is set in `[shadow]` of the settings and decides nothing.

    Example: `otklik model shadow --judge 200 --json`
    """
    from otklik.bootstrap import open_database
    from otklik.comparing import compare
    from otklik.database import reading
    from otklik.settings import load_settings
    from otklik.store import shadow as rows

    settings = load_settings()
    if judge:
        _judge(judge)
    engine = open_database(settings)
    try:
        with reading(engine) as db:
            known = rows.count_shadowed(db, settings.brand_id)
            chosen = model or rows.find_last_shadow(db, settings.brand_id)
            pairs = rows.list_pairs(db, settings.brand_id, model=chosen, limit=last)
    finally:
        engine.dispose()
    if chosen not in known:
        raise NotFound(f"no shadow {chosen or ''} has judged; known: {', '.join(known) or 'none'}")
    found = compare(pairs)
    if as_json:
        say_json({"model": chosen, "known": known, **found.as_json()})
    else:
        _show(chosen or "", found)


def _judge(wanted: int) -> None:
    from otklik.bootstrap import open_desk
    from otklik.shadowing import shadow

    desk = open_desk()
    try:
        if desk.shadow is None:
            raise ConfigError("no [shadow] is set")
        while wanted > 0:
            count = shadow(desk, wanted)
            wanted -= count.done
            if not count.done:
                break
    finally:
        desk.engine.dispose()


def _show(model: str, found: Comparison) -> None:
    say(f"{model}: {found.rows} comments judged by both")
    headings = {"head": "head", "rows": "rows", "agreement": "agreement", "kappa": "kappa"}
    sides = {"both": "both right", "serving": "serving only", "shadow": "shadow only"}
    rows = [
        {"head": one.head, "rows": one.rows, "agreement": one.agreement, "kappa": one.kappa}
        | {name: one.right[name] if sum(one.right.values()) else None for name in sides}
        for one in found.heads
    ]
    say_table(rows, headings | sides)
    for one in found.heads:
        _show_differences(one)
    say(f"abstained: serving {found.serving_abstained}, shadow {found.shadow_abstained}")
    for why, count in found.abstain_reasons.items():
        say(f"  {count} × {why}")
    say(
        f"a comment took {found.seconds_p50:g} s (median), {found.seconds_p95:g} s (95 %); "
        f"{found.tokens_in} + {found.tokens_out} tokens, {found.dollars:.4f} $; "
        f"{found.dropped_quotes} quotes that stand in no text"
    )


def _show_differences(one: HeadComparison) -> None:
    for differs in one.differences[:_SHOWN]:
        ids = ", ".join(map(str, differs.examples))
        say(f"  {one.head}: {differs.serving} → {differs.shadow}: {differs.count} (mention {ids})")
