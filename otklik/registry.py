"""Versions of the model in a folder, and the pointer to the one that serves.

`<folder>/<version>/` holds an artefact as it was trained, never changed afterwards.
`serving.json` holds the pointer: which version serves, which served before it (a stack, so that
a rollback finds its way), and who changed it, when and why. It is replaced as a whole, so a
reader finds the old pointer or the new one, never half of one. Without it the shipped model
serves.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from classifier import artefact
from otklik.errors import InputError, ModelError

SHIPPED = "shipped"
POINTER, COMPARISON, LEARNED = "serving.json", "comparison.json", "learned.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Pointer:
    """Which version serves: the last of `stack`; `history` tells every change, oldest first."""

    stack: tuple[str, ...] = (SHIPPED,)
    history: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def serving(self) -> str:
        """The version that serves."""
        return self.stack[-1]

    def promoted(self, version: str, told: Mapping[str, Any]) -> "Pointer":
        """The same with another version serving."""
        entry = {"action": "promoted", "version": version, "before": self.serving, **told}
        return Pointer((*self.stack, version), (*self.history, entry))

    def rolled_back(self, told: Mapping[str, Any]) -> "Pointer":
        """The same with the version serving that served before.

        Raises:
            InputError: none did.
        """
        if len(self.stack) < 2:
            raise InputError("no model served before this one")
        entry = {
            "action": "rolled_back",
            "version": self.stack[-2],
            "before": self.serving,
            **told,
        }
        return Pointer(self.stack[:-1], (*self.history, entry))


@dataclass(frozen=True)
class Entry:
    """One version in the folder; `problem` says why it cannot serve."""

    version: str
    trained_on: str
    rows: Mapping[str, int]
    comparison: Mapping[str, Any] | None
    problem: str = ""


class Registry:
    """The versions in `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, version: str) -> Path:
        """Folder of a version's artefact.

        Raises:
            InputError: that is no name of a version.
        """
        if version == SHIPPED:
            return artefact.SHIPPED
        if not _NAME.fullmatch(version):
            raise InputError(f"{version!r} is not the name of a version")
        return self.folder / version

    def versions(self) -> list[str]:
        """Versions in the folder, oldest first by name; the shipped one is not among them."""
        if not self.folder.is_dir():
            return []
        return sorted(
            path.name
            for path in self.folder.iterdir()
            if _NAME.fullmatch(path.name) and path.is_dir()
        )

    def add(self, source: Path) -> str:
        """Copy a trained artefact into the folder; its version. Adding it again changes nothing.

        Raises:
            ModelError: it cannot be loaded.
            InputError: its version is no name, or the folder cannot be written.
        """
        version = str(artefact.load(source).manifest["version"])
        target = self.place(version)
        if version == SHIPPED:
            raise InputError(f"{source}: {SHIPPED!r} is the name of the model that was installed")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                with tempfile.TemporaryDirectory(dir=self.folder, prefix=".new-") as made:
                    for name in (artefact.ARRAYS, artefact.MANIFEST, artefact.CARD, LEARNED):
                        if (source / name).exists():
                            shutil.copyfile(source / name, Path(made) / name)
                    Path(made).chmod(0o755)
                    shutil.copytree(made, target)
        except OSError as error:
            raise InputError(f"{error.filename or self.folder}: {error.strerror}") from error
        return version

    def check(self, version: str) -> None:
        """Load the artefact as serving would.

        Raises:
            ModelError: it is damaged, or not there. InputError: no name of a version.
        """
        artefact.load(self.place(version))

    def stamp(self) -> tuple[int, int, int] | None:
        """Changes whenever the pointer does; None while there is none."""
        try:
            told = (self.folder / POINTER).stat()
        except FileNotFoundError:
            return None
        return told.st_mtime_ns, told.st_size, told.st_ino

    def pointer(self) -> Pointer:
        """Which version serves.

        Raises:
            ModelError: the pointer cannot be read.
        """
        path = self.folder / POINTER
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            found = Pointer(tuple(map(str, told["stack"])), tuple(told["history"]))
        except FileNotFoundError:
            return Pointer()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path} cannot be read: {error}") from error
        if not found.stack:
            raise ModelError(f"{path} names no version")
        return found

    def save_pointer(self, pointer: Pointer) -> None:
        """Replace the pointer at one blow.

        Raises:
            InputError: the folder cannot be written.
        """
        told = {"serving": pointer.serving, "stack": pointer.stack, "history": pointer.history}
        _replace(self.folder / POINTER, told)

    def save_comparison(self, version: str, told: Mapping[str, Any]) -> None:
        """Keep the figures of a version beside the serving one's."""
        _replace(self.place(version) / COMPARISON, told)

    def comparison(self, version: str) -> Mapping[str, Any] | None:
        """The figures kept for a version, or None."""
        try:
            told = json.loads((self.place(version) / COMPARISON).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return told if isinstance(told, dict) else None

    def save_learned(self, version: str, ids: Iterable[str]) -> None:
        """Keep which labels of staff a version was trained on, by the ids of their rows."""
        _replace(self.place(version) / LEARNED, {"ids": sorted(set(ids))})

    def learned(self, version: str) -> set[str]:
        """Ids of the staff's rows a version was trained on."""
        try:
            told = json.loads((self.place(version) / LEARNED).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return set()
        return set(map(str, told.get("ids", ())))

    def entries(self) -> list[Entry]:
        """Every version with what its manifest tells, newest first, the shipped one last."""
        return [self._entry(version) for version in [*reversed(self.versions()), SHIPPED]]

    def _entry(self, version: str) -> Entry:
        manifest, problem = _manifest(self.place(version), _stamps(self.place(version)))
        if problem:
            return Entry(version, "", {}, None, problem)
        return Entry(
            version,
            str(manifest.get("trained_on", "")),
            dict(manifest.get("rows", {})),
            self.comparison(version) if version != SHIPPED else None,
        )


def _stamps(place: Path) -> tuple[tuple[int, int], ...]:
    """Changes whenever the files of an artefact do; a missing one counts as nothing."""
    paths = [place / name for name in (artefact.ARRAYS, artefact.MANIFEST)]
    told = [path.stat() for path in paths if path.is_file()]
    return tuple((one.st_mtime_ns, one.st_size) for one in told)


@lru_cache(maxsize=64)
def _manifest(place: Path, _as_it_is: tuple[tuple[int, int], ...]) -> tuple[dict[str, Any], str]:
    """Manifest and problem of an artefact; verifying its arrays takes a while, so once."""
    try:
        return artefact.load(place).manifest, ""
    except ModelError as error:
        return {}, str(error)


def _replace(path: Path, told: Mapping[str, Any]) -> None:
    """Write a file so that a reader finds the old one or the new one, also after a crash."""
    text = json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=path.parent, prefix=".new-", suffix=".json")
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror}") from error
