"""Makes the slow reader again, by one command: base model, labels in; encoder and scores out.

Tuning takes hours, so each finished part stays in `parts/` of the output folder, and a run that
was cut off goes on from there. A part counts only for the very same task: base model, rows,
labels, course, folds, seed.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier import artefact
from classifier.auxiliary import FILES
from classifier.base_model import (
    NAME,
    NEEDED,
    PACKAGE,
    BaseModel,
    find_base,
    kept_pieces,
    need,
    read_base,
    vocabulary_of,
)
from classifier.corpus import GoldRow, load_gold, read_csv, text_key
from classifier.course import Course, Tuner
from classifier.encoder import COLUMNS, Encoder, build_tokenizer, cut, shorten
from classifier.material import Progress, folds_of, gold_labels
from classifier.our_labels import digest_of, load_ours
from classifier.training import OWN_TEXTS, Reader, reader_of
from classifier.unseen import Unseen
from otklik.enums import Stance
from otklik.errors import ModelError

ARRAYS, TOLD, PARTS = "encoder.npz", "encoder.json", "parts"
_LIBRARIES = (*NEEDED, "onnxruntime", "tokenizers", "numpy")
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Rows:
    """What is learned: `gold` evaluated rows first, then `own` ones, then our labels."""

    rows: list[GoldRow]
    gold: int
    own: int

    @cached_property
    def labels(self) -> dict[str, I64]:
        """(n,) class of each row, per head."""
        return gold_labels(self.rows)

    @cached_property
    def weights(self) -> F32:
        """(n,) how much learning makes of each row."""
        return np.array([row.weight for row in self.rows], dtype=np.float32)

    @property
    def texts(self) -> list[str]:
        """Texts of all rows."""
        return [row.text for row in self.rows]

    @property
    def ours(self) -> I64:
        """Places of our labels on texts of the auxiliary sets."""
        return np.arange(self.gold + self.own, len(self.rows))

    def folds(self, folds: int, most: int, seed: int) -> list[tuple[I64, I64]]:
        """Learn and test places: gold without the part, all own rows, at most `most` of ours."""
        rng = np.random.default_rng(seed)
        own = np.arange(self.gold, self.gold + self.own)
        found = []
        for learn, test in folds_of(self.rows, np.arange(self.gold), folds):
            ours = np.sort(rng.permutation(self.ours)[:most])
            found.append((np.concatenate((learn, own, ours)), test))
        return found


@dataclass(frozen=True, slots=True)
class Run:
    """One tuning: what it learns, how, and where it keeps what is finished.

    `task` names all of it: a kept part of another task is not used. `kin` has the scores of
    unseen rows, where no parts are tuned for them.
    """

    rows: Rows
    course: Course
    folds: int
    seed: int
    out: Path
    task: str
    say: Progress
    kin: Reader | None = None


def tune(
    gold: Path,
    data: Path,
    out: Path,
    extra: Sequence[Path] = (OWN_TEXTS,),
    progress: Progress | None = None,
    *,
    folds: int = 5,
    seed: int = 0,
    threads: int = 2,
    course: Course | None = None,
    kin: Path | None = None,
) -> Reader:
    """Tune the encoder and, fold by fold, its kin that give the scores of rows they had not seen.

    Args:
        gold: labelled JSONL; rows marked `own` are left out.
        data: folder of the auxiliary sets, on whose texts our own labels stand.
        out: folder that gets `encoder.npz`, `encoder.json`, and `parts/` meanwhile.
        extra: further labelled files, learned from in every fold.
        progress: called with one line at each step.
        folds: how many parts of the gold rows are held back in turn.
        seed: of everything drawn at random.
        threads: of torch; other numbers of them round otherwise.
        course: how to tune; by default as the shipped encoder was.
        kin: folder of an artefact whose encoder was tuned the same way on nearly the same rows:
            what its parts said of unseen rows stands, and only the encoder itself is tuned.

    Raises:
        MissingExtra: torch, onnx or the package with the base model is not installed.
        InputError: a file is missing or a row is not labelled.
        ModelError: the base model's file is damaged.
    """
    need(*NEEDED)
    from classifier.tuned_network import TorchTuner

    say, course = progress or (lambda _: None), course or Course()
    base = read_base(find_base())
    rows = choose_rows(gold, data, extra, course, seed)
    relative = _kin_of(kin, rows)
    task = _task(base, rows, course, folds=folds, seed=seed, kin=relative)
    run = Run(rows, course, folds, seed, out, task, say, relative)
    pieces = pieces_of(base, rows.texts)
    tuner = TorchTuner(base, pieces, course, say, seed=seed, threads=threads)
    return finish(run, base, tuner, [*rows.texts, *_read_texts(data)])


def load_reader(folder: Path) -> Reader:
    """The encoder that `tune` left in `folder`.

    Raises:
        ModelError: there is none, or its arrays are not those that were recorded.
    """
    try:
        told = json.loads((folder / TOLD).read_text(encoding="utf-8"))
        arrays = _load(folder / ARRAYS)
        if told["digest"] != artefact.digest(arrays):
            raise ModelError(f"the encoder in {folder} is not the one {TOLD} records")
        return Reader(Encoder.from_arrays(arrays), Unseen.from_arrays(arrays), told)
    except (*_UNREADABLE, TypeError) as error:
        raise ModelError(f"no usable encoder in {folder}: {error!r}") from error


def choose_rows(gold: Path, data: Path, extra: Sequence[Path], course: Course, seed: int) -> Rows:
    """The rows to learn, each text once; a share of the calm `other` of ours left out."""
    evaluated = [row for row in load_gold(gold) if not row.own]
    own = [replace(row, own=True) for path in extra if path.exists() for row in load_gold(path)]
    known = {text_key(row.text) for row in [*evaluated, *own]}
    rng = np.random.default_rng(seed)
    ours = [
        row
        for row in load_ours(data, known)
        if not _is_quiet(row) or rng.random() >= course.quiet_left_out
    ]
    return Rows([*evaluated, *own, *ours], len(evaluated), len(own))


def pieces_of(base: BaseModel, texts: Sequence[str]) -> list[list[int]]:
    """Pieces of each text as the encoder will read it: cut, with the marks of both ends."""
    tokenizer = build_tokenizer(base.pieces, base.scores)
    return [cut(one.ids) for one in tokenizer.encode_batch([shorten(text) for text in texts])]


def finish(run: Run, base: BaseModel, tuner: Tuner, texts: Sequence[str]) -> Reader:
    """All folds, then the encoder on all rows; `texts` say which pieces it keeps."""
    (run.out / PARTS).mkdir(parents=True, exist_ok=True)
    if _is_finished(run):
        run.say("it is there already")
        return load_reader(run.out)
    unseen, spent = _unseen(run, tuner)
    run.say(f"the encoder itself, on {len(run.rows.rows)} rows")
    started = time.monotonic()
    everything = np.arange(len(run.rows.rows))
    tuned = tuner.fit(everything, run.rows.labels, run.rows.weights)
    run.say("the pieces of its languages, int8 weights")
    encoder = tuned.encoder(vocabulary_of(base, kept_pieces(base, texts)))
    spent += time.monotonic() - started
    arrays = {**encoder.arrays(), **unseen.arrays()}
    told = _told(run, base, arrays, spent)
    _save(run.out / ARRAYS, arrays)
    _write(run.out / TOLD, told)
    return Reader(encoder, unseen, told)


def _unseen(run: Run, tuner: Tuner) -> tuple[Unseen, float]:
    if run.kin is not None:
        return run.kin.unseen, 0.0
    scores, spent = _out_of_fold(run, tuner)
    return Unseen.made(run.rows.texts[: run.rows.gold], scores), spent


def _kin_of(folder: Path | None, rows: Rows) -> Reader | None:
    """The reader of that artefact, if it has scores of every gold row."""
    if folder is None:
        return None
    kin = reader_of(folder)
    if kin is None or not kin.unseen.knows(rows.texts[: rows.gold]):
        raise ModelError(f"the model in {folder} has no scores of unseen rows for all gold rows")
    return kin


def _out_of_fold(run: Run, tuner: Tuner) -> tuple[F32, float]:
    """(g, 25) scores of the gold rows by networks that had not seen them, and the seconds."""
    found = np.zeros((run.rows.gold, len(COLUMNS)), dtype=np.float32)
    spent = 0.0
    parts = run.rows.folds(run.folds, run.course.ours_in_folds, run.seed)
    for number, (learn, test) in enumerate(parts, 1):
        path = run.out / PARTS / f"fold-{number}.npz"
        part = _kept(path, run.task)
        if part is None:
            run.say(f"encoder without part {number} of {run.folds}, on {len(learn)} rows")
            part = _part(run, tuner, learn, test)
            _save(path, part)
        else:
            run.say(f"part {number} of {run.folds} was finished before")
        found[part["places"]] = part["scores"]
        spent += float(part["seconds"])
    return found, spent


def _part(run: Run, tuner: Tuner, learn: I64, test: I64) -> Arrays:
    started = time.monotonic()
    scores = tuner.fit(learn, run.rows.labels, run.rows.weights).scores(test)
    return {
        "task": np.array(run.task),
        "places": test,
        "scores": scores,
        "seconds": np.array(time.monotonic() - started),
    }


def _kept(path: Path, task: str) -> Arrays | None:
    """A finished part; None where there is none, it is torn, or it belongs to another task."""
    try:
        part = _load(path)
        return part if str(part["task"]) == task and len(part) == 4 else None
    except _UNREADABLE:
        return None


def _is_finished(run: Run) -> bool:
    try:
        told = json.loads((run.out / TOLD).read_text(encoding="utf-8"))
        return (run.out / ARRAYS).exists() and bool(told["task"] == run.task)
    except (*_UNREADABLE, TypeError):
        return False


def _is_quiet(row: GoldRow) -> bool:
    return row.stance is Stance.OTHER and int(row.urgency) == 0


def _read_texts(data: Path) -> Iterator[str]:
    for name in FILES:
        for row in read_csv(data / name):
            yield row["text"]


def _task(
    base: BaseModel,
    rows: Rows,
    course: Course,
    *,
    folds: int,
    seed: int,
    kin: Reader | None = None,
) -> str:
    labels = np.stack(list(rows.labels.values()), axis=1).tolist()
    named = [
        (digest_of(row.text), *label, row.weight)
        for row, label in zip(rows.rows, labels, strict=True)
    ]
    unseen = artefact.digest(kin.unseen.arrays()) if kin is not None else ""
    whole = [base.digest, asdict(course), folds, seed, rows.gold, rows.own, named, unseen]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _told(run: Run, base: BaseModel, arrays: Arrays, seconds: float) -> dict[str, Any]:
    return {
        "base": NAME,
        "base_package": f"{PACKAGE} {_version(PACKAGE)}",
        "base_digest": base.digest,
        "rows": {
            "gold": run.rows.gold,
            "own": run.rows.own,
            "ours": len(run.rows.ours),
            "ours_in_folds": min(len(run.rows.ours), run.course.ours_in_folds),
        },
        "course": asdict(run.course),
        "folds": run.folds,
        "unseen_by": _without_kin(run.kin.told) if run.kin is not None else "parts of its own",
        "seed": run.seed,
        "pieces": len(arrays["encoder_scores"]),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "python": platform.python_version(),
        "seconds": round(seconds),
        "task": run.task,
        "digest": artefact.digest(arrays),
    }


def _without_kin(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "unseen_by"}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _load(path: Path) -> Arrays:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _save(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Whole or not at all: a run may be killed at any moment."""
    half = path.with_suffix(".half")
    with half.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    half.replace(path)


def _write(path: Path, told: Mapping[str, Any]) -> None:
    half = path.with_suffix(".half")
    text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
    half.write_text(text + "\n", encoding="utf-8")
    half.replace(path)
