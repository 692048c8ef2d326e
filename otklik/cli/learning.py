"""Commands about what the model learns from staff, and which model serves."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.screen import Json, progress, say, say_json, say_table
from otklik.errors import NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from classifier.training import Report
    from otklik.learning import Sorted, StaffLabel
    from otklik.models import Person
    from otklik.promotion import Material
    from otklik.registry import Registry
    from otklik.settings import Settings

By = Annotated[str, typer.Option("--by", help="Who decides this.", metavar="LOGIN")]
Why = Annotated[str, typer.Option("--reason", help="Why, for the history and the audit log.")]
New = Annotated[str, typer.Argument(help="A version, or the folder of an artefact.", metavar="NEW")]


@dataclass(frozen=True)
class Trained:
    """A trained artefact, where it lies, and which labels of staff it learned from."""

    report: Report
    out: Path
    version: str
    staff: dict[str, int]


def train_version(
    gold: Path,
    data: Path | None,
    out: Path | None,
    *,
    with_staff: bool,
    folds: int,
    say: Callable[[str], None],
    encoder: Path | None = None,
) -> Trained:
    """Train into `out`, or as a version of the registry; `encoder` is a folder of `tune`.

    The texts of the staff's labels lie in a private temporary file while the training lasts.
    """
    from classifier.artefact import load
    from classifier.training import OWN_TEXTS, train
    from classifier.tuning import load_reader
    from otklik.learning import write_rows

    reader = load_reader(encoder) if encoder is not None else None
    kept = _sorted_labels() if with_staff else None
    with tempfile.TemporaryDirectory(prefix="otklik-train-") as place:
        extra = [OWN_TEXTS]
        if kept is not None:
            extra.append(Path(place) / "staff.jsonl")
            write_rows(extra[-1], kept.training)
        made = out or Path(place) / "artefact"
        report = train(gold, data, made, extra, say, folds=folds, reader=reader)
        version = str(load(made).manifest["version"])
        if out is None:
            registry = _registry()
            registry.add(made)
            made = registry.place(version)
        if kept is not None:
            _remember(made, kept.training)
    return Trained(report, made, version, kept.counts() if kept else {})


def _remember(place: Path, learned: Sequence[StaffLabel]) -> None:
    from otklik.registry import Registry

    Registry(place.parent).save_learned(place.name, [one.id for one in learned])


def labels(
    out: Annotated[Path, typer.Argument(help="JSONL that gets the labels.", metavar="OUT")],
    *,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="The fifth kept for comparing, instead of the rest.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write what staff have said of verdicts as labelled rows.

    A row holds the fields people have settled (`known`), who by pseudonym, when, the model that
    was wrong, and a weight: 4 for a critic filed as hater, 3 for one filed as other and for a
    missed urgency 3. What is disputed or against the labelling guide is listed and left out; so
    is the frozen fifth, and everything of erased authors.

    Example: `otklik model labels staff.jsonl`
    """
    from otklik.learning import write_rows

    kept = _sorted_labels()
    written = kept.frozen if frozen else [*kept.training, *kept.partial]
    count = write_rows(out, written)
    if as_json:
        say_json({"out": str(out), "rows": count, **kept.counts(), "left_out": [*_left(kept)]})
        return
    say(f"{count} rows → {out}")
    say(", ".join(f"{name} {number}" for name, number in kept.counts().items()))
    for line in _left(kept):
        say(f"  case {line['mention']}, version {line['version']}: {line['why']}")


def _left(kept: Sorted) -> Iterator[dict[str, Any]]:
    for one in kept.disputed:
        why = f"people disagree on {', '.join(one.disputed)}"
        yield {"mention": one.mention_id, "version": one.version, "why": why}
    for one in kept.inconsistent:
        why = "; ".join(map(str, one.faults)) or "there is no text"
        yield {"mention": one.mention_id, "version": one.version, "why": why}


