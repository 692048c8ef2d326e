"""Commands about the classifier: train, evaluate, predict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from otklik.cli.screen import Json, progress, say, say_json
from otklik.enums import Effort

model_app = typer.Typer(help="The classifier: two axes, stance, urgency.", no_args_is_help=True)
ModelDir = Annotated[
    Path | None, typer.Option("--model", help="Folder of the artefact; the shipped one by default.")
]


Spent = Annotated[
    Effort,
    typer.Option(
        "--effort", help="thorough asks both readers, fast the first, balanced if unsure."
    ),
]


@model_app.command("train")
def model_train(
    gold: Annotated[Path, typer.Argument(help="Labelled JSONL, as in the labelling guide.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder the artefact is written to; by default a version of its own."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of auxiliary sets; without it labels alone.")
    ] = None,
    staff: Annotated[
        bool, typer.Option("--staff", help="Learn from the labels of the desk's staff as well.")
    ] = False,
    folds: Annotated[
        int, typer.Option(min=2, help="Parts of the cross-validation; fewer is quicker.")
    ] = 5,
    encoder: Annotated[
        Path | None,
        typer.Option(help="Folder of `otklik model tune`; by default the shipped encoder stays."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a classifier from labelled comments and write its artefact.

    Leaves arrays (no pickle), a manifest with digests and cross-validated metrics, and a model
    card. The same data give the same artefact. Takes a few minutes. With `--staff` the desk's
    own labels are learned from, dear mistakes several times over; a fifth of them is kept out
    for `otklik model compare`. Nothing serves before `otklik model promote`.

    Example: `otklik model train gold/dev.jsonl --data data --staff`
    """
    from classifier.evaluation import as_text
    from otklik.cli.learning import train_version

    with progress("training") as update:
        made = train_version(
            gold,
            data,
            out,
            with_staff=staff,
            folds=folds,
            encoder=encoder,
            say=lambda line: update(None, line),
        )
    told = {"out": str(made.out), "version": made.version, "digest": made.report.digest}
    if as_json:
        say_json({**told, "staff": made.staff, "metrics": made.report.metrics})
        return
    say(as_text(made.report.metrics))
    if made.staff:
        say("staff labels: " + ", ".join(f"{name} {n}" for name, n in made.staff.items()))
    say(f"The artefact {made.report.digest} is in {made.out}")
    say(f"Next: `otklik model compare {made.version if out is None else out}`")


@model_app.command("evaluate")
def model_evaluate(
    gold: Annotated[Path, typer.Argument(help="Labelled JSONL.")],
    model: ModelDir = None,
    effort: Spent = Effort.THOROUGH,
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

    classifier = Classifier.load(model, effort)
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
    effort: Spent = Effort.THOROUGH,
) -> None:
    """Judge every row of a JSONL file; each keeps its own fields, `id` among them.

    Adds stance, claim, abuse, urgency with its parts, topic, sentiment, spam, language, reasons
    with their spans, and the probabilities of all; `abstained` says that the guess must not be
    trusted without a person.

    Example: `otklik model predict comments.jsonl verdicts.jsonl`
    """
    from classifier.model import Classifier
    from classifier.prediction import predict_file

    with progress("judging") as update:
        count = predict_file(
            Classifier.load(model, effort), source, out, lambda done: update(None, f"{done}")
        )
    typer.echo(f"{count} rows judged → {out}", err=True)
