"""A world played into a desk of its own; what all worlds of a seed share is played once."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from otklik.bootstrap import open_desk
from otklik.database import make_engine
from otklik.desk import Desk
from otklik.judging import Judge
from otklik.replaying import Replay
from otklik.settings import Settings
from otklik.verdicts import Verdict
from tests.scenarios.make import START, Row

ENTITIES = Path(__file__).with_name("entities.csv")
STEPS = ("classify", "group")


class RememberingJudge:
    """The real classifier, asked once about each text; what it said is kept in a file."""

    def __init__(self, inner: Judge, file: Path | None = None) -> None:
        self._inner, self._file = inner, file
        self._known: dict[str, Verdict] = {}
        if file is not None and file.is_file():
            for line in file.read_text("utf-8").splitlines():
                key, value = json.loads(line)
                self._known[key] = Verdict.model_validate(value)

    @property
    def version(self) -> str:
        """Of the classifier itself."""
        return self._inner.version

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict per text."""
        keys = [self._key(text) for text in texts]
        asked = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if asked:
            said = self._inner.judge(list(asked.values()))
            self._known.update(zip(asked, said, strict=True))
            self._keep(asked)
        return [self._known[key] for key in keys]

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self.version}\n{text}".encode("utf-8", "replace")).hexdigest()

    def _keep(self, keys: Iterable[str]) -> None:
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as lines:
                for key in keys:
                    lines.write(json.dumps([key, self._known[key].as_row()]) + "\n")


class Stage:
    """One desk over a SQLite file, the grocer's «Калинка» of the scenarios."""

    def __init__(self, file: Path, judge: Judge | None = None) -> None:
        settings = Settings(
            database_url=f"sqlite:///{file}",
            entities_file=str(ENTITIES),
            brand_name="Калинка",
        )
        self.file = file
        self.desk: Desk = open_desk(settings, migrate=True)
        if judge is not None:
            object.__setattr__(self.desk, "classifier", judge)

    def play(self, rows: Sequence[Row], tick: timedelta) -> None:
        """Rows at their times, oldest first."""
        if rows:
            replay = Replay(self.desk, START, tick=tick, steps=STEPS)
            replay.play([row.mention() for row in rows], "replay:world")

    def close(self) -> None:
        """Nobody works on it any more."""
        self.desk.engine.dispose()

    def copy(self, file: Path) -> None:
        """The database as it is now, under another name."""
        with closing(sqlite3.connect(self.file)) as here, closing(sqlite3.connect(file)) as there:
            here.backup(there)


def opened(file: Path) -> Engine:
    """To look at what became of it."""
    return make_engine(f"sqlite:///{file}")
