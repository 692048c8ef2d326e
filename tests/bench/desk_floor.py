"""What a click costs on a Streamlit page of one button and twenty lines, on this machine, now."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.bench.desk_browser import LISTEN, Measured
from tests.servers.browser import chromium
from tests.servers.ports import free_port, wait_until

_APP = Path(__file__).with_name("desk_bare_app.py")
_OPTIONS = ("--server.headless=true", "--browser.gatherUsageStats=false")


def floor(clicks: int) -> dict[str, float]:
    """Milliseconds from click to painted without a desk, a database or a style of ours."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(_APP), f"--server.port={port}", *_OPTIONS],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _answers(url), seconds=60, what="Streamlit", log=lambda: "")
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(LISTEN)
            page.goto(url)
            button = page.locator(".st-key-again button")
            button.wait_for()
            measured = Measured(page, url, lambda _: None)
            for number in range(clicks + 2):
                measured.take("click", button.click, wanted=f".st-key-run-{number + 2}")
        measured.times["click"].found[:2] = []  # prepared once
        return measured.times["click"].summary()
    finally:
        process.terminate()
        process.wait(timeout=10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
