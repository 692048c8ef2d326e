"""Commands about the classifier: train, evaluate, predict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from otklik.cli.screen import Json, progress, say, say_json

model_app = typer.Typer(help="The classifier: two axes, stance, urgency.", no_args_is_help=True)
ModelDir = Annotated[
    Path | None, typer.Option("--model", help="Folder of the artefact; the shipped one by default.")
]


@model_app.command("train")
def model_train(
    gold: Annotated[Path, typer.Argument(help="Labelled JSONL, as in the labelling guide.")],
    out: Annotated[Path, typer.Option(help="Folder the artefact is written to.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder of auxiliary sets; without it labels alone.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a classifier from labelled comments and write its artefact.

    Leaves arrays (no pickle), a manifest with digests and cross-validated metrics, and a model
    card. The same data give the same artefact. Takes a few minutes.

    Example: `otklik model train gold/dev.jsonl --data data --out var/model`
    """
    from classifier.evaluation import as_text
    from classifier.training import train

    with progress("training") as update:
        report = train(gold, data, out, progress=lambda line: update(None, line))
    if as_json:
        say_json({"out": str(report.out), "digest": report.digest, "metrics": report.metrics})
    else:
        say(as_text(report.metrics))
        say(f"The artefact {report.digest} is in {out}; use it with OTKLIK_MODEL_DIR={out}")


@model_app.command("evaluate")
def model_evaluate(
    gold: Annotated[Path, typer.Argument(help="Labelled JSONL.")],
    model: ModelDir = None,
    as_json: Json = False,
) -> None:
    """Compare the classifier with labels it should agree with.

    Every figure stands with its 95 % interval. Labels it was trained on flatter it, and where
    the file is one of them the command says so; the model card has cross-validated figures.

    Example: `otklik model evaluate held_out.jsonl`
    """
    from classifier.artefact import file_digest
    from classifier.evaluation import as_text, evaluate
    from classifier.model import Classifier

    classifier = Classifier.load(model)
    with progress("evaluating"):
        table = evaluate(classifier, gold)
    if file_digest(gold) in classifier.manifest.get("data", {}).values():
        typer.echo("The model was trained on this very file: these figures flatter it.", err=True)
    if as_json:
        say_json(table)
    else:
        say(as_text(table))


@model_app.command("predict")
def model_predict(
    source: Annotated[Path, typer.Argument(help="JSONL with a `text` in each row.", metavar="IN")],
    out: Annotated[Path, typer.Argument(help="JSONL that gets the verdicts.", metavar="OUT")],
    model: ModelDir = None,
) -> None:
    """Judge every row of a JSONL file; each keeps its own fields, `id` among them.

    Adds stance, claim, abuse, urgency with its parts, topic, reasons and their probabilities;
    `abstained` says that the guess must not be trusted without a person.

    Example: `otklik model predict comments.jsonl verdicts.jsonl`
    """
    from classifier.model import Classifier
    from classifier.prediction import predict_file

    with progress("judging") as update:
        count = predict_file(
            Classifier.load(model), source, out, lambda done: update(None, f"{done}")
        )
    typer.echo(f"{count} rows judged → {out}", err=True)