def compare(
    new: New,
    *,
    frozen: Annotated[
        list[Path] | None,
        typer.Option(help="A labelled file to compare on as well; may be given several times."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How far back labels count as recent.")] = 30,
    as_json: Json = False,
) -> None:
    """Compare a model with the serving one, on frozen labels and on recent ones.

    Frozen are a fifth of the staff's labels, by the hash of the mention's id, and the files
    named. Each figure stands for both models with the 95 % interval of the difference. An
    artefact outside the registry is copied into it. The figures are kept for promoting.

    Example: `otklik model compare 2026-11-22-0a1b2c3d --frozen held_out.jsonl`
    """
    from classifier.comparing import Comparison, as_lines
    from otklik import clock, promotion

    registry = _registry()
    version = _version(registry, new)
    with _opened() as (settings, session):
        at = clock.now()
        material = promotion.gather(session, settings.brand_id, at, files=frozen or (), days=days)
    with progress("comparing"):
        serving = registry.pointer().serving
        told = promotion.measure(registry, serving, version, material, at)
    if as_json:
        say_json({"version": version, **told})
        return
    say(f"{version} beside {serving} ({told['against_version']})")
    for name in ("frozen", "recent"):
        found = Comparison.from_json(told[name])
        say(f"{name}: {found.rows} labels")
        if found.rows:
            say("\n".join(as_lines(found)))
    for line in told["remarks"]:
        say(f"note: {line}")
    better = "better" if not told["objections"] else "not better"
    say(f"{better}: {'; '.join(told['objections']) or 'it may be promoted'}")


def list_models(as_json: Json = False) -> None:
    """Show the trained versions and which one serves.

    A version that cannot serve stands with its reason. `OTKLIK_MODEL_DIR`, where it is set, wins
    over everything that was promoted.

    Example: `otklik model list`
    """
    from otklik.settings import load_settings

    registry, settings = _registry(), load_settings()
    pointer = registry.pointer()
    rows = [
        {
            "version": entry.version,
            "serving": "serves" if entry.version == pointer.serving else "",
            "trained_on": entry.trained_on,
            "compared": _verdict_of(entry.comparison, pointer.serving),
            "problem": entry.problem,
        }
        for entry in registry.entries()
    ]
    if as_json:
        say_json(
            {
                "model_dir": settings.model_dir,
                "serving": pointer.serving,
                "versions": rows,
                "history": pointer.history,
            }
        )
        return
    say_table(rows, {key: key.replace("_", " ") for key in rows[0]})
    for change in pointer.history:
        say(
            f"{change['at']} {change['by']} {change['action']} {change['version']} "
            f"after {change['before']}: {change['why'] or '–'}"
        )
    _warn(settings)


def _verdict_of(told: Mapping[str, Any] | None, serving: str) -> str:
    if told is None or told.get("against") != serving:
        return ""
    return "; ".join(told["objections"]) or "better"


def promote(
    version: New,
    by: By,
    *,
    reason: Why = "",
    force: Annotated[
        bool, typer.Option("--force", help="Although it is not shown to be better; an admin's.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Let a version serve that was compared and found better.

    A lead or an admin decides. It is compared with the serving one at once where that has not
    been done. Running processes take it up at their next batch, without a restart; verdicts
    given before keep their model. An admin may force it with a reason. The audit log keeps who.

    Example: `otklik model promote 2026-11-22-0a1b2c3d --by anna`
    """
    from otklik import clock, promotion
    from otklik.people import require

    registry = _registry()
    with _opened() as (settings, session):  # refused before anything is compared
        require(_person(session, by), promotion.role_for(is_forced=force))
        material = promotion.gather(session, settings.brand_id, clock.now())
    name = _version(registry, version)
    _compare_if_stale(registry, name, material)
    with _opened() as (settings, session):
        person, at = _person(session, by), clock.now()
        before = promotion.promote(
            session,
            registry,
            person=person,
            version=name,
            at=at,
            brand_id=settings.brand_id,
            reason=reason,
            is_forced=force,
        )
    _told(settings, name, before, as_json=as_json)


def _compare_if_stale(registry: Registry, version: str, material: Material) -> None:
    from otklik import clock, promotion
    from otklik.registry import SHIPPED

    serving = registry.pointer().serving
    told = registry.comparison(version)
    is_known = promotion.is_current(told, serving, material.digest)
    if version not in {SHIPPED, serving} and not is_known:
        with progress("comparing"):
            promotion.measure(registry, serving, version, material, clock.now())


def rollback(by: By, *, reason: Why = "", as_json: Json = False) -> None:
    """Let the version serve again that served before.

    A lead or an admin decides; nothing is compared, nothing is trained. May be repeated, down to
    the model Otklik was shipped with.

    Example: `otklik model rollback --by anna --reason "critics filed as haters"`
    """
    from otklik import clock, promotion

    registry = _registry()
    with _opened() as (settings, session):
        person = _person(session, by)
        before = registry.pointer().serving
        now = promotion.roll_back(
            session,
            registry,
            person=person,
            at=clock.now(),
            brand_id=settings.brand_id,
            reason=reason,
        )
    _told(settings, now, before, as_json=as_json)


def _told(settings: Settings, now: str, before: str, *, as_json: bool) -> None:
    if as_json:
        say_json({"serving": now, "before": before, "model_dir": settings.model_dir})
    else:
        say(f"{now} serves, after {before}; running processes take it up at their next batch")
    _warn(settings)


def _warn(settings: Settings) -> None:
    if settings.model_dir:
        typer.echo(
            f"OTKLIK_MODEL_DIR names {settings.model_dir}: that model serves whatever is "
            "promoted, until the setting is emptied and the desk is started again.",
            err=True,
        )


def _registry() -> Registry:
    from otklik.registry import Registry
    from otklik.settings import load_settings

    return Registry(Path(load_settings().models_dir))


def _version(registry: Registry, word: str) -> str:
    from otklik.registry import SHIPPED

    if word == SHIPPED or word in registry.versions():
        return word
    if Path(word).is_dir():
        return registry.add(Path(word))
    raise NotFound(f"no model has the version {word!r}; see `otklik model list`")


@contextmanager
def _opened() -> Iterator[tuple[Settings, Session]]:
    from otklik import database
    from otklik.bootstrap import open_database
    from otklik.settings import load_settings

    settings = load_settings()
    engine = open_database(settings)
    try:
        with database.session(engine) as session:
            yield settings, session
    finally:
        engine.dispose()


def _sorted_labels() -> Sorted:
    from otklik.learning import read_labels, sort_labels

    with _opened() as (settings, session):
        return sort_labels(read_labels(session, settings.brand_id))


def _person(session: Session, login: str) -> Person:
    from otklik.store.people import find_person

    person = find_person(session, login)
    if person is None:
        raise NotFound(f"nobody has the login {login!r}; see `otklik people add --help`")
    return person


COMMANDS: dict[str, Callable[..., None]] = {
    "labels": labels,
    "compare": compare,
    "list": list_models,
    "promote": promote,
    "rollback": rollback,
}
