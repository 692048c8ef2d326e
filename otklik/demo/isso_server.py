"""A real Isso with the shop's comments in it, as a child process."""

from __future__ import annotations

import html
import json
import sys
import time
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from otklik.errors import MissingExtra

CONFIG_FILE = "isso.conf"
PAGE = "/reviews/"
SHOP = "Чайный двор"
OUR_EMAIL = "desk@teayard.example"
CONFIG = """\
[general]
dbpath = {database}
host = {site}
max-age = 15m
latest-enabled = true
[admin]
enabled = true
password = {password}
[moderation]
enabled = false
[guard]
enabled = false
[server]
listen = http://127.0.0.1:{port}
public-endpoint = http://127.0.0.1:{port}
"""


class DemoComment(BaseModel):
    """One line of `comments.jsonl` or `evening.jsonl`.

    `stance` is what its writer meant; nothing reads it but the tests: the classifier sees the
    text alone. `ours` marks an earlier reply of the shop itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    hours_ago: float = Field(gt=0, le=72)
    author: str
    stance: str
    text: str
    reply_to: str | None

    @property
    def is_ours(self) -> bool:
        """Did the shop itself write it?"""
        return self.stance == "ours"


def read_comments() -> list[DemoComment]:
    """Three ordinary days of the shop's page, oldest first."""
    return _read("comments.jsonl")


def read_evening() -> list[DemoComment]:
    """The last hour: the shop's site takes no money, and people say so; oldest first."""
    return _read("evening.jsonl")


def _read(name: str) -> list[DemoComment]:
    lines = resources.files("otklik.demo").joinpath(name).read_text("utf-8")
    return [DemoComment.model_validate(json.loads(line)) for line in lines.splitlines()]


def write_config(folder: Path, *, port: int, site: str, password: str) -> Path:
    """Write Isso's configuration; gives its file, readable by its owner only."""
    file = folder / CONFIG_FILE
    file.touch(mode=0o600)
    text = CONFIG.format(
        database=(folder / "comments.db").resolve(), site=site, password=password, port=port
    )
    file.write_text(text, encoding="utf-8")
    return file


def seed(folder: Path, config: Path) -> int:
    """Put the comments into a new database of Isso's, dated back; gives how many.

    Does nothing where there is one already. The dates are why this goes through Isso's own
    storage and not through its API, which always says "now".

    Raises:
        MissingExtra: Isso is not installed.
    """
    target = folder / "comments.db"
    if target.exists():
        return 0
    half_done = folder / "comments.db.new"
    half_done.unlink(missing_ok=True)
    store = _open(half_done, config)
    store.threads.new(PAGE, f"Отзывы · {SHOP}")
    comments, now = [*read_comments(), *read_evening()], time.time()
    numbers: dict[str, int] = {}
    # Isso tells people without an address by their network: one for each name
    names = list(dict.fromkeys(comment.author for comment in comments))
    for comment in comments:
        parent = numbers[comment.reply_to] if comment.reply_to else None
        row = _row(comment, f"10.0.{names.index(comment.author)}.0", now, parent)
        numbers[comment.key] = store.comments.add(PAGE, row)["id"]
    half_done.rename(target)
    return len(comments)


def _open(file: Path, config: Path) -> Any:
    try:
        from isso import config as settings
        from isso import db
    except ImportError as error:
        raise MissingExtra(
            "the demo needs Isso, a comment server: pip install 'otklik[demo]'"
        ) from error
    return db.SQLite3(str(file), settings.load(settings.default_file(), str(config)))


def _row(comment: DemoComment, network: str, now: float, parent: int | None) -> dict[str, Any]:
    return {
        "text": comment.text,
        "author": html.escape(comment.author, quote=False),  # as Isso's own API stores it
        "email": OUR_EMAIL if comment.is_ours else None,
        "website": None,
        "parent": parent,
        "mode": 1,
        "created": now - comment.hours_ago * 3600,
        "remote_addr": network,
        "notification": 0,
    }


def command(config: Path) -> list[str]:
    """What starts the server."""
    return [sys.executable, "-c", "import isso; isso.main()", "-c", str(config), "run"]
