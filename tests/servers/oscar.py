"""A real Django-Oscar shop as a child process, its data in a temporary folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tests.servers.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


class OscarShop:
    """Oscar's stock shop on a free port of 127.0.0.1, five reviews on a page of its lists."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="oscar-"))
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Base URL without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """What ids of this shop begin with."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Start and wait until it answers."""
        with (self.folder / "shop.log").open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.servers.oscar_shop", self.folder, str(self.port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
            )
        self._answer()
        return self

    def add_product(self, title: str) -> tuple[int, str]:
        """A product; its number and path."""
        made = self._order("add_product", title=title)
        return made["id"], made["path"]

    def add_review(
        self, product: int, body: str, *, title: str, score: int, name: str, at: datetime
    ) -> tuple[int, str]:
        """An approved review; its number and path."""
        order = {"product": product, "title": title, "body": body, "score": score, "name": name}
        made = self._order("add_review", **order, at=at.isoformat())
        return made["id"], made["path"]

    def edit_review(self, number: int, body: str) -> None:
        """Its author changes it."""
        self._order("edit_review", number=number, body=body)

    def close(self) -> None:
        """End the process and remove the data."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _order(self, do: str, **parts: Any) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **parts}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError((self.folder / "shop.log").read_text()[-3000:])
        answer: dict[str, Any] = json.loads(line)
        return answer
