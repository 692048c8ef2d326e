"""A real Isso as a child process, with a way in beside its API for what strangers do."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from tests.servers.ports import free_port, wait_until

Rows = list[Any]
ADMIN_PASSWORD = "a-password-for-tests"

CONFIG = """
[general]
dbpath = {folder}/comments.db
host = {site}
latest-enabled = true
max-age = 15m
[admin]
enabled = true
password = {password}
[moderation]
enabled = {moderated}
[server]
listen = http://127.0.0.1:{port}
public-endpoint = http://127.0.0.1:{port}
trusted-proxies = 127.0.0.1
[guard]
enabled = {guard}
ratelimit = {ratelimit}
direct-reply = 3
reply-to-self = false
"""


class IssoServer:
    """Isso on a free port of 127.0.0.1, its comments in a temporary folder.

    Args:
        guard: Isso's own spam guard (2 comments a minute and network by default).
        ratelimit: comments a minute and network, with `guard`.
        moderated: new comments wait in a queue.
        site: address of the site that shows the comments.
        port: 0 takes a free one. A stopped server starts again on the same port and data.
    """

    def __init__(
        self,
        *,
        guard: bool = False,
        ratelimit: int = 2,
        moderated: bool = False,
        site: str = "http://127.0.0.1/",
        port: int = 0,
    ) -> None:
        self.port = port or free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="isso-"))
        self.admin_password = ADMIN_PASSWORD
        self._process: subprocess.Popen[bytes] | None = None
        config = CONFIG.format(
            folder=self.folder,
            site=site,
            password=ADMIN_PASSWORD,
            moderated=str(moderated).lower(),
            port=self.port,
            guard=str(guard).lower(),
            ratelimit=ratelimit,
        )
        (self.folder / "isso.cfg").write_text(config, encoding="utf-8")

    @property
    def url(self) -> str:
        """Base URL without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """What ids of this server begin with."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Start and wait until it answers."""
        environment = {key: value for key, value in os.environ.items() if key != "ISSO_SETTINGS"}
        config = str(self.folder / "isso.cfg")
        with (self.folder / "isso.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", "import isso; isso.main()", "-c", config, "run"],
                stdout=log,
                stderr=log,
                env=environment,
            )
        wait_until(self._answers, seconds=60, what=f"Isso at {self.url}", log=self._log)
        return self

    def stop(self) -> None:
        """End the process; the data stay."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(timeout=10)
            self._process = None

    def close(self) -> None:
        """End the process and remove the data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_comment(
        self,
        text: str,
        *,
        uri: str = "/post/1",
        author: str | None = "Гость",
        email: str | None = None,
        website: str | None = None,
        parent: int | None = None,
        title: str = "Пост",
        ip: str = "",
    ) -> int:
        """Write as a visitor would; gives the comment's number.

        Args:
            ip: the visitor's network, for the guard and for the author's hash.
        """
        body = {"text": text, "author": author, "email": email, "website": website}
        answer_to = {"parent": parent, "title": title}
        headers = {"X-Forwarded-For": ip} if ip else {}
        answer = self._call("POST", f"/new?uri={quote(uri)}", {**body, **answer_to}, headers)
        return int(answer["id"])

    def list(self, uri: str = "/post/1") -> Rows:
        """Comments of a page as the public sees them, flat, in order of number."""
        answer = self._call("GET", f"/?uri={quote(uri)}&plain=1")
        rows = [row for root in answer["replies"] for row in (root, *root["replies"])]
        return sorted(rows, key=lambda row: int(row["id"]))

    def edit(self, number: int, text: str) -> None:
        """Change a comment as its author would."""
        self._sql(
            "UPDATE comments SET text = ?, modified = ? WHERE id = ?", (text, time.time(), number)
        )

    def delete(self, number: int) -> None:
        """Delete a comment as its author would: a leaf goes, a root with replies stays empty."""
        has_replies = self._sql("SELECT 1 FROM comments WHERE parent = ?", (number,))
        if has_replies:
            self._sql(
                "UPDATE comments SET text = '', mode = 4, author = NULL, website = NULL "
                "WHERE id = ?",
                (number,),
            )
        else:
            self._sql("DELETE FROM comments WHERE id = ?", (number,))

    def set(self, number: int, **columns: Any) -> None:
        """Put anything into a comment's row, as no visitor could (dates, huge texts)."""
        for column, value in columns.items():
            self._sql(f"UPDATE comments SET {column} = ? WHERE id = ?", (value, number))  # noqa: S608

    def clear(self) -> None:
        """Remove all comments and threads."""
        self._sql("DELETE FROM comments")
        self._sql("DELETE FROM threads")

    def _sql(self, statement: str, values: tuple[Any, ...] = ()) -> Rows:
        path = self.folder / "comments.db"
        with closing(sqlite3.connect(path, timeout=60)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def _call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"Isso ended at once: {self._log()}")
        try:
            self._call("GET", "/config")
        except (urllib.error.URLError, OSError):
            return False
        return True

    def _log(self) -> str:
        return (self.folder / "isso.log").read_text(encoding="utf-8", errors="replace")[-2000:]
